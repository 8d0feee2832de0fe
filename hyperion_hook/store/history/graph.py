"""The commits of the history index and who is whose ancestor.

Commits are numbered in the order they came (``ord``), parents before children, so a number is larger than those of
all its ancestors. Sets of commits are integers with one bit a commit: union and difference of 14,000 commits take a
microsecond.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from hyperion_hook.store.files.sqlite import StoreConnection
from hyperion_hook.store.history.codec import mask_of, pack, unpack

_MASKS_KEPT = 512
_MOST_PARENT_BYTES = 20_000

CommitRow = tuple[int, bytes, int, int, int, int, int, bytes, bytes, bytes]


class _Column(dict[int, Any]):
    """A column of the commits by number, read on demand."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._execute = connection.execute
        self._query = f"SELECT {name} FROM commits WHERE ord = ?"  # noqa: S608 - names of this module

    def __missing__(self, number: int) -> Any:
        (self[number],) = self._execute(self._query, (number,)).fetchone()
        return self[number]


class CommitGraph:
    """Numbers, dates and ancestry of the commits in an index, with what is not flushed yet.

    ``complete``: there is no commit but those inserted here, so none is looked for in the database.
    """

    def __init__(self, connection: StoreConnection) -> None:
        self._connection = connection
        self.complete = False
        self._ords: dict[bytes, int] = {}
        self._ids: dict[int, bytes] = _Column(connection, "id")
        self._dates: dict[int, int] = _Column(connection, "date")
        self._parents: dict[int, tuple[int, ...]] = {}
        self._masks: OrderedDict[int, int] = OrderedDict()
        self._pending: list[CommitRow] = []
        self.tips = {number for (number,) in connection.execute("SELECT ord FROM tips")}
        self._stored_tips = set(self.tips)
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('next_ord', 'holes', 'commits')"))
        self.next_ord: int = meta.get("next_ord", 0)
        self.count: int = meta.get("commits", 0)
        self.holes = int.from_bytes(meta.get("holes", b""), "little")
        self.everything = ((1 << self.next_ord) - 1) & ~self.holes

    def ord_of(self, commit: bytes) -> int | None:
        """Return a commit's number, ``None`` for one that is not indexed."""
        number = self._ords.get(commit)
        if number is None and not self.complete:
            row = self._connection.execute("SELECT ord FROM commits WHERE id = ?", (commit,)).fetchone()
            if row is None:
                return None
            number = self._ords[commit] = row[0]
        return number

    def id_of(self, number: int) -> bytes:
        """Return the id of a commit by number."""
        return self._ids[number]

    def ids_of(self, numbers: Sequence[int]) -> list[bytes]:
        """Return the ids of commits by number."""
        absent = [number for number in numbers if number not in self._ids]
        self._ids.update(self._connection.rows_in("SELECT ord, id FROM commits WHERE ord IN", absent))
        return [self._ids[number] for number in numbers]

    def date_of(self, number: int) -> int:
        """Return the corrected date of a commit by number."""
        return self._dates[number]

    def parents_of(self, number: int) -> tuple[int, ...]:
        """Return the numbers of a commit's indexed parents."""
        parents = self._parents.get(number)
        if parents is None:
            query = "SELECT parents FROM commits WHERE ord = ?"
            (packed,) = self._connection.execute(query, (number,)).fetchone()
            if len(packed) > _MOST_PARENT_BYTES:
                raise ValueError(f"commit {number} has too many parents")
            parents = self._parents[number] = tuple(number - back for back in unpack(packed))
        return parents

    def ancestors(self, number: int) -> int:
        """Return the set of a commit and all its ancestors."""
        mask = self._masks.get(number)
        if mask is None:
            parents = self.parents_of(number)
            if parents and all(parent in self._masks for parent in parents):
                mask = self.ancestors_of_all(parents) | 1 << number
            else:
                mask = self.everything & ~self._walk_hidden(number)
            self._keep(number, mask)
        else:
            self._masks.move_to_end(number)
        return mask

    def ancestors_of_all(self, numbers: Iterable[int]) -> int:
        """Return the set of some commits and all their ancestors."""
        mask = 0
        for number in numbers:
            mask |= self.ancestors(number)
        return mask

    def _keep(self, number: int, mask: int) -> None:
        self._masks[number] = mask
        if len(self._masks) > _MASKS_KEPT:
            self._masks.popitem(last=False)

    def _walk_hidden(self, number: int) -> int:
        """Return the commits that are no ancestors of one, by a walk down from the tips.

        Largest number first, so all children are seen before their parent; it ends when only ancestors are left to
        visit, so it costs what the branches differ in, not the length of history.
        """
        visible = {number}
        seen = self.tips | visible
        queue = [-tip for tip in seen]
        heapify(queue)
        open_hidden = len(seen) - 1
        hidden = []
        while open_hidden:
            current = -heappop(queue)
            is_visible = current in visible
            if not is_visible:
                open_hidden -= 1
                hidden.append(current)
            for parent in self.parents_of(current):
                if parent not in seen:
                    seen.add(parent)
                    heappush(queue, -parent)
                    open_hidden += not is_visible
                elif is_visible and parent not in visible:
                    open_hidden -= 1
                if is_visible:
                    visible.add(parent)
        return mask_of(hidden, self.next_ord)

    def insert(
        self, commit: bytes, parents: tuple[int, ...], date: int, rest: tuple[int, int, int, int, bytes, bytes]
    ) -> None:
        """Append a commit under the number ``next_ord``; ``rest`` is skew, author, flags, counted, folders, files."""
        number = self.next_ord
        skew, author, flags, counted, directories, files = rest
        packed = pack(number - parent for parent in parents)
        self._pending.append((number, commit, date, skew, author, flags, counted, packed, directories, files))
        self._ords[commit] = number
        self._ids[number] = commit
        self._dates[number] = date
        self._parents[number] = parents
        self._keep(number, self.ancestors_of_all(parents) | 1 << number)
        self.everything |= 1 << number
        self.next_ord += 1
        self.count += 1
        self.tips.difference_update(parents)
        self.tips.add(number)

    def flush(self) -> bool:
        """Write what is new into the open transaction; tell whether there was anything."""
        if not self._pending:
            return False
        execute = self._connection.executemany
        execute("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._pending)
        self._pending.clear()
        execute("DELETE FROM tips WHERE ord = ?", [(number,) for number in self._stored_tips - self.tips])
        execute("INSERT INTO tips VALUES (?)", [(number,) for number in self.tips - self._stored_tips])
        self._stored_tips = set(self.tips)
        execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [("next_ord", self.next_ord), ("commits", self.count)])
        return True
