"""Which files changed together, as one commit and its ancestors know it; read from the commits of the history index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from hyperion_hook.domain.co_change import ChangeSet, KnownFile, PastOfFile
from hyperion_hook.store.history.codec import unpack

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from hyperion_hook.store.files.sqlite import StoreConnection
    from hyperion_hook.store.history.file_history import FileLives, View
    from hyperion_hook.store.history.graph import CommitGraph
    from hyperion_hook.store.history.names import Names, PathStates
    from hyperion_hook.store.history.tallies import HiddenCounts, Tallies

NEWEST = 100
"""Newest commits of a touched file that are looked at: bounds the cost of a file that every commit touches."""

MOST_FILES = 50
"""A commit of more files says little about any two of them."""

MOST_TOUCHED = 50
"""Touched files that are looked at, those with the most changed lines: no more are needed to see what is near."""

_CONTINUED = bytes(range(128, 256))


class Indexed(Protocol):
    """What a history reads of the index; ``index.HistoryIndex`` is one."""

    connection: StoreConnection
    graph: CommitGraph
    names: Names
    states: PathStates
    tallies: Tallies
    lives: FileLives
    hidden_counts: HiddenCounts

    def view(self, commit: bytes) -> View:
        """Return which rows a commit sees."""

    def reading(self) -> AbstractContextManager[None]:
        """Return a context in which the file does not change."""

    def flush(self) -> None:
        """Write what waits."""


class PastChanges:
    """Change sets of past commits and names of files, seen from one commit; other commits have no effect."""

    def __init__(self, index: Indexed, commit: bytes) -> None:
        self._index = index
        self._commit = commit
        self._touches: dict[int, Sequence[int]] = {}
        """Of a commit: a path, the file that it is of, and so on."""
        self._sets: dict[int, ChangeSet] = {}

    def together(self, touched: Iterable[tuple[str, int, Sequence[int]]]) -> tuple[PastOfFile, ...]:
        """Return the past of files, each given as path, file and its commits, newest first: what changed with them."""
        self._index.flush()
        listed = [(path, file, commits[:NEWEST]) for path, file, commits in list(touched)[:MOST_TOUCHED]]
        self._read([number for _, _, commits in listed for number in commits])
        past = []
        for path, file, commits in listed:
            origins = self._origins(file)
            changes = []
            for number in commits:
                change = self._sets.get(number)
                if change is not None:
                    # before a file parted from another, that one's part in the commit was this one's
                    own = {file, *(origin for origin, until in origins if number < until)}
                    changes.append(change._replace(files=change.files - own))
            past.append(PastOfFile(path, file, tuple(changes)))
        return tuple(past)

    def known(self, files: Iterable[int]) -> dict[int, KnownFile]:
        """Return path and last change of files by number; those that were deleted or lost their path are left out."""
        self._index.flush()
        last = {file: result for file in files if (result := self._last(file)) is not None}
        self._read([number for _, number, _ in last.values()], however_large=True)
        # a file of which only the life before it parted from another is seen has no path yet
        standing = {
            file: [path for path in self._paths_of(file, number) if self._stands(file, path, date, number)]
            for file, (date, number, _) in last.items()
        }
        paths = self._paths(path for result in standing.values() for path in result)
        named = {file: [paths[path] for path in result if path in paths] for file, result in standing.items()}
        return {file: KnownFile(min(result), last[file][2]) for file, result in named.items() if result}

    def _paths_of(self, file: int, number: int) -> list[int]:
        touches = self._touches[number]
        return [path for path, other in zip(touches[::2], touches[1::2], strict=True) if other == file]

    @property
    def _view(self) -> View:
        # the index may have grown since
        return self._index.view(self._commit)

    def _stands(self, file: int, path: int, date: int, number: int) -> bool:
        """Return whether a file was there after its last commit, and nothing has taken its path since."""
        left = self._index.connection.execute(
            "SELECT file FROM touches WHERE path = ? AND date = ? AND ord = ?", (path, date, number)
        ).fetchone()
        view = self._view
        # a deletion is a commit on the file, but no touch
        return left == (file,) and self._index.states.file_at(path, view.visible, all_visible=not view.hidden) == file

    def _last(self, file: int) -> tuple[int, int, int] | None:
        """Return date, number and time of the last commit on a file, of several at one date that of the largest id."""
        rows = self._index.connection.execute(
            "SELECT date, ord, skew FROM events WHERE file = ? ORDER BY date DESC, ord DESC", (file,)
        )
        for date, tied in groupby(rows, key=itemgetter(0)):
            seen = [row for row in tied if not self._view.hidden or self._view.sees(row[1])]
            if seen:
                _, number, skew = max(seen, key=lambda row: self._index.graph.id_of(row[1])) if seen[1:] else seen[0]
                return date, number, date - skew
        return None

    def _origins(self, file: int) -> list[tuple[int, int]]:
        """Return whose lives a file's own begins with: (file, first commit that is no longer of it), nearest first."""
        results: list[tuple[int, int]] = []
        asked = file
        while row := self._index.connection.execute(
            # an origin is older than what parted from it; a tampered file must not lead round in a circle
            "SELECT origin, ord FROM forks WHERE file = ? AND origin < file",
            (asked,),
        ).fetchone():
            results.append(row)
            asked = row[0]
        return results

    def _read(self, numbers: Iterable[int], *, however_large: bool = False) -> None:
        known = self._touches if however_large else self._sets
        absent = list({number for number in numbers if number not in known})
        query = "SELECT ord, date - skew, author, flags, files FROM commits WHERE ord IN"
        for number, time, author, flags, packed in self._index.connection.rows_in(query, absent):
            is_bulk = len(packed.translate(None, _CONTINUED)) > 2 * MOST_FILES
            if is_bulk and not however_large:
                continue
            pairs = unpack(packed)
            if not is_bulk:
                self._sets[number] = ChangeSet(number, time, author, flags, frozenset(pairs[1::2]) - {0})
            if however_large:
                self._touches[number] = pairs

    def _paths(self, numbers: Iterable[int]) -> dict[int, str]:
        rows = self._index.connection.rows_in("SELECT id, path FROM paths WHERE id IN", list(set(numbers)))
        return {number: path.decode("utf-8", "surrogateescape") for number, path in rows}
