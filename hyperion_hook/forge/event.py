"""The event that started a run, from the file that the runner wrote, and what is done about it.

Names and titles in it were chosen by whoever opened the pull request, so they are not read at all; commits, numbers and
switches are checked.

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

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.errors import HyperionError, file_errors
from hyperion_hook.forge.rest import number_of

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NO_COMMIT = re.compile(r"0+")
_MOST_BYTES = 20_000_000
_MOST_DISCUSSIONS = 1_000_000
_COMMENT = 100
"""Characters of a comment that tell whether it is ours."""
_PULL_REQUEST_EVENTS = frozenset({"pull_request", "pull_request_target", "pull_request_review"})
_NEW_CONTENT = frozenset(
    # Gitea and Forgejo call a push 'synchronized' and a review 'reviewed'
    {"opened", "synchronize", "synchronized", "reopened", "ready_for_review", "submitted", "reviewed", "dismissed"}
)


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as an event describes it.

    ``base`` and ``head`` are commits: the newest of the branch that is merged into, and of the one that is merged;
    ``merge_commit`` is what it became on its base, once it is merged. ``from_fork``: the head lies in another
    repository, so that the token may only read. ``discussions`` counts comments on it and on its lines; ``None`` where
    the event does not say.
    """

    number: int
    base: str
    head: str
    from_fork: bool = False
    is_open: bool = True
    discussions: int | None = None
    merge_commit: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: the event's name, its action, and what it is about.

    ``pull_request`` is set for events on one, ``before`` and ``after`` are the commits of a push or of a merge group;
    ``head`` is the commit that an earlier workflow ran on. For an event on a comment ``number`` is the pull request
    that it stands on, and ``comment`` how it begins.
    """

    name: str
    action: str = ""
    pull_request: PullRequest | None = None
    before: str | None = None
    after: str | None = None
    head: str | None = None
    base_changed: bool = False
    number: int | None = None
    comment: str = ""


def read_event(name: str, path: Path, repository: str) -> Event:
    """Return the event that the runner describes in a file.

    Raises ``HyperionError`` if the file cannot be read or is no such event.
    """
    try:
        with file_errors(f"GITHUB_EVENT_PATH {path}"):
            data = json.loads(read_regular(path, _MOST_BYTES, links=True).decode())
    except (ValueError, RecursionError):
        raise HyperionError(f"GITHUB_EVENT_PATH {path}: not valid JSON") from None
    try:
        return event_of(name, data, repository)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fault = f"it has no field {error}" if isinstance(error, KeyError) else error
        raise HyperionError(f"GITHUB_EVENT_PATH {path}: no event '{name[:80]}': {fault}") from None


def event_of(name: str, data: Mapping[str, Any], repository: str) -> Event:
    """Return an event from its JSON.

    Raises ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` if something is missing or of another kind
    than it must be. ``data`` is the payload, https://docs.github.com/webhooks/webhook-events-and-payloads,
    ``repository`` the ``owner/name`` of the repository that the run belongs to.

    Examples
    --------
    >>> event_of("push", {"before": "0" * 40, "after": "a" * 40}, "o/r").after == "a" * 40
    True
    """
    action = str(data.get("action", ""))
    if "pull_request" in data and name != "workflow_run":
        pull = pull_request_of(data["pull_request"], repository)
        return Event(name, action, pull, base_changed="base" in (data.get("changes") or {}))
    if name == "issue_comment" and "pull_request" in data["issue"]:
        comment = str(data["comment"].get("body"))[:_COMMENT]
        return Event(name, action, number=number_of(data["issue"]["number"]), comment=comment)
    if name == "push":
        return Event(name, action, before=_commit_or_none(data["before"]), after=_commit_or_none(data["after"]))
    if name == "merge_group":
        group = data["merge_group"]
        return Event(name, action, before=_commit(group["base_sha"]), after=_commit(group["head_sha"]))
    if name == "workflow_run":
        return Event(name, action, head=_commit(data["workflow_run"]["head_sha"]))
    return Event(name, action)


def pull_request_of(data: Mapping[str, Any], repository: str) -> PullRequest:
    """Return a pull request from the JSON of an event or of the API.

    Raises ``KeyError``, ``TypeError``, ``ValueError`` or ``AttributeError`` if something is missing or of another
    kind than it must be.
    """
    head_repository = data["head"].get("repo") or {}
    counts = [data.get(name) for name in ("comments", "review_comments")]
    return PullRequest(
        number_of(data["number"]),
        _commit(data["base"]["sha"]),
        _commit(data["head"]["sha"]),
        # the head of a deleted fork has no repository any more
        from_fork=str(head_repository.get("full_name", "")).lower() != repository.lower(),
        is_open=data.get("state", "open") == "open",
        discussions=sum(counts) if all(map(_is_count, counts)) else None,  # type: ignore[arg-type]
        # before it is merged this names a trial
        merge_commit=_commit(data["merge_commit_sha"]) if data.get("merged") is True else None,
    )


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST_DISCUSSIONS


def _commit(value: object) -> str:
    if not isinstance(value, str) or not _COMMIT.fullmatch(value) or _NO_COMMIT.fullmatch(value):
        raise ValueError(f"'{str(value)[:60]}' is no commit")
    return value


def _commit_or_none(value: object) -> str | None:
    return None if isinstance(value, str) and _NO_COMMIT.fullmatch(value) else _commit(value)


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
    """Return the activity that an event asks for.

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
