"""The one opener of SQLite stores: what killed processes of ours leave heals, and no statement runs for ever."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hyperion_hook.store.files.foreign_sqlite import check_foreign_form
from hyperion_hook.store.files.sqlite import Form, exclusive, open_memory, open_store
from hyperion_hook.store.files.sqlite_checks import UnfitError, inspect

FORM = Form("kept numbers", ("CREATE TABLE numbers (id INTEGER PRIMARY KEY, number INTEGER)",), version=3)
LOGGED = Form("logged numbers", FORM.schema, version=3, write_ahead=True)
PAGE = 4096


def filled(path: Path, form: Form = FORM, count: int = 20_000) -> Path:
    connection, warnings, _ = open_store(path, form, seconds=1)
    assert connection is not None
    assert warnings == []
    with closing(connection):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO numbers (number) VALUES (?)", ((number,) for number in range(count)))
        connection.execute("COMMIT")
    return path


def total(path: Path, form: Form = FORM) -> int:
    connection, warnings, _ = open_store(path, form, seconds=1)
    assert connection is not None
    assert warnings == []
    with closing(connection):
        result: int = connection.execute("SELECT sum(number) FROM numbers").fetchone()[0]
        return result


def killed_while_writing(path: Path, form: Form, copy: Path) -> None:
    """Copy what lies on disk in the middle of a transaction that has spilled, as a killed process leaves it."""
    connection, _, _ = open_store(path, form, seconds=1)
    assert connection is not None
    with closing(connection):
        connection.execute("PRAGMA cache_size=10")
        connection.execute("BEGIN")
        connection.execute("UPDATE numbers SET number = number + 1")
        copy.mkdir()
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, copy)
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(("form", "ending"), [(FORM, "-journal"), (LOGGED, "-wal")])
def test_what_a_killed_writer_left_heals(tmp_path: Path, form: Form, ending: str) -> None:
    path = filled(tmp_path / "n.sqlite", form)
    expected = total(path, form)
    copy = tmp_path / "killed" / path.name
    killed_while_writing(path, form, copy.parent)
    assert copy.with_name(copy.name + ending).stat().st_size > PAGE
    assert total(copy, form) == expected


def test_a_log_that_was_committed_and_not_copied_back_is_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "n.sqlite", LOGGED, 10)
    connection, _, _ = open_store(path, LOGGED, seconds=1)
    assert connection is not None
    with closing(connection):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO numbers (number) VALUES (?)", ((number,) for number in range(50_000)))
        connection.execute("COMMIT")
        shutil.copytree(tmp_path, tmp_path.with_name("killed"))
    copy = tmp_path.with_name("killed") / path.name
    assert total(copy, LOGGED) == total(path, LOGGED)


def test_an_unfinished_creation_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "n.sqlite"
    path.touch()
    path.with_name("n.sqlite-journal").write_bytes(bytes(512))
    assert filled(path)


def test_writers_at_work_are_never_taken_for_strangers(tmp_path: Path) -> None:
    for form in (FORM, LOGGED):
        path = filled(tmp_path / form.name, form, 5_000)
        stop = threading.Event()

        def write(path: Path = path, form: Form = form, stop: threading.Event = stop) -> None:
            connection, _, _ = open_store(path, form, seconds=5)
            assert connection is not None
            connection.execute("PRAGMA cache_size=4")
            with closing(connection):
                while not stop.is_set():
                    connection.execute("BEGIN IMMEDIATE")
                    connection.executemany("INSERT INTO numbers (number) VALUES (?)", ((n,) for n in range(2_000)))
                    connection.execute("COMMIT")
                    connection.execute("DELETE FROM numbers WHERE id > 6000")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(300):
                assert inspect(path, write_ahead=form.write_ahead)
        finally:
            stop.set()
            writer.join()


def _interior(child: int, keys: int) -> bytes:
    """Return a page of a table's tree whose children are all the same page."""
    cells = [struct.pack(">I", child) + b"\x01"] * keys
    content = b"".join(cells)
    start = PAGE - len(content)
    head = struct.pack(">BHHHBI", 5, 0, keys, start, 0, child)
    pointers = b"".join(struct.pack(">H", start + 5 * place) for place in range(keys))
    return (head + pointers).ljust(start, b"\0") + content


