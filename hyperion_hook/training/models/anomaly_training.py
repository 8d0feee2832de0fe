"""Training of the anomaly detector: an isolation forest, mostly on code quality and size; it needs no target."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.training.metrics.performance import performance
from hyperion_hook.training.models.anomaly import anomaly_importance, fit_anomaly, unusualness
from hyperion_hook.training.models.columns import ChosenColumns, choose_columns
from hyperion_hook.training.models.fit import ANOMALY_MODULES
from hyperion_hook.training.models.recipes import ISOLATION, parameters_of
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
from hyperion_hook.training.validation.preparation import Prepared

FEWEST_OF_CODE = 3
"""Columns of code quality and size from which on the others are left out."""


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

    Parameters
    ----------
    prepared
        Rows.
    config, progress
        As for every training.
    labelled
        Whether the rows have a target: then it is told how well what is unusual matches it.
    test_size
        Share of the rows kept for testing, the newest if a time is known.
    features
        Columns; by default those of code quality and size if there are at least three, else all.
    draws
        Resamples for the intervals.

    Raises
    ------
    ConfigError, TrainingError
        If a setting is not valid, or there is too little to learn from.
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
