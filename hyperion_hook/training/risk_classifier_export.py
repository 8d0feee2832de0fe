"""A trained ``RiskClassifier`` as the fitted model that ``export`` writes as data, so that ``score`` can use it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from hyperion_hook.errors import TrainingError
from hyperion_hook.training.estimators import Fitted, FittedLogistic, FittedTrees
from hyperion_hook.training.fit import FittedRisk, Recipe
from hyperion_hook.training.frame_columns import entry_of
from hyperion_hook.training.risk_classifier import FeatureColumns, RiskClassifier


def as_fitted_risk(pipeline: Pipeline) -> FittedRisk:
    """Return what ``export_bundle`` takes, saying the same probabilities.

    Parameters
    ----------
    pipeline
        An ``instance`` of the training pipeline's risk or bug predictor.

    Raises
    ------
    TrainingError
        If it is another estimator, or learned from columns that ``score`` does not compute.
    """
    steps = [step for _, step in pipeline.steps]
    if [type(step) for step in steps] != [FeatureColumns, RiskClassifier]:
        raise TrainingError(f"export: {' and '.join(type(step).__name__ for step in steps)} have no data-only form")
    columns, classifier = steps
    entries = [(name, entry_of(name)) for name in columns.names]
    foreign = [name for name, entry in entries if entry is None or name in (columns.categories or {})]
    if foreign:
        raise TrainingError(
            f"export: column '{foreign[0]}' is no feature that 'score' computes; train with features= of the catalogue"
        )
    members = tuple(_member(name, estimator) for name, estimator in classifier.fitted_)
    recipe = Recipe("training pipeline", (), tuple(classifier.columns), tuple(classifier.weights))
    return FittedRisk(
        recipe, tuple(entry.name for _, entry in entries if entry is not None), members, tuple(classifier.weights),
        classifier.intercept, classifier.slope, classifier.shift,
    )


def _member(name: str, estimator: Any) -> Fitted:
    if not isinstance(estimator, Pipeline):
        return FittedTrees(name, estimator)
    medians, scaler, model = estimator["impute"].statistics_, estimator["scale"], estimator["model"]
    return FittedLogistic(
        name, tuple(range(len(medians))), np.asarray(medians, dtype=np.float64), scaler.mean_, scaler.scale_,
        model.coef_[0], float(model.intercept_[0]),
    )
