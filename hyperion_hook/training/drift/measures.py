"""How far two samples of one feature are apart, and whether chance would do that: measures and tests.

The figures are scipy's; what is ours is how a sample is cut into bins and which test fits which sample.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import jensenshannon

from hyperion_hook.training.formulas import Numbers

Counts = NDArray[np.int64]
Labels = Sequence[object] | NDArray[np.object_]

BINS = 10
"""Deciles of the reference, as is usual for the PSI."""
_ROWS_A_BIN = 20
_LEAST_BINS = 3
LARGE = 500
"""From so many values on (in the smaller sample) Kolmogorov-Smirnov decides; below, Cramér-von Mises sees more."""
_LEAST_EXPECTED = 5
_MOST_CATEGORIES = 30


@dataclass(frozen=True, slots=True)
class Tested:
    """A statistical test that was made: its name, statistic and p-value."""

    name: str
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Binned:
    """Two samples counted into the same bins; what is missing has a bin of its own."""

    names: tuple[str, ...]
    reference: Counts
    current: Counts

    @property
    def shares(self) -> tuple[Numbers, Numbers]:
        """The share of each sample in each bin."""
        return self.reference / max(1, self.reference.sum()), self.current / max(1, self.current.sum())

    def with_missing(self, reference: int, current: int) -> Binned:
        """Return the counts with a bin for missing values, if there are any."""
        if not reference + current:
            return self
        return Binned((*self.names, "missing"), np.append(self.reference, reference), np.append(self.current, current))


def bin_numbers(reference: Numbers, current: Numbers) -> Binned:
    """Return two samples of numbers in the quantile bins of the reference.

    Both samples are finite and sorted. There are ten bins, fewer for small samples. Where there are no more different
    values than that, each is a bin; a value that fills a bin by itself has one of its own, so that a move off a
    constant is seen on either side.

    Examples
    --------
    >>> found = bin_numbers(np.zeros(100), np.array([-1.0, 0.0, 2.0]))
    >>> found.names, found.current.tolist()
    (('-1', '0', '2'), [1, 1, 1])
    """
    bins = min(BINS, max(_LEAST_BINS, min(len(reference), len(current)) // _ROWS_A_BIN))
    distinct = _few_distinct(reference, current, bins)
    if distinct is not None:
        edges, names = distinct[:-1], tuple(f"{value:.6g}" for value in distinct)
    else:
        # from a sample that holds values: one may have lost them all
        inner = np.quantile(reference if len(reference) else current, np.arange(1, bins) / bins)
        values, times = np.unique(inner, return_counts=True)
        edges = np.unique(np.concatenate([values, np.nextafter(values[times > 1], -np.inf)]))
        names = _range_names(edges)
    before, after = _counted(reference, edges), _counted(current, edges)
    used = before + after > 0
    return Binned(tuple(np.array(names, object)[used].tolist()), before[used], after[used])


def _few_distinct(reference: Numbers, current: Numbers, most: int) -> Numbers | None:
    """Return the different values of both samples if there are no more than ``most``."""
    results = []
    for sample in (reference, current):
        steps = np.flatnonzero(sample[1:] != sample[:-1]) if len(sample) else np.empty(0, dtype=np.intp)
        if len(steps) >= most:
            return None
        results.append(sample[np.append(steps, len(sample) - 1)] if len(sample) else sample)
    values = np.unique(np.concatenate(results))
    return values if len(values) <= most else None


def _range_names(edges: Numbers) -> tuple[str, ...]:
    """Return the names of bins; an edge just below the next one sets that value apart."""
    below = np.append(np.nextafter(edges[1:], -np.inf) == edges[:-1], False)
    alone = np.insert(below[:-1], 0, False)
    names = [
        f"under {edges[index + 1]:.4g}" if below[index] else f"{'' if alone[index] else 'to '}{edge:.4g}"
        for index, edge in enumerate(edges)
    ]
    return (*names, f"over {edges[-1]:.4g}")


def _counted(values: Numbers, edges: Numbers) -> Counts:
    """Return how many sorted values lie up to the first edge, up to the next, and so on, and beyond the last."""
    ends = np.searchsorted(values, edges, side="right")
    return np.diff(np.concatenate([[0], ends, [len(values)]])).astype(np.int64)


def bin_labels(reference: Labels, current: Labels) -> Binned:
    """Return two samples of categories, the commonest first; rare ones together as «other».

    There are no missing labels.
    """
    codes, values = pd.factorize(np.array([*reference, *current], dtype=object), sort=True)
    before = np.bincount(codes[: len(reference)], minlength=len(values))
    after = np.bincount(codes[len(reference) :], minlength=len(values))
    pooled = before + after
    order = np.argsort(-pooled, kind="stable")
    # a category too rare for the chi-square test tells nothing by itself
    smaller = min(len(reference), len(current)) / max(1, len(reference) + len(current))
    common = [code for code in order[: _MOST_CATEGORIES - 1] if pooled[code] * smaller >= _LEAST_EXPECTED]
    rare = np.setdiff1d(order, common)
    names = [str(values[code]) for code in common]
    counts = [before[common], after[common]]
    if len(rare):
        names.append(str(values[rare[0]]) if len(rare) == 1 else f"other ({len(rare)})")
        counts = [np.append(part, sample[rare].sum()) for part, sample in zip(counts, (before, after), strict=True)]
    return Binned(tuple(names), counts[0].astype(np.int64), counts[1].astype(np.int64))


def psi(binned: Binned) -> float:
    """Return the Population Stability Index: the sum over bins of ``(p - q) ln(p / q)``.

    It is the sum of the two Kullback-Leibler divergences. An empty bin counts as half a row. By convention a population
    is stable below 0.1 and has changed significantly from 0.2 (some say 0.25) on.

    References
    ----------
    .. [1] N. Siddiqi, "Credit Risk Scorecards", Wiley 2006.
    .. [2] B. Yurdakul, "Statistical Properties of Population Stability Index", Western Michigan University 2018.
    """
    filled = (np.where(counts == 0, 0.5, counts) for counts in (binned.reference, binned.current))
    p, q = (counts / counts.sum() for counts in filled)
    return float(stats.entropy(p, q) + stats.entropy(q, p))


def js_distance(binned: Binned) -> float:
    """Return the Jensen-Shannon distance of the shares, to the base 2, in [0, 1].

    References
    ----------
    .. [1] D. M. Endres, J. E. Schindelin, "A new metric for probability distributions", IEEE Trans. Inf. Theory 2003.
    """
    result = float(jensenshannon(*binned.shares, base=2))
    return 0.0 if math.isnan(result) else min(1.0, result)


def magnitude_of(binned: Binned) -> float:
    """Return the Jensen-Shannon distance without what chance alone adds to it, in [0, 1].

    Two samples of one population differ by chance: the square of their distance is on average
    ``(B - 1) (1/n + 1/m) / (8 ln 2)`` over B bins, by the chi-square approximation; that much is taken off the square.
    Near zero ``PSI = 8 ln(2) d^2``: a magnitude of 0.1 is a PSI of 0.055, 0.2 one of 0.22, 0.21 one of 0.25.
    """
    n, m = int(binned.reference.sum()), int(binned.current.sum())
    bins = int(((binned.reference + binned.current) > 0).sum())
    if not n or not m:
        return 0.0
    by_chance = (bins - 1) * (1 / n + 1 / m) / (8 * math.log(2))
    return math.sqrt(max(0.0, js_distance(binned) ** 2 - by_chance))


def wasserstein(reference: Numbers, current: Numbers) -> float:
    """Return the earth mover's distance in standard deviations of the reference (of both, where it has none)."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(np.std(reference)) or float(np.std(np.concatenate([reference, current])))
        if not spread > 0:
            return 0.0
        return float(stats.wasserstein_distance(*_runs(reference, current))) / spread


