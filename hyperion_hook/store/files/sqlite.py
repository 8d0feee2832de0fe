"""Opening an SQLite store: the one way, for every kind of store.

1. The folder is a real one, the file a regular one of ours, and what lies beside it is what SQLite wrote for us.
2. The schema is ours word for word; no view, trigger or generated column of anybody else is ever evaluated.
3. Work is bounded: no value is longer than it can be, no statement runs for ever however the pages refer to each other.

A store of the program's own that does not fit is renamed to ``<name>.unfit`` and begun anew; what is no file of ours (a
link, a pipe, a folder) is left alone, and the run goes on without the store. Both are said.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from hyperion_hook.domain.files.regular import ForeignFileError
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.store.files.sqlite_checks import NewerError, UnfitError, inspect, move_aside
from hyperion_hook.store.files.whole_files import real_folder

_SEQUENCE = "CREATE TABLE sqlite_sequence(name,seq)"
_STEPS = 200_000  # steps of SQLite's machine, a few milliseconds, after which a statement is looked at
_LOOKS = 20
_BYTES_A_LOOK = 25_000  # a statement over a file may take eight steps a byte: no order of pages is read more than once
_MOST_VALUE_BYTES = 2**31 - 1  # what SQLite's own limit can be set to at most
_SECONDS = 60.0
_MANY_SECONDS = 600.0
_PAUSE_SECONDS = 0.02
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Form:
    """What the files of one kind of store look like."""

    name: str
    """What messages call it."""
    schema: tuple[str, ...]
    """Its statements, as SQLite keeps them; nothing else may be in a file."""
    version: int = 0
    application: int = 0
    """Numbers in the header of the file."""
    is_cache: bool = False
    """Whether a file of another version is begun anew without a word, and an unwritable one done without."""
    is_original: bool = False
    """Whether nothing fills it again: no file of a newer version is moved, no earlier ``.unfit`` replaced."""
    write_ahead: bool = False
    """Whether it has a write-ahead log, so that readers and a writer do not wait for each other."""
    pragmas: tuple[str, ...] = ()
    """Settings of every connection."""
    page_bytes: int = 4096
    """Page size of a new file."""
    value_bytes: int = 1_000_000
    """How long a value may be at least; at most it is as long as the file."""
    fill: Callable[[sqlite3.Connection], object] = lambda _: None
    """Writes the first rows of a new file."""
    fault: Callable[[sqlite3.Connection], str] = lambda _: ""
    """Says why a file with the right schema does not fit, '' if it does."""


_LOCK = Form("lock", ())


class Opened(NamedTuple):
    """The connection to a store, ``None`` where there is none, what to say of it, and what keeps it from being used."""

    connection: StoreConnection | None
    warnings: list[str]
    fault: str


class StoreConnection(sqlite3.Connection):
    """A connection on which every statement ends, whatever the file holds; ``limit`` begins that."""

    _path: Path | None = None
    _looks = 0
    _since = 0.0
    _is_many = False

    def limit(self, path: Path, size: int, value_bytes: int) -> None:
        """Bound statements and values by the size of the file."""
        self._path = path
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(max(value_bytes, size), _MOST_VALUE_BYTES))
        self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self.set_progress_handler(self._is_endless, _STEPS)

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        """Run a statement; ``OperationalError`` ("interrupted") if it does not end."""
        self._looks, self._is_many = 0, False
        return super().execute(*statement)

    def executemany(self, *statement: Any) -> sqlite3.Cursor:
        """Run a statement for many rows of ours, which may be of any length."""
        self._looks, self._is_many = 0, True
        if self._path is None:
            return super().executemany(*statement)
        with self.any_length():
            return super().executemany(*statement)

    def header(self, field: str) -> int:
        """Return a number of the file's header, by the name of its pragma."""
        value: int = self.execute(f"PRAGMA {field}").fetchone()[0]
        return value

    def rows_in(self, query: str, values: Sequence[object], before: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query that ends with ``IN``, for any number of values, in parts of them.

        ``before`` are the values of what stands before the ``IN``.
        """
        for start in range(0, len(values), _ASKED_AT_ONCE):
            part = values[start : start + _ASKED_AT_ONCE]
            yield from self.execute(f"{query} ({','.join('?' * len(part))})", (*before, *part))

    @contextmanager
    def any_length(self) -> Iterator[None]:
        """Lift the bound of values in a block that writes values of ours, which can be read from then on."""
        # SQLite lowers this to its own limit
        before = self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_VALUE_BYTES)
        try:
            yield
        finally:
            self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
            self.heed_growth()

    def heed_growth(self) -> None:
        """Allow values as long as the pages there are by now, those of a log and of an open transaction among them."""
        size = self.header("page_count") * self.header("page_size")
        if size > self.getlimit(sqlite3.SQLITE_LIMIT_LENGTH):
            self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(size, _MOST_VALUE_BYTES))

    def shrink(self) -> None:
        """Give the room of removed rows back."""
        # it works in a second database
        self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
        try:
            with self.any_length():
                self.execute("VACUUM")
        finally:
            self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)

    def _is_endless(self) -> bool:
        now = time.monotonic()
        if not self._looks:
            self._since = now
        self._looks += 1
        if self._is_many:
            return now - self._since > _MANY_SECONDS
        size = 0
        if self._looks > _LOOKS and self._path is not None:
            with suppress(OSError):
                size = self._path.stat().st_size
        return now - self._since > _SECONDS or self._looks > _LOOKS + size // _BYTES_A_LOOK


@contextmanager
def exclusive(lock: Path, seconds: float, root: Path | None = None) -> Iterator[None]:
    """Hold a lock file; at most one process has it, and a killed one does not keep it.

    SQLite's own locking works on every system, waits, and needs no process to be asked whether it still lives.

    Raises ``OSError`` if it cannot be had in time, or not be written.
    """
    connection, _, fault = open_store(lock, _LOCK, seconds=seconds, root=root)
    if connection is None:
        raise OSError(0, fault, str(lock))
    with closing(connection):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise OSError(0, f"the lock cannot be had ({error})", str(lock)) from None
        yield


def open_memory(form: Form) -> StoreConnection:
    """Return a new store in memory."""
    connection = open_empty()
    _create(connection, form)
    return connection


def open_empty() -> StoreConnection:
    """Return a database in memory without any table, to copy a store into."""
    return sqlite3.connect(":memory:", isolation_level=None, factory=StoreConnection)


def open_store(path: Path, form: Form, *, seconds: float, root: Path | None = None, rebuild: bool = True) -> Opened:
    """Open the store in a file, which is made where there is none; never fails for what lies there.

    Transactions are left to the caller's own ``BEGIN``.

    Parameters
    ----------
    seconds
        How long to wait for another process.
    root
        The folder above that the user has chosen: all between it and the file must be real folders. By default the
        file's own folder is the user's choice.
    rebuild
        Whether a file that does not fit is moved aside and made anew: only at a place that is the program's own.
    """
    warnings: list[str] = []
    name = f"{form.name} {path}"
    for _ in range(2):
        try:
            real_folder(path.parent, root)
            size = inspect(path, write_ahead=form.write_ahead)
            return Opened(_connected(path, form, size, seconds), warnings, "")
        except ForeignFileError as error:
            # in the same words by every store of a folder, so that it is read once
            fault = error.strerror or "" if error.filename == str(path) else str(error)
            return Opened(None, [*warnings, f"{error}: not used; remove it"], fault)
        except (sqlite3.OperationalError, OSError) as error:
            action = "opened" if os.path.lexists(path) else "created"
            fault = f"cannot be {action} ({getattr(error, 'strerror', None) or error})"
            # a folder that cannot be written to is named once, by the store that matters most
            more = [] if form.is_cache else [f"{name}: {fault}; working without it"]
            return Opened(None, [*warnings, *more], fault)
        except (UnfitError, sqlite3.DatabaseError) as error:
            fault = str(error) if isinstance(error, UnfitError) else f"damaged ({error})"
            if not isinstance(error, _OutdatedError):
                warnings = [f"{name}: {fault}; moved aside, a new one is built"]
            keeps = not rebuild or (form.is_original and isinstance(error, NewerError))
        if keeps or not move_aside(path, keep_earlier=form.is_original):
            break
    return Opened(None, [f"{name}: {fault}; working without it"], fault)


class _OutdatedError(UnfitError):
    """A cache of another version."""


def _connected(path: Path, form: Form, size: int | None, seconds: float) -> StoreConnection:
    """Return a connection once the schema is ours; the switch to a log does not wait for others by itself."""
    until = time.monotonic() + seconds
    while True:
        try:
            return _connect(path, form, size, seconds, "rwc" if size is None else "rw")
        except sqlite3.OperationalError as error:
            if not form.write_ahead:
                raise
            if "locked" not in str(error):
                break
            if time.monotonic() > until:
                raise
        time.sleep(_PAUSE_SECONDS)
    try:
        return _connect(path, form, size, seconds, "ro")
    except sqlite3.OperationalError:
        # a log cannot be opened in a folder that cannot be written to; where there is none, nothing can change
        if size is None or path.with_name(f"{path.name}-wal").exists():
            raise
        return _connect(path, form, size, seconds, "ro&immutable=1")


def open_bounded(path: Path, size: int, value_bytes: int, seconds: float, mode: str) -> StoreConnection:
    """Return a connection to a file of so many bytes, on which every statement ends."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=seconds,
        check_same_thread=False,
        factory=StoreConnection,
    )
    connection.limit(path, size, value_bytes)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect(path: Path, form: Form, size: int | None, seconds: float, mode: str) -> StoreConnection:
    connection = open_bounded(path, size or 0, form.value_bytes, seconds, mode)
    try:
        for pragma in form.pragmas:
            connection.execute(f"PRAGMA {pragma}")
        if not size:
            connection.execute(f"PRAGMA page_size={form.page_bytes}")
        _check(connection, form)
        if form.write_ahead and mode.startswith("rw"):
            connection.execute("PRAGMA journal_mode=WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: StoreConnection, form: Form) -> None:
    """Refuse what is no store of this form; create the tables in an empty file."""
    entries = _entries(connection)
    if not entries and form.schema and not connection.header("user_version"):
        connection.execute("BEGIN IMMEDIATE")
        # another process may have created the tables while this one waited
        if not _entries(connection):
            _create(connection, form)
        connection.execute("COMMIT")
        entries = _entries(connection)
    version = connection.header("user_version")
    same_kind = connection.header("application_id") == form.application
    is_ours = _is_ours(entries, form.schema)
    if version != form.version and same_kind:
        if form.is_cache and is_ours:
            raise _OutdatedError("of another version")
        if version > form.version:
            raise NewerError(f"written by a newer version ({version}), which an upgrade of hyperion-hook can read")
    if not same_kind or version != form.version or not is_ours:
        raise UnfitError(f"not a {form.name}, or tampered with")
    fault = form.fault(connection)
    if fault:
        raise UnfitError(fault)


Entry = tuple[str, str, str, int, str | None]


def _entries(connection: sqlite3.Connection) -> list[Entry]:
    return connection.execute("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master").fetchall()


def _is_ours(entries: list[Entry], schema: tuple[str, ...]) -> bool:
    """Return whether the entries are those of a schema, each with pages of its own."""
    written = []
    for kind, name, table, _, sql in entries:
        if sql is None:
            if kind != "index" or not name.startswith(f"sqlite_autoindex_{table}_"):
                return False
        else:
            # what SQLite believes of an entry is its text; the other columns must say the same
            begins = f"CREATE {kind.upper()} {name}"
            if not sql.startswith((f"{begins} ", f"{begins}(")) or (kind == "table" and name != table):
                return False
            written.append(sql)
    roots = [entry[3] for entry in entries if entry[0] != "trigger"]
    expected = [*schema, *([_SEQUENCE] if any("AUTOINCREMENT" in statement for statement in schema) else [])]
    return sorted(written) == sorted(expected) and len(set(roots)) == len(roots)


def _create(connection: sqlite3.Connection, form: Form) -> None:
    for statement in form.schema:
        connection.execute(statement)
    form.fill(connection)
    connection.execute(f"PRAGMA application_id={form.application}")
    connection.execute(f"PRAGMA user_version={form.version}")
