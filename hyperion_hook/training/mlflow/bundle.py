"""One of our bundles as an MLflow model: ``mlflow.pyfunc.load_model`` finds ``_load_pyfunc`` here.

So a run keeps what ``score`` uses, digests and all, and nothing of it is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.scoring.bundle import Bundle, load_bundle
from hyperion_hook.training.export.bundle_classifier import BundleClassifier


@dataclass(frozen=True)
class BundleModel:
    """A bundle that predicts for the rows of a frame."""

    bundle: Bundle

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> np.ndarray:
        """Return the probability that a change introduces a bug, one for each row, 0..1.

        A column that is not there counts as missing.
        """
        del params
        features = list(self.bundle.risk.features)
        return BundleClassifier(self.bundle).predict_proba(model_input.reindex(columns=features))[:, 1]


def _load_pyfunc(data_path: str) -> BundleModel:
    """Return the model of a folder; the name is MLflow's."""
    return BundleModel(load_bundle(Path(data_path)))
