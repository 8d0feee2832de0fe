"""Bootstrap intervals of ranking metrics, without ranking anew for every draw.

A draw of rows with replacement is the same rows with whole numbers as weights; the order stays. So each score is sorted
once, and a draw costs a few sums over the sorted rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hyperion_hook.training.formulas import Numbers


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def rounded(self) -> list[float | None]:
        """Return the three numbers as plain data, ``None`` where not defined."""
        return [rounded(self.value), rounded(self.low), rounded(self.high)]


def rounded(value: float) -> float | None:
    """Return a figure as plain data, to four digits, ``None`` where not defined."""
    return None if math.isnan(value) else round(float(value), 4)


class Ranking:
    """Rows in order of falling score, equal scores together; its metrics take a weight for each row."""

    def __init__(self, truth: ArrayLike, scores: ArrayLike) -> None:
        values = np.asarray(scores, dtype=np.float64)
        self._order = np.argsort(-values, kind="stable")
        ordered = values[self._order]
        self._truth = np.asarray(truth, dtype=np.float64)[self._order]
        self._starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))

    def roc_auc(self, weights: Numbers) -> float:
        """Return the area under the ROC curve, NaN with one class only."""
        positive, negative = self._groups(weights)
        pairs = positive.sum() * negative.sum()
        if not pairs:
            return math.nan
        # a positive beats all negatives of later groups and half of those of its own
        later = negative.sum() - np.cumsum(negative)
        return float((positive * (later + 0.5 * negative)).sum() / pairs)

    def pr_auc(self, weights: Numbers) -> float:
        """Return average precision, NaN with one class only."""
        positive, negative = self._groups(weights)
        if not positive.sum() or not negative.sum():
            return math.nan
        result = np.cumsum(positive)
        flagged = result + np.cumsum(negative)
        precision = np.divide(result, flagged, out=np.zeros_like(result), where=flagged > 0)
        return float((positive * precision).sum() / positive.sum())

    def _groups(self, weights: Numbers) -> tuple[Numbers, Numbers]:
        ordered = weights[self._order]
        positive = np.add.reduceat(ordered * self._truth, self._starts)
        return positive, np.add.reduceat(ordered, self._starts) - positive


Metric = Callable[[Ranking, Numbers], float]


def bootstrap(
    metric: Metric,
    truth: ArrayLike,
    scores: Mapping[str, ArrayLike],
    *,
    against: str | None = None,
    draws: int = 500,
    seed: int = 42,
) -> dict[str, Interval]:
    """Return a metric for several scores of the same rows, with intervals.

    Parameters
    ----------
    metric
        ``Ranking.roc_auc`` or ``Ranking.pr_auc``.
    truth, scores
        Outcomes (0 or 1) and one score for each contender; shape ``(n_rows,)`` each.
    against
        Name of the contender that the others are compared with: then the figures are differences from it, drawn in
        pairs, and it is left out itself.
    draws, seed
        How many resamples of the rows, and the generator's seed.

    Examples
    --------
    >>> bootstrap(Ranking.roc_auc, [0, 0, 1, 1], {"good": [1, 2, 3, 4]}, draws=50)["good"]
    Interval(value=1.0, low=1.0, high=1.0)
    """
    outcomes = np.asarray(truth, dtype=np.float64)
    rankings = {name: Ranking(outcomes, values) for name, values in scores.items()}
    names = [name for name in rankings if name != against]
    weights = [np.ones(len(outcomes)), *resamples(len(outcomes), draws, seed)]
    base = np.zeros(draws + 1)
    if against is not None:
        base = np.array([metric(rankings[against], drawn) for drawn in weights])
    return {name: interval_of(np.array([metric(rankings[name], drawn) for drawn in weights]) - base) for name in names}


def resamples(rows: int, draws: int, seed: int) -> Iterator[Numbers]:
    """Yield draws of rows with replacement as how often each row was drawn; shape ``(rows,)``."""
    random = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.bincount(random.integers(0, rows, rows), minlength=rows).astype(np.float64)


def interval_of(values: Numbers) -> Interval:
    """Return the first value, which is of the rows as they are, with the 95 % interval of the others."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return Interval(float(values[0]), math.nan, math.nan)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(values[0]), float(low), float(high))
