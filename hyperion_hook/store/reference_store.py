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

MAX_ROWS = 4_000
BUSY_SECONDS = 2.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, revision TEXT NOT NULL,
    numbers BLOB NOT NULL, UNIQUE (kind, revision));
PRAGMA user_version = 1;
"""


class ReferenceStore:
    """Rows of numbers by (kind, commit); ``kind`` names what made them, for example a digest of the feature list."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path | None) -> ReferenceStore:
        """Open or create the file; ``None``, a read-only folder or a damaged file give an empty store in memory."""
        if path is not None:
            for _ in range(2):
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    return cls(_connect(str(path)))
                except sqlite3.DatabaseError as error:
                    # locked or read-only says nothing about the content
                    if isinstance(error, sqlite3.OperationalError):
                        break
                    with suppress(OSError):
                        path.unlink()
                except OSError:
                    break
        return cls(_connect(":memory:"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self, kind: str, commits: Sequence[str]) -> dict[str, tuple[float, ...]]:
        """Return the rows there are for these commits; a row that cannot be read is left out."""
        rows: dict[str, tuple[float, ...]] = {}
        with suppress(sqlite3.Error):
            for part in _parts(commits, 500):
                marks = ",".join("?" * len(part))
                query = f"SELECT revision, numbers FROM vectors WHERE kind = ? AND revision IN ({marks})"  # noqa: S608
                for revision, numbers in self._connection.execute(query, (kind, *part)):
                    with suppress(ValueError, TypeError):
                        rows[revision] = tuple(array("d", numbers))
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
            self._connection.execute(
                "DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?", (MAX_ROWS,)
            )


    def forget(self, kind: str) -> None:
        """Drop all rows of a kind."""
        with suppress(sqlite3.Error), self._connection:
            self._connection.execute("DELETE FROM vectors WHERE kind = ?", (kind,))


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=BUSY_SECONDS)
    try:
        connection.executescript(_SCHEMA)
        connection.execute("SELECT id, kind, revision, numbers FROM vectors LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
