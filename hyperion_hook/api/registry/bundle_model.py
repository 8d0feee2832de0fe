"""A bundle as a classifier: for versions that ``retrain`` made, which hold data and no estimator."""

from __future__ import annotations

import numpy as np

from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.training.models.estimators import Numbers


class BundleModel:
    """The risk model of a bundle, with scikit-learn's methods.

    Attributes
    ----------
    bundle
        The models.
    feature_names_in_, n_features_in_, classes_
        As scikit-learn has them; 1 is a change that introduces a bug.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.feature_names_in_ = np.array(bundle.risk.features, dtype=object)
        self.n_features_in_ = len(bundle.risk.features)
        self.classes_ = np.array([0, 1])

    def predict_proba(self, X: object) -> Numbers:
        """Return the probability of either class for each row; shape ``(n_rows, 2)``.

        Parameters
        ----------
        X
            Features by either name: what ``FeatureEngineer`` returns, a mapping, a list of mappings, or a frame. What
            a row lacks is missing; a frame must have every column. Further columns are ignored.

        Raises
        ------
        ConfigError
            If a frame lacks a column, a row has none of the features, or a value is no number.
        """
        names = self.bundle.risk.features
        rows = values_of(X, names, optional=not hasattr(X, "columns"))
        risky = np.array([sigmoid(self.bundle.risk.log_odds(numbers_of(row, names))) for row in rows], dtype=np.float64)
        return np.column_stack([1.0 - risky, risky])

    def predict(self, X: object) -> np.ndarray:
        """Return 1 for each row whose risk is HIGH by the bundle's threshold, else 0; shape ``(n_rows,)``."""
        return (self.predict_proba(X)[:, 1] >= self.bundle.thresholds[RiskLevel.HIGH]).astype(np.int64)
