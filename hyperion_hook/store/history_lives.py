"""The lives of files in the history index: every event of a file, newest first, seen through one commit's ancestors."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from hyperion_hook.domain.history import FILE_WINDOW, FileEvent, FileHistory
from hyperion_hook.store.history_graph import CommitGraph
from hyperion_hook.store.history_hidden import HiddenCounts

_EVENTS_KEPT = 1_000_000
_COLUMNS = "SELECT date, date - skew, ord, author, lines_added, lines_deleted, flags FROM events WHERE file = ?"


@dataclass(frozen=True)
class View:
    """The commits a history may see, and those in the index that it may not, as sets of numbers."""

    visible: int
    hidden: int

    @cached_property
    def _bits(self) -> bytes:
        return self.visible.to_bytes((self.visible.bit_length() + 7) // 8, "little")

    def sees(self, number: int) -> bool:
        """Return whether a commit is one of the ancestors."""
        index = number >> 3
        return index < len(self._bits) and bool(self._bits[index] >> (number & 7) & 1)


@dataclass(slots=True)
class _Life:
    """Corrected dates and events of a file, oldest first; ``complete`` unless only the newest were read."""

    dates: list[int]
    events: list[FileEvent]
    complete: bool


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
        self.kept[file] = _Life([], [], True)

    def add(self, file: int, date: int, event: FileEvent) -> None:
        """Note an event of a kept life; it will be written with the next flush."""
        life = self.kept[file]
        self._events_kept += 1
        if not life.dates or date > life.dates[-1]:
            life.dates.append(date)
            life.events.append(event)
        elif not life.complete and date <= life.dates[0]:
            del self.kept[file]
        else:
            place = bisect_left(life.dates, date)
            commit = self._graph.id_of(event.commit)
            # parallel branches: the same corrected date, ordered by commit id
            while (
                place < len(life.dates)
                and life.dates[place] == date
                and self._graph.id_of(life.events[place].commit) < commit
            ):
                place += 1
            life.dates.insert(place, date)
            life.events.insert(place, event)

    def forget(self) -> None:
        """Forget what was read, because stored events have changed."""
        self.kept.clear()
        self._events_kept = 0

    def history(self, file: int, view: View) -> FileHistory:
        """Return the life of a file as a view sees it."""
        life = self.kept.get(file) or self._load(file, FILE_WINDOW + 1)
        events = life.events
        if view.hidden:
            newest = tuple(islice((event for event in reversed(events) if view.sees(event.commit)), FILE_WINDOW))
        else:
            newest = tuple(events[: -FILE_WINDOW - 1 : -1])
        if len(newest) < FILE_WINDOW:
            if not life.complete:
                self._load(file, None)
                return self.history(file, view)
            return FileHistory(newest, newest[-1].time if newest else None, len(newest))
        hidden = self._hidden.file_events(view.hidden, file) if view.hidden else 0
        if life.complete:
            first = next(event.time for event in events if not view.hidden or view.sees(event.commit))
            return FileHistory(newest, first, len(events) - hidden)
        self._flush()
        (count,) = self._connection.execute("SELECT events FROM files WHERE id = ?", (file,)).fetchone()
        return FileHistory(newest, self._first_time(file, view), count - hidden)

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
                found = date, self._graph.id_of(number), time
                oldest = found if oldest is None else min(oldest, found)
        return None if oldest is None else oldest[2]

    def _load(self, file: int, limit: int | None) -> _Life:
        self._flush()
        execute = self._connection.execute
        query = f"{_COLUMNS} ORDER BY date DESC, ord DESC LIMIT ?"
        rows = execute(query, (file, -1 if limit is None else limit)).fetchall()
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
        life = _Life([row[0] for row in rows], [FileEvent._make(row[1:]) for row in rows], complete)
        self.kept[file] = life
        return life
