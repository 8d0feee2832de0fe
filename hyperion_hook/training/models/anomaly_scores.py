"""How unusual rows are to an isolation forest, and which columns make them so."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperion_hook.training.models.estimators import Numbers

_ROWS_FOR_IMPORTANCE = 500


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
