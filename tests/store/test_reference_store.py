from __future__ import annotations

import math
from pathlib import Path

import pytest

from hyperion_hook.store.reference_store import ReferenceStore


def test_an_empty_store_knows_nothing(tmp_path: Path) -> None:
    assert ReferenceStore(tmp_path / "r.sqlite").read("kind", ["a"]) == {}


def test_rows_come_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "r.sqlite"
    store = ReferenceStore(path)
    store.write("kind", {"a": (1.5, -0.0, math.inf), "b": (math.nan,)})
    store.close()
    store = ReferenceStore(path)
    assert store.read("kind", ["a", "c"]) == {"a": (1.5, -0.0, math.inf)}
    assert math.isnan(store.read("kind", ["b"])["b"][0])
    assert store.read("other", ["a"]) == {}
    store.close()


def test_a_row_is_never_changed(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path / "r.sqlite")
    store.write("kind", {"a": (1.0,)})
    store.write("kind", {"a": (2.0,)})
    assert store.read("kind", ["a"]) == {"a": (1.0,)}


def test_more_commits_than_sqlite_takes_in_one_question(tmp_path: Path) -> None:
    store = ReferenceStore(tmp_path / "r.sqlite")
    store.write("kind", {f"c{n}": (float(n),) for n in range(1200)})
    assert len(store.read("kind", [f"c{n}" for n in range(1200)])) == 1200


def test_the_oldest_rows_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ReferenceStore, "MAX_ROWS", 3)
    store = ReferenceStore(tmp_path / "r.sqlite")
    for n in range(5):
        store.write("kind", {f"c{n}": (float(n),)})
    assert sorted(store.read("kind", [f"c{n}" for n in range(5)])) == ["c2", "c3", "c4"]


@pytest.mark.parametrize("content", [b"no database, but long" * 60, b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_damaged_file_is_thrown_away(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.sqlite"
    path.write_bytes(content)
    store = ReferenceStore(path)
    store.write("kind", {"a": (1.0,)})
    store.close()
    assert ReferenceStore(path).read("kind", ["a"]) == {"a": (1.0,)}


def test_a_folder_that_cannot_be_written_to_gives_a_store_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ReferenceStore(tmp_path / "file" / "r.sqlite")
    store.write("kind", {"a": (1.0,)})
    assert store.read("kind", ["a"]) == {"a": (1.0,)}


@pytest.mark.parametrize("path", [None])
def test_without_a_path_it_lives_in_memory(path: None) -> None:
    store = ReferenceStore(path)
    store.write("kind", {"a": (1.0,)})
    assert store.read("kind", ["a"]) == {"a": (1.0,)}
