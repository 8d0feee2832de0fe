"""The packed corpus: what comes out is what went in, as exactly as promised, and nothing hostile gets through."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import MANIFEST, bundled_models, load_bundle
from hyperion_hook.training.rows.corpus_table import POOL_FILE, _unranked, pack, read_pool, sample, unpack
from hyperion_hook.training.rows.dataset import FEATURES, OUTCOMES, pooled
from tests.support.corpus_rows import with_outcomes
from tests.support.repo import TestRepo

HEADS = {"b/later": "2" * 40, "a/first": "1" * 40}


def rows(count: int = 300, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    buggy = (random.random(count) < 0.3).astype("int8")
    time = np.sort(random.integers(10**9, 17 * 10**8, count))
    keys = pd.DataFrame(
        {
            "repository": random.choice(list(HEADS), count),
            "commit": [str(n) for n in range(count)],
            "time": time,
            "buggy": buggy,
            "known_at": np.where(buggy == 1, time + 50.0 * DAY, np.nan),
            "reverted": (buggy * (random.random(count) < 0.2)).astype("int8"),
        }
    )
    values = {name: np.round(random.exponential(50.0, count), 2) for name in FEATURES}
    table = pd.DataFrame(values).mask(random.random((count, len(FEATURES))) < 0.1)
    shares = np.where(buggy == 1, np.arange(count) % 5 / 4, 0.0)
    return with_outcomes(
        pd.concat([keys, table.assign(nd=np.nan, ld=-table["ld"])], axis=1),
        named=buggy * (np.arange(count) % 2),
        shared=shares,
    )


def test_a_table_comes_back_to_the_day_and_to_the_precision_promised() -> None:
    before = rows().sort_values(["repository", "time"]).reset_index(drop=True)
    pool = unpack(pack(before, HEADS), "corpus")
    after = pool.rows.sort_values(["repository", "time", "commit"]).reset_index(drop=True)
    assert pool.heads == HEADS
    for name in ("repository", "buggy", "named", "reverted"):
        assert after[name].tolist() == before[name].tolist()
    for column, known_at in OUTCOMES.values():
        assert np.allclose(after[column], before[column], atol=0.002)
        assert np.array_equal(after[known_at], before[known_at].where(before[column] > 0) // DAY * DAY, equal_nan=True)
    assert (after["time"] == before["time"] // DAY * DAY).all()
    found, expected = after[list(FEATURES)].to_numpy(), before[list(FEATURES)].to_numpy()
    assert (np.isnan(found) == np.isnan(expected)).all()
    assert np.nanmax(np.abs(found - expected) / (1 + np.abs(expected))) < 0.004
    assert pool.rows["time"].is_monotonic_increasing


def test_the_same_rows_give_the_same_bytes_whatever_their_order() -> None:
    table = rows()
    assert pack(table, HEADS) == pack(table.copy(), dict(reversed(HEADS.items())))


def test_packing_twice_changes_nothing_more() -> None:
    once = unpack(pack(rows(), HEADS), "corpus")
    again = unpack(pack(once.rows, HEADS), "corpus")
    left, right = (pool.rows[list(FEATURES)].to_numpy() for pool in (once, again))
    assert np.array_equal(np.sort(left, axis=0), np.sort(right, axis=0), equal_nan=True)


def older(packed: bytes, version: int) -> bytes:
    """Return a packed table in the layout of an earlier version."""
    with np.load(io.BytesIO(packed)) as archive:
        columns = {name: archive[name] for name in archive.files}
    about = json.loads(columns["about"].tobytes()) | {"format_version": version}
    columns["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    columns["values"] = _unranked(columns)
    for name in ("counts", "levels", "ranks"):
        del columns[name]
    if version == 1:
        columns |= {"known": columns["known_at"], "reverted": columns["reverted_known_at"] != 65_535}
    buffer = io.BytesIO()
    np.savez(buffer, **columns)
    return buffer.getvalue()


@pytest.mark.parametrize("version", [1, 2])
def test_the_table_of_an_older_bundle_is_read(version: int) -> None:
    packed = pack(rows(), HEADS)
    now, then = unpack(packed, "corpus").rows, unpack(older(packed, version), "corpus").rows
    own = ["repository", "time", "buggy", "reverted", *FEATURES]
    pd.testing.assert_frame_equal(then[own], now[own])
    assert version == 1 or then.equals(now)


def test_a_repository_can_be_left_out() -> None:
    pool = unpack(pack(rows(), HEADS), "corpus").without("a/first")
    assert set(pool.rows["repository"]) == {"b/later"}
    assert set(pool.heads) == {"b/later"}


def test_a_sample_is_in_order_and_repeatable() -> None:
    table = rows()
    drawn = sample(table, 50, seed=1)
    assert len(drawn) == 50
    assert drawn["time"].is_monotonic_increasing
    assert drawn.equals(sample(table, 50, seed=1))
    assert sample(table, 1_000, seed=1) is table


def test_the_bundled_table_is_whole_and_what_the_bundle_learned_from() -> None:
    pool = read_pool(bundled_models())
    assert pool is not None
    card = load_bundle().card
    assert len(pool.rows) == card["data"]["changes"]
    assert int(pool.rows["buggy"].sum()) == card["data"]["buggy"]
    assert pool.heads == {entry["name"]: entry["head"] for entry in card["repositories"]}


def test_a_table_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    for name in (MANIFEST, POOL_FILE):
        (tmp_path / name).write_bytes((bundled_models() / name).read_bytes())
    packed = bytearray((tmp_path / POOL_FILE).read_bytes())
    packed[1_000] ^= 1
    (tmp_path / POOL_FILE).write_bytes(packed)
    with pytest.raises(TrainingError, match="its digest differs from the manifest"):
        read_pool(tmp_path)


def test_rows_of_the_very_repository_are_left_out(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "own")
    head = repo.commit({"a.py": "x = 1\n"})
    heads = {"a/first": "1" * 40, "b/later": head}
    pool = unpack(pack(rows(), heads), "corpus").apart_from(Repository.discover(repo.path))
    assert set(pool.heads) == {"a/first"}
    assert set(pool.rows["repository"]) == {"a/first"}


def test_own_rows_count_three_times_and_stay_in_time_order() -> None:
    table = rows()
    together = pooled(table, rows(seed=9))
    assert together["weight"].value_counts().to_dict() == {3.0: 300, 1.0: 300}
    assert together["time"].is_monotonic_increasing
    assert "weight" not in table
    assert pooled(table, None) is table


class Canary:
    """Would leave a mark if it were ever unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("unpickled",))


def hostile() -> list[bytes]:
    whole = pack(rows(), HEADS)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, about=np.array([Canary()], dtype=object))
    newer = whole.replace(b'"format_version": 1', b'"format_version": 9')
    return [b"", b"PK", whole[: len(whole) // 2], whole[:-30], pickle.dumps(Canary()), buffer.getvalue(), newer[:100]]


@pytest.mark.parametrize("data", hostile(), ids=range(7))
def test_what_is_no_table_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(TrainingError, match=r"^corpus: no table of the corpus .*reinstall") as refused:
        unpack(data, "corpus")
    assert "\n" not in str(refused.value)
