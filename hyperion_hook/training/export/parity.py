"""Whether an exported model says what the fitted one does, on rows as they come and on hard ones: to 1e-6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.training.formulas import Numbers, as_matrix

TOLERANCE = 1e-6


def risk_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between a classifier's probability and its bundle's.

    Parameters
    ----------
    model
        Fitted on the bundle's features, under the names that ``rows`` has for them, or on a matrix.
    rows
        Rows with the model's columns in its order, to which ``count`` hard ones are added.
    count, seed
        How many hard rows, and the seed they are drawn with.
    """
    named = getattr(model, "feature_names_in_", None) is not None

    def expected(every: pd.DataFrame) -> Numbers:
        matrix = as_matrix(every)
        return np.asarray(model.predict_proba(pd.DataFrame(matrix, columns=every.columns) if named else matrix)[:, 1])

    return _difference(expected, lambda row: sigmoid(bundle.risk.log_odds(row)), rows, count, seed)


def anomaly_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between an anomaly detector's decision and its bundle's, as above."""
    detector = bundle.anomaly
    if detector is None:
        raise TrainingError("the bundle holds no anomaly detector; nothing is kept")
    return _difference(model.decision_function, detector.decision, rows[list(model["columns"].names)], count, seed)


def bug_difference(model: Any, bundle: Bundle, rows: pd.DataFrame, *, count: int, seed: int = 42) -> float:
    """Return the largest difference between a bug predictor's probability and its bundle's, as above."""
    predictor = bundle.bugs
    if predictor is None:
        raise TrainingError("the bundle holds no bug predictor; nothing is kept")
    numbers = rows[list(FILE_NUMBERS)]  # the model takes those it knows, the bundle finds its own by position
    return _difference(lambda every: model.predict_proba(every)[:, 1], predictor.file_probability, numbers, count, seed)


def checked(worst: float) -> float:
    """Return a difference, or refuse it; raise ``TrainingError`` if it is more than 1e-6."""
    if not worst <= TOLERANCE:
        raise TrainingError(f"exported models differ from the fitted ones by {worst:.2e}; nothing is kept")
    return worst


def _difference(
    expected: Callable[[pd.DataFrame], Numbers],
    exported_says: Callable[[list[float]], float],
    rows: pd.DataFrame,
    count: int,
    seed: int,
) -> float:
    every = pd.concat([rows, hard_rows(rows, count, seed)], ignore_index=True)
    result = np.array([exported_says(row) for row in every.to_numpy(dtype=np.float64).tolist()])
    # extreme rows have log-odds whose exponential is infinite, as it should be
    with np.errstate(all="ignore"):
        return float(np.abs(np.asarray(expected(every)) - result).max())


def hard_rows(X: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return rows drawn from each column by itself, strewn with missing, extreme and tiny values."""
    random = np.random.default_rng(seed)
    values = X.to_numpy(dtype=np.float64)
    rows = np.column_stack([random.choice(column, count) for column in values.T])
    extremes = np.array([np.nan, 0.0, -0.0, 1e-45, -1e-45, 1.0, -1.0, 1e10, -1e10, 3e38, -3e38, np.inf, -np.inf])
    strewn = random.random(rows.shape) < 0.15
    rows[strewn] = random.choice(extremes, int(strewn.sum()))
    rows[: len(extremes)] = extremes[:count, None]
    return pd.DataFrame(rows, columns=X.columns)
