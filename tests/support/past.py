"""Rows of files drawn at random, where files fixed often lately are fixed again: for code, never to be shipped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperion_hook.domain.history import MONTH
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.training.bugs.dataset import BugRows


def drawn_past(name: str, *, months: int = 24, files: int = 40, seed: int = 1) -> BugRows:
    """Return ``months`` months of ``files`` files, whole in the last ones, and a touched pair of files in each."""
    random = np.random.default_rng([seed, *name.encode()])
    frames = []
    for month in range(months):
        rows = pd.DataFrame({number: random.exponential(5.0, files).round() for number in FILE_NUMBERS})
        rows["fixes_90"] = random.poisson(0.6, files).astype(float)
        rows["lines_now"] = rows["lines_now"].mask(random.random(files) < 0.2)
        odds = -3.0 + 1.6 * rows["fixes_90"] + 0.2 * np.log1p(rows["fixes"])
        fixed = (random.random(files) < 1 / (1 + np.exp(-odds))).astype(int)
        keys = {
            "repository": name,
            "moment": str(month),
            "time": (month + 1) * MONTH,
            "path": [f"src/f{number:02}.py" for number in range(files)],
            "fixed": fixed,
            "weight": 1.0,
            "whole": month >= months * 7 // 10,
        }
        frames.append(pd.concat([pd.DataFrame(keys), rows.astype(np.float32)], axis=1))
    monthly = pd.concat(frames, ignore_index=True)
    # touched: the same files two by two, as changes of their own
    touched = monthly.assign(whole=False, moment=[f"{row // 2:040x}" for row in range(len(monthly))])
    return BugRows(name, monthly, touched[: len(touched) // 2 * 2])
