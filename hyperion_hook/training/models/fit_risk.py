"""Fitting the risk model and the anomaly detector, in time order.

Two recipes are always fitted and compared: the specification's (random forest, XGBoost, a logistic meta-learner on
their predictions and confidences) and the blend that measured best so far (logistic regression and gentle XGBoost,
mean of log-odds). No row is predicted by a model that saw a later one, or a label that was found later; the
meta-learner learns from the folds before the last, and the calibration from the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression

from hyperion_hook.config.hyperparameters import META_FEATURES
from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.catalogue import Feature
from hyperion_hook.scoring.anomaly import LIGHT
from hyperion_hook.scoring.risk import split_column
from hyperion_hook.training.models.estimators import (
    Fitted,
    Numbers,
    as_matrix,
    filled,
    fit_forest,
    fit_gentle_xgboost,
    fit_logistic,
    fit_specified_xgboost,
)

LEAST_ROWS = 200
LEAST_POSITIVES = 20
ANOMALY_MODULES = frozenset({"quality", "size", "diffusion", "tokens"})


DEFAULTS = MLConfig()


@dataclass(frozen=True, slots=True)
class FitConfig:
    """Seed, number of time-ordered folds, processor cores, and hyperparameters (by default with that seed)."""

    seed: int = DEFAULTS.random_state
    folds: int = DEFAULTS.cv_folds
    jobs: int = DEFAULTS.n_jobs
    models: MLConfig | None = None

    @property
    def parameters(self) -> MLConfig:
        """The hyperparameters in force."""
        return self.models or MLConfig(random_state=self.seed)


@dataclass(frozen=True)
class Moments:
    """When each row's change was made and its bug found, Unix seconds (``known_at`` NaN without a bug); ``(n_rows,)``.

    A fold learns what was known when its first test row was made: bugs found by then, and no row of the ``gap_days``
    before, whose bugs were mostly not found yet.
    """

    time: Numbers
    known_at: Numbers
    gap_days: int

    def known(self, labels: Numbers, rows: slice, moment: float) -> tuple[NDArray[np.intp], Numbers]:
        """Return which rows of a slice may be learned at a moment, and their labels as known then."""
        kept = np.flatnonzero(self.time[rows] <= moment - self.gap_days * DAY)
        return kept, labels[rows][kept] * (self.known_at[rows][kept] <= moment)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which members there are and how they are combined; ``None`` for weights: learnt by a meta-learner.

    ``learned`` says which features of the catalogue it looks at.
    """

    name: str
    members: tuple[Callable[..., Fitted], ...]
    columns: tuple[str, ...]
    weights: tuple[float, ...] | None
    learned: Callable[[Feature], bool] = lambda _feature: True


SPECIFIED = Recipe(
    "forest+xgboost+meta-learner",
    (fit_forest, fit_specified_xgboost),
    META_FEATURES,
    None,
)
_TOLD_BY_THE_PATCH = frozenset({"size", "tokens", "diffusion", "purpose"})
_OF_THE_PAST = frozenset({
    "age", "ndev", "author_ownership", "author_file_commits", "commit_frequency", "recent_commits", "file_volatility",
    "past_bug_count", "recent_bug_count", "file_bug_share", "directory_bug_share", "repository_bug_share",
})
"""What of a history carries over to other repositories; counts that grow with its length do not."""


def carries_over(feature: Feature) -> bool:
    """Whether a feature helps on repositories that were never seen: what the patch says, and shares of the past.

    Measured by leaving each repository of the corpus out in turn: the other features of patch and history, such as the
    author's number of commits, did not improve the ranking there.
    """
    return feature.module in _TOLD_BY_THE_PATCH or feature.name in _OF_THE_PAST


BLEND = Recipe(
    "logistic+xgboost blend",
    (fit_logistic, fit_gentle_xgboost),
    ("logistic_log_odds", "xgboost_log_odds"),
    (0.5, 0.5),
    carries_over,
)


