"""The figures of a classifier on rows that it did not learn from, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve

from hyperion_hook.training.formulas import Codes, Numbers
from hyperion_hook.training.metrics.metrics import brier, calibration_error, mcc, pr_auc, roc_auc
from hyperion_hook.training.metrics.resampling import Ranking, bootstrap, interval_of, resamples

DRAWS = 500
_DRAWS_OF_CALIBRATION = 100
"""It is sorted anew for every draw, and takes longer."""
_MOST_DRAWN = 20_000_000
"""Rows times draws: on many rows a few draws tell as much, and all of them would not fit in memory."""


def performance(
    truth: Codes, probability: Numbers, flagged: Codes, *, draws: int = DRAWS, seed: int = 42
) -> dict[str, Any]:
    """Return the figures of probabilities and flags.

    Parameters
    ----------
    truth, flagged
        0 or 1; shape ``(n_rows,)``.
    probability
        Of class 1, or any score: then ``brier`` and ``ece`` mean nothing.
    draws, seed
        Resamples of the rows for ``intervals``, and their seed.

    Returns
    -------
    dict
        ``accuracy``, ``precision``, ``recall``, ``f1``, ``mcc``, ``roc_auc``, ``pr_auc``, ``brier``, ``ece``, all in
        [0, 1] but ``mcc`` in [-1, 1], NaN where not defined; and ``intervals``, by name of the figure, low and high end
        of the 95 % interval.

    Examples
    --------
    >>> truth = np.array([0, 0, 1, 1])
    >>> figures = performance(truth, np.array([0.1, 0.4, 0.3, 0.8]), np.array([0, 0, 0, 1]), draws=20)
    >>> figures["accuracy"], figures["precision"], figures["recall"], figures["roc_auc"]
    (0.75, 1.0, 0.5, 0.75)
    """
    draws = min(draws, max(50, _MOST_DRAWN // len(truth)))
    weights = (np.ones(len(truth)), *resamples(len(truth), draws, seed))
    squares = (probability - truth) ** 2
    counted = np.array([_counted(truth, flagged, squares, drawn) for drawn in weights])
    intervals = {name: interval_of(counted[:, column]) for column, name in enumerate(_COUNTED)}
    for name, metric in (("roc_auc", Ranking.roc_auc), ("pr_auc", Ranking.pr_auc)):
        intervals[name] = bootstrap(metric, truth, {name: probability}, draws=draws, seed=seed)[name]
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(truth), len(truth)) for _ in range(min(draws, _DRAWS_OF_CALIBRATION)))
    errors = [
        calibration_error(truth, probability),
        *(calibration_error(truth[rows], probability[rows]) for rows in drawn),
    ]
    intervals["ece"] = interval_of(np.array(errors))
    if len(np.unique(truth)) < 2:  # nothing to find, or nothing to tell it from
        intervals |= dict.fromkeys(("precision", "recall", "f1"), interval_of(np.array([np.nan])))
    return {
        **{name: interval.value for name, interval in intervals.items()},
        "roc_auc": roc_auc(truth, probability),
        "pr_auc": pr_auc(truth, probability),
        "brier": brier(truth, probability),
        "mcc": mcc(truth, flagged),
        "intervals": {name: (interval.low, interval.high) for name, interval in intervals.items()},
    }


_COUNTED = ("accuracy", "precision", "recall", "f1", "brier")


def _counted(truth: Codes, flagged: Codes, squares: Numbers, weights: Numbers) -> tuple[float, ...]:
    """Return the figures that are sums over rows; like scikit-learn's with ``zero_division=0``."""
    hits = float(weights[(truth == 1) & (flagged == 1)].sum())
    alarms, positives, total = (float(part.sum()) for part in (weights[flagged == 1], weights[truth == 1], weights))
    return (
        float(weights[truth == flagged].sum()) / total,
        hits / alarms if alarms else 0.0,
        hits / positives if positives else 0.0,
        2.0 * hits / (alarms + positives) if alarms + positives else 0.0,
        float((weights * squares).sum()) / total,
    )


FOLD_FIGURES = ("accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc", "brier", "ece")


def fold_figures(
    truth: Sequence[Codes], probability: Sequence[Numbers], flagged: Sequence[Codes] | None = None
) -> dict[str, list[float]]:
    """Return the figures of each fold, by name.

    Flags that are not given are set at the threshold that suits the other folds best.
    """
    results: dict[str, list[float]] = {name: [] for name in FOLD_FIGURES}
    for fold, (y, p) in enumerate(zip(truth, probability, strict=True)):
        flags = _flags(truth, probability, fold) if flagged is None else flagged[fold]
        accuracy, precision, recall, f1, _ = _counted(y, flags, np.zeros(len(y)), np.ones(len(y)))
        row = (accuracy, precision, recall, f1, roc_auc(y, p), pr_auc(y, p), brier(y, p), calibration_error(y, p))
        for name, value in zip(FOLD_FIGURES, row, strict=True):
            results[name].append(value)
    return results


def _flags(truth: Sequence[Codes], probability: Sequence[Numbers], fold: int) -> Codes:
    others = [number for number in range(len(truth)) if number != fold] or [fold]
    threshold = best_threshold(
        np.concatenate([truth[number] for number in others]), np.concatenate([probability[number] for number in others])
    )
    return (probability[fold] >= threshold).astype(np.int64)


def summary(folds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return ``cv_mean_<figure>`` and ``cv_std_<figure>``, of the folds where it is defined.

    Examples
    --------
    >>> summary({"f1": [0.5, 0.7]})
    {'cv_mean_f1': 0.6, 'cv_std_f1': 0.09999999999999998}
    """
    figures = {}
    for name, values in folds.items():
        known = [value for value in values if np.isfinite(value)]
        figures[f"cv_mean_{name}"] = fmean(known) if known else np.nan
        figures[f"cv_std_{name}"] = pstdev(known) if known else np.nan
    return figures


def best_threshold(truth: Codes, probability: Numbers) -> float:
    """Return the probability from which on rows are flagged for the highest F1; 0.5 with one class only.

    Examples
    --------
    >>> best_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4]))
    0.3
    """
    if len(np.unique(truth)) < 2:
        return 0.5
    precision, recall, thresholds = precision_recall_curve(truth, probability)
    total = precision + recall
    f1 = np.divide(2.0 * precision * recall, total, out=np.zeros_like(total), where=total > 0)[:-1]
    return float(thresholds[int(np.argmax(f1))])
