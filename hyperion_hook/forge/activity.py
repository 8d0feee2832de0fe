"""From the event to what is done about it: one table, without a look at anything else.

| event | done |
|---|---|
| a pull request is opened, pushed to, reopened, made ready, or aimed at another base | assessed and commented |
| it is reviewed, or a review is dismissed | assessed and commented: reviews are part of what is judged |
| anything else about an open pull request (labels, titles, ...) | nothing |
| a pull request is closed, a comment on one is edited | what people ticked in our comment is kept |
| anything else about a comment | nothing |
| an earlier workflow is completed | what it saved is posted |
| a push, a merge group | assessed, written to the job's summary |
| a schedule, a start by hand, anything else | the newest commit is assessed, written to the job's summary |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hyperion_hook.forge.event import Event, PullRequest

_PULL_REQUEST_EVENTS = frozenset({"pull_request", "pull_request_target", "pull_request_review"})
_NEW_CONTENT = frozenset(
    # Gitea and Forgejo call a push 'synchronized' and a review 'reviewed'
    {"opened", "synchronize", "synchronized", "reopened", "ready_for_review", "submitted", "reviewed", "dismissed"}
)


class Kind(StrEnum):
    """What is done."""

    COMMENT = "comment"
    POST = "post"
    FEEDBACK = "feedback"
    SUMMARY = "summary"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Activity:
    """What to do; ``start`` and ``end`` are the ends of the range to assess, ``reason`` says why nothing is done.

    Without ``start`` the commit ``end`` is assessed alone, without both the newest one.
    """

    kind: Kind
    start: str | None = None
    end: str | None = None
    reason: str = ""


def activity_of(event: Event) -> Activity:
    """Return what to do about an event.

    Examples
    --------
    >>> pull = PullRequest(7, "b" * 40, "a" * 40)
    >>> activity_of(Event("pull_request", "opened", pull)).kind
    <Kind.COMMENT: 'comment'>
    >>> activity_of(Event("pull_request", "labeled", pull)).reason
    "pull_request 'labeled' changes nothing that is assessed"
    """
    pull = event.pull_request
    if event.name in _PULL_REQUEST_EVENTS and pull is not None:
        return _about(pull, event)
    if event.name == "issue_comment":
        if event.number is not None and event.action == "edited":
            return Activity(Kind.FEEDBACK)
        return Activity(Kind.NOTHING, reason=f"issue_comment '{event.action}' is no edit on a pull request")
    if event.name == "workflow_run":
        return Activity(Kind.POST)
    if event.name == "push" and event.after is None:
        return Activity(Kind.NOTHING, reason="a branch was deleted")
    return Activity(Kind.SUMMARY, event.before, event.after)


def _about(pull: PullRequest, event: Event) -> Activity:
    if event.action == "closed":
        return Activity(Kind.FEEDBACK)
    if not pull.is_open:
        return Activity(Kind.NOTHING, reason="the pull request is closed")
    # a run without an action was started by hand for a pull request
    if event.action in _NEW_CONTENT or not event.action or (event.action == "edited" and event.base_changed):
        return Activity(Kind.COMMENT, pull.base, pull.head)
    return Activity(Kind.NOTHING, reason=f"{event.name} '{event.action}' changes nothing that is assessed")
