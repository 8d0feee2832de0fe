"""Fitting side by side: what each member says of rows it has not seen, and all members on all rows.

Every estimator computes in one thread, whatever the machine has, and several run beside each other: sums of floating
point numbers depend on who adds what, and the same rows must give the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.training.formulas import Codes, Numbers, Rows, logit

Fold = tuple[Rows, Rows]
"""Positions to learn from and to test on."""


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS and OpenMP use one thread."""
    return cast("AbstractContextManager[object]", threadpool_limits(limits=1))


@dataclass(frozen=True)
class Outcome:
    """What a member learns of each row: 0 or 1, NaN where nothing is known; ``(n_rows,)`` each.

    ``known_at`` is when a 1 became known (Unix seconds), ``weight`` how much a row counts; both may be left out.
    """

    truth: Numbers
    known_at: Numbers | None = None
    weight: Numbers | None = None

    def learned(self, rows: Rows, moment: float | None = None) -> tuple[Rows, Codes, Numbers | None]:
        """Return those of the rows that teach something, with their labels as known at a moment, and their weights."""
        labels = self.truth[rows]
        teaching = np.isfinite(labels) & (True if self.weight is None else self.weight[rows] > 0)
        rows, labels = rows[teaching], labels[teaching]
        if moment is not None and self.known_at is not None:
            labels = labels * (self.known_at[rows] <= moment)
        return rows, labels.astype(np.int64), None if self.weight is None else self.weight[rows]


@dataclass(frozen=True)
class Evidence:
    """Rows to learn from, their outcome, when they were made, and the outcomes that single members learn instead."""

    X: Numbers
    outcome: Outcome
    time: Numbers | None = None
    own: Mapping[str, Outcome] | None = None

    def of(self, member: str) -> Outcome:
        """Return the outcome that a member learns."""
        return (self.own or {}).get(member, self.outcome)

    def usable(self, members: Sequence[str], folds: Sequence[Fold]) -> list[Fold]:
        """Return the folds in which both classes were known to every member when the first tested row was made."""
        return [
            (learn, test)
            for learn, test in folds
            if len(test)
            and all(len(np.unique(self.of(name).learned(learn, self.moment(test))[1])) == 2 for name in members)
        ]

    def moment(self, test: Rows) -> float | None:
        """Return when the first of some rows was made."""
        return None if self.time is None else float(self.time[test[0]])


@dataclass(frozen=True)
class OutOfFold:
    """What members said of rows they had not seen: the rows in the order of the folds, and the fold of each.

    ``seconds`` is how long each member took.
    """

    rows: Rows
    fold: NDArray[np.intp]
    scores: Mapping[str, Numbers]
    seconds: Mapping[str, float]

    def by_fold(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return values of these rows, one array for each fold."""
        return [values[self.fold == number] for number in np.unique(self.fold)]


def out_of_fold(
    members: Mapping[str, Any],
    evidence: Evidence,
    folds: Sequence[Fold],
    *,
    jobs: int,
    progress: Progress = no_progress,
    score: Callable[[Any, Any], Numbers] | None = None,
) -> OutOfFold:
    """Fit every member in every fold and ask it about the fold's rows.

    Parameters
    ----------
    evidence
        What is learned from; a fold knows only what was known when its first tested row was made.
    jobs
        Fits beside each other, -1 for as many as there are cores.
    score
        What is asked of a fitted member: its log-odds by default.
    """

    def answered(name: str, learn: Rows, test: Rows) -> tuple[Numbers, float]:
        learned = evidence.of(name).learned(learn, evidence.moment(test))
        fitted, seconds = _fitted(members[name], evidence.X, *learned)
        return (score or member_log_odds)(fitted, evidence.X[test]), seconds

    tasks = [joblib.delayed(answered)(name, learn, test) for name in members for learn, test in folds]
    answers = iter(_side_by_side(tasks, "cross-validation", jobs, progress))
    by_member = {name: [next(answers) for _ in folds] for name in members}
    return OutOfFold(
        np.concatenate([test for _, test in folds]),
        np.concatenate([np.full(len(test), number) for number, (_, test) in enumerate(folds)]),
        {name: np.concatenate([scores for scores, _ in parts]) for name, parts in by_member.items()},
        {name: sum(seconds for _, seconds in parts) for name, parts in by_member.items()},
    )


def fitted_members(
    members: Mapping[str, Any], evidence: Evidence, *, jobs: int, progress: Progress = no_progress
) -> dict[str, tuple[Any, float]]:
    """Return the members fitted on all rows and how many seconds each took, by name."""
    every = np.arange(len(evidence.X))
    tasks = [
        joblib.delayed(_fitted)(member, evidence.X, *evidence.of(name).learned(every))
        for name, member in members.items()
    ]
    return dict(zip(members, _side_by_side(tasks, "training", jobs, progress), strict=True))


def member_log_odds(estimator: Any, X: Any) -> Numbers:
    """Return the log-odds of class 1 that a fitted estimator gives."""
    # scikit-learn looks for infinities by a sum, which extreme rows make overflow
    with np.errstate(invalid="ignore", over="ignore"):
        # of a regression as they are: through the probability, those of extreme rows would stop at its last digit
        if hasattr(estimator, "decision_function"):
            return np.asarray(estimator.decision_function(X), dtype=np.float64)
        return logit(estimator.predict_proba(X)[:, 1])


def _side_by_side(tasks: Sequence[Any], stage: str, jobs: int, progress: Progress) -> list[Any]:
    results = []
    progress(stage, 0, len(tasks))
    with one_thread():
        # threads: the estimators compute outside of Python's lock, and nothing has to be sent to other processes
        for done, answer in enumerate(joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(tasks), 1):
            results.append(answer)
            progress(stage, done, len(tasks))
    return results


def _fitted(member: Any, X: Numbers, rows: Rows, labels: Codes, weight: Numbers | None) -> tuple[Any, float]:
    started = perf_counter()
    estimator = clone(member)
    weights: dict[str, Numbers] = {}
    if weight is not None:
        prefix = f"{estimator.steps[-1][0]}__" if hasattr(estimator, "steps") else ""
        weights = {f"{prefix}sample_weight": weight}
    with np.errstate(invalid="ignore", over="ignore"):
        estimator.fit(X if len(rows) == len(X) else X[rows], labels, **weights)
    return estimator, perf_counter() - started
