"""Numbers as the models see them, and the few formulas that training and ``scoring`` share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.scoring.members import SMALLEST

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
"""The target as 0 and 1."""
Rows = NDArray[np.intp]
"""Positions of rows."""
LARGEST = float(np.finfo(np.float32).max)


def as_matrix(X: pd.DataFrame) -> Numbers:
    """Return a frame as the numbers the models see: 32-bit floats, infinities as the largest, NaN kept."""
    matrix = np.clip(X.to_numpy(dtype=np.float64), -LARGEST, LARGEST)
    return np.asarray(matrix.astype(np.float32), dtype=np.float64)


def logit(probability: Numbers) -> Numbers:
    """Return log-odds, probabilities kept away from 0 and 1 as in ``scoring``."""
    bounded = np.clip(np.asarray(probability, dtype=np.float64), SMALLEST, 1.0 - SMALLEST)
    return np.asarray(np.log(bounded / (1.0 - bounded)))


def sigmoid(log_odds: Numbers) -> Numbers:
    """Return probabilities.

    Examples
    --------
    >>> sigmoid(np.array([0.0, -1000.0])).round(3).tolist()
    [0.5, 0.0]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500.0, 500.0))))


def signed_log(values: Numbers) -> Numbers:
    """Return ``sign(x) log(1 + |x|)``."""
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values))
