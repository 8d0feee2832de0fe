"""The tables of the history index."""

from __future__ import annotations

import sqlite3

from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.store.files.sqlite import Form

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


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO meta VALUES ('classifier', ?)", (CLASSIFIER_VERSION,))


def _fault(connection: sqlite3.Connection) -> str:
    classifier = connection.execute("SELECT value FROM meta WHERE key = 'classifier'").fetchone()
    return "" if classifier == (CLASSIFIER_VERSION,) else "commit messages are read differently now"


FORM = Form(
    "history index",
    SCHEMA,
    version=1,
    application=0x48594849,
    pragmas=("synchronous=NORMAL", "cache_spill=OFF"),
    value_bytes=250_000,
    fill=_fill,
    fault=_fault,
)


def empty(connection: sqlite3.Connection) -> None:
    """Remove all that an index holds, inside the open transaction."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - the tables of the schema
    _fill(connection)
