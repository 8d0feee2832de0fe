"""Commits and fixes by month: of the repository, of authors, of authors in subsystems, of folders."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Collection
from functools import partial

from hyperion_hook.domain.history import Months, Tally
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
        *((DIRECTORY, directory, 0) for directory in directories),
        *((AUTHOR_IN, author, subsystem) for subsystem in subsystems),
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
            kept = self.of(key)
            if key not in self._totals:
                self._totals[key] = [sum(tally.commits for tally in kept), sum(tally.fixes for tally in kept)]
            months = self._given[key] = Months.counted(kept, *self._totals[key])
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
