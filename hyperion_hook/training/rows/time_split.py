"""The splits that keep the future out of training.

A bug takes months to be found. So a label counts in training only once it was known at the cut, the youngest commits of
a history are left out (most of their bugs are not found yet), and a gap separates training from test.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.rows.dataset import OUTCOMES

UNSEEN_DAYS = 180
"""Half of all bugs are known within about 120 days, so labels of younger commits are mostly wrong."""


def without_youngest(dataset: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are at least 180 days older than the newest row of their repository."""
    newest = dataset.groupby("repository")["time"].transform("max")
    return dataset[dataset["time"] <= newest - UNSEEN_DAYS * DAY].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Training rows with labels as known at ``cut``, and the test rows after it with labels as known today."""

    train: pd.DataFrame
    test: pd.DataFrame
    cut: int


def cut_at(dataset: pd.DataFrame, share: float) -> int:
    """Return the time before which ``share`` (0..1) of the rows lie, Unix seconds."""
    if dataset.empty:
        raise TrainingError("dataset: no rows to split; mine a longer history")
    return int(dataset["time"].iloc[min(len(dataset) - 1, int(share * len(dataset)))])


def time_split(dataset: pd.DataFrame, cut: int, *, gap_days: int = UNSEEN_DAYS) -> TimeSplit:
    """Return the rows that may be learned from at a moment, and those after it.

    The rows are in time order, ``cut`` is in Unix seconds. Training rows are at least ``gap_days`` older than the cut,
    because bugs of younger ones are mostly not found then, and buggy only if that was known at the cut. Test rows are
    younger than the cut.
    """
    train = as_known_at(dataset[dataset["time"] <= cut - gap_days * DAY], cut)
    return TimeSplit(train, dataset[dataset["time"] > cut].reset_index(drop=True), cut)


def as_known_at(dataset: pd.DataFrame, moment: int) -> pd.DataFrame:
    """Return the rows with what was known of every outcome at a moment (Unix seconds)."""
    columns = {
        column: dataset[column].where(dataset[known_at] <= moment, 0).astype(dataset[column].dtype)
        for column, known_at in OUTCOMES.values()
        if column in dataset and known_at in dataset
    }
    return dataset.assign(**columns).reset_index(drop=True)
