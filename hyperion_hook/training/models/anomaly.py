"""The anomaly detector: an isolation forest, mostly on code quality and size; it needs no target."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.scoring.anomaly import LIGHT
from hyperion_hook.training.formulas import Codes, Numbers
from hyperion_hook.training.models.columns import ChosenColumns, choose_columns
from hyperion_hook.training.models.fit import ANOMALY_MODULES
from hyperion_hook.training.models.fit_members import one_thread
from hyperion_hook.training.models.recipes import ISOLATION, new_isolation_forest, parameters_of
from hyperion_hook.training.models.training_result import Rowset, SplitOptions, Trained, TrainedModel, rowset
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.validation.preparation import Prepared

_ROWS_FOR_IMPORTANCE = 500
FEWEST_OF_CODE = 3
"""Columns of code quality and size from which on the others are left out."""


def fit_anomaly(rows: pd.DataFrame, columns: FeatureColumns, config: MLConfig | None = None) -> Pipeline:
    """Return the specification's isolation forest (by default contamination 0.1, 256 rows a tree), fitted."""
    return Pipeline([("columns", columns), *_fitted(columns.transform(rows), config or MLConfig()).steps])


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


def flagged(forest: Any, X: Numbers) -> Codes:
    """Return 1 for rows that a forest calls unusual, else 0."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(forest.predict(X) == -1, dtype=np.int64)


def judged(forest: Pipeline, rows: Rowset, seconds: float, *, labelled: bool = True) -> TrainedModel:
    """Return an isolation forest with its figures, as if what is unusual were risky; it has no probabilities."""
    flags = flagged(forest, rows.X_test)
    figures: dict[str, Any] = dict.fromkeys(("accuracy", "precision", "recall", "f1"))
    if labelled:
        figures = rows.figures(unusualness(forest, rows.X_test), flags, is_probability=False)
    return TrainedModel(
        ISOLATION,
        Pipeline([("columns", rows.taken), *forest.steps]),
        figures,
        {},
        rows.by_column(anomaly_importance(forest, rows.X, rows.config.random_state)),
        parameters_of(forest),
        flags,
        seconds,
    )


def anomaly_importance(forest: Any, X: Numbers, seed: int) -> Numbers:
    """Return how much each column moves the scores when its values are shuffled; the sum is 1, or all are 0.

    ``forest`` is a fitted isolation forest, or a pipeline that ends in one; at most 500 of the rows are asked.
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


def train_anomalies(
    prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress, *, labelled: bool
) -> Trained:
    """Fit the specification's isolation forest (contamination 0.1, 256 rows a tree).

    Raises ``ConfigError`` or ``TrainingError`` if a setting is not valid, or there is too little to learn from.

    Parameters
    ----------
    options
        By default columns are those of code quality and size if there are at least three, else all.
    labelled
        Whether the rows have a target: then it is told how well what is unusual matches it.
    """

    def chosen(train: pd.DataFrame) -> ChosenColumns:
        columns = choose_columns(train, None, apart=prepared.apart, wanted=options.features)
        of_code = [name for name in columns.names if (entry := feature_named(name)) and entry.module in ANOMALY_MODULES]
        if options.features is not None or len(of_code) < FEWEST_OF_CODE:
            return columns
        others = sorted(set(columns.names) - set(of_code))
        reason = "not of code quality or size, which anomalies are told by"
        return ChosenColumns(tuple(of_code), {}, columns.left_out | dict.fromkeys(others, reason))

    rows = rowset(prepared, options, config, choose=chosen)
    started = perf_counter()
    forest = _fitted(rows.X, config)
    seconds = perf_counter() - started
    progress("training", 1, 1)
    model = judged(forest, rows, seconds, labelled=labelled)
    extra = {
        "anomaly_share": {"training": float(flagged(forest, rows.X).mean()), "test": float(model.flagged.mean())},
        "median_score": float(np.median(unusualness(forest, rows.X_test))),
    }
    return rows.trained({ISOLATION: replace(model, extra=extra)}, ISOLATION, judged=False)


def _fitted(X: Numbers, config: MLConfig) -> Pipeline:
    with one_thread(), np.errstate(invalid="ignore", over="ignore"):
        return new_isolation_forest(config, len(X)).fit(X)
