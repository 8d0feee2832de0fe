"""The lives of files in the history index: every event of a file, newest first, seen through one commit's ancestors."""

from __future__ import annotations

import sqlite3
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from functools import cached_property, partial
from itertools import islice

from hyperion_hook.domain.history import FILE_WINDOW, FileEvent, FileHistory
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.store.history.graph import CommitGraph
from hyperion_hook.store.history.tallies import HiddenCounts

_EVENTS_KEPT = 1_000_000
_COLUMNS = "SELECT date, date - skew, ord, author, lines_added, lines_deleted, flags FROM events WHERE file = ?"

_as_event = partial(tuple.__new__, FileEvent)


@dataclass(frozen=True)
class View:
    """The commits a history may see, and those in the index that it may not, as sets of numbers."""

    visible: int
    hidden: int

    @cached_property
    def first_hidden(self) -> int:
        """The smallest number of a hidden commit; larger than any where nothing is hidden."""
        return (self.hidden & -self.hidden).bit_length() - 1 if self.hidden else sys.maxsize

    @cached_property
    def _bits(self) -> bytes:
        return self.visible.to_bytes((self.visible.bit_length() + 7) // 8, "little")

    def sees(self, number: int) -> bool:
        """Return whether a commit is one of the ancestors."""
        index = number >> 3
        return index < len(self._bits) and bool(self._bits[index] >> (number & 7) & 1)


@dataclass(slots=True)
class _Life:
    """Corrected dates and events of a file, oldest first; ``complete`` unless only the newest were read.

    The events of the window are counted by author and by flags; the counts are ``None`` until somebody asks for them.
    """

    dates: list[int]
    events: list[FileEvent]
    commits: list[int]
    complete: bool
    newest: int = -1
    counts: tuple[dict[int, int], dict[int, int]] | None = None

    def append(self, date: int, event: FileEvent) -> None:
        """Add an event that is younger than all others."""
        self.dates.append(date)
        self.events.append(event)
        self.commits.append(event.commit)
        self.newest = max(self.newest, event.commit)
        if self.counts is not None:
            authors, flags = self.counts
            authors[event.author] = authors.get(event.author, 0) + 1
            flags[event.flags] = flags.get(event.flags, 0) + 1
            if len(self.events) > FILE_WINDOW:
                gone = self.events[-FILE_WINDOW - 1]
                _take_off(authors, gone.author)
                _take_off(flags, gone.flags)

    def insert(self, index: int, date: int, event: FileEvent) -> None:
        """Add an event between others."""
        self.dates.insert(index, date)
        self.events.insert(index, event)
        self.commits.insert(index, event.commit)
        self.newest = max(self.newest, event.commit)
        self.counts = None

    def counted(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the counts of the window by author and by flags; both are the caller's."""
        if self.counts is None:
            window = self.events[-FILE_WINDOW:]
            self.counts = dict(Counter([event.author for event in window])), dict(Counter([e.flags for e in window]))
        return self.counts[0].copy(), self.counts[1].copy()


def _take_off(counts: dict[int, int], key: int) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


class FileLives:
    """Reads the events of files and keeps what it read; events added later are kept up with."""

    def __init__(
        self, connection: sqlite3.Connection, graph: CommitGraph, hidden: HiddenCounts, flush: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._graph = graph
        self._hidden = hidden
        self._flush = flush
        self.kept: dict[int, _Life] = {}
        self._events_kept = 0

    def begin(self, file: int) -> None:
        """Keep the life of a file from its beginning, for a replay that will ask for it."""
        self.kept[file] = _Life([], [], [], True)

    def add(self, file: int, date: int, event: FileEvent) -> None:
        """Note an event of a kept life; it will be written with the next flush."""
        life = self.kept[file]
        self._events_kept += 1
        if not life.dates or date > life.dates[-1]:
            life.append(date, event)
        elif not life.complete and date <= life.dates[0]:
            del self.kept[file]
        else:
            index = bisect_left(life.dates, date)
            commit = self._graph.id_of(event.commit)
            # parallel branches: the same corrected date, ordered by commit id
            while (
                index < len(life.dates)
                and life.dates[index] == date
                and self._graph.id_of(life.events[index].commit) < commit
            ):
                index += 1
            life.insert(index, date, event)

    def forget(self) -> None:
        """Forget what was read, because stored events have changed."""
        self.kept.clear()
        self._events_kept = 0

    def history(self, file: int, view: View) -> FileHistory:
        """Return the life of a file as a view sees it."""
        life = self.kept.get(file) or self._load(file, FILE_WINDOW + 1)
        events = life.events
        # most files were not touched since the branches parted
        has_hidden = life.newest >= view.first_hidden
        if has_hidden:
            newest = tuple(islice((event for event in reversed(events) if view.sees(event.commit)), FILE_WINDOW))
        else:
            newest = tuple(events[: -FILE_WINDOW - 1 : -1])
        if len(newest) < FILE_WINDOW and not life.complete:
            self._load(file, None)
            return self.history(file, view)
        if len(newest) < FILE_WINDOW and has_hidden:
            return FileHistory(newest, newest[-1].time if newest else None, len(newest))
        if life.complete:
            first, count = next((event.time for event in events if view.sees(event.commit)), None), len(events)
        else:
            first, count = self._first_time(file, view), self._stored_count(file)
        if has_hidden:
            return FileHistory(newest, first, count - self._hidden.file_events(view.hidden, file))
        authors, flags = life.counted()
        commits = tuple(life.commits[: -FILE_WINDOW - 1 : -1])
        return FileHistory.counted(newest, first, count, commits=commits, author_counts=authors, flag_counts=flags)

    def _stored_count(self, file: int) -> int:
        self._flush()
        count: int = self._connection.execute("SELECT events FROM files WHERE id = ?", (file,)).fetchone()[0]
        return count

    def all_events(self, file: int, visible: int) -> list[FileEvent]:
        """Return all events of a file that are in a set of commits, oldest first."""
        life = self.kept.get(file)
        if life is None or not life.complete:
            life = self._load(file, None)
        return [event for event in life.events if visible >> event.commit & 1]

    def _first_time(self, file: int, view: View) -> int | None:
        oldest: tuple[int, bytes, int] | None = None
        for date, time, number, *_ in self._connection.execute(f"{_COLUMNS} ORDER BY date, ord", (file,)):
            if oldest is not None and date != oldest[0]:
                break
            if not view.hidden or view.sees(number):
                results = date, self._graph.id_of(number), time
                oldest = results if oldest is None else min(oldest, results)
        return None if oldest is None else oldest[2]

    def _load(self, file: int, limit: int | None) -> _Life:
        self._flush()
        execute = self._connection.execute
        query = f"{_COLUMNS} ORDER BY date DESC, ord DESC LIMIT ?"
        rows = execute(query, (file, -1 if limit is None else limit)).fetchall()
        if not rows:
            raise ValueError("a file without its life")
        if any((row[4] or 0) < 0 or (row[5] or 0) < 0 for row in rows):
            raise ValueError("a file with fewer than no lines")
        complete = limit is None or len(rows) < limit
        if not complete:
            # all of the oldest date read, so that its order by id is known
            cut = rows[-1][0]
            rows = [row for row in rows if row[0] != cut] + execute(f"{_COLUMNS} AND date = ?", (file, cut)).fetchall()
        if len({row[0] for row in rows}) != len(rows):
            rows.sort(key=lambda row: (row[0], self._graph.id_of(row[2])))
        else:
            rows.reverse()
        if self._events_kept > _EVENTS_KEPT:
            self.forget()
        self._events_kept += len(rows)
        commits = [row[2] for row in rows]
        events = [_as_event(row[1:]) for row in rows]
        life = _Life([row[0] for row in rows], events, commits, complete, max(commits, default=-1))
        self.kept[file] = life
        return life
