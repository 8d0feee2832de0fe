"""The calibration of a risk model (Platt): a slope and a shift on combined log-odds, and the rows it learns from.

``metrics`` measures how well probabilities are calibrated, ``scoring.risk`` applies slope and shift to a change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hyperion_hook.training.formulas import Codes, Numbers

LEAST_TO_CALIBRATE = 10
"""Rows of either class from which on the newest fold calibrates alone."""


def taught_and_calibrated(
    truth: Codes, fold: NDArray[np.intp], *, in_time_order: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows teach the meta-learner, and which ones the calibration; both of shape ``(n_rows,)``.

    In time order the newest fold calibrates and the others teach. Where there are fewer than ten rows of either class
    in it or before it, and without an order, all rows do both.
    """
    newest = fold == fold.max()
    rarest = min(int(np.bincount(truth[part], minlength=2).min()) for part in (newest, ~newest))
    if in_time_order and rarest >= LEAST_TO_CALIBRATE:
        return ~newest, newest
    every = np.ones(len(truth), dtype=bool)
    return every, every


def platt_calibration(combined: Numbers, truth: Codes, weight: Numbers, *, seed: int) -> tuple[float, float]:
    """Return Platt's slope and shift; where the rows cannot tell, the combination stands as it is."""
    if len(np.unique(truth)) < 2:
        return 1.0, 0.0
    platt = LogisticRegression(C=1e6, random_state=seed, max_iter=1_000).fit(combined[:, None], truth, weight)
    slope = float(platt.coef_[0, 0])
    # a calibration must not turn the ranking round
    return (slope, float(platt.intercept_[0])) if slope > 0 else (1.0, 0.0)
