"""What can have become of changes that are ranked, beside the bugs that were traced."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.labels.label import Outcome
from hyperion_hook.training.rows.dataset import OUTCOMES

TRACED = "introduced a bug"
NAMED = "a fix names as its cause"
REVERTED = "a later one takes back by name"
_OTHERS = {NAMED: OUTCOMES[Outcome.NAMED][0], REVERTED: OUTCOMES[Outcome.REVERTED][0]}


def other_outcomes(rows: pd.DataFrame, least: int) -> dict[str, Numbers]:
    """Return 0 or 1 a row for each other outcome that occurred at least so often, by what became of the changes."""
    results = {what: rows[column].to_numpy(dtype=np.float64) for what, column in _OTHERS.items() if column in rows}
    return {what: outcome for what, outcome in results.items() if outcome.sum() >= least}