def endless_pages(path: Path) -> None:
    """Have the pages of the table refer to each other so that there are 400 to the 15th rows."""
    filled(path, count=5_000)
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master").fetchone()
    pages = len(content) // PAGE
    # behind the root: pages of its children, one below the other; the last of them stays a leaf
    chain = [root, *(page for page in range(2, pages) if page != root)][:15]
    leaf = next(page for page in range(pages, 1, -1) if page not in chain and content[(page - 1) * PAGE] == 13)
    for page, child in zip(chain, [*chain[1:], leaf], strict=True):
        content[(page - 1) * PAGE : page * PAGE] = _interior(child, 400)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sum(number) FROM numbers",
        "SELECT number FROM numbers",
        "SELECT number FROM numbers ORDER BY number",
        "UPDATE numbers SET number = 1",
        "DELETE FROM numbers WHERE number > 3",
    ],
)
def test_a_statement_over_endless_pages_ends(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "n.sqlite"
    endless_pages(path)
    connection, warnings, _ = open_store(path, FORM, seconds=1)
    assert connection is not None
    assert warnings == []
    started = time.monotonic()
    # a page that is freed twice is noticed
    with closing(connection), pytest.raises(sqlite3.DatabaseError, match=r"interrupted|malformed"):
        connection.execute(statement).fetchall()
    assert time.monotonic() - started < 10


def test_a_value_cannot_be_longer_than_the_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "n.sqlite", count=10)
    connection, _, _ = open_store(path, FORM, seconds=1)
    assert connection is not None
    with closing(connection):
        with pytest.raises(sqlite3.Error, match="too big"):
            connection.execute("SELECT length(randomblob(50000000))").fetchone()
        with pytest.raises(sqlite3.Error):
            connection.execute(f"ATTACH '{tmp_path / 'other'}' AS other")


@pytest.mark.parametrize("form", [FORM, LOGGED])
@pytest.mark.parametrize("inside", [True, False], ids=["inside the transaction", "after it"])
def test_a_value_that_was_written_can_be_read(tmp_path: Path, form: Form, inside: bool) -> None:
    connection, _, _ = open_store(filled(tmp_path / "n.sqlite", form, count=10), form, seconds=1)
    assert connection is not None
    with closing(connection):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO numbers (number) VALUES (?)", [(bytes(2_000_000),)])
        if not inside:
            connection.execute("COMMIT")
        assert connection.execute("SELECT max(length(number)) FROM numbers").fetchone() == (2_000_000,)
        with connection.any_length():
            connection.executemany("INSERT INTO numbers (number) VALUES (?)", [(1,)])
            connection.execute("INSERT INTO numbers (number) VALUES (?)", (bytes(9_000_000),))
        assert len(connection.execute("SELECT number FROM numbers ORDER BY id").fetchall()[-1][0]) == 9_000_000


def test_rows_of_any_number_may_be_written_in_one_statement(tmp_path: Path) -> None:
    assert total(filled(tmp_path / "n.sqlite", count=400_000)) == sum(range(400_000))


@pytest.mark.parametrize(
    "plant",
    [
        lambda path: sqlite3.connect(path).execute("CREATE VIEW v AS SELECT 1"),
        lambda path: sqlite3.connect(path).execute("CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END"),
        lambda path: path.with_name(f"{path.name}-journal").write_bytes(b"nonsense" * 100),
        lambda path: path.write_bytes(b"nonsense" * 1_000),
    ],
)
def test_a_database_of_another_library_may_hold_tables_alone(tmp_path: Path, plant: Callable[[Path], object]) -> None:
    path = tmp_path / "mlflow.db"
    check_foreign_form(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE runs (x)")
    check_foreign_form(path)
    plant(path)
    with pytest.raises(UnfitError):
        check_foreign_form(path)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    refused = pytest.raises(OSError, match="lock cannot be had")
    with exclusive(tmp_path / "lock", 1), refused, exclusive(tmp_path / "lock", 0.05):
        pass
    with exclusive(tmp_path / "lock", 1):
        pass


def test_a_store_in_memory_has_the_same_tables() -> None:
    with closing(open_memory(FORM)) as connection:
        assert connection.execute("SELECT sql FROM sqlite_master").fetchall() == [(FORM.schema[0],)]