def _runs(reference: Numbers, current: Numbers) -> tuple[Numbers | Counts, ...]:
    """Return sorted samples as values with weights where values repeat: that costs a fraction of all rows."""
    starts = [np.flatnonzero(np.append(True, sample[1:] != sample[:-1])) for sample in (reference, current)]
    if sum(map(len, starts)) > (len(reference) + len(current)) / 2:
        return reference, current
    values = [sample[start] for sample, start in zip((reference, current), starts, strict=True)]
    times = [np.diff(np.append(start, len(sample))) for sample, start in zip((reference, current), starts, strict=True)]
    return *values, *times


def kolmogorov_smirnov(reference: Numbers, current: Numbers) -> Tested:
    """Return the two-sample test with its asymptotic p-value; with ties it errs on the side of no alarm."""
    result = stats.ks_2samp(reference, current, method="asymp")
    return Tested("Kolmogorov-Smirnov", float(result.statistic), float(result.pvalue))


def cramer_von_mises(reference: Numbers, current: Numbers) -> Tested:
    """Return the two-sample test with its asymptotic p-value."""
    result = stats.cramervonmises_2samp(reference, current, method="asymptotic")
    return Tested("Cramér-von Mises", float(result.statistic), float(min(1.0, max(0.0, result.pvalue))))


def chi_square(binned: Binned) -> Tested:
    """Return whether the shares of the bins differ: chi-square, Fisher's exact test for two small bins."""
    table = np.array([binned.reference, binned.current])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return Tested("chi-square", 0.0, 1.0)
    result = stats.chi2_contingency(table, correction=False)
    if table.shape == (2, 2) and result.expected_freq.min() < _LEAST_EXPECTED:
        return Tested("Fisher", float(result.statistic), float(stats.fisher_exact(table).pvalue))
    return Tested("chi-square", float(result.statistic), float(result.pvalue))


def missing_test(reference: tuple[int, int], current: tuple[int, int]) -> Tested | None:
    """Return whether as much is missing as before, ``None`` if nothing is; each sample as (missing, present)."""
    if not reference[0] + current[0]:
        return None
    return chi_square(Binned(("missing", "present"), np.array(reference), np.array(current)))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for how many there are, by Benjamini and Hochberg's step-up rule.

    References
    ----------
    .. [1] Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57(1), 1995.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.5])
    [0.03, 0.06, 0.5]
    """
    if not p_values:
        return []
    return [float(p) for p in stats.false_discovery_control(list(p_values), method="bh")]


def overall(magnitudes: Sequence[float], apart: Sequence[float] = ()) -> float:
    """Return how far a table has moved: the mean over its most drifted fifth, or the largest of ``apart``.

    Magnitudes are one for each feature, 0..1, 0 where chance explains the difference; ``apart`` are those of label and
    score.

    Examples
    --------
    >>> overall([0.3, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), overall([0.0], [0.4]), overall([])
    (0.2, 0.4, 0.0)
    """
    worst = sorted(magnitudes, reverse=True)[: math.ceil(len(magnitudes) / 5)]
    return max([math.fsum(worst) / len(worst) if worst else 0.0, *apart])
