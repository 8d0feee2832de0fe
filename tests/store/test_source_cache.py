"""The cache of code metrics: exact, bounded, and never in the way."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.deadline import Deadline
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import ClassMetrics, FunctionMetrics, SourceMetrics
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.store.source_cache import SourceCache, decode, encode

TEXT = "class A(B):\n    def f(self, a):\n        return self.x if a else 1\n"


class Counting:
    """Counts how often it measures."""

    def __init__(self, result: Missing | None = None) -> None:
        self.count = 0
        self._result = result

    def __call__(self, path: str, text: str) -> SourceMetrics | Missing:
        self.count += 1
        return self._result or measure_source(path, text)


def test_a_blob_is_measured_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "source-v1.sqlite"
    measure = Counting()
    with SourceCache(path) as cache:
        first = cache.measured(measure)("a.py", "b1", TEXT)
        assert cache.measured(measure)("other.py", "b1", TEXT) == first
    with SourceCache(path) as cache:
        assert cache.measured(measure)("a.py", "b1", TEXT) == first
        assert cache.measured(measure)("a.py", "b2", TEXT) == first
    assert measure.count == 2
    assert first == measure_source("a.py", TEXT)


def test_the_same_blob_in_another_language_is_another_result(tmp_path: Path) -> None:
    measure = Counting()
    with SourceCache(tmp_path / "c.sqlite") as cache:
        remembered = cache.measured(measure)
        assert remembered("a.py", "b", "x = 1\n") != remembered("a.js", "b", "x = 1\n")
        remembered("a.tsx", "b", "x = 1\n")
        remembered("a.ts", "b", "x = 1\n")
        remembered("notes.txt", "b", "x = 1\n")
    assert measure.count == 5


def test_another_version_of_the_extractor_measures_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = Counting()
    for version in (1, 2):
        monkeypatch.setattr("hyperion_hook.store.source_cache.EXTRACTOR_VERSION", version)
        with SourceCache(tmp_path / "c.sqlite") as cache:
            cache.measured(measure)("a.py", "b", TEXT)
    assert measure.count == 2


def test_what_is_missing_is_kept_but_not_what_took_too_long(tmp_path: Path) -> None:
    for reason, count in (("larger than it may be", 1), (Deadline(1).late.reason, 2)):
        measure = Counting(Missing(reason))
        with SourceCache(tmp_path / f"{count}.sqlite") as cache:
            for _ in range(2):
                assert cache.measured(measure)("a.py", "b", TEXT) == Missing(reason)
        assert measure.count == count


def test_without_a_file_everything_is_measured_and_nothing_fails() -> None:
    measure = Counting()
    with SourceCache(None) as cache:
        for number in range(500):
            cache.measured(measure)("a.py", f"b{number}", "x = 1\n")
    assert measure.count == 500


def test_what_was_read_is_ready_to_use_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr("hyperion_hook.store.source_cache.decode", lambda value: read.append(value) or decode(value))
    monkeypatch.setattr("hyperion_hook.store.source_cache._MOST_AT_HAND", 5)
    path = tmp_path / "c.sqlite"
    for _ in range(2):
        with SourceCache(path) as cache:
            remembered = cache.measured(Counting())
            for _ in range(3):
                first = remembered("a.py", "b0", TEXT)
    assert first == measure_source("a.py", TEXT)
    # once, by the cache that did not measure it
    assert len(read) == 1
    with SourceCache(path) as cache:
        remembered = cache.measured(Counting())
        for blob in ("b0", "b1", "b2", "b2", "b0"):
            remembered("a.py", blob, TEXT)
    # the first made room for the third
    assert len(read) == 3


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with SourceCache(path, max_rows=10) as cache:
        for number in range(25):
            cache.measured(Counting(Missing("x")))("a.py", f"b{number}", "")
    with sqlite3.connect(path) as connection:
        keys = [row[0] for row in connection.execute("SELECT key FROM measured ORDER BY id")]
    connection.close()
    assert [key.partition(":")[0] for key in keys] == [f"b{number}" for number in range(15, 25)]


@pytest.mark.parametrize(
    "damage",
    [b"", b"not a database at all, but long enough to be taken for one " * 9, b"SQLite format 3\0" + b"\xff" * 4096],
)
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(damage)
    measure = Counting()
    for _ in range(2):
        with SourceCache(path) as cache:
            cache.measured(measure)("a.py", "b", TEXT)
    assert measure.count == 1


def test_a_truncated_file_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with SourceCache(path) as cache:
        for number in range(400):
            cache.measured(Counting())("a.py", f"b{number}", TEXT + f"y = {number}\n")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with SourceCache(path) as cache:
        assert cache.measured(Counting())("a.py", "b7", TEXT + "y = 7\n") == measure_source("a.py", TEXT + "y = 7\n")


def test_damage_that_shows_only_when_writing_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with SourceCache(path) as cache:
        for number in range(400):
            cache.measured(Counting())("a.py", f"b{number}", TEXT + f"y = {number}\n")
    content = bytearray(path.read_bytes())
    content[2 * 4096 :] = b"\xa5" * (len(content) - 2 * 4096)
    path.write_bytes(content)
    for _ in range(2):
        with SourceCache(path) as cache:
            for number in range(400, 410):
                cache.measured(Counting())("a.py", f"b{number}", TEXT)
    measure = Counting()
    with SourceCache(path) as cache:
        for number in range(400, 410):
            cache.measured(measure)("a.py", f"b{number}", TEXT)
    assert measure.count == 0


@pytest.mark.parametrize(
    "value", [b"{", b"{}", b"\x00\x01", b'{"missing":', b'{"file":[],"functions":[],"classes":null}', "text"]
)
def test_a_row_that_makes_no_sense_is_measured_again(tmp_path: Path, value: object) -> None:
    path = tmp_path / "c.sqlite"
    with SourceCache(path) as cache:
        cache.measured(Counting())("a.py", "b", TEXT)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE measured SET value = ?", (value,))
    connection.close()
    measure = Counting()
    with SourceCache(path) as cache:
        assert cache.measured(measure)("a.py", "b", TEXT) == measure_source("a.py", TEXT)
    assert measure.count == 1


def test_a_newer_form_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE measured (other INTEGER); PRAGMA user_version = 9;")
    connection.close()
    measure = Counting()
    for _ in range(2):
        with SourceCache(path) as cache:
            cache.measured(measure)("a.py", "b", TEXT)
    assert measure.count == 1


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    os.mkfifo(path)
    with SourceCache(path) as cache:
        assert cache.measured(Counting())("a.py", "b", TEXT) == measure_source("a.py", TEXT)
    assert path.is_fifo()


def test_a_folder_that_is_a_file_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("x")
    with SourceCache(tmp_path / "folder" / "c.sqlite") as cache:
        assert cache.measured(Counting())("a.py", "b", TEXT) == measure_source("a.py", TEXT)


def test_a_locked_file_is_read_and_not_waited_for_in_vain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperion_hook.store.source_cache.SourceCache.BUSY_SECONDS", 0.05)
    path = tmp_path / "c.sqlite"
    with SourceCache(path) as cache:
        cache.measured(Counting())("a.py", "b", TEXT)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN IMMEDIATE")
    measure = Counting()
    with SourceCache(path) as cache:
        assert cache.measured(measure)("a.py", "b", TEXT) == measure_source("a.py", TEXT)
        cache.measured(measure)("a.py", "c", TEXT)
    holder.close()
    assert measure.count == 1


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    script = (
        "import sys; from pathlib import Path; from hyperion_hook.domain.vector import Missing;"
        "from hyperion_hook.store.source_cache import SourceCache\n"
        "SourceCache.BUSY_SECONDS = 60\n"
        "with SourceCache(Path(sys.argv[1])) as cache:\n"
        "    for number in range(250):\n"
        "        cache.measured(lambda p, t: Missing(p))('a.py', f'{sys.argv[2]}-{number}', '')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(number)], stderr=subprocess.PIPE)
        for number in range(4)
    ]
    for process in running:
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM measured").fetchone() == (1000,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


values = st.floats(allow_nan=False) | st.builds(Missing, st.text(max_size=9))
numbers = st.integers(0, 10**6)
words = st.text(max_size=12)
functions = st.builds(
    FunctionMetrics,
    words,
    numbers,
    numbers,
    numbers,
    numbers,
    values,
    values,
    values,
    numbers,
    numbers,
    st.booleans(),
    words,
)
classes = st.builds(
    ClassMetrics, words, numbers, numbers, st.lists(words, max_size=3).map(tuple), values, values, numbers
)
results = st.builds(Missing, words) | st.builds(
    SourceMetrics,
    words,
    numbers,
    numbers,
    numbers,
    numbers,
    st.lists(functions, max_size=4).map(tuple),
    st.none() | st.lists(classes, max_size=3).map(tuple),
    values,
    values,
)


@given(results)
def test_what_is_kept_comes_back_exactly(result: SourceMetrics | Missing) -> None:
    assert decode(encode(result)) == result


def test_a_lone_surrogate_survives() -> None:
    assert decode(encode(Missing("\udcff"))) == Missing("\udcff")
