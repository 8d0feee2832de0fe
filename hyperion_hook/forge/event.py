"""The event that started a run, from the file that the runner wrote; of everything in it only what is needed.

Names and titles in it were chosen by whoever opened the pull request, so they are not read at all; commits, numbers and
switches are checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
