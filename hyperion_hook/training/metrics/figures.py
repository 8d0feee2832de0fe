"""The one table of figures of a ranking: ``evaluate``, ``retrain``, MLflow and the model card read it."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import accuracy_score, precision_score, recall_score

from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics import metrics


def ranking_figures(truth: Numbers, score: Numbers, lines: Numbers) -> dict[str, float]:
    """Return what ROC-AUC hides: how good the top of a ranking is, and the order of changes of similar size."""
    return {
        "roc_auc_within_sizes": metrics.auc_within_sizes(truth, score, lines),
        "share_in_top_5_percent": metrics.share_in_top(truth, score, 0.05),
        "share_in_top_10_percent": metrics.share_in_top(truth, score, 0.10),
        "share_in_top_20_percent": metrics.share_in_top(truth, score, 0.20),
    }


def effort_figures(truth: Numbers, score: Numbers, lines: Numbers, alert_rate: float) -> dict[str, float]:
    """Return figures of flagging the ``alert_rate`` with the highest scores, and of reading by falling score."""
    flagged = flagged_at(score, alert_rate)
    return {
        "precision_at_alert_rate": metrics.precision_in_top(truth, score, alert_rate),
        "mcc_at_alert_rate": metrics.mcc(truth, flagged),
        "f1_at_alert_rate": metrics.f1(truth, flagged),
        "recall_at_20_percent_effort": metrics.recall_at_effort(truth, score, lines),
        "popt": metrics.popt(truth, score, lines),
    }


def probability_figures(truth: Numbers, probability: Numbers | None) -> dict[str, float]:
    """Return how honest probabilities are; nothing of scores that are none."""
    if probability is None:
        return {}
    return {
        "brier": metrics.brier(truth, probability),
        "calibration_error": metrics.calibration_error(truth, probability),
    }


def class_figures(truth: Numbers, flagged: Numbers) -> dict[str, float]:
    """Return accuracy, precision, recall and F1 of flags (0 or 1); NaN where not defined."""
    return {
        "accuracy": float(accuracy_score(truth, flagged)),
        "precision": float(precision_score(truth, flagged, zero_division=np.nan)),
        "recall": float(recall_score(truth, flagged, zero_division=np.nan)),
        "f1_score": metrics.f1(truth, flagged),
    }


def flagged_at(score: Numbers, alert_rate: float) -> Numbers:
    """Return 1 for the share of the rows with the highest scores, at least one, else 0."""
    flagged = np.zeros(len(score))
    flagged[np.argsort(-score, kind="stable")[: max(1, round(alert_rate * len(score)))]] = 1.0
    return flagged
