"""Several processes at one feature store, one of them killed; damaged, full and unwritable files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from hyperion_hook.errors import StoreError
from hyperion_hook.store.feature_sets.feature_set import FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.store.files import sqlite as sqlite_store
from hyperion_hook.store.files.sqlite import Form, StoreConnection
from tests.support.storing import BATCH, WRITE, features_of

WRITERS = 8
ROOT = Path(__file__).parents[2]


def writer(path: Path, number: int, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), str(number), str(batches)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_eight_write_and_one_is_killed_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "features.sqlite"
    writers = [writer(path, number, 1000 if number == 0 else 6) for number in range(WRITERS)]
    victim = writers[0]
    assert victim.stdout is not None
    said = [victim.stdout.readline() for _ in range(3)]
    victim.kill()
    outputs = [process.communicate()[0].splitlines(keepends=True) for process in writers]
    assert all(process.returncode == 0 for process in writers[1:])
    outputs[0] = said + outputs[0]
    with FeatureStore(path, cache_size=10**6) as store:
        for number, lines in enumerate(outputs):
            acknowledged = [line.split() for line in lines if line.endswith("\n")]
            assert len(acknowledged) >= 3 if number == 0 else len(acknowledged) == 6
            for batch, *ids in acknowledged:
                for place, feature_set_id in enumerate(ids):
                    assert store.get_features(feature_set_id) == features_of(number, int(batch), place)
            # a batch is whole or not there
            assert len(store.search_features(f"writer-{number}")) % BATCH == 0
        assert store._file.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_threads_share_a_store(tmp_path: Path) -> None:
    with FeatureStore(tmp_path / "a") as store:
        ids: list[str] = []
        threads = [
            threading.Thread(target=lambda n=n: ids.append(store.store_features({"a": n}, "", "r")))  # type: ignore[misc]
            for n in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(store.get_features(each)["a"] for each in ids) == list(range(20))  # type: ignore[index,type-var]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_opens_the_file_anew(tmp_path: Path) -> None:
    with FeatureStore(tmp_path / "a") as store:
        first = store.store_features({"a": 1}, "", "r")
        child = os.fork()
        if not child:
            try:
                fine = store.get_features(first) == {"a": 1.0} and bool(store.store_features({"a": 2}, "", "r"))
            finally:
                os._exit(0 if fine else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(store.search_features("r")) == 2


def test_a_writer_that_takes_too_long_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with FeatureStore(path, wait_seconds=0.05) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has been writing for too long"):
            store.store_features({"a": 1}, "", "r")
        assert store.search_features("r") == []
        other.execute("ROLLBACK")
        assert store.store_features({"a": 1}, "", "r")


def test_a_full_disk_is_one_clear_error_and_what_was_there_stays(tmp_path: Path) -> None:
    with FeatureStore(tmp_path / "a") as store:
        kept = store.store_features({"a": 1}, "", "r")
        (pages,) = store._file.connection.execute("PRAGMA page_count").fetchone()
        store._file.connection.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="disk is full"):
            store.store_many(FeatureSet({"a": number}, "", f"r{number}") for number in range(2000))
        assert len(store.search_features()) == 1
        assert store.get_features(kept) == {"a": 1.0}
        store._file.connection.execute("PRAGMA max_page_count=1000000")
        assert store.store_features({"b": 1}, "", "after")


def test_a_file_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("my notes\n" * 200)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(StoreError, match="move it away or name another path"):
            FeatureStore(path)
        assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["", "file/below"])
def test_a_path_that_cannot_be_a_file_is_one_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="name another path"):
        FeatureStore(tmp_path / place)


def test_a_damaged_file_at_our_own_place_is_filled_again(tmp_path: Path) -> None:
    with FeatureStore.of(tmp_path) as store:
        path = store.path
        store.store_features({"a": 1}, "", "r")
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    with FeatureStore.of(tmp_path) as store:
        (warning,) = store.warnings
        assert "moved aside" in warning
        assert store.search_features() == []
        assert store.store_features({"a": 1}, "", "r")
    with FeatureStore.of(tmp_path) as store:
        assert store.warnings == ()


def test_each_damaged_file_is_kept(tmp_path: Path) -> None:
    for letter in "abc":
        with FeatureStore.of(tmp_path) as store:
            path = store.path
        path.write_text(letter * 5000)
    with FeatureStore.of(tmp_path):
        aside = {name: path.with_name(path.name + name).read_text()[0] for name in (".unfit", ".unfit2", ".unfit3")}
    assert aside == {".unfit": "a", ".unfit2": "b", ".unfit3": "c"}


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_newer_file_is_refused_and_stays(tmp_path: Path, rebuild: bool) -> None:
    path = tmp_path / "a"
    with FeatureStore(path) as store:
        feature_set_id = store.store_features({"a": 1}, "", "r", pinned=True)
    for version in (9, 1):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        if version == 9:
            with pytest.raises(
                StoreError, match=r"newer version \(9\), which an upgrade of hyperion-hook can read; move"
            ):
                FeatureStore(path, rebuild=rebuild)
    with FeatureStore(path) as store:
        assert store.get_features(feature_set_id) == {"a": 1}
    assert not [*tmp_path.glob("*.unfit*")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sets SET numbers = zeroblob(3)",
        "UPDATE sets SET numbers = x'789c010000ffff00000001'",
        "UPDATE sets SET content = zeroblob(32)",
        "UPDATE sets SET names = 999",
        "UPDATE texts SET text = '{' || id",
        "UPDATE sets SET event = 'x'",
        "UPDATE sets SET content = 'text'",
    ],
)
def test_whatever_a_row_holds_nothing_but_a_clear_error_comes_of_it(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "a"
    with FeatureStore(path) as store:
        feature_set_id = store.store_features({"a": 1, "b": None}, "", "r", pinned=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    with FeatureStore(path) as store, pytest.raises(StoreError):
        store.get_features(feature_set_id)
    with FeatureStore(path) as store:
        for ask in (store.search_features, store.get_feature_statistics, lambda: list(store.read_features())):
            with suppress(StoreError):
                ask()


def test_bytes_flipped_anywhere_give_no_other_features(tmp_path: Path) -> None:
    path = tmp_path / "a"
    features = {f"f{number}": number / 3 for number in range(30)}
    with FeatureStore(path) as store:
        ids = store.store_many([FeatureSet(features, "", "r")] * 20)
    content = path.read_bytes()
    for place in range(0, len(content), 997):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        # a clear error, nothing, or the right answer
        with suppress(StoreError), FeatureStore(path) as store:
            assert store.get_features(ids[7]) in (None, features)


def test_a_file_that_cannot_be_written_to_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    with FeatureStore(path) as store:
        feature_set_id = store.store_features({"a": 1}, "", "r")
    real = sqlite_store._connect

    def refused(path: Path, form: Form, size: int | None, seconds: float, mode: str) -> StoreConnection:
        # root may write everywhere, so this stands for permissions
        if mode == "rw":
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return real(path, form, size, seconds, mode)

    monkeypatch.setattr(sqlite_store, "_connect", refused)
    with FeatureStore(path) as store:
        assert store.get_features(feature_set_id) == {"a": 1.0}
        with pytest.raises(StoreError, match="cannot be written to"):
            store.store_features({"a": 2}, "", "r")
        assert len(store.search_features("r")) == 1


def test_a_long_text_is_read_by_whoever_had_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "features.sqlite"
    tags = {"note": "y" * 3_000_000}
    with FeatureStore(path) as other, FeatureStore(path) as store:
        number = store.store_features({"la": 1.0}, "a.py", "r", tags)
        for one in (store, other):
            found = one.get(number)
            assert found is not None
            assert found.metadata.tags == tags
            assert len(one.search_features(repository="r")) == 1
