"""What the commits outside a view add to the aggregates of the history index, so that it can be taken off again."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import NamedTuple

from hyperion_hook.domain.history import FIX, MERGE, MONTH
from hyperion_hook.store.history.codec import members, unpack
from hyperion_hook.store.history.names import Names
from hyperion_hook.store.history.tallies import TallyKey, tally_keys


class CountedIn(NamedTuple):
    """What one commit counts in: numbers of its folders and of its files; a merge counts in nothing."""

    month: int
    author: int
    fix: int
    directories: Collection[int]
    files: Collection[int]


def counted_in(connection: sqlite3.Connection, number: int) -> CountedIn | None:
    """Return what a commit counts in as it is stored, ``None`` for a merge."""
    author, time, flags, directories, files = connection.execute(
        "SELECT author, date - skew, flags, directories, files FROM commits WHERE ord = ?", (number,)
    ).fetchone()
    if flags & MERGE:
        return None
    numbers = sorted({*unpack(files)[1::2]} - {0})
    return CountedIn(time // MONTH, author, flags & FIX, unpack(directories), numbers)


class HiddenCounts:
    """Tallies and numbers of file events over a set of hidden commits.

    Views that follow each other differ in few commits, so only the difference is counted.
    """

    def __init__(self, connection: sqlite3.Connection, names: Names, flush: Callable[[], None]) -> None:
        self._connection = connection
        self._names = names
        self._flush = flush
        self._hidden = 0
        self._counted: dict[int, CountedIn | None] = {}
        self._tallies: defaultdict[TallyKey, dict[int, list[int]]] = defaultdict(dict)
        self._file_events: defaultdict[int, int] = defaultdict(int)

    def remember(self, number: int, counted: CountedIn | None) -> None:
        """Note what a commit counts in, so that it need not be read back."""
        self._counted[number] = counted

    def tallies(self, hidden: int, key: TallyKey) -> dict[int, list[int]]:
        """Return month to [commits, fixes] of the hidden commits in one tally."""
        self._move_to(hidden)
        return self._tallies.get(key, {})

    def file_events(self, hidden: int, file: int) -> int:
        """Return how many hidden commits touched a file."""
        self._move_to(hidden)
        return self._file_events.get(file, 0)

    def _move_to(self, hidden: int) -> None:
        if hidden == self._hidden:
            return
        for number in members(hidden ^ self._hidden):
            self._count(number, 1 if hidden >> number & 1 else -1)
        self._hidden = hidden

    def _count(self, number: int, sign: int) -> None:
        if number not in self._counted:
            self._flush()
            self._counted[number] = counted_in(self._connection, number)
        counted = self._counted[number]
        if counted is None:
            return
        for key in tally_keys(counted.author, counted.directories, self._names):
            months = self._tallies[key]
            counts = months.setdefault(counted.month, [0, 0])
            counts[0] += sign
            counts[1] += sign * counted.fix
            if not counts[0]:
                del months[counted.month]
        for file in counted.files:
            self._file_events[file] += sign
