from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hyperion_hook.errors import NotARepositoryError, TrainingError
from hyperion_hook.training.labels.szz import Choice, SzzRules
from hyperion_hook.training.rows import mine as mining
from hyperion_hook.training.rows.mine import mine, name_of
from hyperion_hook.training.rows.replay import ReplayOptions
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

LIGHT = ReplayOptions(source_metrics=False, graph=False)


@pytest.fixture(scope="module")
def tangled(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return tangled_history(tmp_path_factory.mktemp("tangled") / "project", rounds=5)


def test_a_folder_without_a_repository_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError):
        mine(tmp_path)


def test_no_commit_since_the_date_is_one_clear_error(tangled: TestRepo) -> None:
    with pytest.raises(TrainingError, match=r"project: no commit to measure.*--since"):
        mine(tangled.path, options=ReplayOptions(since=4_000_000_000))


def test_a_repository_gives_rows_with_labels(tangled: TestRepo) -> None:
    mined = mine(tangled.path, options=LIGHT)
    assert mined.name == "project"
    assert mined.head == tangled.head()
    assert len(mined.rows) == mined.replayed.measured
    assert mined.labelled.reverts == 2
    # the reverted commits are a bot's, so they have a label and no row
    assert 0 < mined.rows["buggy"].sum() < mined.labelled.inducing
    buggy = mined.rows[mined.rows["buggy"] == 1]
    assert (buggy["known_at"] >= buggy["time"]).all()


def test_what_was_mined_is_not_mined_again(tangled: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mine(tangled.path, options=LIGHT, vectors=tmp_path)
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(kept) == 4
    for name in ("replay", "label_history"):
        monkeypatch.setattr(mining, name, None)
    second = mine(tangled.path, options=LIGHT, vectors=tmp_path)
    pd.testing.assert_frame_equal(first.rows, second.rows)
    assert (first.replayed, first.labelled) == (second.replayed, second.labelled)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_other_rules_label_again_without_measuring_again(
    tangled: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = mine(tangled.path, options=LIGHT, vectors=tmp_path)
    monkeypatch.setattr(mining, "replay", None)
    rules = SzzRules(choice=Choice.ALL)
    second = mine(tangled.path, options=LIGHT, rules=rules, vectors=tmp_path)
    fresh = mine(tangled.path, options=LIGHT, rules=rules, vectors=tmp_path)
    pd.testing.assert_frame_equal(second.rows, fresh.rows)
    assert second.labelled.inducing >= first.labelled.inducing


def test_several_processes_give_the_same_rows_as_one(tangled: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mining, "_SMALLEST_PART", 10)
    one = mine(tangled.path, options=LIGHT)
    two = mine(tangled.path, options=LIGHT, jobs=2)
    pd.testing.assert_frame_equal(one.rows, two.rows)
    assert (one.replayed, one.labelled) == (two.replayed, two.labelled)


@pytest.mark.parametrize("ending", ["csv.gz", "[0-9a-f].json", "labels.json"])
def test_a_damaged_file_is_one_clear_error(tangled: TestRepo, tmp_path: Path, ending: str) -> None:
    mine(tangled.path, options=LIGHT, vectors=tmp_path)
    (damaged,) = tmp_path.glob(f"*{ending}")
    damaged.write_bytes(b"\x00damaged")
    with pytest.raises(TrainingError, match="mine again"):
        mine(tangled.path, options=LIGHT, vectors=tmp_path)


@pytest.mark.parametrize(
    ("path", "name"), [("/a/flask", "flask"), ("/a/flask/.git", "flask"), ("/a/flask.git", "flask")]
)
def test_a_repository_is_called_after_its_folder(path: str, name: str) -> None:
    assert name_of(Path(path)) == name
