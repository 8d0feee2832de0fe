"""How good a ranking and its probabilities are; scikit-learn's where it has them.

All functions take ``truth`` (0 or 1) and ``scores`` of equal shape ``(n_rows,)``; a metric that is not defined (one
class only, no lines) is NaN, never 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, matthews_corrcoef, roc_auc_score

from hyperion_hook.training.formulas import Numbers


def roc_auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the ROC curve: the chance that a buggy change ranks above a clean one."""
    y, s = _pair(truth, scores)
    return float(roc_auc_score(y, s)) if _both_classes(y) else math.nan


def pr_auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """Return average precision."""
    y, s = _pair(truth, scores)
    return float(average_precision_score(y, s)) if _both_classes(y) else math.nan


def brier(truth: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the mean squared difference between probability and outcome."""
    y, p = _pair(truth, probabilities)
    return float(brier_score_loss(y, p)) if len(y) else math.nan


def calibration_error(truth: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equally many rows.

    The mean over bins, weighted by size, of the gap between mean probability and share of positives.

    References
    ----------
    .. [1] M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
       AAAI 2015.

    Examples
    --------
    >>> calibration_error([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])
    0.0
    """
    table = calibration_table(truth, probabilities, bins)
    total = sum(row.count for row in table)
    if not total:
        return math.nan
    return sum(row.count * abs(row.predicted - row.observed) for row in table) / total


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows of similar probability: how many, what was predicted and what came true, on average."""

    count: int
    predicted: float
    observed: float


def calibration_table(truth: ArrayLike, probabilities: ArrayLike, bins: int = 10) -> list[CalibrationBin]:
    """Return bins of equally many rows, by rising probability; equal probabilities stay in one bin."""
    y, p = _pair(truth, probabilities)
    if not len(y):
        return []
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)[1:-1]))
    bins_of_rows = np.searchsorted(edges, p, side="left")
    return [
        CalibrationBin(int(inside.sum()), float(p[inside].mean()), float(y[inside].mean()))
        for inside in (bins_of_rows == number for number in np.unique(bins_of_rows))
    ]


def mcc(truth: ArrayLike, flagged: ArrayLike) -> float:
    """Return Matthews' correlation of outcomes and flags (0 or 1)."""
    y, f = _pair(truth, flagged)
    return float(matthews_corrcoef(y, f)) if _both_classes(y) else math.nan


def f1(truth: ArrayLike, flagged: ArrayLike) -> float:
    """Return the harmonic mean of precision and recall of flags (0 or 1)."""
    y, f = _pair(truth, flagged)
    return float(f1_score(y, f, zero_division=0.0)) if _both_classes(y) else math.nan


def share_in_top(truth: ArrayLike, scores: ArrayLike, top: float) -> float:
    """Return the share of all positives among the ``top`` share (0..1) of rows with the highest scores."""
    y, s = _pair(truth, scores)
    if not y.sum():
        return math.nan
    count = max(1, round(top * len(y)))
    return float(y[_order(s)][:count].sum() / y.sum())


def precision_in_top(truth: ArrayLike, scores: ArrayLike, top: float) -> float:
    """Return the share of positives in the ``top`` share (0..1) of rows with the highest scores."""
    y, s = _pair(truth, scores)
    count = max(1, round(top * len(y)))
    return float(y[_order(s)][:count].mean()) if len(y) else math.nan


def recall_at_effort(truth: ArrayLike, scores: ArrayLike, lines: ArrayLike, effort: float = 0.2) -> float:
    """Return the share of positives met when reading changes by falling score until ``effort`` of all lines is read.

    References
    ----------
    .. [1] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    """
    y, s = _pair(truth, scores)
    cost = np.asarray(lines, dtype=np.float64)
    if not y.sum() or not cost.sum():
        return math.nan
    order = _order(s)
    read = np.cumsum(cost[order]) <= effort * cost.sum()
    return float(y[order][read].sum() / y.sum())


def popt(truth: ArrayLike, scores: ArrayLike, lines: ArrayLike) -> float:
    """Return Popt: 1 minus the area between the effort curves of this and of the best possible order, normalised.

    The curves are of defects found over lines read; the best order is by falling density of positives, the worst is its
    reverse; 1 is the best order and 0 the worst.

    References
    ----------
    .. [1] T. Mende, R. Koschke, "Effort-aware defect prediction models", CSMR 2010.
    """
    y, s = _pair(truth, scores)
    cost = np.maximum(np.asarray(lines, dtype=np.float64), 1e-9)
    if not _both_classes(y):
        return math.nan
    density = y / cost
    best = _effort_area(y, cost, np.argsort(-density, kind="stable"))
    worst = _effort_area(y, cost, np.argsort(density, kind="stable"))
    if best == worst:
        return math.nan
    return 1.0 - (best - _effort_area(y, cost, _order(s))) / (best - worst)


def auc_within_sizes(truth: ArrayLike, scores: ArrayLike, sizes: ArrayLike, groups: int = 10) -> float:
    """Return the mean ROC-AUC within groups of equally many rows of similar size, weighted by positives x negatives."""
    y, s = _pair(truth, scores)
    group_of_row = np.argsort(np.argsort(np.asarray(sizes), kind="stable"), kind="stable") * groups // max(1, len(y))
    total = weight = 0.0
    for group in range(groups):
        inside = group_of_row == group
        positives = float(y[inside].sum())
        pairs = positives * (int(inside.sum()) - positives)
        if pairs:
            total += pairs * float(roc_auc_score(y[inside], s[inside]))
            weight += pairs
    return total / weight if weight else math.nan


def _effort_area(y: Numbers, cost: Numbers, order: NDArray[np.intp]) -> float:
    result = np.concatenate([[0.0], np.cumsum(y[order])]) / y.sum()
    read = np.concatenate([[0.0], np.cumsum(cost[order])]) / cost.sum()
    return float(np.trapezoid(result, read))


def _order(scores: Numbers) -> NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")


def _pair(truth: ArrayLike, scores: ArrayLike) -> tuple[Numbers, Numbers]:
    return np.asarray(truth, dtype=np.float64), np.asarray(scores, dtype=np.float64)


def _both_classes(y: Numbers) -> bool:
    return bool(len(y)) and 0.0 < float(y.mean()) < 1.0
