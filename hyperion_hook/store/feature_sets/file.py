"""The file of a feature store: its tables, opening it however damaged, full or unwritable it is, and transactions."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hyperion_hook.errors import StoreError
from hyperion_hook.store.files.sqlite import Form, StoreConnection, open_store

_MOST_TEXTS = 50_000
_TOUCHES = 200
_PAGE_BYTES = 8192  # fifteen vectors of sixty numbers fit, where seven fit into half of it
_SWEEP_FROM = 1_000
_REMEDY = "move it away, and a new one is begun"

SCHEMA = (
    # nonce: what the ids of this file begin with; sweeps: how often unused texts were removed; sweep_at: the text that
    # makes it worth looking for them again
    """CREATE TABLE store (id INTEGER PRIMARY KEY, nonce BLOB NOT NULL, unpinned INTEGER NOT NULL,
 sweeps INTEGER NOT NULL, sweep_at INTEGER NOT NULL)""",
    # repositories, versions, lists of names, tags, reasons: each once. Numbers are never used again, so they can be
    # remembered
    "CREATE TABLE texts (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE)",
    # which of them are repositories, and lists of names: few, so that a search can begin with them
    "CREATE TABLE repositories (id INTEGER PRIMARY KEY)",
    "CREATE TABLE shapes (id INTEGER PRIMARY KEY)",
    "CREATE TABLE tag_pairs (pair INTEGER, tags INTEGER, PRIMARY KEY (pair, tags)) WITHOUT ROWID",
    # event, extracted: microseconds since 1970, the latter NULL where it is the same; used: a counter, NULL for pinned
    # sets; source_hash: MD5, or the number of the text that says why there is none; missing: NULL for nothing
    """CREATE TABLE sets (number INTEGER PRIMARY KEY AUTOINCREMENT, pinned INTEGER NOT NULL,
 repository INTEGER NOT NULL, event INTEGER NOT NULL, tags INTEGER NOT NULL, names INTEGER NOT NULL, used INTEGER,
 extracted INTEGER, version INTEGER NOT NULL, revision BLOB, source TEXT NOT NULL, source_hash NOT NULL,
 time_ms REAL NOT NULL, content BLOB NOT NULL, missing INTEGER, numbers BLOB NOT NULL)""",
    "CREATE INDEX sets_by_place ON sets (pinned, repository, event, tags, names)",
    "CREATE INDEX sets_by_use ON sets (used) WHERE used IS NOT NULL",
    "CREATE INDEX sets_by_revision ON sets (substr(revision, -8)) WHERE revision IS NOT NULL",
    """CREATE TRIGGER one_more AFTER INSERT ON sets WHEN new.pinned = 0
 BEGIN UPDATE store SET unpinned = unpinned + 1; END""",
    """CREATE TRIGGER one_less AFTER DELETE ON sets WHEN old.pinned = 0
 BEGIN UPDATE store SET unpinned = unpinned - 1; END""",
    """CREATE TRIGGER one_pinned AFTER UPDATE OF pinned ON sets WHEN old.pinned = 0 AND new.pinned = 1
 BEGIN UPDATE store SET unpinned = unpinned - 1; END""",
)

_SWEEP = (
    "DELETE FROM tag_pairs WHERE tags NOT IN (SELECT tags FROM sets)",
    "DELETE FROM repositories WHERE id NOT IN (SELECT repository FROM sets)",
    "DELETE FROM shapes WHERE id NOT IN (SELECT names FROM sets)",
    """DELETE FROM texts WHERE id NOT IN (SELECT repository FROM sets UNION SELECT tags FROM sets
 UNION SELECT names FROM sets UNION SELECT version FROM sets UNION SELECT missing FROM sets WHERE missing IS NOT NULL
 UNION SELECT source_hash FROM sets WHERE typeof(source_hash) = 'integer' UNION SELECT pair FROM tag_pairs)""",
)


# a process that is killed loses nothing it was told is stored; a power cut may cost the last moments
FORM = Form(
    "feature store",
    SCHEMA,
    version=1,
    application=0x48594653,
    is_original=True,
    write_ahead=True,
    pragmas=("cache_size=-8000", "synchronous=NORMAL"),
    page_bytes=_PAGE_BYTES,
    fill=lambda file: file.execute("INSERT INTO store VALUES (1, ?, 0, 0, ?)", (os.urandom(10), _SWEEP_FROM)),
)


class FeatureFile:
    """One connection, with the texts it has met; of one process and its threads.

    Raises ``StoreError`` if the file cannot be opened, is damaged or is no feature store. The arguments are those of
    ``open_store``.
    """

    def __init__(self, path: Path, wait_seconds: float, *, rebuild: bool, root: Path | None = None) -> None:
        self.path = path
        self.owner = os.getpid()
        self._values: dict[int, Any] = {}
        self._numbers: dict[str, int] = {}
        self._sweeps = -1
        self._touched: dict[int, None] = {}
        connection, warnings, fault = open_store(path, FORM, seconds=wait_seconds, root=root, rebuild=rebuild)
        if connection is None:
            raise StoreError(f"feature store {path}: {fault}; move it away or name another path")
        self.warnings = warnings
        self.connection = connection
        with self.reading():
            (nonce,) = self.connection.execute("SELECT nonce FROM store").fetchone()
            self.prefix = _prefix(nonce)

    def close(self) -> None:
        """Write down what was used, and close the file."""
        # of a fork's parent: not ours to close
        if self.owner == os.getpid():
            with suppress(StoreError):
                self.flush()
            self.connection.close()

    # -- transactions --

    @contextmanager
    def reading(self) -> Iterator[StoreConnection]:
        """Translate what goes wrong.

        Raises ``StoreError`` if the file is damaged, locked for too long, full or not writable.
        """
        try:
            # another process may have written longer values than any there was
            self.connection.heed_growth()
            yield self.connection
        except sqlite3.OperationalError as error:
            raise StoreError(f"feature store {self.path}: {_remedy(error)}") from error
        except (sqlite3.DatabaseError, TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
            # all but the first come of values of another type or size than any of ours: arguments were checked
            raise StoreError(f"feature store {self.path}: damaged ({error}); {_REMEDY}") from error

    @contextmanager
    def writing(self) -> Iterator[StoreConnection]:
        """Hold the one place of a writer; all that is done becomes visible at the end, or nothing.

        Raises ``StoreError`` as in ``reading``; then nothing was changed.
        """
        with self.reading() as connection, connection.any_length():
            connection.execute("BEGIN IMMEDIATE")
            try:
                (sweeps,) = connection.execute("SELECT sweeps FROM store").fetchone()
                if sweeps != self._sweeps or len(self._numbers) > _MOST_TEXTS:
                    self._numbers.clear()
                    self._sweeps = sweeps
                self._write_touches()
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # numbers that were given inside are given again
                self._numbers.clear()
                self._values.clear()
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    # -- least recently used --

    def touch(self, number: int) -> None:
        """Note that a set was used now; written down with the next write, after some two hundred, or at the end."""
        self._touched.pop(number, None)
        self._touched[number] = None
        if len(self._touched) >= _TOUCHES:
            with suppress(StoreError):  # a file that cannot be written to can still be read
                self.flush()

    def flush(self) -> None:
        """Write down what was used."""
        if self._touched:
            with self.writing():
                pass

    def _write_touches(self) -> None:
        touched, self._touched = list(self._touched), {}
        if touched:
            use = self.next_use()
            self.connection.executemany(
                "UPDATE sets SET used = ? WHERE number = ? AND pinned = 0",
                [(use + step, number) for step, number in enumerate(touched)],
            )

    def next_use(self) -> int:
        """Return a number above those of all uses so far."""
        (last,) = self.connection.execute("SELECT max(used) FROM sets WHERE used IS NOT NULL").fetchone()
        return (last or 0) + 1

    # -- texts, each kept once --

    def number_of(self, text: str, listed: str = "") -> int:
        """Return the number of a text, inside ``writing``; ``listed`` names the table that lists texts of its kind."""
        number = self._numbers.get(listed + text)
        if number is None:
            self.connection.execute("INSERT OR IGNORE INTO texts (text) VALUES (?)", (text,))
            (number,) = self.connection.execute("SELECT id FROM texts WHERE text = ?", (text,)).fetchone()
            if listed:
                self.connection.execute(f"INSERT OR IGNORE INTO {listed} VALUES (?)", (number,))  # noqa: S608
            self._numbers[listed + text] = number
        return number

    def known(self, text: str) -> int | None:
        """Return the number of a text, ``None`` where it is not there."""
        row = self.connection.execute("SELECT id FROM texts WHERE text = ?", (text,)).fetchone()
        return row[0] if row else None

    def value(self, number: int) -> Any:
        """Return the value of a text by its number, read as JSON; not to be changed, for others are given it too."""
        value = self._values.get(number)
        if value is None:
            row = self.connection.execute("SELECT text FROM texts WHERE id = ?", (number,)).fetchone()
            value = json.loads(row[0])
            if len(self._values) > _MOST_TEXTS:
                self._values.clear()
            self._values[number] = value
        return value

    def tags_number(self, tags: Mapping[str, str]) -> int:
        """Return the number of a set of tags, inside ``writing``; every pair leads to it from then on."""
        text = json.dumps(dict(tags), sort_keys=True)
        known = text in self._numbers
        number = self.number_of(text)
        if not known:
            self.connection.executemany(
                "INSERT OR IGNORE INTO tag_pairs (pair, tags) VALUES (?, ?)",
                [(self.number_of(pair_text(*pair)), number) for pair in tags.items()],
            )
        return number

    def sweep(self, *, now: bool) -> None:
        """Remove texts that no set needs, inside ``writing``: at once, or when as many are new as there were before."""
        (newest,) = self.connection.execute("SELECT max(id) FROM texts").fetchone()
        (due,) = self.connection.execute("SELECT sweep_at FROM store").fetchone()
        if not now and (newest or 0) < due:
            return
        for statement in _SWEEP:
            self.connection.execute(statement)
        (left,) = self.connection.execute("SELECT coalesce(sum(1), 0) FROM texts").fetchone()
        self._sweeps = -1
        self.connection.execute(
            "UPDATE store SET sweeps = sweeps + 1, sweep_at = ?", ((newest or 0) + max(_SWEEP_FROM, left),)
        )

    # -- ids --

    def id_of(self, number: int) -> str:
        """Return the UUID of a set: random for the file (version 8 of RFC 9562), then the set's number."""
        return f"{self.prefix}{number:012x}"

    def number_in(self, feature_set_id: str) -> int | None:
        """Return the number in a UUID of this file, ``None`` in any other text."""
        text = feature_set_id.lower() if isinstance(feature_set_id, str) else ""
        try:
            return int(text[24:], 16) if text[:24] == self.prefix and len(text) == 36 else None
        except ValueError:
            return None


def pair_text(key: str, value: str) -> str:
    """Return the text that stands for a tag and its value."""
    return json.dumps([key, value])


def _prefix(nonce: bytes) -> str:
    if len(nonce) != 10:
        raise StoreError(f"feature store: damaged (no identity); {_REMEDY}")
    marked = bytes([*nonce[:6], 0x80 | nonce[6] & 0x0F, nonce[7], 0x80 | nonce[8] & 0x3F, nonce[9]]).hex()
    return f"{marked[:8]}-{marked[8:12]}-{marked[12:16]}-{marked[16:20]}-"


def _remedy(error: sqlite3.OperationalError) -> str:
    message = str(error)
    for word, remedy in (
        ("locked", "another process has been writing for too long; try again"),
        ("full", "the disk is full; make room or name another path"),
        ("readonly", "cannot be written to; name another path"),
    ):
        if word in message:
            return f"{remedy} ({message})"
    return f"{message}; name another path"
