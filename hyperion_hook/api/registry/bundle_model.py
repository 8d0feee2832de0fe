"""A bundle as a classifier over frames: for versions that ``retrain`` made, which hold data and no estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.training.export.bundle import said_by
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

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Return the probability of either class for each row; shape ``(n_rows, 2)``.

        Parameters
        ----------
        X
            Features by either name, NaN where missing; further columns are ignored.

        Raises
        ------
        ConfigError
            If a feature has no column.
        """
        found: dict[str, Any] = {}
        for column in X.columns:
            try:
                found[find_feature(str(column)).name] = column
            except ConfigError:
                continue
        if missing := [name for name in self.bundle.risk.features if name not in found]:
            raise ConfigError(f"frame: no column '{missing[0]}' ({len(missing)} missing); add it, NaN where not known")
        said = said_by(self.bundle, X[[found[name] for name in self.bundle.risk.features]])
        return np.column_stack([1.0 - said, said])

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return 1 for each row whose risk is HIGH by the bundle's threshold, else 0; shape ``(n_rows,)``."""
        return (self.predict_proba(X)[:, 1] >= self.bundle.thresholds[RiskLevel.HIGH]).astype(np.int64)
