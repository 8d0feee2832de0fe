"""Vectors and scores of recent changes, kept so that a percentile costs no replay.

A row depends on its commit and on the code that made it (the key), so it is never updated, only added or dropped.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from struct import error as StructError  # noqa: N812 - a class
from struct import unpack

from hyperion_hook.store.files.cache_file import CacheFile
from hyperion_hook.store.files.sqlite import Form

_MOST_BYTES = 20_000  # of a row; one of ours has a tenth


class ReferenceStore(CacheFile):
    """Rows of numbers by (kind, commit); ``kind`` names what made them, for example a digest of the feature list.

    Without a path, in a read-only folder or where a link lies it is an empty store in memory.
    """

    MAX_ROWS = 4_000
    BUSY_SECONDS = 2.0
    FORM = Form(
        "reference store",
        (
            """CREATE TABLE vectors (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, revision TEXT NOT NULL,
    numbers BLOB NOT NULL, UNIQUE (kind, revision))""",
        ),
        version=1,
        is_cache=True,
        value_bytes=100_000,
    )

    def __init__(self, path: Path | None, root: Path | None = None) -> None:
        super().__init__(path, root, in_memory=True)

    def read(self, kind: str, commits: Sequence[str]) -> dict[str, tuple[float, ...]]:
        """Return the rows there are for these commits; a row that cannot be read is left out."""
        rows: dict[str, tuple[float, ...]] = {}
        query = "SELECT revision, numbers FROM vectors WHERE kind = ? AND length(numbers) <= ? AND revision IN"
        with suppress(sqlite3.Error):
            for revision, numbers in (
                () if self._connection is None else self._connection.rows_in(query, commits, (kind, _MOST_BYTES))
            ):
                try:  # a context manager costs as much as reading the row
                    rows[revision] = unpack(f"{len(numbers) // 8}d", numbers)
                except (StructError, TypeError):
                    continue
        return rows

    def write(self, kind: str, rows: Mapping[str, Iterable[float]]) -> None:
        """Add rows and drop the oldest beyond ``MAX_ROWS``; a store that cannot be written to is left as it is."""
        if rows:
            packed = [(kind, revision, array("d", numbers).tobytes()) for revision, numbers in rows.items()]
            self._add("vectors", "kind, revision, numbers", packed)

    def forget(self, kind: str) -> None:
        """Drop all rows of a kind."""
        self._write(lambda connection: connection.execute("DELETE FROM vectors WHERE kind = ?", (kind,)))
