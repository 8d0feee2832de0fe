"""Rows of commits to a fitted risk model: what ``retrain``, ``evaluate`` and a notebook call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.errors import TrainingError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import LIGHT_MODULES
from hyperion_hook.features.feature import Feature
from hyperion_hook.training.models.classifier import fit_together
from hyperion_hook.training.models.fit_members import Evidence, Outcome
from hyperion_hook.training.models.recipes import BLEND, TRACED, Recipe, alone
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.rows.dataset import FEATURES, with_masked_messages
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS

LEAST_ROWS = 200
LEAST_POSITIVES = 20
ANOMALY_MODULES = frozenset({"quality", "size", "diffusion", "tokens"})
MODULE_OF = {feature.name: feature.module for feature in CATALOGUE}
NOT_LEARNED = frozenset({"hour_of_day", "day_of_week"})
"""They did not help where they were measured, and nobody should be judged by when they work."""
_TOLD_BY_THE_PATCH = frozenset({"size", "tokens", "diffusion", "purpose"})
_OF_THE_PAST = frozenset(
    "age ndev author_ownership author_file_commits commit_frequency recent_commits file_volatility "
    "past_bug_count recent_bug_count file_bug_share directory_bug_share repository_bug_share".split()
)
"""What of a history carries over to other repositories; counts that grow with its length do not."""
_LEAST_PRESENT = 0.02
_LEAST_RECORDED = 3
_MOST_COUNTED = 1_500
_NAMED_SHARE = 0.1


@dataclass(frozen=True)
class FittedRecipes:
    """Fitted models by the name of their recipe or member, and how many seconds each took."""

    models: dict[str, Pipeline]
    seconds: Mapping[str, float]


def fit(
    rows: pd.DataFrame,
    recipe: Recipe = BLEND,
    config: MLConfig | None = None,
    *,
    features: Sequence[str] | None = None,
    gap_days: float = UNSEEN_DAYS,
    masked: float = 0.0,
) -> Pipeline:
    """Return a recipe fitted on rows of commits.

    Raises ``TrainingError`` with fewer than 200 rows or 20 of either class, or bugs in too few stretches of time.
    ``FeatureColumns`` and ``RiskClassifier``, as ``TrainingPipeline`` gives; ``export.estimator.exported`` turns it
    into data.

    Parameters
    ----------
    rows
        In time order, with the columns ``time``, ``buggy``, ``known_at``, features, and as far as members learn them
        other outcomes; a column ``weight`` says how much each row counts. See ``recipes.Member``.
    recipe
        From ``recipes.RECIPES``, or one of your own.
    features
        What members see that name no features of their own; by default those that carry over to other repositories.
    gap_days
        Before the first tested row of a fold, rows of so many days are not learned from.
    masked
        Share of the rows that are learned without their message: a staged change has none yet.
    """
    return fit_recipes(rows, [recipe], config, features=features, gap_days=gap_days, masked=masked).models[recipe.name]


def fit_recipes(
    rows: pd.DataFrame,
    recipes: Sequence[Recipe],
    config: MLConfig | None = None,
    *,
    features: Sequence[str] | None = None,
    gap_days: float = UNSEEN_DAYS,
    masked: float = 0.0,
    single: Sequence[str] = (),
    progress: Progress = no_progress,
) -> FittedRecipes:
    """Return several recipes fitted on the same rows; members that they share are fitted once.

    Parameters and errors are those of ``fit``; ``single`` names members that are wanted as models of
    their own, calibrated; ``progress`` is told of each fit of a member.
    """
    config = config or MLConfig()
    truth = rows[TRACED].to_numpy(dtype=np.float64)
    positives = int(truth.sum())
    if len(rows) < LEAST_ROWS or min(positives, len(rows) - positives) < LEAST_POSITIVES:
        raise TrainingError(
            f"training data: {len(rows)} changes with {positives} bugs; at least {LEAST_ROWS} changes and "
            f"{LEAST_POSITIVES} with and without a bug are needed"
        )
    seen = model_features(rows) if features is None else list(features)
    own = {
        member.name: outcome_of(rows, member.outcome, member.unlabelled)
        for recipe in recipes
        for member in recipe.members
        if member.outcome in rows and (member.outcome, member.unlabelled) != (TRACED, 1.0)
    }
    learned = {name: outcome.learned(np.arange(len(rows)))[1] for name, outcome in own.items()}
    learnable = [name for name, labels in learned.items() if np.bincount(labels, minlength=2).min() >= LEAST_POSITIVES]
    usable = [recipe.for_rows(rows.columns, learnable) for recipe in recipes]
    names = list(dict.fromkeys((*seen, *(name for recipe in usable for name in recipe.only))))
    taken = FeatureColumns(names).fit(None)
    matrix = taken.transform(with_masked_messages(rows[names], masked, config.random_state))
    classifiers = {recipe.name: recipe.classifier(config, names, seen=seen, gap_days=gap_days) for recipe in usable}
    time = rows["time"].to_numpy(dtype=np.float64) if "time" in rows else None
    for name in single:
        ensemble = next(ensemble for ensemble in classifiers.values() if name in dict(ensemble.members))
        classifiers[name] = alone(name, ensemble)
    together = fit_together(classifiers, Evidence(matrix, outcome_of(rows, TRACED), time, own), progress=progress)
    return FittedRecipes(
        {name: Pipeline([("columns", taken), ("model", classifier)]) for name, classifier in classifiers.items()},
        together.seconds,
    )


def outcome_of(rows: pd.DataFrame, name: str, unlabelled: float = 1.0) -> Outcome:
    """Return an outcome of rows as members learn it.

    Parameters
    ----------
    rows
        With a column of this name: 0, 1, or the share of a 1 that a row has, which is its weight then. The columns
        ``<name>_known_at`` and ``<name>_weight`` are looked at if they are there, and ``weight``.
    name
        Of another than ``buggy`` all repositories count alike, those not at all in which nobody seems to record it.
    unlabelled
        Weight of a row that is not known to have the outcome, beside one that has it.
    """
    share = rows[name].to_numpy(dtype=np.float64)
    known_at = "known_at" if name == TRACED else f"{name}_known_at"
    weight = np.where(share > 0, share, unlabelled)
    for column in {"weight", f"{name}_weight"} & set(rows.columns):
        weight = weight * rows[column].to_numpy(dtype=np.float64)
    if name != TRACED and "repository" in rows:
        weight = weight * _evenly(rows["repository"], share > 0)
    return Outcome(
        np.where(np.isnan(share), np.nan, share > 0),
        rows[known_at].to_numpy(dtype=np.float64) if known_at in rows else None,
        None if (weight == 1.0).all() else weight,
    )


def _evenly(repositories: pd.Series[str], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return weights by which every repository has a positive in ten, and counts by the root of how many it has.

    Projects differ a hundredfold in how many causes their fixes name, which says nothing about their changes.
    """
    groups = pd.Series(positive).groupby(repositories.to_numpy())
    positives, size = (groups.transform(how).to_numpy(dtype=np.float64) for how in ("sum", "size"))
    total = np.where(positives >= _LEAST_RECORDED, np.sqrt(np.minimum(positives, _MOST_COUNTED)), 0.0)
    share = np.where(positive, _NAMED_SHARE, 1.0 - _NAMED_SHARE)
    weight: NDArray[np.float64] = total * share / np.maximum(np.where(positive, positives, size - positives), 1.0)
    return weight / (weight.mean() or 1.0)


