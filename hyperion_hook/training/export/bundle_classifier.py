"""A bundle as a classifier: what was shipped or retrained, asked as any estimator is."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.models.transformers import FeatureColumns


class BundleClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The risk model of a bundle, with scikit-learn's methods; it is fitted already.

    Attributes
    ----------
    feature_names_in_, n_features_in_, classes_
        As scikit-learn has them; 1 is a change that introduces a bug.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.feature_names_in_ = np.array(bundle.risk.features, dtype=object)
        self.n_features_in_ = len(bundle.risk.features)
        self.classes_ = np.array([0, 1])

    def predict_proba(self, X: Any) -> Numbers:
        """Return the probability of either class for each row; shape ``(n_rows, 2)``.

        Raises ``ConfigError`` if a frame lacks a feature. ``X`` is what ``FeatureColumns`` takes: a frame with the
        features by either name, NaN where missing, further columns ignored; what
        ``FeatureEngineer.engineer_full_feature_set`` returns; a mapping or several; an array.
        """
        rows = FeatureColumns(list(self.feature_names_in_)).transform(X).tolist()
        risky = np.array([sigmoid(self.bundle.risk.log_odds(row)) for row in rows], dtype=np.float64)
        return np.column_stack([1.0 - risky, risky])

    def predict(self, X: Any) -> np.ndarray:
        """Return 1 for each row whose risk is HIGH by the bundle's threshold, else 0; shape ``(n_rows,)``."""
        return (self.predict_proba(X)[:, 1] >= self.bundle.thresholds[RiskLevel.HIGH]).astype(np.int64)

    def __sklearn_is_fitted__(self) -> bool:
        return True
