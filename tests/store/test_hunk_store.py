from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

from hyperion_hook.git.diffs.hunks import Position
from hyperion_hook.store.hunk_store import HunkStore

HUNK = (Position(1, 2, 3, 4),)


def test_only_the_commits_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path, one = tmp_path / "hunks.sqlite", "0" * 39 + "1"
    store = HunkStore(path, tmp_path)
    assert store.positions("a.py", [one], lambda commits: dict.fromkeys(commits, HUNK)) == {one: HUNK}
    store.close()
    with sqlite3.connect(path) as connection:
        rows = [(number.to_bytes(20, "big"), b"a.py", bytes(100_000)) for number in range(2, 200)]
        connection.executemany("INSERT INTO hunks (commit_id, path, positions) VALUES (?, ?, ?)", rows)
    connection.close()
    store = HunkStore(path, tmp_path)
    tracemalloc.start()
    try:
        assert store.positions("a.py", [one], lambda _: {}) == {one: HUNK}
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
        store.close()
