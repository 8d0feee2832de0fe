"""Writes commits into the history index, lives of files, tallies of people and folders, and takes them out again.

A commit's rows depend on its ancestors alone: a changed path continues the file that its latest touch among the
ancestors names, a rename carries the file to the new path, and a copy begins one. A file that is added where another
one was renamed away begins with a copy of that one's life until then, as ``git log --follow`` sees it: projects move
a file and leave a new one in its place (flask: ``src/flask/app.py``, 28 commits since, 485 in all).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import itemgetter

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import FILE_WINDOW, FIX, MERGE, MONTH, FileEvent
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.store.files.sqlite import StoreConnection
from hyperion_hook.store.history.codec import clamp_time, mask_of, pack, unpack
from hyperion_hook.store.history.file_history import FileLives
from hyperion_hook.store.history.graph import CommitGraph
from hyperion_hook.store.history.names import Names, PathStates
from hyperion_hook.store.history.tallies import HiddenCounts, Tallies, counted_in, tally_keys

Lines = tuple[int | None, int | None]


class HistoryWriter:
    """Adds commits; nothing is in the file before ``flush``, and nothing is certain before the transaction ends.

    ``is_new``: what is empty holds nothing that was not added here. With ``keeps_lives`` every file's events and what
    each commit counts in are kept as they come: a replay asks for them, from many commits, and a file that is being
    built for none.
    """

    def __init__(self, connection: StoreConnection, *, is_new: bool, keeps_lives: bool) -> None:
        self._connection = connection
        self.graph = CommitGraph(connection)
        self.graph.complete = is_new and not self.graph.next_ord
        self.names = Names(connection, complete=self.graph.complete)
        self.states = PathStates(connection, self.graph)
        self.tallies = Tallies(connection, complete=self.graph.complete)
        self.hidden_counts = HiddenCounts(connection, self.names, self.flush)
        self.lives = FileLives(connection, self.graph, self.hidden_counts, self.flush)
        self._keeps_lives = keeps_lives
        self._events: list[tuple[int | None, ...]] = []
        self._touches: list[tuple[int, int, int, int]] = []
        self._file_events: defaultdict[int, int] = defaultdict(int)
        self._forks: list[tuple[int, int, int]] = []

    def add(self, commit: Commit) -> None:
        """Add a commit whose parents are added, or absent from the repository."""
        graph = self.graph
        key = bytes.fromhex(commit.id)
        indexed = map(graph.ord_of, map(bytes.fromhex, commit.parents))
        parents = tuple(dict.fromkeys(number for number in indexed if number is not None))
        time = clamp_time(commit.committed_at)
        date = max((time, *(graph.date_of(parent) + 1 for parent in parents)))
        author = self.names.author(commit.author.identity)
        if commit.is_merge:
            if self._keeps_lives:
                self.hidden_counts.remember(graph.next_ord, None)
            graph.insert(key, parents, date, (date - time, author, MERGE, 1, b"", b""))
            return
        flags = int(classify_message(commit.message, commit.author))
        lines, files = self._touch(commit.files, parents, date)
        number = graph.next_ord
        directories = sorted({self.names.directory(file.path) for file in commit.files})
        for tally in tally_keys(author, directories, self.names):
            self.tallies.count(tally, time // MONTH, flags & FIX)
        if self._keeps_lives:
            counted = time // MONTH, author, flags & FIX, tuple(directories), tuple(sorted({*files[1::2]} - {0}))
            self.hidden_counts.remember(number, counted)
        whole = int(all(map(is_counted, commit.files)))
        graph.insert(key, parents, date, (date - time, author, flags, whole, pack(directories), pack(files)))
        kept = self.lives.kept
        for file, (added, deleted) in lines.items():
            self._events.append((file, date, number, date - time, author, added, deleted, flags))
            self._file_events[file] += 1
            if file in kept:
                self.lives.add(file, date, FileEvent(time, number, author, added, deleted, flags))

    def _touch(
        self, changes: Iterable[FileChange], parents: tuple[int, ...], date: int
    ) -> tuple[dict[int, Lines], list[int]]:
        """Return each touched file's lines, and pairs of path and file (0: renamed away) in one list."""
        visible = self.graph.ancestors_of_all(parents)
        lines: dict[int, Lines] = {}
        touched: dict[int, int] = {}
        deleted: dict[int, int] = {}
        left: dict[int, int] = {}
        for change in changes:
            path = self._path(change.path)
            file = self._file_of(change, path, visible, left)
            _add_lines(lines, file, change)
            (deleted if change.status is FileStatus.DELETED else touched)[path] = file
        number = self.graph.next_ord
        pairs = touched | deleted
        for path, file in left.items():
            # a path that was left in the same commit in which another file took it is not empty
            if path not in touched:
                touched[path] = -file
                pairs.setdefault(path, 0)
        for path, file in touched.items():
            self.states.add(path, (date, number, file))
            self._touches.append((path, date, number, file))
        return lines, [number for pair in sorted(pairs.items()) for number in pair]

    def _file_of(self, change: FileChange, path: int, visible: int, left: dict[int, int]) -> int:
        """Return the file that a change touches, a new one if need be; note in ``left`` the path a rename leaves."""
        is_copy = change.status is FileStatus.COPIED
        source = self._path(change.old_path) if change.old_path and change.status is FileStatus.RENAMED else path
        file = 0
        if not is_copy:
            file = self.states.file_at(source, visible, all_visible=visible == self.graph.everything)
        if file <= 0:
            origin, file = -file, self.names.new_file()
            if origin:
                self._fork(origin, file, visible)
            elif self._keeps_lives:
                self.lives.begin(file)
        if source != path:
            left[source] = file
        return file

    def _path(self, path: str) -> int:
        number, is_new = self.names.path(path)
        if is_new:
            self.states.begin(number)
        return number

    def _fork(self, origin: int, file: int, visible: int) -> None:
        """Copy the life of a file as far as it is visible: the newest events of the window, and the first."""
        events = self.lives.all_events(origin, visible)
        if not events:
            return
        self._file_events[file] += len(events)
        copied = events[-FILE_WINDOW:] if len(events) <= FILE_WINDOW else [events[0], *events[-FILE_WINDOW:]]
        for event in copied:
            date = self.graph.date_of(event.commit)
            lines = event.lines_added, event.lines_deleted
            self._events.append((file, date, event.commit, date - event.time, event.author, *lines, event.flags))
        self._forks.append((file, origin, self.graph.next_ord))

    def fill_lines(self, commit: Commit) -> None:
        """Add the line counts to a commit that was added by names only; ``finish_lines`` must follow the last."""
        number = self.graph.ord_of(bytes.fromhex(commit.id))
        if number is None:
            return
        execute = self._connection.execute
        date, packed = execute("SELECT date, files FROM commits WHERE ord = ?", (number,)).fetchone()
        numbers = unpack(packed)
        files = dict(zip(numbers[::2], numbers[1::2], strict=True))
        lines: dict[int, Lines] = {}
        for change in commit.files:
            file = files.get(self.names.find_path(change.path) or 0)
            if file:
                _add_lines(lines, file, change)
        self._connection.executemany(
            "UPDATE events SET lines_added = ?, lines_deleted = ? WHERE file = ? AND date = ? AND ord = ?",
            [(added, deleted, file, date, number) for file, (added, deleted) in lines.items()],
        )
        execute("UPDATE commits SET counted = 1 WHERE ord = ?", (number,))

    def finish_lines(self) -> None:
        """Copy line counts that were filled into the copied lives; origins come before their forks."""
        forks = self._connection.execute("SELECT origin, file, ord FROM forks ORDER BY file").fetchall()
        self._connection.executemany(
            "UPDATE events SET (lines_added, lines_deleted) = (SELECT o.lines_added, o.lines_deleted FROM events o"
            " WHERE o.file = ?1 AND o.date = events.date AND o.ord = events.ord)"
            # what was copied is older than the commit that began the fork
            " WHERE file = ?2 AND ord < ?3 AND lines_added IS NULL",
            forks,
        )
        self.lives.forget()

    def flush(self) -> None:
        """Write what is new into the open transaction."""
        if self.graph.flush():
            self.names.flush()
            self.tallies.flush()
        self._events.sort(key=itemgetter(0, 1, 2))
        self._touches.sort()
        for statement, rows in (
            ("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._events),
            ("INSERT INTO forks VALUES (?, ?, ?)", self._forks),
            ("INSERT INTO touches VALUES (?, ?, ?, ?)", self._touches),
        ):
            if rows:
                self._connection.executemany(statement, rows)
                rows.clear()
        if self._file_events:
            self._connection.executemany(
                "INSERT INTO files VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET events = events + excluded.events",
                sorted(self._file_events.items()),
            )
            self._file_events.clear()


def is_counted(file: FileChange) -> bool:
    """Return whether a file's lines are counted, or have no meaning."""
    return file.lines_added is not None or file.is_binary or not file.is_regular


def _add_lines(lines: dict[int, Lines], file: int, change: FileChange) -> None:
    """Add up what several paths of one commit do to a file; what is not counted in one is not known of all."""
    added, deleted = lines.get(file, (0, 0))
    more_added, more_deleted = change.lines_added, change.lines_deleted
    lines[file] = (
        None if added is None or more_added is None else added + more_added,
        None if deleted is None or more_deleted is None else deleted + more_deleted,
    )


def prune(connection: sqlite3.Connection, names: Names, tallies: Tallies, keep: Collection[bytes]) -> int:
    """Remove all commits but ``keep``, which holds the ancestors of its members; return how many were removed.

    Must run inside a transaction with nothing left to flush; what was read of the index before is void after.
    """
    rows = connection.execute("SELECT ord, id, parents FROM commits ORDER BY ord").fetchall()
    stale = [number for number, commit, _ in rows if commit not in keep]
    if not stale:
        return 0
    for number in stale:
        _remove(connection, names, tallies, number)
    tallies.flush()
    gone = set(stale)
    left = [(number, [number - back for back in unpack(packed)]) for number, _, packed in rows if number not in gone]
    parents = {parent for _, above in left for parent in above}
    connection.execute("DELETE FROM tips")
    connection.executemany("INSERT INTO tips VALUES (?)", [(number,) for number, _ in left if number not in parents])
    (next_ord,) = connection.execute("SELECT value FROM meta WHERE key = 'next_ord'").fetchone()
    numbers = {number for number, _ in left}
    holes = mask_of((number for number in range(next_ord) if number not in numbers), next_ord)
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [("commits", len(left)), ("holes", holes.to_bytes((holes.bit_length() + 7) // 8, "little"))],
    )
    return len(stale)


def _remove(connection: sqlite3.Connection, names: Names, tallies: Tallies, number: int) -> None:
    counted = counted_in(connection, number)
    date, packed = connection.execute("SELECT date, files FROM commits WHERE ord = ?", (number,)).fetchone()
    connection.execute("DELETE FROM commits WHERE ord = ?", (number,))
    if counted is None:
        return
    month, author, fix, directories, files = counted
    for key in tally_keys(author, directories, names):
        tallies.count(key, month, fix, -1)
    paths = unpack(packed)[::2]
    many = connection.executemany
    many("DELETE FROM touches WHERE path = ? AND date = ? AND ord = ?", [(path, date, number) for path in paths])
    many("DELETE FROM events WHERE file = ? AND date = ? AND ord = ?", [(file, date, number) for file in files])
    many("UPDATE files SET events = events - 1 WHERE id = ?", [(file,) for file in files])
    forks = connection.execute("SELECT file FROM forks WHERE ord = ?", (number,)).fetchall()
    for table, column in (("events", "file"), ("files", "id"), ("forks", "file")):
        many(f"DELETE FROM {table} WHERE {column} = ?", forks)  # noqa: S608 - names of this function
