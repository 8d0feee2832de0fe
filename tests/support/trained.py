"""Small fitted models as records of runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.training.mlflow.run_record import RunRecord

FEATURES = ("la", "densité/jour", "lignes_code")


def table(rows: int = 200, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Return features and a class that the first of them decides for the most part."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, len(FEATURES))), columns=list(FEATURES))
    return frame, (frame["la"] + 0.5 * rng.normal(size=rows) > 0).to_numpy().astype(int)


def record_of(estimator: Any, name: str = "risk_predictor_rf", **changes: Any) -> RunRecord:
    """Return a record of an estimator, fitted on the first three quarters of ``table``."""
    frame, truth = table()
    fitted = estimator.fit(frame[:150], truth[:150])
    importance = getattr(fitted, "feature_importances_", [])
    record = RunRecord(
        model_name=name,
        model_type=type(fitted).__name__,
        estimator=fitted,
        parameters={"n_estimators": 10},
        metrics={"accuracy": 0.95, "f1_score": 0.93, "roc_auc": float("nan"), "training_time_seconds": 45.2},
        cross_validation={"accuracy": [0.9, 0.94, 0.95]},
        importance=dict(zip(FEATURES, importance, strict=True)) if len(importance) else {},
        expected=truth[150:],
        predicted=np.asarray(fitted.predict(frame[150:])),
        example=frame[:3],
        tags={"data_version": "v1.0", "features_version": "3.0.0"},
        data={"training_samples": 150, "test_samples": 50},
    )
    return replace(record, **changes)
