"""Members to calibrated classifiers, by what they said of rows they had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.training.metrics.performance import best_threshold
from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.estimators import Numbers
from hyperion_hook.training.models.fit_members import OutOfFold
from hyperion_hook.training.models.fit_risk import FitConfig, calibrate, combination_columns
from hyperion_hook.training.models.recipes import Recipe
from hyperion_hook.training.models.splits import TIME

NEWEST = 0.5
"""Share of the out-of-fold rows, the newest, that calibration looks at in time order: how common bugs are drifts."""


@dataclass(frozen=True)
class Combined:
    """A classifier whose members are not fitted yet, and its probabilities of the out-of-fold rows."""

    classifier: RiskClassifier
    probability: Numbers


def combine(
    recipe: Recipe, members: Mapping[str, Any], seen: OutOfFold, truth: NDArray[np.int64], *, kind: str,
    labels: Sequence[Any], config: MLConfig,
) -> Combined:
    """Return the ensemble of a recipe.

    Parameters
    ----------
    recipe
        Members and columns. A mean of log-odds is calibrated by the meta-learner on that mean; columns are weighed by
        it.
    members
        Estimators by name.
    seen, truth
        What they said of out-of-fold rows, and those rows' target.
    kind
        In time order only the newer half calibrates.
    labels
        The caller's values for 0 and 1.
    config
        Parameters of the meta-learner.
    """
    columns = combination_columns(recipe.columns, seen.said)
    learned = _newest(len(truth), truth) if kind == TIME and recipe.is_mean else slice(None)
    if recipe.is_mean:
        weights = np.full(columns.shape[1], 1.0 / columns.shape[1])
        mean = columns @ weights
        meta = LogisticRegression(**config.meta_learner).fit(mean[learned, None], truth[learned])
        # a calibration must not turn the ranking round
        slope, shift = (float(meta.coef_[0, 0]), float(meta.intercept_[0])) if meta.coef_[0, 0] > 0 else (1.0, 0.0)
        return _decided(recipe.members, recipe.columns, weights, 0.0, (slope, shift), members, columns, truth, labels)
    meta = LogisticRegression(**config.meta_learner).fit(columns, truth)
    return _decided(
        recipe.members, recipe.columns, meta.coef_[0], float(meta.intercept_[0]), (1.0, 0.0), members, columns, truth,
        labels,
    )


def alone(name: str, members: Mapping[str, Any], seen: OutOfFold, truth: NDArray[np.int64], *, kind: str,
          labels: Sequence[Any], config: MLConfig) -> Combined:
    """Return one member, calibrated (Platt): balanced classes make probabilities of a forest far too large."""
    said = seen.said[name]
    learned = _newest(len(truth), truth) if kind == TIME else slice(None)
    calibration = calibrate(
        said[learned], truth[learned].astype(np.float64), np.ones(len(truth[learned])),
        FitConfig(seed=config.random_state),
    )
    return _decided(
        (name,), (f"{name}_log_odds",), np.ones(1), 0.0, calibration, members, said[:, None], truth, labels
    )


def _newest(rows: int, truth: NDArray[np.int64]) -> slice:
    """Return the newer rows, all of them where these hold one class only."""
    newer = slice(rows - max(1, int(rows * NEWEST)), rows)
    return newer if len(np.unique(truth[newer])) == 2 else slice(0, rows)


def _decided(  # noqa: PLR0913, PLR0917 - the parts of a classifier
    names: Sequence[str], columns: Sequence[str], weights: Numbers, intercept: float, calibration: tuple[float, float],
    members: Mapping[str, Any], values: Numbers, truth: NDArray[np.int64], labels: Sequence[Any],
) -> Combined:
    slope, shift = calibration
    probability = 1.0 / (1.0 + np.exp(-(slope * (values @ weights + intercept) + shift)))
    return Combined(
        RiskClassifier(
            [(name, members[name]) for name in names], list(columns), [float(weight) for weight in weights], intercept,
            slope, shift, best_threshold(truth, probability), list(labels),
        ),
        probability,
    )
