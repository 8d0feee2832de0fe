"""The positions of hunks by file and commit, so that the history of a function is read from the index and not from git.

What a commit changed never changes, so a row is only added and dropped; a damaged file is thrown away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hyperion_hook.git.diffs.hunks import Position
from hyperion_hook.store.files.sqlite import Form, open_store
from hyperion_hook.store.history.codec import pack, path_key, unpack

MAX_ROWS = 50_000
_MOST_HUNKS = 500
"""Of a file in one commit; a commit that changes more says nothing of one function."""
_FORM = Form(
    "hunk index",
    (
        """CREATE TABLE hunks (id INTEGER PRIMARY KEY, commit_id BLOB NOT NULL, path BLOB NOT NULL,
 positions BLOB NOT NULL, UNIQUE (path, commit_id))""",
    ),
    version=1,
    is_cache=True,
    pragmas=("synchronous=OFF",),
    value_bytes=100_000,
)

Read = Callable[[Sequence[str]], Mapping[str, tuple[Position, ...]]]


class HunkStore:
    """Positions of hunks in one SQLite file; without it everything is read anew."""

    def __init__(self, path: Path, root: Path) -> None:
        self._connection, self.warnings, _ = open_store(path, _FORM, seconds=1.0, root=root)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def positions(self, path: str, commits: Sequence[str], read: Read) -> dict[str, tuple[Position, ...]]:
        """Return the hunks of a file in commits; those that are not there are read at once, and kept."""
        known = self._known(path, commits)
        absent = [commit for commit in commits if commit not in known]
        if absent:
            fresh = {commit: hunks[:_MOST_HUNKS] for commit, hunks in read(absent).items()}
            self._keep(path, fresh)
            known |= fresh
        return known

    def _known(self, path: str, commits: Sequence[str]) -> dict[str, tuple[Position, ...]]:
        if self._connection is None:
            return {}
        wanted = set(commits)
        # a row that cannot be read is a row that is not there
        with suppress(sqlite3.Error, ValueError, TypeError, AttributeError):
            rows = self._connection.execute("SELECT commit_id, positions FROM hunks WHERE path = ?", (path_key(path),))
            return {commit.hex(): _positions(packed) for commit, packed in rows if commit.hex() in wanted}
        return {}

    def _keep(self, path: str, fresh: Mapping[str, tuple[Position, ...]]) -> None:
        if self._connection is None:
            return
        rows = [
            (bytes.fromhex(commit), path_key(path), pack(number for hunk in hunks for number in hunk))
            for commit, hunks in fresh.items()
        ]
        # what cannot be written is read again another time
        with suppress(sqlite3.Error), self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO hunks (commit_id, path, positions) VALUES (?, ?, ?)", rows
            )
            self._connection.execute("DELETE FROM hunks WHERE id <= (SELECT max(id) FROM hunks) - ?", (MAX_ROWS,))


def _positions(packed: bytes) -> tuple[Position, ...]:
    numbers = unpack(packed)
    if len(numbers) % 4:
        raise ValueError("hunk index: damaged")
    return tuple(Position(*numbers[start : start + 4]) for start in range(0, len(numbers), 4))
