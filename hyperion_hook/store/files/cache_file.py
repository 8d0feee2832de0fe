"""A cache in one SQLite file, of which nothing is missed that cannot be read or kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from hyperion_hook.store.files.sqlite import Form, StoreConnection, open_memory, open_store
from hyperion_hook.store.files.sqlite_checks import move_aside


class CacheFile:
    """Rows numbered by a column ``id``, of which the newest are kept; safe with several processes at once.

    What cannot be read is not there. A file that cannot be written is left as it is; one whose damage shows when it is
    written is moved aside, and whoever opens it next begins anew. ``path`` and ``root`` are as for ``open_store``;
    without a file nothing is kept, or rows are ``in_memory``. ``max_rows`` are kept, ``MAX_ROWS`` by default.
    ``warnings`` says what had to be done about a file that does not fit.
    """

    FORM: ClassVar[Form]
    MAX_ROWS: ClassVar[int]
    BUSY_SECONDS: ClassVar[float] = 1.0

    def __init__(
        self, path: Path | None, root: Path | None = None, *, max_rows: int | None = None, in_memory: bool = False
    ) -> None:
        self._path = path
        self._max_rows = self.MAX_ROWS if max_rows is None else max_rows
        self.warnings: tuple[str, ...] = ()
        self._connection: StoreConnection | None = None
        if path is not None:
            self._connection, warnings, _ = open_store(path, self.FORM, seconds=self.BUSY_SECONDS, root=root)
            self.warnings = tuple(warnings)
        if self._connection is None and in_memory:
            self._connection = open_memory(self.FORM)
        if self._connection is not None:
            self._connection.isolation_level = "DEFERRED"

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with suppress(sqlite3.Error):
            return [] if self._connection is None else self._connection.execute(query, values).fetchall()
        return []

    def _write(self, work: Callable[[StoreConnection], object]) -> None:
        """Do all of what writes, or nothing."""
        if self._connection is None:
            return
        try:
            with self._connection:
                work(self._connection)
        except (sqlite3.OperationalError, sqlite3.DataError):
            # locked, read-only or full, or a value is too long: what was made is made again another time
            return
        except sqlite3.DatabaseError:
            CacheFile.close(self)
            if self._path is not None:
                move_aside(self._path)

    def _add(self, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
        """Add rows that are not there yet, and drop the oldest."""

        def work(connection: StoreConnection) -> None:
            marks = ", ".join("?" for _ in columns.split(","))
            connection.executemany(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
            oldest = f"DELETE FROM {table} WHERE id <= (SELECT max(id) FROM {table}) - ?"  # noqa: S608
            connection.execute(oldest, (self._max_rows,))

        self._write(work)
