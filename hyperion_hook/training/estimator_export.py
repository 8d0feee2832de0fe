"""A fitted scikit-learn or XGBoost classifier as the data that ``scoring`` reads, where that can be said as data.

Forests, single trees, boosted trees and logistic regression, each alone, behind an imputer (and, for the regression, a
scaler) in a pipeline, stacked under a logistic regression, or calibrated by one sigmoid. Of anything else it says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier
from xgboost import XGBClassifier

from hyperion_hook.training.estimators import Numbers
from hyperion_hook.training.tree_export import boosted, flat, from_sklearn, imputed, share_of_second

_FORESTS = (RandomForestClassifier, ExtraTreesClassifier)
_TREES = (DecisionTreeClassifier, ExtraTreeClassifier)


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
                "columns": list(self.columns), "weights": list(self.weights), "intercept": self.intercept,
                "slope": 1.0, "shift": 0.0,
            },
        }


@dataclass(frozen=True)
class _Before:
    """What a pipeline does before its last step: ``(value - means) / scales``, ``fills`` for missing values."""

    means: Numbers
    scales: Numbers
    fills: Numbers | None = None
    scaled: bool = False


def exported(model: Any) -> Exported:
    """Return a fitted binary classifier as data.

    Raises
    ------
    NotExportableError
        If it is of a kind, or has a setting, for which there is no data; the text says which.
    """
    classes = getattr(model, "classes_", None)
    if classes is None:
        raise NotExportableError(f"a {type(model).__name__} gives no probability of two classes")
    if [str(entry) for entry in classes] not in (["0", "1"], ["False", "True"], ["0.0", "1.0"]):
        raise NotExportableError(f"its classes are {', '.join(map(str, classes))[:60]}; score needs 0 and 1")
    count = int(model.n_features_in_)
    return _exported(model, _Before(np.zeros(count), np.ones(count)), "")


def _exported(model: Any, before: _Before, name: str) -> Exported:
    for kinds, export in _EXPORTS:
        if type(model) in kinds:
            return export(model, before, name)
    raise NotExportableError(f"there is no data-only form of a {type(model).__name__}")


def _pipeline(model: Any, before: _Before, name: str) -> Exported:
    *steps, (_, last) = model.steps
    for _, step in steps:
        if type(step) is SimpleImputer and before.fills is None and not step.add_indicator:
            statistics = np.asarray(step.statistics_, dtype=np.float64)
            if not np.isfinite(statistics).all():
                raise NotExportableError("its imputer leaves out a feature that had no value")
            before = _Before(before.means, before.scales, statistics * before.scales + before.means, before.scaled)
        elif type(step) is StandardScaler and not before.scaled:
            means = np.zeros_like(before.means) if step.mean_ is None else step.mean_
            scales = np.ones_like(before.scales) if step.scale_ is None else step.scale_
            before = _Before(means, scales, before.fills, scaled=True)
        elif step not in (None, "passthrough"):
            raise NotExportableError(f"there is no data-only form of the step {type(step).__name__}")
    return _exported(last, before, name)


def _logistic(model: Any, before: _Before, name: str) -> Exported:
    if before.fills is None:
        raise NotExportableError("a logistic regression takes no missing values; put a SimpleImputer before it")
    name = name or "logistic"
    return Exported(({
        "name": name, "kind": "linear", "columns": list(range(len(before.means))), "medians": before.fills.tolist(),
        "means": before.means.tolist(), "scales": before.scales.tolist(), "weights": model.coef_[0].tolist(),
        "intercept": float(np.ravel(model.intercept_)[0]),
    },), (f"{name}_log_odds",), (1.0,))


def _forest(model: Any, before: _Before, name: str) -> Exported:
    fills = _fills_of_trees(before)
    trees = [from_sklearn(tree.tree_, share_of_second) for tree in getattr(model, "estimators_", [model])]
    if fills is not None:
        trees = [imputed(tree, fills) for tree in trees]
    return _of_trees(name or "random_forest", "forest", flat(trees), 0.0)


def _boosting(model: Any, before: _Before, name: str) -> Exported:
    booster = model.get_booster()
    if model.objective != "binary:logistic" or model.booster not in (None, "gbtree"):
        raise NotExportableError(f"XGBoost with {model.objective} and booster {model.booster or 'gbtree'}")
    best = getattr(model, "best_iteration", None) if model.early_stopping_rounds else None
    data, base = boosted(booster if best is None else booster[: best + 1], _fills_of_trees(before))
    return _of_trees(name or "xgboost", "boosting", data, base)


def _stack(model: Any, before: _Before, name: str) -> Exported:
    if name or before.scaled or before.fills is not None:
        raise NotExportableError("there is no data-only form of a stack inside something else")
    final, methods = model.final_estimator_, set(model.stack_method_)
    if type(final) is not LogisticRegression or model.passthrough or methods != {"predict_proba"}:
        raise NotExportableError("of stacks only a logistic regression on probabilities has a data-only form")
    parts = [_exported(member, before, f"member{place}") for place, member in enumerate(model.estimators_)]
    if any(part.weights != (1.0,) or part.intercept for part in parts):
        raise NotExportableError("there is no data-only form of a calibrated member of a stack")
    return Exported(
        tuple(member for part in parts for member in part.members),
        tuple(f"member{place}_prediction" for place in range(len(parts))),
        tuple(float(weight) for weight in final.coef_[0]), float(final.intercept_[0]),
        {file: data for part in parts for file, data in part.files.items()},
    )


def _calibrated(model: Any, before: _Before, name: str) -> Exported:
    if len(model.calibrated_classifiers_) != 1 or model.method != "sigmoid":
        raise NotExportableError("of calibrations only a single sigmoid (ensemble=False) has a data-only form")
    [only] = model.calibrated_classifiers_
    [sigmoid] = only.calibrators
    inner = only.estimator.estimator if type(only.estimator) is FrozenEstimator else only.estimator
    part = _exported(inner, before, name)
    slope, shift = -float(sigmoid.a_), -float(sigmoid.b_)
    # scikit-learn calibrates the decision function where there is one, else the probability
    if hasattr(inner, "decision_function"):
        weights = tuple(slope * weight for weight in part.weights)
        return Exported(part.members, part.columns, weights, slope * part.intercept + shift, part.files)
    return Exported(part.members, (f"{part.members[0]['name']}_prediction",), (slope,), shift, part.files)


def _fills_of_trees(before: _Before) -> list[float] | None:
    if before.scaled:
        raise NotExportableError("a scaler before trees moves their thresholds; leave it out, trees need none")
    return None if before.fills is None else [float(fill) for fill in before.fills]


def _of_trees(name: str, kind: str, data: bytes, base: float) -> Exported:
    file = f"risk_{name}.trees"
    member = {"name": name, "kind": kind, "trees": file, "base": base}
    return Exported((member,), (f"{name}_log_odds",), (1.0,), files={file: data})


_EXPORTS: tuple[tuple[tuple[type, ...], Callable[[Any, _Before, str], Exported]], ...] = (
    ((Pipeline,), _pipeline),
    ((LogisticRegression,), _logistic),
    (_FORESTS + _TREES, _forest),
    ((XGBClassifier,), _boosting),
    ((StackingClassifier,), _stack),
    ((CalibratedClassifierCV,), _calibrated),
)
