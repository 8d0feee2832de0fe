"""What could have been learned at a moment of the past, from the rows and labels there were then, and which columns.

The recipes are fitted on the same rows, so that they can be compared on what came after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import TooLittleHistoryError, TrainingError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import LIGHT_MODULES
from hyperion_hook.training.evaluation.evaluate import WITHOUT_MESSAGE, Evaluation, evaluate
from hyperion_hook.training.models.fit_risk import (
    ANOMALY_MODULES,
    BLEND,
    SPECIFIED,
    FitConfig,
    FittedRisk,
    Moments,
    Recipe,
    fit_risk,
)
from hyperion_hook.training.rows.dataset import (
    FEATURES,
    UNSEEN_DAYS,
    TimeSplit,
    cut_at,
    pooled,
    time_split,
    with_masked_messages,
)
from hyperion_hook.training.rows.days import day
from hyperion_hook.training.rows.options import RetrainOptions

RECIPES = {recipe.name: recipe for recipe in (SPECIFIED, BLEND)}
MODULE_OF = {feature.name: feature.module for feature in CATALOGUE}
NOT_LEARNED = frozenset({"hour_of_day", "day_of_week"})
"""They did not help where they were measured, and nobody should be judged by when they work."""

LEAST_TEST_BUGS = 10
"""With fewer bugs to be found an evaluation says nothing."""
_LEAST_PRESENT = 0.02


@dataclass(frozen=True)
class PastModels:
    """Recipes as they could have been fitted at a moment of the past, and the rows on either side of it."""

    split: TimeSplit
    models: dict[str, FittedRisk]
    options: RetrainOptions

    def evaluate(self, name: str, rows: pd.DataFrame) -> Evaluation:
        """Return how the models rank rows that are younger than all they learned, beside the baselines."""
        return evaluate(
            name, self.split.train, rows, self.models, cut=self.split.cut, alert_rate=self.options.alert_high,
            seed=self.options.seed,
        )

    def thresholds(self, recipe: str) -> dict[RiskLevel, float]:
        """Return the probabilities at which a team would have been alerted: quantiles over the future rows."""
        said = self.models[recipe].predict_proba(self.split.test)
        return {
            RiskLevel.HIGH: float(np.quantile(said, 1 - self.options.alert_high)),
            RiskLevel.MEDIUM: float(np.quantile(said, 1 - self.options.alert_medium)),
        }


def fit_past(
    rows: pd.DataFrame, options: RetrainOptions, *, share: float = 0.0, not_before: int = 0,
    others: pd.DataFrame | None = None, recipes: Mapping[str, Recipe] = RECIPES,
) -> PastModels:
    """Return recipes fitted on what was known at a moment.

    Parameters
    ----------
    rows
        Rows in time order.
    options
        How it is learned.
    share
        The moment is the one before which this share of the rows lies, 0..1,
    not_before
        or this one, in Unix seconds, if it is later.
    others
        Rows of other repositories to learn from too; they are never predicted.
    recipes
        What is fitted, by name.

    Raises
    ------
    TooLittleHistoryError
        If past or future is too short.
    """
    try:
        if rows.empty:
            raise TrainingError(f"no change is {UNSEEN_DAYS} days older than the newest, time for its bugs to be found")
        cut = max(cut_at(rows, share), not_before)
        split = time_split(rows, cut)
        bugs = int(split.test["buggy"].sum())
        if bugs < LEAST_TEST_BUGS:
            raise TrainingError(
                f"of the {len(split.test):,} changes after {day(cut)}, {bugs} are known to have introduced a bug; at"
                f" least {LEAST_TEST_BUGS} are needed to evaluate"
            )
        if others is not None:
            split = replace(split, train=pooled(split.train, time_split(others, cut).train))
        models = {
            name: fit_rows(split.train, recipe, model_features(split.train, recipe), options)
            for name, recipe in recipes.items()
        }
    except TrainingError as error:
        raise TooLittleHistoryError(f"too little history to train on ({error}); the models in use are kept") from None
    return PastModels(split, models, options)


def quality(evaluation: Evaluation, recipe: str) -> float:
    """Return the mean ROC-AUC with and without the message."""
    return sum(evaluation.contender(recipe + suffix).roc_auc.value for suffix in ("", WITHOUT_MESSAGE)) / 2


def model_features(rows: pd.DataFrame, recipe: Recipe) -> list[str]:
    """Return the features that a recipe learns from: of patch and history, and telling something.

    Code metrics, import graph and manifests are left out: they did not improve the ranking where it was measured, and
    without them a change can be compared with the repository's last 500 in seconds.
    """
    learned = frozenset(feature.name for feature in CATALOGUE if recipe.learned(feature)) - NOT_LEARNED
    return [name for name in _telling(rows) if MODULE_OF[name] in LIGHT_MODULES and name in learned]


def anomaly_features(rows: pd.DataFrame) -> list[str]:
    """Return the features that the anomaly detector looks at: code quality, size, spread and content."""
    return [name for name in _telling(rows) if MODULE_OF[name] in ANOMALY_MODULES]


def _telling(rows: pd.DataFrame) -> list[str]:
    """Return the features that are present in at least one row of fifty, and not always the same."""
    present = rows[list(FEATURES)].notna().mean()
    distinct = rows[list(FEATURES)].nunique()
    return [name for name in FEATURES if present[name] >= _LEAST_PRESENT and distinct[name] > 1]


def fit_rows(rows: pd.DataFrame, recipe: Recipe, features: Sequence[str], options: RetrainOptions) -> FittedRisk:
    """Return a recipe fitted on rows in time order, a share of them without their message.

    A column ``weight`` says how much each row counts.
    """
    masked = with_masked_messages(rows[list(features)], options.masked, options.seed)
    moments = Moments(
        rows["time"].to_numpy(dtype=np.float64), rows["known_at"].to_numpy(dtype=np.float64), UNSEEN_DAYS
    )
    return fit_risk(
        masked, rows["buggy"].tolist(), recipe=recipe, config=fit_config(options), moments=moments,
        weights=rows["weight"].tolist() if "weight" in rows else None,
    )


def fit_config(options: RetrainOptions) -> FitConfig:
    """Return seed, folds, cores and hyperparameters as the estimators want them."""
    return FitConfig(seed=options.seed, folds=options.folds, jobs=options.threads, models=options.models)



def quantiles_of(rows: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Return the 5 %, 50 % and 95 % points of every feature that has values in the rows."""
    table = rows[list(FEATURES)].quantile([0.05, 0.5, 0.95])
    return {
        name: (float(table[name].iloc[0]), float(table[name].iloc[1]), float(table[name].iloc[2]))
        for name in FEATURES
        if table[name].notna().all()
    }
