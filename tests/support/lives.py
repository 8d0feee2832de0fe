"""Histories drawn as text, one commit a line, for the features that read the past."""

from __future__ import annotations

from typing import Any

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import DAY, History
from hyperion_hook.features.context import Context
from hyperion_hook.store.history.index import HistoryIndex
from tests.support.changes import change, context

NOW = 1_600_000_000
PEOPLE = {name.lower(): Author(name, f"{name.lower()}@example.org") for name in ("Ada", "Bob", "Cy", "Dee")}


def past(drawing: str, missing_reason: str | None = None) -> History:
    """Return the history of a line of commits.

    Each line reads ``days-ago author subject: path+added-deleted path ...``; a path with ``>`` in it is a rename, one
    that begins with ``!`` a deletion. Without counts a path has 1 line added.
    """
    index = HistoryIndex.open(None)
    index.missing_reason = missing_reason
    parents: tuple[str, ...] = ()
    for number, line in enumerate(drawing.strip().splitlines(), start=1):
        told, _, paths = line.strip().rpartition(":")
        days, author, subject = told.split(" ", 2)
        time = NOW - int(float(days) * DAY)
        files = tuple(_file(path) for path in paths.split())
        who = PEOPLE[author]
        index.add(Commit(f"{number:040x}", parents, who, who, time, time, 0, subject, files))
        parents = (f"{number:040x}",)
    return index.history_at(parents[0] if parents else None)


def _file(text: str) -> FileChange:
    path, _, counts = text.partition("+")
    added, _, deleted = (counts or "1-0").partition("-")
    lines = (None, None) if added == "?" else (int(added), int(deleted or 0))
    old, arrow, new = path.partition(">")
    if arrow:
        return FileChange(new, FileStatus.RENAMED, old, lines_added=lines[0], lines_deleted=lines[1])
    status = FileStatus.DELETED if path.startswith("!") else FileStatus.MODIFIED
    return FileChange(path.lstrip("!"), status, lines_added=lines[0], lines_deleted=lines[1])


def touching(
    paths: str, drawing: str = "", *, author: str | None = "ada", reason: str | None = None, **more: Any
) -> Context:
    """Return a context of a change now that touches paths (``+`` before a new one, ``old>new``) after a past."""
    files = []
    for path in paths.split():
        old, arrow, new = path.partition(">")
        if arrow:
            files.append(FileChange(new, FileStatus.RENAMED, old))
        else:
            files.append(FileChange(path.lstrip("+"), FileStatus.ADDED if path[0] == "+" else FileStatus.MODIFIED))
    who = None if author is None else PEOPLE[author]
    known: dict[str, Any] = {"time": NOW, "author": who, **more}
    judged: Change = change(*files, **known)
    return context(judged, history=past(drawing, reason))
