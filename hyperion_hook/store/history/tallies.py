"""Commits and fixes by month: of the repository, of authors, of authors in subsystems, of folders.

What the commits outside a view add to them is counted apart, so that it can be taken off again.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial

from hyperion_hook.domain.history import FIX, MERGE, MONTH, Months, Tally
from hyperion_hook.store.history.codec import members, unpack
from hyperion_hook.store.history.names import Names

REPOSITORY, AUTHOR, AUTHOR_IN, DIRECTORY = range(4)
"""What a tally is about: its scope."""

_as_tally = partial(tuple.__new__, Tally)
"""A row of the right length as a tally: ``_make``, which runs in Python, costs a hook milliseconds."""

TallyKey = tuple[int, int, int]
"""Scope, author or folder, subsystem."""


def tally_keys(author: int, directories: Collection[int], names: Names) -> list[TallyKey]:
    """Return the tallies that a non-merge commit counts in."""
    subsystems = {names.subsystem(directory) for directory in directories}
    return [
        (REPOSITORY, 0, 0),
        (AUTHOR, author, 0),
        *[(DIRECTORY, directory, 0) for directory in directories],
        *[(AUTHOR_IN, author, subsystem) for subsystem in subsystems],
    ]


class Tallies:
    """All commits' tallies, read on demand, kept and written back.

    ``complete``: there is none but those counted here, so nothing is looked for in the database.
    """

    def __init__(self, connection: sqlite3.Connection, *, complete: bool = False) -> None:
        self._connection = connection
        self._complete = complete
        self._kept: dict[TallyKey, list[Tally]] = {}
        self._changed: set[tuple[TallyKey, int]] = set()
        self._given: dict[TallyKey, Months] = {}
        self._totals: dict[TallyKey, list[int]] = {}

    def of(self, key: TallyKey) -> list[Tally]:
        """Return one tally, oldest month first; not to be changed."""
        months = self._kept.get(key)
        if months is None and self._complete:
            months = self._kept[key] = []
        elif months is None:
            rows = self._connection.execute(
                "SELECT month, commits, fixes FROM tallies WHERE scope = ? AND key = ? AND part = ? ORDER BY month", key
            )
            months = self._kept[key] = list(map(_as_tally, rows))
            if any(tally.commits < 0 or tally.fixes < 0 for tally in months):
                raise ValueError("a month with fewer than no commits")
        return months

    def given(self, key: TallyKey) -> Months:
        """Return one tally as histories hand it out."""
        months = self._given.get(key)
        if months is None:
            tallies = self.of(key)
            if key not in self._totals:
                self._totals[key] = [sum(tally.commits for tally in tallies), sum(tally.fixes for tally in tallies)]
            months = self._given[key] = Months.counted(tallies, *self._totals[key])
        return months

    def count(self, key: TallyKey, month: int, fix: int, sign: int = 1) -> None:
        """Count a commit in one tally; with ``sign`` -1 take it off again."""
        months = self.of(key)
        self._changed.add((key, month))
        if key in self._totals:
            total = self._totals[key]
            total[0] += sign
            total[1] += sign * fix
            self._given.pop(key, None)
        index = _index_of(months, month)
        if index == len(months) or months[index].month != month:
            months.insert(index, Tally(month, 0, 0))
        _, commits, fixes = months[index]
        if commits + sign:
            months[index] = Tally(month, commits + sign, fixes + sign * fix)
        else:
            del months[index]

    def flush(self) -> None:
        """Write what is new into the open transaction."""
        if not self._changed:
            return
        stored, gone = [], []
        for key, month in sorted(self._changed):
            months = self._kept[key]
            index = _index_of(months, month)
            if index < len(months) and months[index].month == month:
                stored.append((*key, *months[index]))
            else:
                gone.append((*key, month))
        self._changed.clear()
        self._connection.executemany("INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?, ?, ?)", stored)
        self._connection.executemany("DELETE FROM tallies WHERE scope = ? AND key = ? AND part = ? AND month = ?", gone)


def _index_of(months: list[Tally], month: int) -> int:
    """Return where a month stands or belongs, most often at the end."""
    return len(months) - 1 if months and months[-1].month == month else bisect_left(months, (month,))


CountedIn = tuple[int, int, int, tuple[int, ...], tuple[int, ...]]
"""What a commit counts in: month, author, whether it fixes a bug, folders and files.

A plain tuple of plain tuples: the garbage collector does not trace those of a whole history again and again.
"""


def counted_in(connection: sqlite3.Connection, number: int) -> CountedIn | None:
    """Return the tallies and files that a stored commit counts in, ``None`` for a merge."""
    author, time, flags, directories, files = connection.execute(
        "SELECT author, date - skew, flags, directories, files FROM commits WHERE ord = ?", (number,)
    ).fetchone()
    if flags & MERGE:
        return None
    touched = tuple(sorted({*unpack(files)[1::2]} - {0}))
    return time // MONTH, author, flags & FIX, tuple(unpack(directories)), touched


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
        for sign, moved in ((1, hidden & ~self._hidden), (-1, self._hidden & ~hidden)):
            for number in members(moved):
                self._count(number, sign)
        self._hidden = hidden

    def _count(self, number: int, sign: int) -> None:
        if number not in self._counted:
            self._flush()
            self._counted[number] = counted_in(self._connection, number)
        counted = self._counted[number]
        if counted is None:
            return
        month, author, fix, directories, files = counted
        for key in tally_keys(author, directories, self._names):
            months = self._tallies[key]
            counts = months.setdefault(month, [0, 0])
            counts[0] += sign
            counts[1] += sign * fix
            if not counts[0]:
                del months[month]
        for file in files:
            self._file_events[file] += sign
