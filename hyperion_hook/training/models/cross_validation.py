"""Who learns and who is tested: in time order with a gap, or stratified; copies of a row stay on one side."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import ConfigError, TrainingError
from hyperion_hook.training.formulas import Codes, Numbers, Rows
from hyperion_hook.training.tables.time_column import TimeColumn

TIME, STRATIFIED = "time", "stratified"


class TimeFolds:
    """Folds in time order, each learned from the rows before it; a splitter as scikit-learn has them.

    Parameters
    ----------
    n_splits
        How many folds; the oldest part of the rows is learned from only.
    gap_days
        Days before the first tested row of a fold whose rows are not learned from: their outcome was not known yet.

    Examples
    --------
    >>> rows = np.arange(6.0)[:, None]
    >>> [(learn.tolist(), test.tolist()) for learn, test in TimeFolds(2).split(rows)]
    [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5])]
    """

    def __init__(self, n_splits: int = 5, gap_days: float = 0.0) -> None:
        self.n_splits = n_splits
        self.gap_days = gap_days

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there are."""
        del X, y, groups
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """Yield positions to learn from and to test on, oldest first; no copy of a tested row is learned.

        Parameters
        ----------
        X
            Numbers of shape ``(n_rows, n_columns)``.
        groups
            Unix seconds of each row; without them the rows are taken as in time order, without a gap.
        """
        del y
        identity = _identities(X)
        seconds = np.zeros(len(identity)) if groups is None else np.asarray(groups, dtype=np.float64)
        order = np.argsort(seconds, kind="stable")
        bounds = [len(order) * part // (self.n_splits + 1) for part in range(1, self.n_splits + 2)]
        for start, stop in itertools.pairwise(bounds):
            learn, test = order[:start], order[start:stop]
            if groups is not None and len(test):
                learn = learn[seconds[learn] <= seconds[test[0]] - self.gap_days * DAY]
            yield learn[~np.isin(identity[learn], identity[test])], test


class StratifiedFolds:
    """scikit-learn's stratified folds, with all copies of a row in one fold; fewer folds where a class is rare."""

    def __init__(self, n_splits: int = 5, random_state: int = 42) -> None:
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return how many folds there are, of these rows if they are given."""
        del groups
        return self.n_splits if X is None or y is None else self._count(np.asarray(y)[numbered(X)[1]])

    def split(self, X: Any, y: Any, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """Yield positions to learn from and to test on."""
        del groups
        number, first = numbered(X)
        codes = np.asarray(y)[first]
        if count := self._count(codes):
            for learn, test in StratifiedKFold(count, shuffle=True, random_state=self.random_state).split(first, codes):
                yield np.flatnonzero(np.isin(number, learn)), np.flatnonzero(np.isin(number, test))

    def _count(self, codes: Codes) -> int:
        rarest = int(np.bincount(codes, minlength=2).min())
        return min(self.n_splits, rarest) if rarest >= 2 else 0


@dataclass(frozen=True)
class Split:
    """Row numbers to learn from and to test on; with ``kind`` ``time`` both are oldest first.

    ``held_back`` rows are too close in time to those tested on, ``copies`` are there again among them.
    """

    train: Rows
    test: Rows
    kind: str
    reason: str
    held_back: int = 0
    copies: int = 0


def numbered(X: Any) -> tuple[Rows, Rows]:
    """Return the number of each row among the distinct ones, and where each distinct one stands first."""
    number, _ = pd.factorize(_identities(X))
    _, first = np.unique(number, return_index=True)
    return np.asarray(number, dtype=np.intp), np.asarray(first, dtype=np.intp)


def _identities(X: Any) -> NDArray[np.uint64]:
    """Return a number for each row that only its copies share."""
    return np.asarray(pd.util.hash_pandas_object(pd.DataFrame(np.asarray(X)), index=False), dtype=np.uint64)


def split_rows(
    X: Numbers, codes: Codes, test_size: float, time: TimeColumn | None, *, seed: int, gap_days: float = 0.0
) -> Split:
    """Return the newest share of the rows for testing, or a stratified share where no time is known.

    Raises ``ConfigError`` if the share is not between 0 and 1; ``TrainingError`` if there is one class only to
    learn from.

    Parameters
    ----------
    X
        The rows as numbers, to tell copies; shape ``(n_rows, n_columns)``.
    codes
        The target, 0 or 1; shape ``(n_rows,)``.
    test_size
        Share of the rows, between 0 and 1.
    gap_days
        In time order, rows of so many days before the first test row are not learned from: their outcome was not known
        then.
    """
    if not (isinstance(test_size, int | float) and 0.0 < test_size < 1.0):
        raise ConfigError(f"test_size: {test_size!r} is not a share between 0 and 1, as 0.2")
    if not (isinstance(gap_days, int | float) and gap_days >= 0.0):
        raise ConfigError(f"gap_days: {gap_days!r} is no number of days from 0 on")
    if time is None:
        split = _random(X, codes, test_size, seed)
    else:
        split = _in_time(_identities(X), codes, test_size, time, gap_days)
    counts = np.bincount(codes[split.train], minlength=2)
    if counts.min() < 2:
        raise TrainingError(
            f"training rows: {counts[0]} of one class and {counts[1]} of the other among {len(split.train)}; at least "
            "2 of each are needed"
        )
    return split


def _random(X: Numbers, codes: Codes, test_size: float, seed: int) -> Split:
    number, first = numbered(X)
    if (fewest := np.bincount(codes[first], minlength=2).min()) < 2:
        raise TrainingError(f"rows: {fewest} of one class, copies aside; at least 2 of each are needed")
    try:
        train, test = train_test_split(
            np.arange(len(first)), test_size=test_size, stratify=codes[first], random_state=seed
        )
    except ValueError as error:
        raise TrainingError(f"test_size {test_size:g} of {len(first)} rows: {str(error).splitlines()[0]}") from None
    if len(first) < len(number):
        train, test = np.flatnonzero(np.isin(number, train)), np.flatnonzero(np.isin(number, test))
    return Split(
        train,
        test,
        STRATIFIED,
        "stratified at random: no column says when a row was made, so figures may be flattered by rows that lie in the "
        "future of those tested; name one as time_column=",
    )


def _in_time(identity: NDArray[np.uint64], codes: Codes, test_size: float, time: TimeColumn, gap_days: float) -> Split:
    order = np.argsort(time.seconds, kind="stable")
    # 0.8 * 3,279 rows as the JIT protocol counts them; the small number undoes 1 - 0.2 = 0.7999...
    cut = math.floor(len(codes) * (1.0 - test_size) + 1e-9)
    if not 0 < cut < len(codes):
        raise TrainingError(f"test_size {test_size:g} of {len(codes)} rows leaves nothing to learn from or to test on")
    before, test = order[:cut], order[cut:]
    train = before[time.seconds[before] <= time.seconds[test[0]] - gap_days * DAY] if gap_days else before
    if not len(train):
        raise TrainingError(f"time_column '{time.name}': no row is {gap_days:g} days older than the rows tested on")
    held_back, known = len(before) - len(train), len(train)
    train = train[~np.isin(identity[train], identity[test])]
    if not len(train):
        raise TrainingError(f"training rows: every one of {known} is there again among the rows tested on")
    return Split(
        train,
        test,
        TIME,
        f"in time order by '{time.name}': learned from rows up to {time.day(int(train[-1]))}, tested on those from "
        f"{time.day(int(test[0]))} on. A model is used on what comes later; a random split would let it learn from the "
        "future of the rows it is tested on and flatter every figure",
        held_back,
        known - len(train),
    )
