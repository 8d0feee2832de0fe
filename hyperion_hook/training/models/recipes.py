"""The table of recipes: which members an ensemble has, what each learns, and what the meta-learner sees of it.

``blend`` ships and is the default everywhere. Its members learn traced labels, one of them the causes that fixes name;
it was chosen on the corpus, each repository unseen, by named causes first and traced labels second. The meta-learner
sees log-odds, which hold both a prediction and how confident it is. ``specification`` is the document's: forest and
XGBoost under a logistic regression on their predictions and confidences. A name means one thing, for ``retrain`` and
for ``TrainingPipeline``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sklearn.base import clone
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import KAMEI_FOURTEEN, canonical, feature_named, names_of
from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.directed import DirectedLogistic
from hyperion_hook.training.models.transformers import SignedLog, TakeColumns

FOREST, XGBOOST, LOGISTIC = "random_forest", "xgboost", "logistic"
GENTLE, SHALLOW = "xgboost_gentle", "xgboost_shallow"
COMPACT, NAMED = "forest", "named"
KAMEI, ISOLATION, META = "kamei", "isolation_forest", "meta_learner"
TRACED = "buggy"
"""The outcome that every member learns but those that name another."""
BOOSTED: Mapping[str, Mapping[str, Any]] = {
    GENTLE: {"n_estimators": 160, "max_depth": 4, "learning_rate": 0.06, "min_child_weight": 10},
    SHALLOW: {
        "n_estimators": 300,
        "max_depth": 3,
        "learning_rate": 0.04,
        "min_child_weight": 10,
        "subsample": 0.7,
        "colsample_bytree": 0.5,
    },
}


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its estimator (of one thread, not fitted), from the configuration and the columns it sees.

    ``only`` are the features it looks at, all by default; without one of them it is left out. ``outcome`` is the column
    that it learns, see ``fit.outcome_of``; members of another outcome than ``buggy`` are left out where there is too
    little of it. ``unlabelled`` is the weight of rows not known to have the outcome: less than 1 where that mostly says
    that nobody looked (positive-unlabelled).
    """

    name: str
    make: Callable[[MLConfig, Sequence[str]], Any]
    only: tuple[str, ...] | None = None
    outcome: str = TRACED
    unlabelled: float = 1.0

    def on(self, outcome: str, unlabelled: float = 1.0) -> Member:
        """Return the same member learning another outcome."""
        return replace(self, name=f"{outcome}_{self.name}", outcome=outcome, unlabelled=unlabelled)

    def estimator(self, config: MLConfig, names: Sequence[str], seen: Sequence[str]) -> Any:
        """Return the estimator for rows of the columns ``names``; without ``only`` it looks at ``seen``."""
        wanted = seen if self.only is None else self.only
        if list(wanted) == list(names):
            return self.make(config, names)
        estimator = self.make(config, wanted)
        steps = estimator.steps if isinstance(estimator, Pipeline) else [("model", estimator)]
        return Pipeline([("take", TakeColumns([list(names).index(name) for name in wanted])), *steps])


@dataclass(frozen=True, slots=True)
class Recipe:
    """Members, what the meta-learner sees of each, and the inverse of how strongly its weights are held down.

    Held down, members that say much the same weigh much the same, which few rows cannot overturn; what that takes from
    the scale the calibration gives back.
    """

    name: str
    members: tuple[Member, ...]
    kinds: tuple[str, ...] = ("log_odds", "confidence")
    strength: float = 1.0

    def without(self, *names: str) -> Recipe:
        """Return the recipe without some members: for ablations."""
        return replace(self, members=tuple(member for member in self.members if member.name not in names))

    def for_rows(self, names: Sequence[str], learned: Sequence[str] = ()) -> Recipe:
        """Return the recipe with the members that have their columns, and learn ``buggy`` or are among ``learned``."""
        return replace(
            self,
            members=tuple(
                member
                for member in self.members
                if set(member.only or ()) <= set(names) and (member.outcome == TRACED or member.name in learned)
            ),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """What the meta-learner sees."""
        return tuple(f"{member.name}_{kind}" for member in self.members for kind in self.kinds)

    @property
    def only(self) -> tuple[str, ...]:
        """The features that single members ask for."""
        return tuple(dict.fromkeys(name for member in self.members for name in member.only or ()))

    def classifier(
        self,
        config: MLConfig,
        names: Sequence[str],
        *,
        seen: Sequence[str] | None = None,
        gap_days: float = 0.0,
        in_time_order: bool = True,
        labels: Sequence[Any] = (0, 1),
        cv_folds: int | None = None,
    ) -> RiskClassifier:
        """Return the estimator of the recipe, not fitted.

        Parameters
        ----------
        names
            The columns of the rows, features under either name.
        seen
            Those of them that members without ``only`` see, all by default.
        gap_days, in_time_order, labels, cv_folds
            As for ``RiskClassifier``.
        """
        known = [canonical(name) for name in names]
        general = known if seen is None else [canonical(name) for name in seen]
        return RiskClassifier(
            [(member.name, member.estimator(config, known, general)) for member in self.members],
            list(self.columns),
            LogisticRegression(**{"C": self.strength, **config.meta_learner}),
            cv_folds=config.cv_folds if cv_folds is None else cv_folds,
            gap_days=gap_days,
            in_time_order=in_time_order,
            labels=list(labels),
            random_state=config.random_state,
            n_jobs=config.n_jobs,
        )


def _compact_forest(config: MLConfig, names: Sequence[str]) -> Any:
    """Few and flat trees that rank as well as the specification's: a hook walks them, and explains by them."""
    del names
    return RandomForestClassifier(
        n_estimators=60, max_depth=7, min_samples_leaf=20, random_state=config.random_state, n_jobs=1
    )


def _directions(names: Sequence[str]) -> list[int]:
    """Return in which direction the field agrees that each feature moves the risk; 0 where it does not."""
    return [feature.direction if (feature := feature_named(name)) else 0 for name in names]


def _logistic(config: MLConfig, names: Sequence[str], strength: float = 1.0) -> Any:
    directed = DirectedLogistic(_directions(names), C=strength, max_iter=2_000, random_state=config.random_state)
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("log", SignedLog()),
            ("scale", StandardScaler()),
            ("model", directed),
        ]
    )


