"""A record of each trained model for whoever tracks trainings; a tracker that fails costs a warning."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hyperion_hook.training.mlflow.run_record import RunRecord
from hyperion_hook.training.models.training_result import TrainedModel
from hyperion_hook.training.validation.result import ValidationResult

FEATURES_VERSION = "3.0.0"
EXAMPLE_ROWS = 5
RECORDED_AS = {
    "random_forest": ("risk_predictor_rf", "RandomForest"),
    "xgboost": ("risk_predictor_xgb", "XGBoost"),
    "isolation_forest": ("anomaly_detector", "IsolationForest"),
    "meta_learner": ("risk_predictor", "Ensemble"),
    "impact_ensemble": ("impact_analyzer", "Ensemble"),
}
"""Name and type of a model in records, by its name in results."""
BUGS_RECORDED_AS = ("bug_predictor", "XGBoost")
_FIGURES = ("accuracy", "precision", "recall", "f1", "mcc", "roc_auc", "pr_auc", "brier", "ece")


class Tracker(Protocol):
    """Who keeps a record of trainings, as ``training.tracking.MLFlowTracker`` does."""

    def log(self, record: RunRecord) -> object:
        """Keep one trained model."""


def record_of(
    model: TrainedModel,
    *,
    recorded_as: tuple[str, str],
    example: pd.DataFrame,
    truth: np.ndarray | None,
    labels: Sequence[Any],
    data: Mapping[str, float],
    tags: Mapping[str, str],
) -> RunRecord:
    """Return the record of one model.

    ``example`` is a few rows of the features, as the estimator takes them. ``truth`` is 0 or 1 of the test rows, shape
    ``(n_rows,)``; without it there are no expected classes.
    """
    name, kind = recorded_as
    known = [figure for figure in _FIGURES if model.figures.get(figure) is not None]
    return RunRecord(
        model_name=name,
        model_type=kind,
        estimator=model.instance,
        parameters=model.parameters,
        metrics={
            **{_named(figure): float(model.figures[figure]) for figure in known},
            "training_time_seconds": model.seconds,
        },
        cross_validation={_named(figure): values for figure, values in model.folds.items()},
        importance=model.importance,
        expected=np.array([] if truth is None else [labels[int(code)] for code in truth]),
        predicted=np.array([] if truth is None else [labels[int(code)] for code in model.flagged]),
        example=example,
        tags=tags,
        data=data,
    )


def data_of(
    validation: ValidationResult, *, train: int, test: int, features: int, positives: float
) -> dict[str, float]:
    """Return the numbers of a record about the table; ``positives`` is the share of class 1 that was learned."""
    coverage = list(validation.feature_coverage.values())
    return {
        "training_samples": float(train),
        "test_samples": float(test),
        "feature_count": float(features),
        "missing_percentage": float(validation.missing_percentage),
        "class_balance": positives,
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


def try_log(tracker: Tracker, record: RunRecord) -> list[str]:
    """Hand a record to a tracker; return the failure in one line, if there is one."""
    try:
        tracker.log(record)
    except Exception as error:  # noqa: BLE001 - whatever a tracker dies of, the training is worth more
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return [f"tracking: {record.model_name} was not recorded ({first})"]
    return []


def _named(figure: str) -> str:
    """Return the document's name of a figure: records say ``f1_score``, results ``f1``."""
    return "f1_score" if figure == "f1" else figure
