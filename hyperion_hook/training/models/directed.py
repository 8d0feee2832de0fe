"""A logistic regression that never denies what the field agrees on: more files do not make a change safer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression


class DirectedLogistic(LogisticRegression):  # type: ignore[misc]  # scikit-learn has no types
    """Logistic regression whose weights have the sign that is asked for, or are 0.

    Where features say much the same, as counts of lines and files do, some of their weights turn against the rest. That
    ranks a little better on the average and is wrong for a change that grows. Features whose weight has the wrong sign
    are left out, and the others fitted anew, until there are none.

    Parameters
    ----------
    directions
        For each column 1 (never falls), -1 (never rises) or 0 (as it comes).
    C, max_iter, random_state
        As for ``LogisticRegression``.

    Examples
    --------
    >>> X = [[float(a), float(a + b)] for a in range(8) for b in (0, 1)]
    >>> y = [int(a >= 4 and b == 0) for a in range(8) for b in (0, 1)]
    >>> DirectedLogistic([1, 1]).fit(X, y).coef_.round(1).tolist()[0][1]
    0.0
    """

    def __init__(
        self, directions: Sequence[int] = (), *, C: float = 1.0, max_iter: int = 100, random_state: int | None = None
    ) -> None:
        super().__init__(C=C, max_iter=max_iter, random_state=random_state)
        self.directions = directions

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> DirectedLogistic:
        """Fit, and fit again without the columns whose weights have the wrong sign."""
        matrix, directions = np.asarray(X, dtype=np.float64), np.asarray(self.directions, dtype=np.int64)
        used = np.ones(matrix.shape[1], dtype=bool)
        while True:
            # a column of zeros gets the weight 0
            super().fit(np.where(used, matrix, 0.0), y, sample_weight)
            wrong = used & (self.coef_[0] * directions < 0.0)
            if not wrong.any():
                return self
            used &= ~wrong