def carries_over(feature: Feature) -> bool:
    """Whether a feature helps on repositories that were never seen: what the patch says, and shares of the past.

    Measured by leaving each repository of the corpus out in turn: the other features of patch and history, such as the
    author's number of commits, did not improve the ranking there.
    """
    return feature.module in _TOLD_BY_THE_PATCH or feature.name in _OF_THE_PAST


def model_features(rows: pd.DataFrame) -> list[str]:
    """Return the features that the risk model learns from: of patch and history, carried over, and telling something.

    Code metrics, import graph and manifests are left out: they did not improve the ranking where it was measured, and
    without them a change can be compared with the repository's last 500 in seconds.
    """
    learned = frozenset(feature.name for feature in CATALOGUE if carries_over(feature)) - NOT_LEARNED
    return [name for name in _informative(rows) if MODULE_OF[name] in LIGHT_MODULES and name in learned]


def measured_features(rows: pd.DataFrame) -> list[str]:
    """Return every feature that tells something in rows, the clock's aside: what an ablation offers the risk model."""
    return [name for name in _informative(rows) if name not in NOT_LEARNED]


def anomaly_features(rows: pd.DataFrame) -> list[str]:
    """Return the features that the anomaly detector looks at: code quality, size, spread and content."""
    return [name for name in _informative(rows) if MODULE_OF[name] in ANOMALY_MODULES]


def _informative(rows: pd.DataFrame) -> list[str]:
    """Return the features that are present in at least one row of fifty, and not always the same."""
    names = [name for name in FEATURES if name in rows]
    present, distinct = rows[names].notna().mean(), rows[names].nunique()
    return [name for name in names if present[name] >= _LEAST_PRESENT and distinct[name] > 1]
