"""Tables to train on, drawn at random: numbers alone, for the behaviour of code."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperion_hook.config.hyperparameters import BugPredictorParameters, RandomForestParameters, XGBoostParameters
from hyperion_hook.config.ml_config import MLConfig

DAY = 86_400
START = 1_500_000_000
SMALL = MLConfig(
    n_jobs=1,
    cv_folds=3,
    random_forest=RandomForestParameters(n_estimators=10),
    xgboost=XGBoostParameters(n_estimators=10),
    bug_predictor=BugPredictorParameters(n_estimators=20),
)


def drawn_table(rows: int = 400, seed: int = 1, *, days: int = 400) -> pd.DataFrame:
    """Return features under English names, ``date`` in Unix seconds, oldest first, and ``risque_reel``, 0 or 1."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "la": np.round(random.exponential(40.0, rows)),
            "ld": np.round(random.exponential(20.0, rows)),
            "nf": 1.0 + random.poisson(2.0, rows),
            "entropy": random.random(rows).round(3),
            "exp": np.round(random.exponential(300.0, rows)),
            "reach": random.random(rows).round(3),
            "nuc": np.round(random.exponential(40.0, rows)),
        }
    )
    risk = np.log1p(table["la"]) - 0.3 * np.log1p(table["exp"]) + random.normal(0.0, 1.0, rows) > 2.2
    table["date"] = START + np.sort(random.integers(0, days * DAY, rows))
    table["risque_reel"] = risk.astype(int)
    return table
