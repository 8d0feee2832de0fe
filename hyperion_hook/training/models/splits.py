"""Rows apart: what is learned from, what is tested on, and the folds within the former."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import ConfigError, TrainingError
from hyperion_hook.training.models.fit_risk import time_ordered_folds
from hyperion_hook.training.tables.time_column import TimeColumn

Rows = NDArray[np.intp]
TIME, STRATIFIED = "time", "stratified"


@dataclass(frozen=True)
class Split:
    """Row numbers to learn from and to test on; with ``kind`` ``time`` both are oldest first."""

    train: Rows
    test: Rows
    kind: str
    reason: str
    held_back: int = 0


def split_rows(codes: NDArray[np.int64], test_size: float, time: TimeColumn | None, *, seed: int, gap_days: float = 0.0
               ) -> Split:
    """Return the newest share of the rows for testing, or a stratified share where no time is known.

    Parameters
    ----------
    codes
        The target, 0 or 1; shape ``(n_rows,)``.
    test_size
        Share of the rows, between 0 and 1.
    time
        When each row was made.
    seed
        Of the stratified draw.
    gap_days
        In time order, rows of so many days before the first test row are not learned from: their outcome was not known
        then.

    Raises
    ------
    ConfigError
        If the share is not between 0 and 1.
    TrainingError
        If there is one class only to learn from.
    """
    if not (isinstance(test_size, int | float) and 0.0 < test_size < 1.0):
        raise ConfigError(f"test_size: {test_size!r} is not a share between 0 and 1, as 0.2")
    split = _random(codes, test_size, seed) if time is None else _in_time(codes, test_size, time, gap_days)
    counts = np.bincount(codes[split.train], minlength=2)
    if counts.min() < 2:
        raise TrainingError(
            f"training rows: {counts[0]} of one class and {counts[1]} of the other among {len(split.train)}; at least "
            "2 of each are needed"
        )
    return split


def folds_of(codes: NDArray[np.int64], folds: int, kind: str, *, seed: int, seconds: NDArray[np.float64] | None = None,
             gap_days: float = 0.0) -> list[tuple[Rows, Rows]]:
    """Return (learn, test) positions within training rows: each fold from the rows before it, or stratified.

    Folds whose rows to learn from have one class only are left out.

    Raises
    ------
    ConfigError
        With fewer than two folds.
    TrainingError
        If no fold is left.
    """
    if not isinstance(folds, int) or folds < 2:
        raise ConfigError(f"cv_folds: {folds!r} is not a whole number from 2 on")
    if kind == STRATIFIED:
        count = min(folds, int(np.bincount(codes, minlength=2).min()))
        parts = list(StratifiedKFold(count, shuffle=True, random_state=seed).split(codes, codes))
    else:
        parts = [(np.arange(learn.stop), np.arange(test.start, test.stop))
                 for learn, test in time_ordered_folds(len(codes), folds)]
        if seconds is not None and gap_days:
            parts = [(learn[seconds[learn] <= seconds[test[0]] - gap_days * DAY], test) for learn, test in parts
                     if len(test)]
    kept = [(learn, test) for learn, test in parts if len(test) and len(np.unique(codes[learn])) == 2]
    if not kept or len(np.unique(codes[np.concatenate([test for _, test in kept])])) < 2:
        raise TrainingError(
            f"training rows: {int(codes.sum())} of {len(codes)} are of the class to be predicted, in too few places "
            f"for cross-validation in {folds} folds; more rows are needed"
        )
    return kept


def _random(codes: NDArray[np.int64], test_size: float, seed: int) -> Split:
    places = np.arange(len(codes))
    try:
        train, test = train_test_split(places, test_size=test_size, stratify=codes, random_state=seed)
    except ValueError as error:
        raise TrainingError(f"test_size {test_size:g} of {len(codes)} rows: {str(error).splitlines()[0]}") from None
    return Split(
        train, test, STRATIFIED,
        "stratified at random: no column says when a row was made, so figures may be flattered by rows that lie in the "
        "future of those tested; name one as time_column=",
    )


def _in_time(codes: NDArray[np.int64], test_size: float, time: TimeColumn, gap_days: float) -> Split:
    order = np.argsort(time.seconds, kind="stable")
    # 0.8 * 3,279 rows as the JIT protocol counts them; the small number undoes 1 - 0.2 = 0.7999...
    cut = math.floor(len(codes) * (1.0 - test_size) + 1e-9)
    if not 0 < cut < len(codes):
        raise TrainingError(f"test_size {test_size:g} of {len(codes)} rows leaves nothing to learn from or to test on")
    train, test = order[:cut], order[cut:]
    before = len(train)
    if gap_days:
        train = train[time.seconds[train] <= time.seconds[test[0]] - gap_days * DAY]
    if not len(train):
        raise TrainingError(f"time_column '{time.name}': no row is {gap_days:g} days older than the rows tested on")
    return Split(
        train, test, TIME,
        f"in time order by '{time.name}': learned from rows up to {time.day(int(train[-1]))}, tested on those from "
        f"{time.day(int(test[0]))} on. A model is used on what comes later; a random split would let it learn from the "
        "future of the rows it is tested on and flatter every figure",
        before - len(train),
    )
