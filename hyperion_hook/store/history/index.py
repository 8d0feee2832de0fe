"""``HistoryIndex``: what every commit knew of the past, exact for any commit, in one SQLite file or in memory.

1. ``add`` numbers a commit and settles which file each changed path continues, from its ancestors alone (writer).
2. Events by file, touches by path, and tallies by month are written (schema).
3. ``history_at`` looks at all of it through one commit's ancestors (graph): rows of other commits are left out one by
   one, sums are corrected by what the others add (hidden). Usually there are no others, and nothing is left out.

The file can always be rebuilt, so it is never repaired.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import MERGE, EmptyHistory, History
from hyperion_hook.domain.remedies import INDEX, REBUILD, Note
from hyperion_hook.errors import StoreError
from hyperion_hook.store.files.sqlite import StoreConnection, open_empty, open_memory, open_store
from hyperion_hook.store.files.sqlite_checks import move_aside
from hyperion_hook.store.history.file_history import View
from hyperion_hook.store.history.schema import BUSY_SECONDS, FORM, empty
from hyperion_hook.store.history.view import IndexedHistory
from hyperion_hook.store.history.writer import HistoryWriter, prune

_AT_ONCE = nullcontext()  # where nobody else can write, every read is of one state

_COUNTED_AT_ONCE = 500  # so many commits are looked at in a moment


class HistoryIndex:
    """Commits added so far; a context manager that closes the file.

    Attributes
    ----------
    warnings
        What had to be done about a file that was damaged, too new or not writable; one line each.
    path
        The file, ``None`` in memory.
    missing_reason
        Why the index holds less than the repository's history; every history it gives says so.
    """

    def __init__(self, connection: StoreConnection, path: Path | None, warnings: Iterable[str] = ()) -> None:
        self.connection = connection
        self.path = path
        self.warnings = list(warnings)
        self.missing_reason: str | None = None
        self._transacting = False
        self._reading = False
        with self._translated():
            self._data_version = self._read_data_version()
            self._start_over(first=True)

    @classmethod
    def open(cls, path: Path | None, root: Path | None = None) -> Self:
        """Open the index in a file, or a new one in memory for ``None``.

        A damaged, tampered or too new file is moved aside and an empty index takes its place; where a file can
        neither be read nor written the index is in memory. Both are said in ``warnings``. For ``root`` see
        ``open_store``.
        """
        warnings: list[str] = []
        for _ in range(2):
            if path is None:
                break
            connection, more, _ = open_store(path, FORM, seconds=BUSY_SECONDS, root=root)
            warnings += more
            if connection is None:
                break
            try:
                return cls(connection, path, warnings)
            except (StoreError, TypeError, ValueError) as error:
                connection.close()
                move_aside(path)
                warnings.append(f"history index {path}: damaged ({error}); moved aside, a new one is built")
        return cls(open_memory(FORM), None, warnings)

    def copy_to_memory(self) -> HistoryIndex:
        """Return a copy that can be extended where the file cannot be written."""
        with self._translated():
            copied = open_empty()
            self.connection.backup(copied)
        return HistoryIndex(copied, None, self.warnings)

    def _start_over(self, *, first: bool = False) -> None:
        """Forget what was read: another process, or a transaction that was rolled back, made it void."""
        writer = HistoryWriter(self.connection, is_new=first and self.path is None, keeps_lives=self.path is None)
        self._writer = writer
        self.graph, self.names, self.states = writer.graph, writer.names, writer.states
        self.tallies, self.lives, self.hidden_counts = writer.tallies, writer.lives, writer.hidden_counts
        self._view: tuple[int, int, View] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; histories of this index can no longer be asked."""
        self.connection.close()

    # reading and writing as one

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(Note(f"history index {self._location}: {error}", run=INDEX)) from error
        except sqlite3.ProgrammingError as error:
            raise StoreError(f"history index {self._location}: {error}") from error
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreError:
        # for an error in our own code the index would be built again and again
        aside = isinstance(error, sqlite3.Error) and self.path is not None and move_aside(self.path)
        fault = f"history index {self._location}: damaged"
        if aside:
            return StoreError(Note("", run=INDEX).worded(f"{fault} ({error}); moved aside, run: {INDEX}"))
        return StoreError(Note(f"{fault} ({type(error).__name__}: {error})", run=REBUILD))

    @property
    def _location(self) -> str:
        return "in memory" if self.path is None else str(self.path)

    def _read_data_version(self) -> int:
        return self.connection.header("data_version")

    def _notice_others(self) -> None:
        version = self._read_data_version()
        if version != self._data_version:
            self._data_version = version
            self._start_over()

    def reading(self) -> AbstractContextManager[None]:
        """Read one state of the file, however long it takes and whoever writes meanwhile; may be nested."""
        return _AT_ONCE if self.path is None or self._transacting or self._reading else self._reading_file()

    @contextmanager
    def _reading_file(self) -> Iterator[None]:
        self._reading = True
        try:
            with self._translated():
                self.connection.execute("BEGIN")
                try:
                    self._notice_others()
                    yield
                finally:
                    self.connection.execute("END")
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            # what a tampered file may hold: rows that are absent, of another type, out of range
            raise self._damaged(error) from error
        finally:
            self._reading = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Add all commits of the block or none, alone among processes; may be nested.

        Raises ``StoreError`` if the file is read-only, or another process keeps it busy for two seconds, or the
        disk is full.
        """
        if self._transacting:
            yield
            return
        with self._translated():
            self.connection.execute("BEGIN IMMEDIATE")
            self._transacting = True
            try:
                self._notice_others()
                yield
                self._writer.flush()
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                with suppress(sqlite3.Error):
                    self._start_over()
                raise
            finally:
                self._transacting = False

    # writing

    def add(self, commit: Commit) -> None:
        """Add a commit; its parents must have been added, unless the repository itself lacks them.

        A commit that is there already is left as it is.
        """
        with nullcontext() if self.path is None else self.transaction():
            if not self.knows(commit.id):
                with self._translated():
                    self._writer.add(commit)

    def fill_lines(self, commits: Iterable[Commit], gone: Iterable[str] = ()) -> None:
        """Add the line counts to commits that were added by names only; those that are gone are not asked for again."""
        with self.transaction():
            self._writer.flush()
            for commit in commits:
                self._writer.fill_lines(commit)
            self.connection.executemany("UPDATE commits SET counted = 1 WHERE id = ?", [(_key(name),) for name in gone])
            self._writer.finish_lines()

    def prune(self, keep: Iterable[str]) -> int:
        """Remove all commits but ``keep``, which holds the ancestors of its members; return how many went."""
        wanted = {_key(commit) for commit in keep}
        with self.transaction():
            self._writer.flush()
            removed = prune(self.connection, self.names, self.tallies, wanted)
            self._start_over()
        return removed

    def clear(self) -> None:
        """Remove all commits."""
        with self.transaction():
            generation = self.generation
            empty(self.connection)
            self._note("generation", generation + 1)
            self._start_over()

    def note_boundary(self, boundary: str) -> None:
        """Remember where the repository's history is cut off ('' for nowhere)."""
        with self.transaction():
            self._note("boundary", boundary)

    def _note(self, key: str, value: object) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _noted(self, key: str) -> Any:
        with self._translated():
            row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else 0

    # reading

    @property
    def commit_count(self) -> int:
        """Number of commits in the index."""
        return self.graph.count

    def knows(self, commit_id: str) -> bool:
        """Return whether a commit is in the index."""
        with self._translated():
            return self.graph.ord_of(_key(commit_id)) is not None

    def tips(self) -> list[str]:
        """Return the indexed commits without indexed children, sorted by id."""
        with self._translated():
            return sorted(self.graph.id_of(number).hex() for number in self.graph.tips)

    @property
    def generation(self) -> int:
        """How often commits were removed: who looked for new commits before the last time must look again."""
        return int(self._noted("generation"))

    @property
    def boundary(self) -> str:
        """Where the repository's history was cut off when commits were added."""
        boundary = self._noted("boundary")
        return boundary if isinstance(boundary, str) else ""

    def uncounted(self, most: int = -1) -> list[str]:
        """Return up to ``most`` commits whose lines are not counted, newest number first; -1 for all."""
        with self.reading(), self._translated():
            self._writer.flush()
            query = "SELECT id FROM commits WHERE counted = 0 AND ord >= ? ORDER BY ord DESC LIMIT ?"
            # below a number that is noted all commits are counted; commits are only appended
            rows = self.connection.execute(query, (int(self._noted("counted")), most)).fetchall()
            return [commit.hex() for (commit,) in rows]

    def note_counted(self) -> None:
        """Remember that all commits are counted once many are not remembered, so that nobody looks at them again."""
        with self.reading():
            behind = self.graph.next_ord - int(self._noted("counted"))
        if behind > _COUNTED_AT_ONCE:
            with self.transaction():
                # another process may have added some
                if not self.uncounted(1):
                    self._note("counted", self.graph.next_ord)

    def history_at(self, commit_id: str | None, *, missing_reason: str | None = None) -> History:
        """Return the history as a commit and its ancestors know it, for a change on top of that commit.

        Raises ``StoreError`` if the commit is not indexed. ``commit_id`` is indexed, or ``None`` for the history before
        a root. ``missing_reason`` says why this history is shorter than the repository's; by default what the index
        says of itself.
        """
        missing_reason = missing_reason or self.missing_reason
        if commit_id is None:
            return EmptyHistory(missing_reason)
        commit = _key(commit_id)
        if not self.knows(commit_id):
            raise _unknown(commit)
        return IndexedHistory(self, commit, missing_reason)

    def view(self, commit: bytes) -> View:
        """Return the commits that a commit may see."""
        number = self.graph.ord_of(commit)
        if number is None:
            raise _unknown(commit)
        if self._view is None or self._view[:2] != (number, self.graph.next_ord):
            visible = self.graph.ancestors(number)
            self._view = number, self.graph.next_ord, View(visible, self.graph.everything & ~visible)
        return self._view[2]

    def flush(self) -> None:
        """Write what was added and not written yet, so that a read of the tables finds it."""
        self._writer.flush()

    def recent_commits(self, commit_id: str, count: int) -> list[str]:
        """Return up to ``count`` non-merge commits, newest first, of a commit and its ancestors."""
        commit = _key(commit_id)
        recent: list[str] = []
        with self.reading():
            self._writer.flush()
            view = self.view(commit)
            rows = self.connection.execute("SELECT date, ord, id, flags FROM commits ORDER BY date DESC")
            for _, tied in groupby(rows, key=itemgetter(0)):
                ids = [row[2] for row in tied if not row[3] & MERGE and view.sees(row[1])]
                recent += [key.hex() for key in sorted(ids, reverse=True)]
                if len(recent) >= count:
                    break
        return recent[:count]


def _unknown(commit: bytes) -> StoreError:
    return StoreError(Note(f"history index: commit {commit.hex()} is not in it", run=INDEX))


def _key(commit_id: str) -> bytes:
    try:
        return bytes.fromhex(commit_id)
    except ValueError:
        raise StoreError(f"history index: '{commit_id}' is no commit id; give all its digits") from None
