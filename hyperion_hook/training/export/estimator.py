"""A fitted scikit-learn or XGBoost classifier as the data that ``scoring`` reads, where that can be said as data.

Forests, single trees, boosted trees and logistic regression, each alone, behind an imputer (and, for the regression,
logarithms and a scaler) in a pipeline, stacked under a logistic regression, calibrated by one sigmoid, or combined as
``TrainingPipeline`` combines them. Of anything else it says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hyperion_hook.training.export.trees import (
    Tree,
    boosted_trees,
    flat,
    from_sklearn,
    imputed,
    renumbered,
    share_of_second,
)
from hyperion_hook.training.formulas import Numbers


class NotExportableError(Exception):
    """An estimator that cannot be said as data; the text says why."""


@dataclass(frozen=True)
class Exported:
    """Members as a manifest has them, their files, and the linear combination whose sigmoid is the probability."""

    members: tuple[Mapping[str, Any], ...]
    columns: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float = 0.0
    files: Mapping[str, bytes] = field(default_factory=dict)

    def manifest(self, recipe: str, features: Sequence[str]) -> dict[str, Any]:
        """Return the manifest's entry of the risk model."""
        return {
            "recipe": recipe,
            "features": list(features),
            "members": [dict(member) for member in self.members],
            "combination": {
                "columns": list(self.columns),
                "weights": list(self.weights),
                "intercept": self.intercept,
                "slope": 1.0,
                "shift": 0.0,
            },
        }


@dataclass(frozen=True)
class _Before:
    """What comes before a member: ``(value - means) / scales``, of logarithms if ``logged``; ``fills`` if missing.

    ``columns`` are the features that are left, by their positions in the model's.
    """

    means: Numbers
    scales: Numbers
    fills: Numbers | None = None
    scaled: bool = False
    logged: bool = False
    columns: tuple[int, ...] | None = None


def exported(model: Any) -> Exported:
    """Return a fitted binary classifier as data.

    Raises ``NotExportableError`` if it is of a kind, or has a setting, for which there is no data; the text says
    which.
    """
    last = model.steps[-1][1] if _is(model, _PIPELINE) else model
    classes = getattr(last, "classes_", None)
    if classes is None:
        raise NotExportableError(f"a {type(last).__name__} gives no probability of two classes")
    # our own classifier says itself which of its labels is the risky one
    if not _is(last, _COMBINED) and [str(entry) for entry in classes] not in _ZERO_AND_ONE:
        raise NotExportableError(f"its classes are {', '.join(map(str, classes))[:60]}; score needs 0 and 1")
    count = int(model.n_features_in_)
    return _exported(model, _Before(np.zeros(count), np.ones(count)), "")


def _exported(model: Any, before: _Before, name: str) -> Exported:
    export = _EXPORTS.get(_called(model))
    if export is None:
        raise NotExportableError(f"there is no data-only form of a {type(model).__name__}")
    return export(model, before, name)


def _pipeline(model: Any, before: _Before, name: str) -> Exported:
    *steps, (_, last) = model.steps
    for _, step in steps:
        if step not in (None, "passthrough"):
            before = _after(step, before)
    return _exported(last, before, name)


def _after(step: Any, before: _Before) -> _Before:
    """Return the preparation with one more step."""
    kind = _called(step)
    if kind == _COLUMNS and not step.categories:
        return before
    if kind == _TAKE and before.columns is None and before.fills is None and not before.scaled:
        columns = tuple(int(column) for column in step.columns)
        return replace(before, means=before.means[list(columns)], scales=before.scales[list(columns)], columns=columns)
    if kind == _IMPUTER and before.fills is None and not before.logged and not step.add_indicator:
        statistics = np.asarray(step.statistics_, dtype=np.float64)
        if not np.isfinite(statistics).all():
            raise NotExportableError("its imputer leaves out a feature that had no value")
        return replace(before, fills=statistics * before.scales + before.means)
    if kind == _LOG and not before.scaled and not before.logged:
        return replace(before, logged=True)
    if kind == _SCALER and not before.scaled:
        means = np.zeros_like(before.means) if step.mean_ is None else step.mean_
        scales = np.ones_like(before.scales) if step.scale_ is None else step.scale_
        return replace(before, means=means, scales=scales, scaled=True)
    raise NotExportableError(f"there is no data-only form of the step {type(step).__name__} where it stands")


def _combined(model: Any, before: _Before, name: str) -> Exported:
    if name:
        raise NotExportableError("there is no data-only form of a combination inside something else")
    return _combination(
        [_exported(member, before, str(member_name)) for member_name, member in model.fitted_],
        model.columns,
        [model.slope_ * float(weight) for weight in model.weights_],
        model.slope_ * model.intercept_ + model.shift_,
    )


def _logistic(model: Any, before: _Before, name: str) -> Exported:
    if before.fills is None:
        raise NotExportableError("a logistic regression takes no missing values; put a SimpleImputer before it")
    name = name or "logistic"
    return Exported(
        (
            {
                "name": name,
                "kind": "logistic" if before.logged else "linear",
                "columns": list(before.columns or range(len(before.means))),
                "medians": before.fills.tolist(),
                "means": before.means.tolist(),
                "scales": before.scales.tolist(),
                "weights": model.coef_[0].tolist(),
                "intercept": float(np.ravel(model.intercept_)[0]),
            },
        ),
        (f"{name}_log_odds",),
        (1.0,),
    )


