"""Numbers for the paths, folders and authors of a history index, and which file a path names at a commit."""

from __future__ import annotations

import sqlite3
from bisect import insort
from collections.abc import Iterator

from hyperion_hook.domain.files.paths import directory_of, subsystem_of
from hyperion_hook.store.history.codec import path_key
from hyperion_hook.store.history.graph import CommitGraph

_PATH = "SELECT id FROM paths WHERE path = ?"
_DIRECTORY = "SELECT id FROM directories WHERE path = ?"
_AUTHOR = "SELECT id FROM authors WHERE identity = ?"
_TOUCHES_READ = 16  # newest rows read of a path at first; rarely more than one is needed

Touch = tuple[int, int, int]
"""Corrected date, commit number, file number (negative: this file was renamed away)."""


class Names:
    """Numbers of paths, folders and authors; a number is given on first sight and never changes.

    ``complete``: there is none but those given here, so nothing is looked for in the database.
    """

    def __init__(self, connection: sqlite3.Connection, *, complete: bool = False) -> None:
        self._connection = connection
        self._complete = complete
        self._known: dict[str, dict[str, int]] = {query: {} for query in (_PATH, _DIRECTORY, _AUTHOR)}
        self._new_paths: list[tuple[bytes, int]] = []
        self._subsystems: dict[int, int] = {}
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('next_path', 'next_file')"))
        self.next_path: int = meta.get("next_path", 1)
        self.next_file: int = meta.get("next_file", 1)
        self._stored = {"next_path": self.next_path, "next_file": self.next_file}

    def _find(self, query: str, name: str) -> int | None:
        number = self._known[query].get(name)
        if number is None and not self._complete:
            row = self._connection.execute(query, (path_key(name),)).fetchone()
            if row is None:
                return None
            if row[0] <= 0:
                raise ValueError("a name without a number")
            number = self._known[query][name] = row[0]
        return number

    def find_path(self, path: str) -> int | None:
        """Return the number of a path, ``None`` for one that no indexed commit touched."""
        return self._find(_PATH, path)

    def find_directory(self, directory: str) -> int | None:
        """Return the number of a folder, ``None`` for one that no indexed commit touched."""
        return self._find(_DIRECTORY, directory)

    def find_author(self, identity: str) -> int | None:
        """Return the number of an author, ``None`` for one that no indexed commit has."""
        return self._find(_AUTHOR, identity)

    def path(self, path: str) -> tuple[int, bool]:
        """Return the number of a path, and whether it was given just now."""
        number = self.find_path(path)
        if number is not None:
            return number, False
        number = self._known[_PATH][path] = self.next_path
        self.next_path += 1
        self._new_paths.append((path_key(path), number))
        return number, True

    def new_file(self) -> int:
        """Return a number for a file that begins its life."""
        self.next_file += 1
        return self.next_file - 1

    def author(self, identity: str) -> int:
        """Return the number of an author, given on first sight."""
        number = self.find_author(identity)
        if number is None:
            cursor = self._connection.execute("INSERT INTO authors (identity) VALUES (?)", (path_key(identity),))
            number = self._known[_AUTHOR][identity] = cursor.lastrowid or 0
        return number

    def directory(self, path: str) -> int:
        """Return the number of a path's folder, given on first sight; its subsystem gets one, too."""
        directory = directory_of(path)
        number = self.find_directory(directory)
        return self._new_directory(directory, subsystem_of(path)) if number is None else number

    def _new_directory(self, directory: str, subsystem: str) -> int:
        above = None
        if subsystem != directory:
            above = self.find_directory(subsystem)
            if above is None:
                above = self._new_directory(subsystem, subsystem)
        row = (path_key(directory), above or 0)
        number = self._connection.execute("INSERT INTO directories (path, subsystem) VALUES (?, ?)", row).lastrowid or 0
        if above is None:
            above = number
            self._connection.execute("UPDATE directories SET subsystem = id WHERE id = ?", (number,))
        self._known[_DIRECTORY][directory] = number
        self._subsystems[number] = above
        return number

    def subsystem(self, directory: int) -> int:
        """Return the number of the top-level folder that holds a folder."""
        subsystem = self._subsystems.get(directory)
        if subsystem is None:
            query = "SELECT subsystem FROM directories WHERE id = ?"
            (subsystem,) = self._connection.execute(query, (directory,)).fetchone()
            self._subsystems[directory] = subsystem
        return subsystem

    def flush(self) -> None:
        """Write what is new into the open transaction."""
        if self._new_paths:
            self._connection.executemany("INSERT INTO paths VALUES (?, ?)", sorted(self._new_paths))
            self._new_paths.clear()
        counters = {"next_path": self.next_path, "next_file": self.next_file}
        if counters != self._stored:
            self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", counters.items())
            self._stored = counters


class PathStates:
    """Which file a path names, as of any commit: that of the latest touch among the commit's ancestors.

    Latest by corrected date, then by commit id, so the answer depends on the ancestors alone. Deletions are no
    touches: a file that is added again lives on.
    """

    def __init__(self, connection: sqlite3.Connection, graph: CommitGraph) -> None:
        self._connection = connection
        self._graph = graph
        # ascending; True: all touches of the path are there
        self._touches: dict[int, tuple[list[Touch], bool]] = {}

    def file_at(self, path: int, visible: int, *, all_visible: bool) -> int:
        """Return the number of the file that a path names: 0 for none, negative for one that was renamed away.

        The path is its number. ``all_visible`` says whether that is every commit in the index: then the newest touch
        wins without a look at the set.
        """
        touches, _ = self._touches_of(path)
        if not touches:
            return 0
        if all_visible and (len(touches) == 1 or touches[-2][0] != touches[-1][0]):
            return touches[-1][2]
        best: Touch | None = None
        for touch in self._newest_first(path):
            if best is not None and touch[0] != best[0]:
                break
            if not all_visible and not visible >> touch[1] & 1:
                continue
            if best is None or self._graph.id_of(touch[1]) > self._graph.id_of(best[1]):
                best = touch
        return best[2] if best else 0

    def _newest_first(self, path: int) -> Iterator[Touch]:
        touches, complete = self._touches_of(path)
        yield from reversed(touches)
        if not complete:
            yield from reversed(self._load_older(path, touches))

    def _touches_of(self, path: int) -> tuple[list[Touch], bool]:
        entry = self._touches.get(path)
        if entry is None:
            query = "SELECT date, ord, file FROM touches WHERE path = ? ORDER BY date DESC, ord DESC LIMIT ?"
            rows = self._connection.execute(query, (path, _TOUCHES_READ)).fetchall()
            entry = self._touches[path] = rows[::-1], len(rows) < _TOUCHES_READ
        return entry

    def _load_older(self, path: int, touches: list[Touch]) -> list[Touch]:
        """Read the touches older than those read already, which include all that are not flushed yet."""
        query = "SELECT date, ord, file FROM touches WHERE path = ? AND (date, ord) < (?, ?) ORDER BY date, ord"
        older = self._connection.execute(query, (path, *touches[0][:2])).fetchall()
        self._touches[path] = older + touches, True
        return older

    def begin(self, path: int) -> None:
        """Note a path that no commit touched before, so that nobody looks for its touches."""
        self._touches[path] = [], True

    def add(self, path: int, touch: Touch) -> None:
        """Note a touch that will be written with the next flush."""
        touches, complete = self._touches_of(path)
        if not complete and touch < touches[0]:
            self._load_older(path, touches)
            touches, _ = self._touches[path]
        insort(touches, touch)
