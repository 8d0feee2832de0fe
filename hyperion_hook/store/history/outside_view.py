"""What the commits outside a view add to the aggregates of the history index, so that it can be taken off again."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence

from hyperion_hook.domain.history import FIX, MERGE, MONTH
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.store.history.codec import members, unpack
from hyperion_hook.store.history.names import Names
from hyperion_hook.store.history.tallies import TallyKey, tally_keys

_Facts = tuple[int, int, int, Sequence[int], Sequence[int]]
"""Month, author, whether it fixes a bug, numbers of folders and of files."""


@dataclass(slots=True)
class _Share:
    """What one commit counts in: tallies of a month, and the files it touched."""

    month: int
    tallies: list[TallyKey]
    fix: int
    files: Sequence[int]


class HiddenCounts:
    """Tallies and numbers of file events over a set of hidden commits.

    Views that follow each other differ in few commits, so only the difference is counted.
    """

    def __init__(self, connection: sqlite3.Connection, names: Names, flush: Callable[[], None]) -> None:
        self._connection = connection
        self._names = names
        self._flush = flush
        self._hidden = 0
        self._shares: dict[int, _Share] = {}
        self._facts: dict[int, _Facts | None] = {}
        self._tallies: defaultdict[TallyKey, dict[int, list[int]]] = defaultdict(dict)
        self._file_events: defaultdict[int, int] = defaultdict(int)

    def remember(self, number: int, facts: _Facts | None) -> None:
        """Note what a commit counts in, a merge in nothing, so that it need not be read back."""
        self._facts[number] = facts

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
        for number in members(hidden & ~self._hidden):
            self._count(self._share(number), 1)
        for number in members(self._hidden & ~hidden):
            self._count(self._share(number), -1)
        self._hidden = hidden

    def _count(self, share: _Share, sign: int) -> None:
        for key in share.tallies:
            months = self._tallies[key]
            counts = months.setdefault(share.month, [0, 0])
            counts[0] += sign
            counts[1] += sign * share.fix
            if not counts[0]:
                del months[share.month]
        for file in share.files:
            self._file_events[file] += sign

    def _share(self, number: int) -> _Share:
        share = self._shares.get(number)
        if share is None:
            share = self._shares[number] = self._read(number)
        return share

    def _read(self, number: int) -> _Share:
        if number in self._facts:
            facts = self._facts[number]
            if facts is None:
                return _Share(0, [], 0, ())
            month, author, fix, directories, files = facts
            return _Share(month, tally_keys(author, directories, self._names), fix, files)
        self._flush()
        author, time, flags, directories, files = self._connection.execute(
            "SELECT author, date - skew, flags, directories, files FROM commits WHERE ord = ?", (number,)
        ).fetchone()
        if flags & MERGE:
            return _Share(0, [], 0, ())
        tallies = tally_keys(author, unpack(directories), self._names)
        return _Share(time // MONTH, tallies, flags & FIX, sorted(set(unpack(files)[1::2]) - {0}))
