"""Vectors and scores of recent changes, kept so that a percentile costs no replay.

A row depends on its commit and on the code that made it (the key), so it is never updated, only added or dropped; a
damaged file is thrown away and filled again.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from struct import error as StructError  # noqa: N812 - a class
from struct import unpack

from hyperion_hook.store.files.sqlite import Form, open_memory, open_store

MAX_ROWS = 4_000
_FORM = Form(
    "reference store",
    (
        """CREATE TABLE vectors (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, revision TEXT NOT NULL,
    numbers BLOB NOT NULL, UNIQUE (kind, revision))""",
    ),
    version=1,
    is_cache=True,
    value_bytes=100_000,
)
_BUSY_SECONDS = 2.0
_MOST_BYTES = 20_000
"""Of a row; one of ours has a tenth."""


class ReferenceStore:
    """Rows of numbers by (kind, commit); ``kind`` names what made them, for example a digest of the feature list.

    ``warnings`` says what had to be done about a file that does not fit.
    """

    def __init__(self, connection: sqlite3.Connection, warnings: Iterable[str] = ()) -> None:
        self._connection = connection
        self._connection.isolation_level = "DEFERRED"
        self.warnings = tuple(warnings)

    @classmethod
    def open(cls, path: Path | None, root: Path | None = None) -> ReferenceStore:
        """Open or create the file; ``None``, a read-only folder or a link give an empty store in memory."""
        if path is None:
            return cls(open_memory(_FORM))
        connection, warnings, _ = open_store(path, _FORM, seconds=_BUSY_SECONDS, root=root)
        return cls(connection or open_memory(_FORM), warnings)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self, kind: str, commits: Sequence[str]) -> dict[str, tuple[float, ...]]:
        """Return the rows there are for these commits; a row that cannot be read is left out."""
        rows: dict[str, tuple[float, ...]] = {}
        with suppress(sqlite3.Error):
            for part in _parts(commits, 500):
                marks = ",".join("?" * len(part))
                query = (
                    f"SELECT revision, numbers FROM vectors WHERE kind = ? AND revision IN ({marks})"  # noqa: S608
                    " AND length(numbers) <= ?"
                )
                for revision, numbers in self._connection.execute(query, (kind, *part, _MOST_BYTES)):
                    try:  # a context manager costs as much as reading the row
                        rows[revision] = unpack(f"{len(numbers) // 8}d", numbers)
                    except (StructError, TypeError):
                        continue
        return rows

    def write(self, kind: str, rows: Mapping[str, Iterable[float]]) -> None:
        """Add rows and drop the oldest beyond ``MAX_ROWS``; a store that cannot be written to is left as it is."""
        if not rows:
            return
        with suppress(sqlite3.Error), self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (kind, revision, numbers) VALUES (?, ?, ?)",
                [(kind, revision, array("d", numbers).tobytes()) for revision, numbers in rows.items()],
            )
            self._connection.execute("DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?", (MAX_ROWS,))

    def forget(self, kind: str) -> None:
        """Drop all rows of a kind."""
        with suppress(sqlite3.Error), self._connection:
            self._connection.execute("DELETE FROM vectors WHERE kind = ?", (kind,))


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
