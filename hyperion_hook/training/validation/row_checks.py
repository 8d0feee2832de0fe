"""Mined rows validated before anything is fitted: what is wrong is an error, what is odd goes into the card."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hyperion_hook.domain.remedies import note_of
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.validation.checks import LEAST_SAMPLES, USUAL, Limits
from hyperion_hook.training.validation.validator import DataValidator

# features of history are missing for new files and new authors, and the estimators read that
_LIMITS = Limits(max_missing=0.5, min_class_share=0.01)


def checked(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    """Return the oddities of rows that are to be learned from, in words.

    Outliers are not told: long tails are what counts of lines and commits have, and every recipe expects them. Nor are
    changes with equal vectors, which are changes all the same.

    Raises
    ------
    TrainingError
        If they cannot be learned from: all faults in one line. Too little history is left to those who say what is
        needed (``fit_past``).
    """
    if len(rows) < LEAST_SAMPLES or rows["buggy"].nunique() < 2:
        return ()
    result = DataValidator(_LIMITS).validate_dataframe(rows[[*features, "buggy"]], "buggy")
    repeated = int(rows.duplicated(["repository", "commit"]).sum())
    errors = [*result.errors, *([f"{repeated} commits twice"] if repeated else [])]
    if errors:
        raise TrainingError(f"rows that cannot be learned from: {'; '.join(errors)}; measure them anew (--vectors DIR)")
    return tuple(warning for warning in result.warnings if note_of(warning).kind != USUAL)
