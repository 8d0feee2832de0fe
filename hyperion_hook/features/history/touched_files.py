"""What the history features share: the past lives of the touched files, and what a short history cannot know."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.history import MONTH, FileEvent, FileHistory, Months
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.context import Context

ONLY_NEW_FILES = Missing("only new files: no file existed before")


@dataclass(frozen=True)
class Lives:
    """The files of a change that existed before, and whether all of their past is known.

    A file that the change adds did not exist, unless it was deleted earlier and comes back. ``seen`` are the lives
    with events: a file that only merges touched has none. ``textual`` says for each existing file whether its lines
    have a meaning. ``unknown`` says why a past may be longer than what was
    read: a history cut short holds only the newest events.
    """

    existing: tuple[FileHistory, ...]
    seen: tuple[FileHistory, ...]
    textual: tuple[bool, ...]
    unknown: Missing | None

    @cached_property
    def distinct_events(self) -> list[FileEvent]:
        """Return the commits on the files, each once however many of the files it touched."""
        if len(self.seen) == 1:
            return list(self.seen[0].events)
        results: dict[int, FileEvent] = {}
        for life in self.seen:
            results.update(zip(life.commits, life.events, strict=True))
        return list(results.values())


def lives_of(context: Context) -> Lives:
    """Return the lives of the touched files before the change."""
    # two modules ask for the same change, one after the other
    if not (_last and _last[0][0] is context):
        _last[:] = [(context, _read_lives(context))]
    return _last[0][1]


_last: list[tuple[Context, Lives]] = []


def _read_lives(context: Context) -> Lives:
    existing, textual = [], []
    for file in context.change.files:
        if file.status is FileStatus.COPIED:
            continue
        life = context.history.file(file.previous_path)
        if life.events or file.status is not FileStatus.ADDED:
            existing.append(life)
            textual.append(file.is_regular and not file.is_binary)
    reason = context.history.missing_reason
    return Lives(
        tuple(existing),
        tuple(life for life in existing if life.events),
        tuple(textual),
        Missing(reason) if reason is not None and existing else None,
    )


def month_of(time: int) -> int:
    """Return the number of the thirty-day month that a time lies in."""
    return time // MONTH


def covers(context: Context, start: int) -> Missing | None:
    """Return ``None`` if the history reaches back to a time, else why it does not.

    A history cut short knows the newest commits: from the month after its oldest commit on it is complete.
    """
    reason = context.history.missing_reason
    if reason is None:
        return None
    months = context.history.repository()
    return None if months and (months[0].month + 1) * MONTH <= start else Missing(reason)


def commits_since(tallies: Months, month: int) -> tuple[int, int]:
    """Return commits and bug fixes from a month on."""
    commits = fixes = 0
    for _, more_commits, more_fixes in tallies[bisect_left(tallies, (month,)) :]:
        commits += more_commits
        fixes += more_fixes
    return commits, fixes


def flagged(counts: Mapping[int, int], flag: int) -> int:
    """Return how many commits carry a flag, of counts by combination of flags."""
    return sum([count for flags, count in counts.items() if flags & flag])
