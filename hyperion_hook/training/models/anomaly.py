"""The anomaly detector: an isolation forest on medians where values are missing; fitted the same way everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.scoring.anomaly import LIGHT
from hyperion_hook.training.models.fit_members import one_thread
from hyperion_hook.training.models.recipes import new_isolation_forest
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.numbers import Numbers

_ROWS_FOR_IMPORTANCE = 500


def fit_anomaly(rows: pd.DataFrame, columns: FeatureColumns, config: MLConfig | None = None) -> Pipeline:
    """Return the specification's isolation forest (by default contamination 0.1, 256 rows a tree), fitted.

    Parameters
    ----------
    rows
        What is usual.
    columns
        What is taken from them.
    config
        Hyperparameters and seed.
    """
    with one_thread(), np.errstate(invalid="ignore", over="ignore"):
        X = columns.transform(rows)
        detector = new_isolation_forest(config or MLConfig(), len(X)).fit(X)
    return Pipeline([("columns", columns), *detector.steps])


def columns_with_values(rows: pd.DataFrame, names: list[str]) -> FeatureColumns:
    """Return those of the columns that have a value in some row."""
    values = rows[names].to_numpy(dtype=np.float64)
    return FeatureColumns([name for name, has in zip(names, np.isfinite(values).any(axis=0), strict=True) if has])


def light_decision(detector: Pipeline, rows: pd.DataFrame) -> float:
    """Return the point below which so many decisions lie as are called unusual, when code metrics are missing."""
    hidden = [name for name in detector["columns"].names if name not in LIGHT]
    light = rows.assign(**dict.fromkeys(hidden, np.nan))
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.quantile(detector.decision_function(light), detector[-1].contamination))


def unusualness(forest: Any, X: Numbers) -> Numbers:
    """Return 0..1, the larger the more unusual; scikit-learn's ``score_samples`` with its sign turned."""
    # scikit-learn looks for infinities by a sum, which extreme rows make overflow
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(-forest.score_samples(X), dtype=np.float64)


def anomaly_importance(forest: Any, X: Numbers, seed: int) -> Numbers:
    """Return how much each column moves the scores when its values are shuffled; the sum is 1, or all are 0.

    Parameters
    ----------
    forest
        A fitted isolation forest, or a pipeline that ends in one.
    X
        Rows it has learned; at most 500 of them are asked.
    seed
        Of the draw and the shuffles.
    """
    random = np.random.default_rng(seed)
    rows = X if len(X) <= _ROWS_FOR_IMPORTANCE else X[random.choice(len(X), _ROWS_FOR_IMPORTANCE, replace=False)]
    before = unusualness(forest, rows)
    moved = np.zeros(X.shape[1])
    for column in range(X.shape[1]):
        shuffled = rows.copy()
        shuffled[:, column] = random.permutation(shuffled[:, column])
        moved[column] = np.abs(unusualness(forest, shuffled) - before).mean()
    return np.asarray(moved / moved.sum() if moved.sum() else moved)