@dataclass(frozen=True)
class FittedRisk:
    """A fitted risk model; ``slope`` and ``shift`` are the calibration on combined log-odds."""

    recipe: Recipe
    features: tuple[str, ...]
    members: tuple[Fitted, ...]
    weights: tuple[float, ...]
    intercept: float
    slope: float
    shift: float

    def log_odds(self, X: pd.DataFrame) -> Numbers:
        """Return calibrated log-odds, one for each row of a frame with the columns ``features``."""
        combined = self.columns(X) @ np.array(self.weights)
        return np.asarray(self.slope * (combined + self.intercept) + self.shift)

    def columns(self, X: pd.DataFrame) -> Numbers:
        """Return what is combined, one column for each of the recipe's; shape ``(n_rows, n_columns)``."""
        matrix = as_matrix(X[list(self.features)])
        said = {member.name: member.log_odds(matrix) for member in self.members}
        return combination_columns(self.recipe.columns, said)

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Return the probability that a change introduces a bug, one for each row."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.log_odds(X))))


@dataclass(frozen=True)
class FittedAnomaly:
    """A fitted isolation forest; missing values are the training medians.

    ``light_decision`` is the point below which a tenth of the decisions lie when code metrics are missing.
    """

    features: tuple[str, ...]
    medians: Numbers
    forest: Any
    light_decision: float = 0.0

    def decision(self, X: pd.DataFrame) -> Numbers:
        """Return scikit-learn's decision function: negative is unusual."""
        values = filled(as_matrix(X[list(self.features)]), self.medians)
        with np.errstate(invalid="ignore", over="ignore"):
            return np.asarray(self.forest.decision_function(values))


def fit_risk(X: pd.DataFrame, y: Sequence[float], *, recipe: Recipe = SPECIFIED,
             config: FitConfig | None = None, moments: Moments | None = None,
             weights: Sequence[float] | None = None) -> FittedRisk:
    """Fit a recipe on rows in time order.

    Parameters
    ----------
    X
        Features, one row a change, oldest first, NaN where missing; shape ``(n_rows, n_features)``.
    y
        0 or 1, whether the change introduced a bug; shape ``(n_rows,)``.
    recipe
        Members and combination.
    config
        Seed, folds, cores.
    moments
        When rows were made and bugs found; without them every label counts as known at once.
    weights
        How much each row counts, 1 each by default; shape ``(n_rows,)``.

    Raises
    ------
    TrainingError
        With fewer than 200 rows or 20 of either class.
    """
    config = config or FitConfig()
    labels = np.asarray(y, dtype=np.float64)
    positives = int(labels.sum())
    if len(X) < LEAST_ROWS or min(positives, len(X) - positives) < LEAST_POSITIVES:
        raise TrainingError(
            f"training data: {len(X)} changes with {positives} bugs; at least {LEAST_ROWS} changes and "
            f"{LEAST_POSITIVES} with and without a bug are needed"
        )
    matrix = as_matrix(X)
    counts = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=np.float64)
    names = tuple(X.columns)
    columns, rows, fold = _out_of_fold(matrix, labels, counts, names, recipe, config, moments)
    last = fold == fold.max()
    combination, intercept = _combine(recipe, columns[~last], labels[rows[~last]], counts[rows[~last]], config)
    combined = columns @ np.array(combination) + intercept
    slope, shift = calibrate(combined[last], labels[rows[last]], counts[rows[last]], config)
    members = tuple(
        member(
            matrix, labels, weights=counts, names=names, seed=config.seed, jobs=config.jobs, models=config.models
        )
        for member in recipe.members
    )
    return FittedRisk(recipe, names, members, combination, intercept, slope, shift)


def fit_anomaly(X: pd.DataFrame, *, config: FitConfig | None = None) -> FittedAnomaly:
    """Fit the specification's isolation forest (by default contamination 0.1, 256 rows a tree) on rows of features."""
    config = config or FitConfig()
    kept = [name for name in X.columns if np.isfinite(X[name].to_numpy(dtype=np.float64)).any()]
    matrix = as_matrix(X[kept])
    medians = np.nanmedian(matrix, axis=0).astype(np.float32).astype(np.float64)
    parameters = config.parameters.isolation_forest
    most = min(parameters.max_samples, len(X))
    forest = IsolationForest(**(dict(parameters) | {"max_samples": most, "n_jobs": config.jobs}))
    fitted = FittedAnomaly(tuple(kept), medians, forest.fit(filled(matrix, medians)))
    light = X[kept].assign(**dict.fromkeys([name for name in kept if name not in LIGHT], np.nan))
    return replace(fitted, light_decision=float(np.quantile(fitted.decision(light), parameters.contamination)))


