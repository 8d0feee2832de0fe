"""The record of one trained model, for whoever keeps a history of trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One trained model with all that a tracking server shows of it."""

    model_name: str
    """For example ``risk_predictor_rf``."""
    model_type: str
    """For example ``RandomForest``."""
    estimator: Any
    """The fitted scikit-learn or XGBoost estimator; ``None`` where the model is a bundle, or is not kept."""
    parameters: Mapping[str, Any]
    """Hyperparameters by their library's names."""
    metrics: Mapping[str, float]
    """On the test rows: ``accuracy``, ``precision``, ``recall``, ``f1_score``, ``roc_auc``, ..."""
    example: pd.DataFrame
    """A few rows of the features as the estimator takes them."""
    cross_validation: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By metric, one value for each fold."""
    importance: Mapping[str, float] = field(default_factory=dict)
    """By feature; empty where the model has none."""
    expected: np.ndarray = field(default_factory=lambda: np.array([]))
    predicted: np.ndarray = field(default_factory=lambda: np.array([]))
    """Classes of the test rows; shape ``(n_rows,)``."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """``status``, ``data_version``, ``features_version`` and the caller's own."""
    data: Mapping[str, float] = field(default_factory=dict)
    """What it learned from, as numbers: ``training_samples``, ``test_samples``, ``missing_percentage``,
    ``class_balance``, ``feature_count``, ``feature_coverage``."""
    bundle: Mapping[str, bytes] = field(default_factory=dict)
    """The files of one of our bundles by name, where that is the model."""
