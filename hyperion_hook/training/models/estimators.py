"""The members of the ensemble as scikit-learn and XGBoost estimators, each to log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.members import SMALLEST

Numbers = NDArray[np.float64]
LARGEST = float(np.finfo(np.float32).max)


class Fitted(Protocol):
    """A fitted member."""

    @property
    def name(self) -> str:
        """How the manifest calls it."""

    def log_odds(self, X: Numbers) -> Numbers:
        """Return log-odds; ``X`` has shape ``(n_rows, n_features)``, NaN where missing."""


@dataclass(frozen=True)
class FittedTrees:
    """A fitted random forest or boosted trees."""

    name: str
    estimator: Any

    def log_odds(self, X: Numbers) -> Numbers:
        """Return log-odds for rows."""
        # scikit-learn looks for infinities by a sum, which extreme rows make overflow
        with np.errstate(invalid="ignore", over="ignore"):
            return logit(self.estimator.predict_proba(X)[:, 1])


@dataclass(frozen=True)
class FittedLogistic:
    """Logistic regression on ``sign(x) log(1 + |x|)``, standardised, missing values as the training median."""

    name: str
    columns: tuple[int, ...]
    medians: Numbers
    means: Numbers
    scales: Numbers
    weights: Numbers
    intercept: float

    def log_odds(self, X: Numbers) -> Numbers:
        """Return log-odds for rows."""
        values = signed_log(filled(X[:, self.columns], self.medians))
        return np.asarray(((values - self.means) / self.scales) @ self.weights + self.intercept)


def fit_forest(
    X: Numbers, y: Numbers, *, weights: Numbers, names: Sequence[str], seed: int, jobs: int,
    models: MLConfig | None = None,
) -> FittedTrees:
    """Fit the specification's random forest: by default 100 trees, depth 10, balanced classes."""
    del names
    parameters = (models or MLConfig(random_state=seed)).random_forest
    forest = RandomForestClassifier(**parameters, n_jobs=jobs)
    return FittedTrees("random_forest", forest.fit(X, y, sample_weight=weights))


def fit_specified_xgboost(
    X: Numbers, y: Numbers, *, weights: Numbers, names: Sequence[str], seed: int, jobs: int,
    models: MLConfig | None = None,
) -> FittedTrees:
    """Fit the specification's XGBoost: by default 100 trees, depth 8, learning rate 0.1."""
    del names
    parameters = (models or MLConfig(random_state=seed)).xgboost
    booster = XGBClassifier(**parameters, n_jobs=jobs)
    return FittedTrees("xgboost", booster.fit(X, y, sample_weight=weights))


def fit_gentle_xgboost(
    X: Numbers, y: Numbers, *, weights: Numbers, names: Sequence[str], seed: int, jobs: int,
    models: MLConfig | None = None,
) -> FittedTrees:
    """Fit the XGBoost that measured best so far: 160 trees, depth 4, learning rate 0.06, child weight at least 10.

    Its score never moves against the direction that the catalogue gives a feature: on repositories never seen that is
    safer than what chance suggested on those that were.
    """
    del models
    booster = XGBClassifier(
        n_estimators=160, max_depth=4, learning_rate=0.06, min_child_weight=10, random_state=seed, n_jobs=jobs,
        monotone_constraints=tuple(find_feature(name).direction for name in names),
    )
    return FittedTrees("xgboost", booster.fit(X, y, sample_weight=weights))


def fit_logistic(
    X: Numbers, y: Numbers, *, weights: Numbers, names: Sequence[str], seed: int, jobs: int,
    models: MLConfig | None = None, columns: tuple[int, ...] | None = None,
) -> FittedLogistic:
    """Fit logistic regression on the columns that have values (or on the given ones), without class weights.

    ``weights`` say how much each row counts in the fit; the standardisation takes all rows alike.
    """
    del jobs, names, models
    kept = tuple(range(X.shape[1])) if columns is None else columns
    kept = tuple(column for column in kept if np.isfinite(X[:, column]).any())
    medians = np.nanmedian(X[:, kept], axis=0)
    values = signed_log(filled(X[:, kept], medians))
    means, scales = values.mean(axis=0), values.std(axis=0)
    scales = np.where(scales > 1e-9, scales, 1.0)
    model = LogisticRegression(C=1.0, max_iter=2_000, random_state=seed).fit(
        (values - means) / scales, y, sample_weight=weights
    )
    return FittedLogistic("logistic", kept, medians, means, scales, model.coef_[0], float(model.intercept_[0]))


def as_matrix(X: pd.DataFrame) -> Numbers:
    """Return a frame as the numbers the models see: 32-bit floats, infinities as the largest, NaN kept."""
    matrix = np.clip(X.to_numpy(dtype=np.float64), -LARGEST, LARGEST)
    return np.asarray(matrix.astype(np.float32), dtype=np.float64)


def logit(probability: Numbers) -> Numbers:
    """Return log-odds, probabilities kept away from 0 and 1 as in ``scoring``."""
    kept = np.clip(np.asarray(probability, dtype=np.float64), SMALLEST, 1.0 - SMALLEST)
    return np.asarray(np.log(kept / (1.0 - kept)))


def signed_log(values: Numbers) -> Numbers:
    """Return ``sign(x) log(1 + |x|)``."""
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values))


def filled(values: Numbers, medians: Numbers) -> Numbers:
    """Return values with each NaN replaced by its column's median."""
    return np.where(np.isnan(values), medians, values)
