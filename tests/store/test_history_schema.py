"""Whatever lies where the index should be: it is opened, or set aside and said, and the next run is right again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.errors import StoreError
from hyperion_hook.store.history.index import HistoryIndex
from tests.store.test_history_index import commit
from tests.support.history_model import indexed

HISTORY = [commit(1, files="A a.py"), *(commit(n, (n - 1,), files="M a.py") for n in range(2, 30))]
HEAD = HISTORY[-1].id


def build(path: Path) -> None:
    with HistoryIndex.open(path) as index:
        indexed(HISTORY, index)


def edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "garbage": lambda path: path.write_bytes(b"not a database, by any means" * 300),
    "truncated to its header": lambda path: os.truncate(path, 100),
    "truncated inside a page": lambda path: os.truncate(path, 5_000),
    "newer": lambda path: edit(path, "PRAGMA user_version=2"),
    "another program's": lambda path: edit(path, "PRAGMA application_id=1"),
    "with a trigger": lambda path: edit(path, "CREATE TRIGGER t AFTER INSERT ON tips BEGIN DELETE FROM commits; END"),
    "without a table": lambda path: edit(path, "DROP TABLE tallies"),
    "with a view for a table": lambda path: edit(path, "DROP TABLE tips", "CREATE VIEW tips AS SELECT 1 AS ord"),
    "of other messages": lambda path: edit(
        path,
        f"UPDATE meta SET value = {CLASSIFIER_VERSION + 1} WHERE key = 'classifier'",  # noqa: S608
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_file_that_does_not_fit_is_set_aside_and_said(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    path = tmp_path / "i.sqlite"
    build(path)
    damage(path)
    with HistoryIndex.open(path) as index:
        assert len(index.warnings) == 1
        assert index.warnings[0].endswith("; moved aside, a new one is built")
        assert index.commit_count == 0
        indexed(HISTORY, index)
    with HistoryIndex.open(path) as index:
        assert index.warnings == []
        assert index.history_at(HEAD).file("a.py").event_count == 29


def test_an_empty_file_is_an_empty_index(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    path.touch()
    with HistoryIndex.open(path) as index:
        assert (index.warnings, index.commit_count, index.path) == ([], 0, path)


TAMPERING = {
    "events of another type": "UPDATE events SET skew = 'x'",
    "no dates": "UPDATE commits SET parents = x'ff'",
    "tallies of text": "UPDATE tallies SET commits = 'many'",
    "no events": "DELETE FROM files",
    "meta of another type": "UPDATE meta SET value = 'x' WHERE key = 'next_ord'",
    "tips of another world": "UPDATE tips SET ord = 99",
    "ids cut short": "UPDATE commits SET id = substr(id, 1, 3) || ord",
    "files of nonsense": "UPDATE touches SET file = 'x'",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_tampered_rows_give_an_answer_or_one_clear_line(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "i.sqlite"
    build(path)
    edit(path, statement)
    said = ""
    try:
        with HistoryIndex.open(path) as index:
            for asked in (HEAD, HISTORY[4].id):
                history = index.history_at(asked)
                history.file("a.py")
                history.repository()
                index.recent_commits(asked, 3)
            index.add(commit(77, (29,), files="M a.py"))
    except StoreError as error:
        said = str(error)
    assert "\n" not in said
    assert not said or "hyperion-hook index" in said


def test_a_page_overwritten_in_the_middle_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    build(path)
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(StoreError, match=r"damaged .*; moved aside, run: hyperion-hook index"):
        _read(path)
    with HistoryIndex.open(path) as index:
        assert index.commit_count == 0


def test_an_error_of_our_own_moves_no_index(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    build(path)
    with (
        HistoryIndex.open(path) as index,
        pytest.raises(StoreError, match=r"KeyError: 'x'.; run: hyperion-hook index --rebuild"),
        index.reading(),
    ):
        raise KeyError("x")
    _read(path)


def _read(path: Path) -> None:
    with HistoryIndex.open(path) as index:
        index.history_at(HEAD).file("a.py")


_WRITER = """
import sys
from pathlib import Path
from hyperion_hook.store.history.index import HistoryIndex
sys.path.insert(0, sys.argv[2])
from tests.store.test_history_schema import HISTORY
print("ready", flush=True)
with HistoryIndex.open(Path(sys.argv[1])) as index:
    index.clear()
    while True:
        for start in range(0, len(HISTORY), 9):
            with index.transaction():
                for commit in HISTORY[start : start + 9]:
                    index.add(commit)
        index.clear()
"""


def test_killed_in_the_middle_of_writing_it_is_whole_or_empty(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    root = str(Path(__file__).parents[2])
    writer = None
    for delay in (0, 3, 9, 14, 21, 33, 40, 52, 61, 75):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path), root], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(delay / 1000)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        with HistoryIndex.open(path) as index:
            assert index.warnings == []
            for known in HISTORY[: index.commit_count]:
                assert index.knows(known.id)
            if index.commit_count:
                last = HISTORY[index.commit_count - 1].id
                assert index.history_at(last).file("a.py").event_count == index.commit_count
            assert is_sound(path)


def is_sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return sound


def test_a_read_only_index_is_read_and_its_copy_extended(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "i.sqlite"
        build(path)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        # permissions do not bind root
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65_534)
        try:
            with HistoryIndex.open(path) as index:
                assert index.history_at(HEAD).file("a.py").event_count == 29
                with pytest.raises(StoreError, match="readonly"):
                    index.add(commit(77, (29,), files="M a.py"))
                with index.copy_to_memory() as copied:
                    copied.add(commit(77, (29,), files="M a.py"))
                    assert copied.history_at(f"{77:040x}").file("a.py").event_count == 30
                assert index.commit_count == 29
        finally:
            if is_root:
                os.seteuid(0)
            Path(folder).chmod(0o755)
