"""Tuning of forest and XGBoost, inside the training rows only and in the folds of the cross-validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import RandomizedSearchCV, cross_val_score

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress
from hyperion_hook.training.formulas import Codes, Numbers
from hyperion_hook.training.models.fit_members import Fold
from hyperion_hook.training.models.recipes import FOREST, XGBOOST

TRIED = 12
"""Draws from each grid."""

GRIDS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    FOREST: {
        "n_estimators": [100, 200],
        "max_depth": [6, 10, 16, None],
        "min_samples_leaf": [1, 5, 20],
        "max_features": ["sqrt", 0.3, 0.5],
        "class_weight": ["balanced", None],
    },
    XGBOOST: {
        "n_estimators": [100, 200, 300],
        "max_depth": [3, 4, 6, 8],
        "learning_rate": [0.03, 0.06, 0.1],
        "min_child_weight": [1, 10, 20],
        "subsample": [0.7, 1.0],
        "colsample_bytree": [0.5, 1.0],
    },
}


def tuned(
    members: Mapping[str, Any], X: Numbers, codes: Codes, folds: Sequence[Fold], config: MLConfig, progress: Progress
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return estimators with the parameters that ranked the folds best, and the figures of the search.

    Estimators are not fitted; the second mapping has by name ``best_params``, ``cv_roc_auc``,
    ``cv_roc_auc_of_defaults``, ``tried``. Estimators have the parameters to start from, which are tried too; those
    without a grid stay. Folds that test one class only are not asked.
    """
    asked = [(learn, test) for learn, test in folds if len(np.unique(codes[test])) == 2]
    common = {"scoring": "roc_auc", "cv": asked, "n_jobs": config.n_jobs}
    better = dict(members)
    results: dict[str, Any] = {}
    searched = [name for name in members if name in GRIDS]
    for done, name in enumerate(searched):
        progress("search", done, len(searched))
        estimator = clone(members[name])
        search = RandomizedSearchCV(
            estimator, dict(GRIDS[name]), n_iter=TRIED, random_state=config.random_state, refit=False, **common
        )
        # threads: the estimators compute outside of Python's lock, and nothing has to be sent to other processes
        with joblib.parallel_config(backend="threading"):
            search.fit(X, codes)
            before = float(cross_val_score(estimator, X, codes, **common).mean())
        after = float(search.best_score_)
        best = dict(search.best_params_) if after > before else {}
        better[name] = estimator.set_params(**best)
        results[name] = {
            "best_params": best,
            "cv_roc_auc": max(before, after),
            "cv_roc_auc_of_defaults": before,
            "tried": TRIED + 1,
        }
    progress("search", len(searched), len(searched))
    return better, results
