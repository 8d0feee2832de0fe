"""What a model card says beyond ranking: how late labels are, whether probabilities hold, what the model looks at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hyperion_hook.domain.history import DAY
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.metrics import calibration_table
from hyperion_hook.training.metrics.resampling import Ranking

MOST_IMPORTANT = 20
_MOST_ROWS = 2_000
"""Rows on which columns are shuffled; more do not change the order of what matters."""


class Predictor(Protocol):
    """Any classifier of rows, fitted or read from a bundle."""

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Return the probabilities of a clean and of a risky change; shape ``(n_rows, 2)``."""


def risk_of(model: Predictor, rows: pd.DataFrame) -> Numbers:
    """Return the probability that a change introduces a bug, one for each row."""
    return np.asarray(model.predict_proba(rows)[:, 1])


def label_delay(rows: pd.DataFrame) -> dict[str, float | None]:
    """Return after how many days a quarter, half, three quarters and nine tenths of the bugs were known.

    Only bugs that were ever found are counted, so the truth is later.
    """
    buggy = rows[(rows["buggy"] == 1) & rows["known_at"].notna()]
    days = (buggy["known_at"] - buggy["time"]).to_numpy(dtype=np.float64) / DAY
    return {
        f"{share:.0%} known after days": round(float(np.quantile(days, share)), 1) if len(days) else None
        for share in (0.25, 0.5, 0.75, 0.9)
    }


def calibration_data(truth: Numbers, probability: Numbers) -> list[dict[str, Any]]:
    """Return the calibration table as plain data: what was predicted and observed of equal parts of the changes."""
    return [
        {"changes": part.count, "predicted": round(part.predicted, 4), "observed": round(part.observed, 4)}
        for part in calibration_table(truth, probability)
    ]


def importance(model: Predictor, rows: pd.DataFrame, features: Sequence[str], *, seed: int) -> list[dict[str, Any]]:
    """Return how much ROC-AUC on unseen rows is lost when one feature is shuffled, the largest loss first.

    Features that say the same stand in for each other, so that each of them alone loses little. ``rows`` are unseen;
    the newest few thousand are used.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45(1), 2001, section 10.
    """
    tail = rows.tail(_MOST_ROWS).reset_index(drop=True)
    truth = tail["buggy"].to_numpy(dtype=np.float64)
    everyone = np.ones(len(tail))

    def area(changed: pd.DataFrame) -> float:
        return Ranking(truth, risk_of(model, changed)).roc_auc(everyone)

    whole = area(tail)
    order = np.random.default_rng(seed).permutation(len(tail))
    losses = []
    for name in features:
        shuffled = tail.assign(**{name: tail[name].to_numpy()[order]})
        losses.append((whole - area(shuffled), name))
    ranked = sorted(losses, key=lambda loss: (-round(loss[0], 6), loss[1]))[:MOST_IMPORTANT]
    return [{"feature": name, "roc_auc_lost": round(float(loss), 4)} for loss, name in ranked if not math.isnan(loss)]
