"""What could have been learned at a moment of the past, from the rows and labels there were then, and which columns.

The recipes are fitted on the same rows, so that they can be compared on what came after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.phrases import day
from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.errors import TooLittleHistoryError, TrainingError
from hyperion_hook.training.evaluation.card_figures import risk_of
from hyperion_hook.training.evaluation.evaluate import WITHOUT_MESSAGE, Evaluation, evaluate
from hyperion_hook.training.models.fit import FittedRecipes, fit_recipes
from hyperion_hook.training.models.recipes import FOREST, RECIPES, SPECIFICATION, XGBOOST, Recipe
from hyperion_hook.training.rows.dataset import pooled
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS, TimeSplit, cut_at, time_split

LEAST_TEST_BUGS = 10
"""With fewer bugs to be found an evaluation says nothing."""


@dataclass(frozen=True)
class PastModels:
    """Recipes as they could have been fitted at a moment of the past, and the rows on either side of it."""

    split: TimeSplit
    models: dict[str, Pipeline]
    options: RetrainOptions
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def recipes(self) -> dict[str, Pipeline]:
        """The models of whole recipes, without single members."""
        return {name: model for name, model in self.models.items() if name in RECIPES}

    def evaluate(self, name: str, rows: pd.DataFrame) -> Evaluation:
        """Return how the models rank rows that are younger than all they learned, beside the baselines."""
        return evaluate(
            name,
            self.split.train,
            rows,
            self.recipes,
            cut=self.split.cut,
            alert_rate=self.options.alert_high,
            seed=self.options.seed,
        )

    def thresholds(self, recipe: str) -> dict[RiskLevel, float]:
        """Return the probabilities at which a team would have been alerted: quantiles over the future rows."""
        scores = risk_of(self.models[recipe], self.split.test)
        return {
            RiskLevel.HIGH: float(np.quantile(scores, 1 - self.options.alert_high)),
            RiskLevel.MEDIUM: float(np.quantile(scores, 1 - self.options.alert_medium)),
        }


def fit_past(
    rows: pd.DataFrame,
    options: RetrainOptions,
    *,
    share: float = 0.0,
    not_before: int = 0,
    others: pd.DataFrame | None = None,
    others_whole: bool = False,
    recipes: Sequence[Recipe] = tuple(RECIPES.values()),
    progress: Progress | None = None,
) -> PastModels:
    """Return recipes fitted on the knowledge of a moment; of the specification's also its forest and XGBoost alone.

    Raises ``TooLittleHistoryError`` if past or future is too short. The moment is the one before which ``share`` (0..1)
    of the rows lie, which are in time order, or ``not_before`` (Unix seconds) if that is later. ``others`` are rows of
    other repositories to learn from too, which are never predicted; ``others_whole`` says that all that is known of
    them today may be learned, because the models that these are compared with know it.
    """
    (progress or no_progress)("preparing rows", 0, 0)
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
            known = others if others_whole else time_split(others, cut).train
            split = replace(split, train=pooled(split.train, known))
        single = (FOREST, XGBOOST) if SPECIFICATION in recipes else ()
        fitted = fit_rows(split.train, recipes, options, single=single, progress=progress)
    except TrainingError as error:
        text = f"too little history to train on ({error}); the models in use are kept"
        raise TooLittleHistoryError(text, cause=str(error)) from None
    return PastModels(split, fitted.models, options, fitted.seconds)


def quality(evaluation: Evaluation, recipe: str) -> float:
    """Return the mean ROC-AUC with and without the message."""
    return sum(evaluation.contender(recipe + suffix).roc_auc.value for suffix in ("", WITHOUT_MESSAGE)) / 2


def fit_rows(
    rows: pd.DataFrame,
    recipes: Sequence[Recipe],
    options: RetrainOptions,
    *,
    single: Sequence[str] = (),
    progress: Progress | None = None,
) -> FittedRecipes:
    """Return recipes fitted on rows in time order, a share of them without their message, and single members."""
    return fit_recipes(
        rows, recipes, options.config, masked=options.masked, single=single, progress=progress or no_progress
    )
