"""The anomaly detector: an isolation forest, mostly on code quality and size; it needs no target.

Missing values are medians; it is fitted the same way everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.scoring.anomaly import LIGHT
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.performance import performance
from hyperion_hook.training.models.columns import ChosenColumns, choose_columns
from hyperion_hook.training.models.fit import ANOMALY_MODULES
from hyperion_hook.training.models.fit_members import one_thread
from hyperion_hook.training.models.recipes import ISOLATION, new_isolation_forest, parameters_of
from hyperion_hook.training.models.training_result import (
    THE_ONLY_ONE,
    Trained,
    TrainedModel,
    by_column,
    left_out_warnings,
    split_table,
    split_warnings,
    without_probabilities,
)
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.validation.preparation import Prepared

_ROWS_FOR_IMPORTANCE = 500
FEWEST_OF_CODE = 3
"""Columns of code quality and size from which on the others are left out."""


def fit_anomaly(rows: pd.DataFrame, columns: FeatureColumns, config: MLConfig | None = None) -> Pipeline:
    """Return the specification's isolation forest (by default contamination 0.1, 256 rows a tree), fitted."""
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
    prepared: Prepared,
    config: MLConfig,
    progress: Progress,
    *,
    labelled: bool,
    test_size: float,
    features: Sequence[str] | None,
    draws: int,
) -> Trained:
    """Fit the specification's isolation forest (contamination 0.1, 256 rows a tree).

    Raises ``ConfigError`` or ``TrainingError`` if a setting is not valid, or there is too little to learn from.

    Parameters
    ----------
    labelled
        Whether the rows have a target: then it is told how well what is unusual matches it.
    test_size
        Share of the rows kept for testing, the newest if a time is known.
    features
        Columns; by default those of code quality and size if there are at least three, else all.
    """
    seed = config.random_state
    codes = prepared.codes
    split, copies = split_table(prepared, test_size, seed=seed, features=features)
    train, test = (prepared.frame.iloc[rows].reset_index(drop=True) for rows in (split.train, split.test))
    columns = choose_columns(train, None, apart=prepared.apart, wanted=features)
    of_code = [name for name in columns.names if (entry := feature_named(name)) and entry.module in ANOMALY_MODULES]
    if features is None and len(of_code) >= FEWEST_OF_CODE:
        others = set(columns.names) - set(of_code)
        reason = "not of code quality or size, which anomalies are told by"
        columns = ChosenColumns(tuple(of_code), {}, columns.left_out | dict.fromkeys(sorted(others), reason))
    taken = columns.transformer
    X, X_test = taken.transform(train), taken.transform(test)
    started = perf_counter()
    detector = fit_anomaly(train, taken, config)
    seconds = perf_counter() - started
    progress("training", 1, 1)
    forest = detector[1:]
    score = unusualness(forest, X_test)
    with np.errstate(invalid="ignore", over="ignore"):
        flagged, flagged_before = ((forest.predict(values) == -1).astype(np.int64) for values in (X_test, X))
    figures: dict[str, Any] = dict.fromkeys(("accuracy", "precision", "recall", "f1"))
    if labelled:
        figures = without_probabilities(performance(codes[split.test], score, flagged, draws=draws, seed=seed))
    model = TrainedModel(
        ISOLATION,
        detector,
        figures,
        {},
        by_column(taken, anomaly_importance(forest, X, seed)),
        parameters_of(forest),
        flagged,
        seconds,
        {
            "anomaly_share": {"training": float(flagged_before.mean()), "test": float(flagged.mean())},
            "median_score": float(np.median(score)),
        },
    )
    warnings = [*split_warnings(split, copies), *left_out_warnings(columns)]
    return Trained({ISOLATION: model}, ISOLATION, THE_ONLY_ONE, split, columns, warnings, {})
