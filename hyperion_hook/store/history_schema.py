"""The file of the history index: its tables, and opening it however damaged, old, new or unwritable it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hyperion_hook.domain.messages import CLASSIFIER_VERSION
from hyperion_hook.errors import StoreError

SCHEMA_VERSION = 1
APPLICATION_ID = 0x48594849
BUSY_SECONDS = 2.0

SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    # date: git's corrected commit date, date - skew: the time the commit claims; packed numbers in the blobs
    """CREATE TABLE commits (ord INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, date INTEGER NOT NULL,
 skew INTEGER NOT NULL, author INTEGER NOT NULL, flags INTEGER NOT NULL, counted INTEGER NOT NULL,
 parents BLOB NOT NULL, directories BLOB NOT NULL, files BLOB NOT NULL)""",
    "CREATE INDEX commits_by_date ON commits (date)",
    "CREATE TABLE tips (ord INTEGER PRIMARY KEY)",
    "CREATE TABLE authors (id INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE)",
    "CREATE TABLE directories (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, subsystem INTEGER NOT NULL)",
    "CREATE TABLE paths (path BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE files (id INTEGER PRIMARY KEY, events INTEGER NOT NULL)",
    # a file that was added where another had been renamed away, with a copy of that one's life until then
    "CREATE TABLE forks (file INTEGER PRIMARY KEY, origin INTEGER NOT NULL, ord INTEGER NOT NULL)",
    # the life of a file, newest first
    """CREATE TABLE events (file INTEGER, date INTEGER, ord INTEGER, skew INTEGER NOT NULL, author INTEGER NOT NULL,
 lines_added INTEGER, lines_deleted INTEGER, flags INTEGER NOT NULL,
 PRIMARY KEY (file, date DESC, ord DESC)) WITHOUT ROWID""",
    # which file a path names from a commit on, newest first; negative: that file was renamed away
    """CREATE TABLE touches (path INTEGER, date INTEGER, ord INTEGER, file INTEGER NOT NULL,
 PRIMARY KEY (path, date DESC, ord DESC)) WITHOUT ROWID""",
    """CREATE TABLE tallies (scope INTEGER, key INTEGER, part INTEGER, month INTEGER, commits INTEGER NOT NULL,
 fixes INTEGER NOT NULL, PRIMARY KEY (scope, key, part, month)) WITHOUT ROWID""",
)


class Unfit(Exception):  # noqa: N818 - a verdict, not a fault of the program
    """A file that is no index of this version; its text says what it is."""


def open_memory() -> sqlite3.Connection:
    """Return an empty index in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _create(connection)
    return connection


def open_file(path: Path) -> tuple[sqlite3.Connection, list[str]]:
    """Open the index in a file, or one in memory where there can be none; never fails for what the file holds.

    Returns
    -------
    connection
        To the file: created where there was none, or where it was no index of this version and could be moved aside.
    warnings
        What had to be done about a file that does not fit or a place that cannot be written.
    """
    warnings: list[str] = []
    for _ in range(2):
        existed = path.exists()
        try:
            return _connect(path, existed=existed), warnings
        except Unfit as unfit:
            found = f"history index {path}: {unfit}"
        except (sqlite3.OperationalError, OSError) as error:
            action = "cannot be opened" if existed else "cannot be created"
            return open_memory(), [*warnings, f"history index {path}: {action} ({error}); working without it"]
        except sqlite3.DatabaseError as error:
            found = f"history index {path}: damaged ({error})"
        if not move_aside(path):
            return open_memory(), [f"{found}; working without it"]
        warnings = [f"{found}; moved aside, a new one is built"]
    return open_memory(), warnings


def _connect(path: Path, *, existed: bool) -> sqlite3.Connection:
    if not existed:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'rw' if existed else 'rwc'}", uri=True, isolation_level=None,
        timeout=BUSY_SECONDS,
    )
    try:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "synchronous=NORMAL", "cache_spill=OFF",
                       "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        _check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Refuse what is no index of this version; create the tables in an empty file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise Unfit(f"written by a newer version ({version})")
    present = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if not present and not version:
        connection.execute("BEGIN IMMEDIATE")
        # another process may have created the tables while this one waited
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            _create(connection)
        connection.execute("COMMIT")
        return
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID or present != set(SCHEMA):
        raise Unfit("not a history index, or tampered with")
    classifier = connection.execute("SELECT value FROM meta WHERE key = 'classifier'").fetchone()
    if classifier != (CLASSIFIER_VERSION,):
        raise Unfit("commit messages are read differently now")


def _create(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('classifier', ?)", (CLASSIFIER_VERSION,))
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def empty(connection: sqlite3.Connection) -> None:
    """Remove all that an index holds, inside the open transaction."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - the tables of the schema
    connection.execute("INSERT INTO meta VALUES ('classifier', ?)", (CLASSIFIER_VERSION,))


def move_aside(path: Path) -> bool:
    """Rename a file that does not fit to ``<name>.unfit``, its journals with it; tell whether that worked."""
    try:
        path.replace(path.with_name(f"{path.name}.unfit"))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    # a journal of the old file would be played back into the new one
    for ending in ("-journal", "-wal", "-shm"):
        journal = path.with_name(f"{path.name}{ending}")
        if journal.exists():
            try:
                journal.replace(path.with_name(f"{path.name}.unfit{ending}"))
            except OSError as error:
                raise StoreError(f"{path.name}: {journal} cannot be moved aside ({error}); delete it") from error
    return True
