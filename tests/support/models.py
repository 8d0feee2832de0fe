"""Small models fitted on numbers drawn at random: for the behaviour of code, never to be shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.training.bugs.export import bug_part
from hyperion_hook.training.bugs.fit import BugFitConfig, FittedBugs, fit_bug_predictor
from hyperion_hook.training.export.retrained import BundleParts, export_bundle
from hyperion_hook.training.models.fit_risk import (
    SPECIFIED,
    FitConfig,
    FittedAnomaly,
    FittedRisk,
    Recipe,
    fit_anomaly,
    fit_risk,
)
from tests.support.past import drawn_past

NAMES = ("la", "ld", "nf", "entropy", "age", "exp", "fix", "cyclomatic_complexity")
QUICK = FitConfig(seed=7, folds=3, jobs=1)


def drawn(rows: int = 600, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Return features (skewed, one in ten missing) and labels that depend on some of them."""
    random = np.random.default_rng(seed)
    X = pd.DataFrame({name: np.round(random.exponential(20.0, rows), 2) for name in NAMES})
    y = (np.log1p(X["la"]) - 0.3 * np.log1p(X["exp"]) + random.normal(0, 1, rows) > 2.2).to_numpy(dtype=float)
    X = X.mask(random.random(X.shape) < 0.1)
    return X, y


def fitted(recipe: Recipe = SPECIFIED) -> tuple[FittedRisk, FittedAnomaly, pd.DataFrame]:
    """Return models fitted on drawn numbers."""
    X, y = drawn()
    return fit_risk(X, y, recipe=recipe, config=QUICK), fit_anomaly(X, config=QUICK), X


def fitted_bugs() -> FittedBugs:
    """Return a bug predictor fitted on drawn pasts."""
    return fit_bug_predictor([drawn_past("one", files=30)], candidate="gentle", config=BugFitConfig(seed=7, jobs=1))


def write_bundle(
    folder: Path, recipe: Recipe = SPECIFIED, *, with_bugs: bool = False
) -> tuple[FittedRisk, FittedAnomaly, pd.DataFrame]:
    """Fit, export into a folder, and return what was exported; the bug predictor only on request."""
    risk, anomaly, X = fitted(recipe)
    export_bundle(folder, BundleParts(
        name="test", version="0.0.1", trained_on="numbers drawn at random", risk=risk, anomaly=anomaly,
        thresholds={RiskLevel.HIGH: 0.6, RiskLevel.MEDIUM: 0.4},
        typical={name: float(X[name].median()) for name in NAMES},
        quantiles={name: (0.0, float(X[name].median()), 60.0) for name in NAMES},
        bugs=bug_part(fitted_bugs() if with_bugs else None),
    ))
    return risk, anomaly, X
