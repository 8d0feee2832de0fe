"""Takes commits out of the history index that no branch reaches any more: amended, rebased, dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from hyperion_hook.store.history.codec import mask_of, unpack
from hyperion_hook.store.history.names import Names
from hyperion_hook.store.history.outside_view import counted_in
from hyperion_hook.store.history.tallies import Tallies, tally_keys


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
    for key in tally_keys(counted.author, counted.directories, names):
        tallies.count(key, counted.month, counted.fix, -1)
    paths, files = unpack(packed)[::2], counted.files
    many = connection.executemany
    many("DELETE FROM touches WHERE path = ? AND date = ? AND ord = ?", [(path, date, number) for path in paths])
    many("DELETE FROM events WHERE file = ? AND date = ? AND ord = ?", [(file, date, number) for file in files])
    many("UPDATE files SET events = events - 1 WHERE id = ?", [(file,) for file in files])
    forks = connection.execute("SELECT file FROM forks WHERE ord = ?", (number,)).fetchall()
    for table, column in (("events", "file"), ("files", "id"), ("forks", "file")):
        many(f"DELETE FROM {table} WHERE {column} = ?", forks)  # noqa: S608 - names of this function
