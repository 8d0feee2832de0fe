"""``Past``: the commits before a change, as its base and the ancestors of that know them.

Features need counts; who could review a change, which changes were like it and what became of them need the commits
themselves. All of it is in the history index; nothing here asks git.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hyperion_hook.domain.history import FileHistory, Tally
from hyperion_hook.store.history.codec import unpack
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.tallies import AUTHOR
from hyperion_hook.store.history.view import IndexedHistory


class PastCommit(NamedTuple):
    """A non-merge commit; author, folders and files as the numbers they have in the history."""

    number: int
    id: str
    time: int
    author: int
    flags: int
    directories: frozenset[int]
    files: frozenset[int]


class Past:
    """The commits before a change; it answers the same whatever else the index holds or will hold."""

    def __init__(self, index: HistoryIndex, base: str, history: IndexedHistory) -> None:
        self._index = index
        self._base = base
        self.history = history
        self._ids: list[str] = []
        self._asked = 0
        self._rows: dict[str, PastCommit] = {}

    def at(self, commit: str) -> Past:
        """Return the past as an earlier commit knows it, itself included."""
        return Past(self._index, commit, self.history)

    def recent_ids(self, count: int) -> list[str]:
        """Return the ids of the newest non-merge commits, newest first."""
        if self._asked < count:
            self._ids, self._asked = self._index.recent_commits(self._base, count), count
        return self._ids[:count]

    def recent(self, count: int) -> list[PastCommit]:
        """Return the newest non-merge commits, newest first."""
        with self._index.reading():
            ids = self.recent_ids(count)
            rows = self._rows
            unread = [bytes.fromhex(commit) for commit in ids if commit not in rows]
            query = "SELECT ord, id, date - skew, author, flags, directories, files FROM commits WHERE id IN"
            for number, key, time, author, flags, folders, files in self._index.connection.rows_in(query, unread):
                touched = frozenset(unpack(files)[1::2]) - {0}
                rows[key.hex()] = PastCommit(
                    number, key.hex(), time, author, flags, frozenset(unpack(folders)), touched
                )
        return [rows[commit] for commit in ids]

    def lives(self, files: Iterable[int]) -> list[FileHistory]:
        """Return the lives of files by number."""
        with self._index.reading():
            view = self._index.view(bytes.fromhex(self._base))
            return [self._index.lives.history(file, view) for file in files]

    def months_of(self, authors: Iterable[int]) -> dict[int, tuple[Tally, ...]]:
        """Return the commits of authors by number, month by month, oldest first."""
        with self._index.reading():
            return {author: self.history.tally((AUTHOR, author, 0)) for author in authors}

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of commits by number, in the order given."""
        with self._index.reading():
            return [commit.hex() for commit in self._index.graph.ids_of(list(numbers))]

    def directories(self, paths: Iterable[str]) -> frozenset[int]:
        """Return the numbers of those folders that some commit touched."""
        with self._index.reading():
            numbers = map(self._index.names.find_directory, paths)
            return frozenset(number for number in numbers if number is not None)
