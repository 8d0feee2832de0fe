"""Who, what like it, and what to do: everything said beside score and reasons, with a hook in a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from hyperion_hook.assess.guidance.advice import Adviser
from hyperion_hook.assess.guidance.similar_changes import similar_changes
from hyperion_hook.assess.people.reviewers import reviewers, with_owners
from hyperion_hook.assess.store_measurer import Measured, StoreMeasurer
from hyperion_hook.domain.assessment import Advice, Impact, Reviewer, Score, SimilarChange
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.deadline import Deadline
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.remedies import PASSING, Note
from hyperion_hook.errors import HyperionError
from hyperion_hook.git.changes import part_of
from hyperion_hook.git.rules.mailmap import with_mailmap

SECONDS = 0.8
"""Time for reviewers, similar changes and advice on what is staged; what is not begun by then is left out, and said."""

_T = TypeVar("_T")

CUT = Note("reviewers, similar changes and advice are not complete: their time was used up", kind=PASSING)


@dataclass(frozen=True, slots=True)
class Counsel:
    """``None`` where something could not be told; empty where there is nothing to tell."""

    reviewers: tuple[Reviewer, ...] | None = None
    similar: tuple[SimilarChange, ...] | None = None
    advice: tuple[Advice, ...] | None = None
    warnings: tuple[str, ...] = ()


def adviser_for(
    measurer: StoreMeasurer, change: Change, score: Callable[[Change], float], deadline: Deadline
) -> Adviser:
    """Return an adviser on a change of the measurer's repository."""
    past = measurer.past(change.base)
    return Adviser(
        score,
        lambda whole, files: part_of(measurer.repository, whole, files),
        lambda path: measurer.has_file(change.base, path),
        lambda numbers: measurer.patches(past.ids(numbers)) if past is not None else [],
        deadline.expired,
    )


def counsel_reviewers(measurer: StoreMeasurer, change: Change) -> tuple[Reviewer, ...]:
    """Return people to review a change: owners of its files, and those who know them by history."""
    past = measurer.past(change.base)

    def read(ids: Sequence[str]) -> list[Commit]:
        commits = measurer.messages(ids)
        if not measurer.has_file(change.base, ".mailmap"):
            return commits
        # of the base: a pull request cannot give its author another's name
        return with_mailmap(measurer.repository, commits, change.base)

    known = () if past is None else reviewers(change, past, read)
    return with_owners(known, measurer.owners(change), len(change.files))


def counsel(
    measurer: StoreMeasurer,
    change: Change,
    measured: Measured,
    risk: Score,
    impact: Impact | None,
    score: Callable[[Change], float],
    rows: Mapping[str, Mapping[str, float]],
) -> Counsel:
    """Return reviewers, similar changes and advice for a change; past the measurer's deadline nothing more is begun.

    ``score`` gives any change on the same base its probability, as ``hyperion-hook score`` would.
    """
    past = measurer.past(change.base)
    if past is None or not change.files:
        return Counsel()
    deadline = measurer.deadline
    warnings: dict[str, None] = {}

    def attempt(what: str, find: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...] | None:
        """Return a result in time; a git or a store that fails costs this and not the score."""
        try:
            return None if deadline.expired() else find()
        except HyperionError as error:
            warnings[f"no {what}: {error}"] = None
            return None

    def advise() -> tuple[Advice, ...]:
        adviser = adviser_for(measurer, change, score, deadline)
        missing = impact.missing_co_changes if impact else ()
        return adviser.advise(change, risk, measured.history, measured.graph, known_best or (), missing)

    def alike() -> tuple[SimilarChange, ...]:
        return similar_changes(change, measured.vector, rows, past, measurer.messages, measurer.patches)

    known_best = attempt("reviewers", lambda: counsel_reviewers(measurer, change))
    similar = attempt("similar changes", alike) if rows else None
    advice = attempt("advice", advise)
    if deadline.expired():
        warnings[CUT] = None
    return Counsel(known_best, similar, advice, tuple(warnings))
