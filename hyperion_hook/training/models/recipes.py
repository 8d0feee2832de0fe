"""The members of the risk ensemble as stock estimators, and how they are combined.

Two recipes. ``blend`` is the default: the specification's random forest and XGBoost, a logistic regression on
logarithms, and two gentler XGBoosts, by the mean of their log-odds. ``specification`` is the document's: forest and
XGBoost, combined by a logistic regression on their predictions and confidences. Chosen by time-ordered
cross-validation inside the first 80 % of three public tables (docs/pipeline.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.models.classifier import SignedLog

FOREST, XGBOOST, LOGISTIC = "random_forest", "xgboost", "logistic"
SHALLOW, DEEP = "xgboost_shallow", "xgboost_deep"
ISOLATION, META = "isolation_forest", "meta_learner"
GENTLE: Mapping[str, Mapping[str, Any]] = {
    SHALLOW: {"n_estimators": 300, "max_depth": 3, "learning_rate": 0.04, "min_child_weight": 10, "subsample": 0.7,
              "colsample_bytree": 0.5},
    DEEP: {"n_estimators": 300, "max_depth": 6, "learning_rate": 0.02, "min_child_weight": 20, "subsample": 0.7,
           "colsample_bytree": 0.5},
}
"""Small steps over parts of rows and columns: what they learn differs more from the others than it is worse."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which members are combined, and the columns of the meta-learner, or their plain mean of log-odds."""

    name: str
    members: tuple[str, ...]
    columns: tuple[str, ...]
    is_mean: bool


RECIPES = {
    recipe.name: recipe for recipe in (
        Recipe(
            "blend", (FOREST, XGBOOST, LOGISTIC, SHALLOW, DEEP),
            tuple(f"{name}_log_odds" for name in (FOREST, XGBOOST, LOGISTIC, SHALLOW, DEEP)), True,
        ),
        Recipe(
            "specification", (FOREST, XGBOOST),
            tuple(f"{name}_{kind}" for name in (FOREST, XGBOOST) for kind in ("prediction", "confidence")), False,
        ),
    )
}


def recipe_named(name: str) -> Recipe:
    """Return a recipe.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    if name not in RECIPES:
        raise ConfigError(f"ensemble: {name!r} is none of {', '.join(RECIPES)}")
    return RECIPES[name]


def new_members(config: MLConfig, names: tuple[str, ...]) -> dict[str, Any]:
    """Return estimators that are not fitted, by name; each runs in one thread, since they run beside each other."""
    made: dict[str, Any] = {
        FOREST: RandomForestClassifier(**config.random_forest, n_jobs=1),
        XGBOOST: XGBClassifier(**config.xgboost, n_jobs=1),
        LOGISTIC: Pipeline([
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("log", SignedLog()),
            ("scale", StandardScaler()),
            ("model", LogisticRegression(C=1.0, max_iter=2_000, random_state=config.random_state)),
        ]),
    }
    made |= {
        name: XGBClassifier(**parameters, random_state=config.random_state, n_jobs=1)
        for name, parameters in GENTLE.items()
    }
    return {name: made[name] for name in names}


def new_isolation_forest(config: MLConfig, rows: int) -> Pipeline:
    """Return the specification's isolation forest on medians where values are missing; not fitted."""
    parameters = dict(config.isolation_forest)
    # scikit-learn warns of a sample larger than the table
    parameters |= {"max_samples": min(int(parameters["max_samples"]), rows), "n_jobs": 1}
    return Pipeline([
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("forest", IsolationForest(**parameters)),
    ])


def parameters_of(estimator: Any) -> dict[str, Any]:
    """Return the parameters of an estimator that are set, plain values only."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return {
        name: value for name, value in last.get_params(deep=False).items()
        if isinstance(value, str | int | float | bool)
    }
