"""The documented result dictionaries, and a record of each model for whoever tracks trainings."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hyperion_hook.ml.preparation import Prepared
from hyperion_hook.ml.risk_training import META, TrainedModel, TrainedRisk
from hyperion_hook.training.run_record import RunRecord
from hyperion_hook.training.validation import ValidationResult

FEATURES_VERSION = "3.0.0"
EXAMPLE_ROWS = 5
RECORDED_AS = {
    "random_forest": ("risk_predictor_rf", "RandomForest"),
    "xgboost": ("risk_predictor_xgb", "XGBoost"),
    "isolation_forest": ("anomaly_detector", "IsolationForest"),
    "meta_learner": ("risk_predictor", "Ensemble"),
}
"""Name and type of a model in records, by its name in results."""
_FIGURES = ("accuracy", "precision", "recall", "f1", "mcc", "roc_auc", "pr_auc", "brier", "ece")

_log = logging.getLogger("hyperion_hook")


class Tracker(Protocol):
    """Who keeps a record of trainings, as ``training.tracking.MLFlowTracker`` does."""

    def log(self, record: RunRecord) -> object:
        """Keep one trained model."""


def risk_result(trained: TrainedRisk, prepared: Prepared, seconds: float) -> dict[str, Any]:
    """Return the documented dictionary of the risk predictor, with more beside it."""
    best, meta = trained.models[trained.best], trained.models[META]
    classifier = meta.instance[-1]
    return {
        "training_time_seconds": seconds,
        "validation_result": prepared.validation,
        "models_results": {name: model.entry() for name, model in trained.models.items()},
        "best_model": {
            "name": best.name, **best.entry(),
            "chosen_by": "highest mean F1 in cross-validation within the training rows",
        },
        "ensemble_performance": {
            **meta.figures, **summary_of(meta), "recipe": trained.recipe.name, "members": list(trained.recipe.members),
            "columns": list(classifier.columns), "weights": list(classifier.weights), "threshold": classifier.threshold,
            "instance": meta.instance,
        },
        "baselines": trained.baselines,
        "feature_names": list(trained.columns.names),
        "left_out": dict(trained.columns.left_out),
        "training_samples": len(trained.split.train),
        "test_samples": len(trained.split.test),
        "split": {"kind": trained.split.kind, "reason": trained.split.reason},
        "target_classes": list(prepared.target.labels),
        "search": trained.search,
        "warnings": [*prepared.warnings, *trained.warnings],
    }


def summary_of(model: TrainedModel) -> dict[str, float]:
    """Return the means and deviations of cross-validation."""
    return {name: value for name, value in model.entry().items() if name.startswith("cv_")}


def record_of(
    model: TrainedModel, *, recorded_as: tuple[str, str], rows: pd.DataFrame, truth: np.ndarray, labels: Mapping[int, Any],
    data: Mapping[str, float], tags: Mapping[str, str], seconds: float,
) -> RunRecord:
    """Return the record of one model.

    Parameters
    ----------
    model
        With its figures.
    recorded_as
        Name and type.
    rows
        Some of the features, as the estimator takes them.
    truth
        0 or 1 of the test rows; shape ``(n_rows,)``.
    labels
        The caller's values for 0 and 1.
    data, tags, seconds
        What it learned from, further tags, and how long the training took.
    """
    name, kind = recorded_as
    metrics = {("f1_score" if figure == "f1" else figure): float(model.figures[figure]) for figure in _FIGURES
               if figure in model.figures}
    return RunRecord(
        model_name=name, model_type=kind, estimator=model.instance, parameters=model.parameters,
        metrics={**metrics, "training_time_seconds": seconds},
        cross_validation={("f1_score" if figure == "f1" else figure): values for figure, values in model.folds.items()},
        importance=model.importance,
        expected=np.array([labels[int(code)] for code in truth]),
        predicted=np.array([labels[int(code)] for code in model.flagged]),
        example=rows, tags=tags, data=data,
    )


def data_of(validation: ValidationResult, *, train: int, test: int, features: int, positives: float
            ) -> dict[str, float]:
    """Return what a record says of the table."""
    coverage = list(validation.feature_coverage.values())
    return {
        "training_samples": float(train), "test_samples": float(test), "feature_count": float(features),
        "missing_percentage": float(validation.missing_percentage), "class_balance": positives,
        "feature_coverage": float(np.mean(coverage)) if coverage else float("nan"),
    }


def version_of(frame: pd.DataFrame) -> str:
    """Return a short name for the content of a table: the same rows, the same name.

    Examples
    --------
    >>> version_of(pd.DataFrame({"la": [1, 2]})) == version_of(pd.DataFrame({"la": [1, 2]}))
    True
    """
    hashed = pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy()
    named = ",".join(map(str, frame.columns)).encode()
    return hashlib.sha256(named + np.ascontiguousarray(hashed).tobytes()).hexdigest()[:12]


def tell(tracker: Tracker | None, record: RunRecord) -> str | None:
    """Hand a record to a tracker; return what went wrong, in one line."""
    if tracker is None:
        return None
    try:
        tracker.log(record)
    except Exception as error:  # noqa: BLE001 - whatever a tracker dies of, the training is worth more
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return f"tracking: {record.model_name} was not recorded ({first})"
    return None


def warn(lines: list[str]) -> None:
    """Show warnings where a program shows those of libraries."""
    for line in lines:
        _log.warning("%s", line)