def time_ordered_folds(count: int, folds: int) -> Iterator[tuple[slice, slice]]:
    """Yield (train, test) slices: each fold is predicted from all rows before it.

    Examples
    --------
    >>> list(time_ordered_folds(6, 2))
    [(slice(0, 2, None), slice(2, 4, None)), (slice(0, 4, None), slice(4, 6, None))]
    """
    bounds = [count * part // (folds + 1) for part in range(folds + 2)]
    for part in range(1, folds + 1):
        yield slice(0, bounds[part]), slice(bounds[part], bounds[part + 1])


def _out_of_fold(
    matrix: Numbers, labels: Numbers, counts: Numbers, names: tuple[str, ...], recipe: Recipe, config: FitConfig,
    moments: Moments | None,
) -> tuple[Numbers, NDArray[np.intp], Numbers]:
    """Return what the members say of rows they had not seen, which rows these are, and the fold of each.

    Only a meta-learner needs the folds before the last.
    """
    columns, rows, numbers = [], [], []
    first = config.folds - 1 if recipe.weights is not None else 0
    for number, (train, test) in list(enumerate(time_ordered_folds(len(labels), config.folds)))[first:]:
        kept, known = np.arange(train.stop), labels[train]
        if moments is not None:
            kept, known = moments.known(labels, train, moments.time[test.start])
        if len(np.unique(known)) < 2:
            continue
        said = {}
        for member in recipe.members:
            fitted = member(
                matrix[kept], known, weights=counts[kept], names=names, seed=config.seed, jobs=config.jobs,
                models=config.models,
            )
            said[fitted.name] = fitted.log_odds(matrix[test])
        columns.append(combination_columns(recipe.columns, said))
        rows.append(np.arange(test.start, test.stop))
        numbers.append(np.full(test.stop - test.start, float(number)))
    if len(columns) < (1 if recipe.weights is not None else 2):
        raise TrainingError("training data: bugs in too few stretches of time for two time-ordered folds")
    return np.concatenate(columns), np.concatenate(rows), np.concatenate(numbers)


def combination_columns(columns: Sequence[str], said: Mapping[str, Numbers]) -> Numbers:
    """Return what is combined, from each member's log-odds by its name; shape ``(n_rows, n_columns)``."""
    values = []
    for column in columns:
        member, kind = split_column(column)
        log_odds = said[member]
        probability = 1.0 / (1.0 + np.exp(-log_odds))
        values.append({
            "log_odds": log_odds, "prediction": probability, "confidence": np.maximum(probability, 1.0 - probability)
        }[kind])
    return np.column_stack(values)


def _combine(recipe: Recipe, columns: Numbers, truth: Numbers, counts: Numbers, config: FitConfig
             ) -> tuple[tuple[float, ...], float]:
    if recipe.weights is not None:
        return recipe.weights, 0.0
    if len(np.unique(truth)) < 2:
        raise TrainingError("training data: one class only where the meta-learner learns")
    meta = LogisticRegression(**config.parameters.meta_learner).fit(columns, truth, counts)
    return tuple(float(weight) for weight in meta.coef_[0]), float(meta.intercept_[0])


def calibrate(combined: Numbers, truth: Numbers, counts: Numbers, config: FitConfig) -> tuple[float, float]:
    """Return Platt's slope and shift; where the slice cannot tell, the combination stands as it is."""
    if len(np.unique(truth)) < 2:
        return 1.0, 0.0
    platt = LogisticRegression(C=1e6, random_state=config.seed, max_iter=1_000).fit(combined[:, None], truth, counts)
    slope = float(platt.coef_[0, 0])
    # a calibration must not turn the ranking round
    return (slope, float(platt.intercept_[0])) if slope > 0 else (1.0, 0.0)
