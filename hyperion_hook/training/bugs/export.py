"""The bug predictor as data, and the check that it says what was fitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from hyperion_hook.errors import TrainingError
from hyperion_hook.features.history.file_forecast import FILE_NUMBERS, PAST_VERSION
from hyperion_hook.scoring.bugs import BugModel
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.scoring.trees import serialise
from hyperion_hook.training.bugs.fit import FittedBugs, probability
from hyperion_hook.training.export.retrained import BUG_TREES, TOLERANCE, BugPart, hard_rows
from hyperion_hook.training.export.trees import boosted


def bug_part(bugs: FittedBugs | BugModel | None) -> BugPart | None:
    """Return what a bundle holds of a bug predictor: a fitted one, or one that is kept from another bundle."""
    if bugs is None:
        return None
    if isinstance(bugs, BugModel):
        kept, base = bugs.member.trees, bugs.member.base
        trees = serialise(kept.roots, kept.features, kept.thresholds, kept.left)
        names = [FILE_NUMBERS[column] for column in bugs.columns]
    else:
        trees, base = boosted(bugs.trees.estimator.get_booster())
        names = list(FILE_NUMBERS)
    change = {"largest": bugs.largest, "count": bugs.count, "intercept": bugs.intercept}
    manifest = {
        "past_version": PAST_VERSION, "numbers": names, "trees": BUG_TREES, "base": base, "slope": bugs.slope,
        "shift": bugs.shift, "change": change,
    }
    return BugPart(manifest, trees)


def check_bug_parity(folder: Path, bugs: FittedBugs, rows: pd.DataFrame, *, seed: int = 42, count: int = 10_000
                     ) -> float:
    """Return the largest difference between the bundle's bug predictor and the library's, as ``check_parity`` does.

    Raises
    ------
    TrainingError
        If a probability differs by more than 1e-6.
    """
    model = load_bundle(folder).bugs
    if model is None:
        raise TrainingError(f"{folder}: holds no bug predictor; nothing is kept")
    numbers = rows[list(FILE_NUMBERS)]
    frame = pd.concat([numbers, hard_rows(numbers, count, seed)], ignore_index=True)
    found = np.array([model.file_probability(row) for row in frame.to_numpy(dtype=np.float64).tolist()])
    worst = float(np.abs(probability(bugs.file_log_odds(frame)) - found).max())
    if not worst <= TOLERANCE:
        raise TrainingError(f"{folder}: the bug predictor differs from the fitted one by {worst:.2e}; nothing is kept")
    return worst
