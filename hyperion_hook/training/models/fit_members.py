"""Fitting side by side: what each member says of rows it has not seen, and all members on all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from hyperion_hook.training.models.classifier import member_log_odds
from hyperion_hook.training.models.estimators import Numbers
from hyperion_hook.training.models.splits import Rows

Progress = Callable[[str, int, int], object]
"""Told (stage, done, total)."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class OutOfFold:
    """What members said of rows they had not seen: the rows in the order of the folds, and the fold of each."""

    rows: Rows
    fold: NDArray[np.intp]
    said: Mapping[str, Numbers]

    def by_fold(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return values of these rows, one array for each fold."""
        return [values[self.fold == number] for number in np.unique(self.fold)]


def out_of_fold(
    members: Mapping[str, Any], X: Numbers, codes: NDArray[np.int64], folds: Sequence[tuple[Rows, Rows]], *, jobs: int,
    progress: Progress = no_progress, score: Callable[[Any, Any], Numbers] = member_log_odds,
) -> OutOfFold:
    """Fit every member in every fold and ask it about the fold's rows.

    Parameters
    ----------
    members
        Estimators by name; they stay as they are.
    X, codes
        Training rows; shapes ``(n_rows, n_features)`` and ``(n_rows,)``.
    folds
        (learn, test) positions.
    jobs
        Threads, -1 for all cores. The estimators compute outside of Python's lock, so processes would gain nothing.
    progress
        Told of each fit.
    score
        What is asked of a fitted member: its log-odds by default.
    """
    tasks = [(name, learn, test) for learn, test in folds for name in members]
    answers = _side_by_side(
        [
            joblib.delayed(_asked)(members[name], X, codes, learn, test, score) for name, learn, test in tasks
        ],
        "cross-validation", jobs, progress,
    )
    said: dict[str, list[Numbers]] = {name: [] for name in members}
    for (name, _, _), answer in zip(tasks, answers, strict=True):
        said[name].append(answer)
    return OutOfFold(
        np.concatenate([test for _, test in folds]),
        np.concatenate([np.full(len(test), number) for number, (_, test) in enumerate(folds)]),
        {name: np.concatenate(parts) for name, parts in said.items()},
    )


def fitted_members(members: Mapping[str, Any], X: Numbers, codes: NDArray[np.int64], *, jobs: int,
                   progress: Progress = no_progress) -> dict[str, Any]:
    """Return the members fitted on all rows, by name."""
    fitted = _side_by_side(
        [joblib.delayed(_fitted)(member, X, codes) for member in members.values()], "training", jobs, progress
    )
    return dict(zip(members, fitted, strict=True))


def _side_by_side(tasks: Sequence[Any], stage: str, jobs: int, progress: Progress) -> list[Any]:
    found = []
    for done, answer in enumerate(joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(tasks), 1):
        found.append(answer)
        progress(stage, done, len(tasks))
    return found


def _fitted(member: Any, X: Numbers, codes: NDArray[np.int64]) -> Any:
    with np.errstate(invalid="ignore", over="ignore"):
        return clone(member).fit(X, codes)


def _asked(member: Any, X: Numbers, codes: NDArray[np.int64], learn: Rows, test: Rows,
           score: Callable[[Any, Any], Numbers]) -> Numbers:
    return score(_fitted(member, X[learn], codes[learn]), X[test])
