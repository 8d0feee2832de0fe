"""What is known of one trained model, for whoever keeps a record of trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One trained model with all that a tracking server shows of it.

    Attributes
    ----------
    model_name
        For example ``risk_predictor_rf``.
    model_type
        For example ``RandomForest``.
    estimator
        The fitted scikit-learn or XGBoost estimator; ``None`` where the model is a bundle, or is not kept.
    parameters
        Hyperparameters by their library's names.
    metrics
        On the test rows: ``accuracy``, ``precision``, ``recall``, ``f1_score``, ``roc_auc``, ...
    cross_validation
        By metric, one value for each fold.
    importance
        By feature; empty where the model has none.
    expected, predicted
        Classes of the test rows; shape ``(n_rows,)``.
    example
        A few rows of the features as the estimator takes them.
    tags
        ``status``, ``data_version``, ``features_version`` and the caller's own.
    data
        What it learned from, as numbers: ``training_samples``, ``test_samples``, ``missing_percentage``,
        ``class_balance``, ``feature_count``, ``feature_coverage``.
    bundle
        The files of one of our bundles by name, where that is the model.
    """

    model_name: str
    model_type: str
    estimator: Any
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    example: pd.DataFrame
    cross_validation: Mapping[str, Sequence[float]] = field(default_factory=dict)
    importance: Mapping[str, float] = field(default_factory=dict)
    expected: np.ndarray = field(default_factory=lambda: np.array([]))
    predicted: np.ndarray = field(default_factory=lambda: np.array([]))
    tags: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, float] = field(default_factory=dict)
    bundle: Mapping[str, bytes] = field(default_factory=dict)
