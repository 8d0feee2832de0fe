"""Small models fitted on numbers drawn at random: for the behaviour of code, never to be shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.training.bugs.fit import FittedBugs, bug_part, fit_bug_predictor
from hyperion_hook.training.export.bundle import BundleParts, anomaly_part, risk_part
from hyperion_hook.training.export.folder import replace_bundle
from hyperion_hook.training.models.anomaly import columns_with_values, fit_anomaly, light_decision
from hyperion_hook.training.models.fit import fit
from hyperion_hook.training.models.recipes import SPECIFICATION, Recipe
from tests.support.past import drawn_past

NAMES = ("la", "ld", "nf", "entropy", "age", "exp", "fix", "cyclomatic_complexity")
QUICK = MLConfig(random_state=7, cv_folds=3, n_jobs=1)


def drawn(rows: int = 600, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Return features (skewed, one in ten missing) and labels that depend on some of them."""
    random = np.random.default_rng(seed)
    X = pd.DataFrame({name: np.round(random.exponential(20.0, rows), 2) for name in NAMES})
    y = (np.log1p(X["la"]) - 0.3 * np.log1p(X["exp"]) + random.normal(0, 1, rows) > 2.2).to_numpy(dtype=float)
    X = X.mask(random.random(X.shape) < 0.1)
    return X, y


def fit_drawn(X: pd.DataFrame, y: object, recipe: Recipe = SPECIFICATION, config: MLConfig = QUICK) -> Pipeline:
    """Return a recipe fitted on all columns of rows in time order."""
    return fit(X.assign(buggy=y), recipe, config, features=list(X.columns), gap_days=0.0)


def fitted(recipe: Recipe = SPECIFICATION) -> tuple[Pipeline, Pipeline, pd.DataFrame]:
    """Return a risk model and an anomaly detector fitted on drawn numbers."""
    X, y = drawn()
    return fit_drawn(X, y, recipe), fit_anomaly(X, columns_with_values(X, list(NAMES)), QUICK), X


def fitted_bugs() -> FittedBugs:
    """Return a bug predictor fitted on drawn pasts."""
    return fit_bug_predictor([drawn_past("one", files=30)], candidate="gentle", config=QUICK)


def write_bundle(
    folder: Path, recipe: Recipe = SPECIFICATION, *, with_bugs: bool = False
) -> tuple[Pipeline, Pipeline, pd.DataFrame]:
    """Fit, export into a folder, and return what was exported; the bug predictor only on request."""
    risk, anomaly, X = fitted(recipe)
    replace_bundle(
        folder,
        BundleParts(
            name="test",
            version="0.0.1",
            trained_on="numbers drawn at random",
            risk=risk_part(risk, NAMES, recipe.name),
            anomaly=anomaly_part(anomaly, light_decision(anomaly, X)),
            thresholds={RiskLevel.HIGH: 0.6, RiskLevel.MEDIUM: 0.4},
            quantiles={name: (0.0, float(X[name].median()), 60.0) for name in NAMES},
            bugs=bug_part(fitted_bugs() if with_bugs else None),
        ).files(),
    )
    return risk, anomaly, X