def _forest(model: Any, before: _Before, name: str) -> Exported:
    trees = [from_sklearn(tree.tree_, share_of_second) for tree in getattr(model, "estimators_", [model])]
    return _of_trees(name or "random_forest", "forest", trees, 0.0, before)


def _boosting(model: Any, before: _Before, name: str) -> Exported:
    booster = model.get_booster()
    if model.objective != "binary:logistic" or model.booster not in (None, "gbtree"):
        raise NotExportableError(f"XGBoost with {model.objective} and booster {model.booster or 'gbtree'}")
    best = getattr(model, "best_iteration", None) if model.early_stopping_rounds else None
    trees, base = boosted_trees(booster if best is None else booster[: best + 1])
    return _of_trees(name or "xgboost", "boosting", trees, base, before)


def _stack(model: Any, before: _Before, name: str) -> Exported:
    if name or before.scaled or before.logged or before.fills is not None:
        raise NotExportableError("there is no data-only form of a stack inside something else")
    final, methods = model.final_estimator_, set(model.stack_method_)
    if not _is(final, _LOGISTIC) or model.passthrough or methods != {"predict_proba"}:
        raise NotExportableError("of stacks only a logistic regression on probabilities has a data-only form")
    names = [f"member{number}" for number in range(len(model.estimators_))]
    return _combination(
        [_exported(member, before, member_name) for member_name, member in zip(names, model.estimators_, strict=True)],
        [f"{member_name}_prediction" for member_name in names],
        [float(weight) for weight in final.coef_[0]],
        float(final.intercept_[0]),
    )


def _calibrated(model: Any, before: _Before, name: str) -> Exported:
    if len(model.calibrated_classifiers_) != 1 or model.method != "sigmoid":
        raise NotExportableError("of calibrations only a single sigmoid (ensemble=False) has a data-only form")
    [only] = model.calibrated_classifiers_
    [sigmoid] = only.calibrators
    inner = only.estimator.estimator if _is(only.estimator, _FROZEN) else only.estimator
    part = _exported(inner, before, name)
    slope, shift = -float(sigmoid.a_), -float(sigmoid.b_)
    # scikit-learn calibrates the decision function where there is one, else the probability
    if hasattr(inner, "decision_function"):
        weights = tuple(slope * weight for weight in part.weights)
        return Exported(part.members, part.columns, weights, slope * part.intercept + shift, part.files)
    return Exported(part.members, (f"{part.members[0]['name']}_prediction",), (slope,), shift, part.files)


def _of_trees(name: str, kind: str, trees: Sequence[Tree], base: float, before: _Before) -> Exported:
    if before.scaled or before.logged:
        raise NotExportableError("a scaler before trees moves their thresholds; leave it out, trees need none")
    if before.fills is not None:
        trees = [imputed(tree, before.fills.tolist()) for tree in trees]
    if before.columns is not None:
        trees = [renumbered(tree, before.columns) for tree in trees]
    file = f"{name}.trees"
    member = {"name": name, "kind": kind, "trees": file, "base": base}
    return Exported((member,), (f"{name}_log_odds",), (1.0,), files={file: flat(trees)})


def _combination(
    parts: Sequence[Exported], columns: Sequence[str], weights: Sequence[float], intercept: float
) -> Exported:
    if any(part.weights != (1.0,) or part.intercept for part in parts):
        raise NotExportableError("there is no data-only form of a calibrated member of a combination")
    files = {file: data for part in parts for file, data in part.files.items()}
    return Exported(tuple(part.members[0] for part in parts), tuple(columns), tuple(weights), intercept, files)


def _called(model: Any) -> str:
    return f"{type(model).__module__}.{type(model).__qualname__}"


def _is(model: Any, name: str) -> bool:
    return _called(model) == name


_ZERO_AND_ONE = (["0", "1"], ["False", "True"], ["0.0", "1.0"])
_PIPELINE = "sklearn.pipeline.Pipeline"
_LOGISTIC = "sklearn.linear_model._logistic.LogisticRegression"
_FROZEN = "sklearn.frozen._frozen.FrozenEstimator"
_IMPUTER = "sklearn.impute._base.SimpleImputer"
_SCALER = "sklearn.preprocessing._data.StandardScaler"
_COMBINED = "hyperion_hook.training.models.classifier.RiskClassifier"
_COLUMNS = "hyperion_hook.training.models.transformers.FeatureColumns"
_LOG = "hyperion_hook.training.models.transformers.SignedLog"
_TAKE = "hyperion_hook.training.models.transformers.TakeColumns"
# by name, as in a file: a subclass may do anything, and nothing is imported to be compared with
_EXPORTS: Mapping[str, Callable[[Any, _Before, str], Exported]] = {
    _PIPELINE: _pipeline,
    _LOGISTIC: _logistic,
    "hyperion_hook.training.models.directed.DirectedLogistic": _logistic,
    _COMBINED: _combined,
    "sklearn.ensemble._forest.RandomForestClassifier": _forest,
    "sklearn.ensemble._forest.ExtraTreesClassifier": _forest,
    "sklearn.tree._classes.DecisionTreeClassifier": _forest,
    "sklearn.tree._classes.ExtraTreeClassifier": _forest,
    "sklearn.ensemble._stacking.StackingClassifier": _stack,
    "sklearn.calibration.CalibratedClassifierCV": _calibrated,
    "xgboost.sklearn.XGBClassifier": _boosting,
}
