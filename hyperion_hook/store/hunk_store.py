"""The positions of hunks by file and commit, so that the history of a function is read from the index and not from git.

What a commit changed never changes, so a row is only added and dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from hyperion_hook.git.diffs.hunks import Position
from hyperion_hook.store.files.cache_file import CacheFile
from hyperion_hook.store.files.sqlite import Form
from hyperion_hook.store.history.codec import pack, path_key, unpack

_MOST_HUNKS = 500  # of a file in one commit; a commit that changes more says nothing of one function

Read = Callable[[Sequence[str]], Mapping[str, tuple[Position, ...]]]


class HunkStore(CacheFile):
    """Positions of hunks in one SQLite file; without it everything is read anew."""

    MAX_ROWS = 50_000
    FORM = Form(
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

    def positions(self, path: str, commits: Sequence[str], read: Read) -> dict[str, tuple[Position, ...]]:
        """Return the hunks of a file in commits; those that are not there are read at once, and kept."""
        key = path_key(path)
        known: dict[str, tuple[Position, ...]] = {}
        query = "SELECT commit_id, positions FROM hunks WHERE path = ? AND commit_id IN"
        # a row that cannot be read is a row that is not there
        with suppress(sqlite3.Error, ValueError, TypeError, AttributeError):
            if self._connection is not None:
                rows = self._connection.rows_in(query, [bytes.fromhex(commit) for commit in commits], (key,))
                known = {commit.hex(): _positions(packed) for commit, packed in rows}
        absent = [commit for commit in commits if commit not in known]
        if absent:
            fresh = {commit: hunks[:_MOST_HUNKS] for commit, hunks in read(absent).items()}
            packed_rows = [
                (bytes.fromhex(commit), key, pack(number for hunk in hunks for number in hunk))
                for commit, hunks in fresh.items()
            ]
            self._add("hunks", "commit_id, path, positions", packed_rows)
            known |= fresh
        return known


def _positions(packed: bytes) -> tuple[Position, ...]:
    numbers = unpack(packed)
    if len(numbers) % 4:
        raise ValueError("hunk index: damaged")
    return tuple(Position(*numbers[start : start + 4]) for start in range(0, len(numbers), 4))
