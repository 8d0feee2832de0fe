"""What the history features share: the past lives of the touched files, and what a short history cannot know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.history import MONTH, FileEvent, FileHistory, Tally
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.context import Context

ONLY_NEW_FILES = Missing("only new files: no file existed before")


@dataclass(frozen=True, slots=True)
class Lives:
    """The files of a change that existed before, and whether all of their past is known.

    A file that the change adds did not exist, unless it was deleted earlier and comes back. ``seen`` are the lives
    with events: a file that only merges touched has none. ``unknown`` says why a past may be longer than what was
    read: a history cut short holds only the newest events.
    """

    existing: tuple[FileHistory, ...]
    seen: tuple[FileHistory, ...]
    unknown: Missing | None

    def distinct_events(self) -> list[FileEvent]:
        """Return the commits on the files, each once however many of the files it touched."""
        if len(self.seen) == 1:
            return list(self.seen[0].events)
        return list({event.commit: event for life in self.seen for event in life.events}.values())


def lives_of(context: Context) -> Lives:
    """Return the lives of the touched files before the change."""
    existing = []
    for file in context.change.files:
        if file.status is FileStatus.COPIED:
            continue
        life = context.history.file(file.previous_path)
        if life.events or file.status is not FileStatus.ADDED:
            existing.append(life)
    reason = context.history.missing_reason
    return Lives(
        tuple(existing),
        tuple(life for life in existing if life.events),
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


def commits_since(tallies: Iterable[Tally], month: int) -> tuple[int, int]:
    """Return commits and bug fixes from a month on."""
    recent = [tally for tally in tallies if tally.month >= month]
    return sum(tally.commits for tally in recent), sum(tally.fixes for tally in recent)
