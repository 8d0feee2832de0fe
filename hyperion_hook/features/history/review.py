"""Who looked at a recorded commit before it came in, and how long that took. Nothing of it is known before."""

from __future__ import annotations

from hyperion_hook.domain.author import LATEST, Author
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.message.classify import trailers
from hyperion_hook.domain.message.programs import is_program
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.history.people import months_here

NEEDS_HOST = Missing("needs a code host")
NOT_COMMITTED = Missing("only a recorded commit has been reviewed")
SAME_MOMENT = Missing("author and committer date are the same: no approval is known")
UNDATED = Missing("the author's or the committer's date is none")
NO_REVIEWER = Missing("no reviewer is named")
_FORGE_EMAILS = ("noreply@github.com", "noreply@gitlab.com", "support@github.com")


def measure(context: Context) -> dict[str, Value]:
    """Return the features of the review, by trailers, committer and dates.

    ``approval_time`` is that to the first approval where a code host knows it, else the time from author date to
    committer date, 0 where clocks ran backwards. Where both are the same nothing came between: whoever wrote the
    commit recorded it, and no approval is known.
    """
    change, discussed = context.change, context.discussed
    recorded = change.kind is ChangeKind.COMMIT
    unhosted = _recorded_after(change) if recorded else NOT_COMMITTED
    return {
        "reviewer_experience": _reviewer_experience(context) if recorded else NOT_COMMITTED,
        "approval_time": unhosted if discussed.approval_hours is None else discussed.approval_hours,
        "discussion_count": NEEDS_HOST if discussed.discussions is None else discussed.discussions,
    }


def _recorded_after(change: Change) -> Value:
    if not (0 < change.authored_at < LATEST and 0 < change.time < LATEST):
        return UNDATED
    return SAME_MOMENT if change.authored_at == change.time else hours_between(change.authored_at, change.time)


def hours_between(start: int, end: int) -> float:
    """Return the hours from one moment to another (Unix seconds), 0 where clocks ran backwards."""
    return max(0, end - start) / 3600


def _reviewer_experience(context: Context) -> Value:
    people = reviewers(context.change)
    if not people:
        return NO_REVIEWER
    if context.history.missing_reason is not None:
        return Missing(context.history.missing_reason)
    months = []
    for person in people:
        experience = months_here(context, person)
        if experience is not None:
            months.append(experience)
        elif person.email:
            months.append(0)
    # a name without an email cannot be discussed from that of another person: it says nothing unless it committed
    return sum(months) / len(months) if months else Missing("the named reviewers are not known here")


def reviewers(change: Change) -> list[Author]:
    """Return who reviewed a commit: those its trailers name, else a committer who is not its author, each once.

    A forge that commits in a person's name is no reviewer, nor are bots, coding agents and the author.
    """
    own = None if change.author is None else change.author.identity
    people = {person.identity: person for _, person in trailers(change.message or "") if person.identity != own}
    if people:
        return list(people.values())
    committer = change.committer
    if committer is None or change.author is None or committer.identity == own:
        return []
    is_nobody = committer.email.lower() in _FORGE_EMAILS or is_program(committer)
    return [] if is_nobody else [committer]