def _gentle(config: MLConfig, names: Sequence[str]) -> Any:
    """Small steps; the score never moves against the direction that the catalogue gives a feature."""
    return XGBClassifier(
        **BOOSTED[GENTLE], random_state=config.random_state, n_jobs=1, monotone_constraints=tuple(_directions(names))
    )


MEMBERS = {
    member.name: member
    for member in (
        Member(FOREST, lambda config, _: RandomForestClassifier(**config.random_forest, n_jobs=1)),
        Member(XGBOOST, lambda config, _: XGBClassifier(**config.xgboost, n_jobs=1)),
        Member(LOGISTIC, _logistic),
        Member(GENTLE, _gentle),
        Member(
            SHALLOW, lambda config, _: XGBClassifier(**BOOSTED[SHALLOW], random_state=config.random_state, n_jobs=1)
        ),
        Member(COMPACT, _compact_forest),
        Member(KAMEI, _logistic, names_of(KAMEI_FOURTEEN)),
    )
}
UNDIRECTED = Member(LOGISTIC, lambda config, names: _logistic(config, ["" for _ in names]))
"""As the field knows it; also of contexts, in which a feature may mean the contrary."""
SPECIFICATION = Recipe("specification", (MEMBERS[FOREST], MEMBERS[XGBOOST]), ("prediction", "confidence"))
# few causes are named, so the weights of the member that learns them are held down
_CAUTIOUS = Member(LOGISTIC, lambda config, names: _logistic(config, names, strength=1e-3)).on(NAMED)
BLEND = Recipe(
    "blend", (*(MEMBERS[name] for name in (COMPACT, GENTLE, LOGISTIC, KAMEI)), _CAUTIOUS), ("log_odds",), strength=3e-4
)
BUGS = Recipe(
    "bugs", (Member(XGBOOST, lambda config, _: XGBClassifier(**config.bug_predictor, n_jobs=1)),), ("log_odds",)
)
IMPACT = Recipe("by context", (UNDIRECTED, MEMBERS[SHALLOW]), ("log_odds",))
RECIPES = {recipe.name: recipe for recipe in (BLEND, SPECIFICATION)}


def recipe_named(name: str) -> Recipe:
    """Return a recipe; raise ``ConfigError`` if there is none of this name."""
    if name not in RECIPES:
        raise ConfigError(f"ensemble: {name!r} is none of {', '.join(RECIPES)}")
    return RECIPES[name]


def alone(name: str, ensemble: RiskClassifier) -> RiskClassifier:
    """Return a classifier of one member of an ensemble, which is only calibrated; not fitted."""
    member = dict(ensemble.members)[name]
    classifier: RiskClassifier = clone(ensemble)
    classifier.set_params(members=[(name, member)], columns=[f"{name}_log_odds"], meta_learner=None)
    return classifier


def new_isolation_forest(config: MLConfig, rows: int) -> Pipeline:
    """Return the specification's isolation forest on medians where values are missing; not fitted."""
    parameters = dict(config.isolation_forest)
    # scikit-learn warns of a sample larger than the table
    parameters |= {"max_samples": min(int(parameters["max_samples"]), rows), "n_jobs": 1}
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("forest", IsolationForest(**parameters)),
        ]
    )


def parameters_of(estimator: Any) -> dict[str, Any]:
    """Return the parameters of an estimator that are set, plain values only."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return {
        name: value
        for name, value in last.get_params(deep=False).items()
        if isinstance(value, str | int | float | bool) and value == value  # noqa: PLR0124 - NaN is no setting
    }
