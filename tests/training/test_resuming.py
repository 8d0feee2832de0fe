"""A mining run that is killed, cut off or overtaken goes on where it was, and ends with the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hyperion_hook import measurer as measuring
from hyperion_hook.domain.commit import Commit
from hyperion_hook.errors import TrainingError
from hyperion_hook.features import extract
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.training.rows import replay
from hyperion_hook.training.rows.mine import mine
from hyperion_hook.training.rows.mined_store import vectors_folder
from hyperion_hook.training.rows.replay import ReplayedCommit, ReplayOptions
from hyperion_hook.training.rows.row_journal import PREFIX
from tests.support.generated import generated_history
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

LIGHT = ReplayOptions(source_metrics=False, graph=False)
STOPPED_AT = 400
CHILD = f"""
import sys, time
from pathlib import Path
from hyperion_hook.training.rows import row_journal
from hyperion_hook.training.rows.mine import mine
from hyperion_hook.training.rows.replay import ReplayOptions
row_journal._BATCH_ROWS = 30
def told(stage, done, total):
    if done >= {STOPPED_AT}:
        print("here", flush=True)
        time.sleep(600)
options = ReplayOptions(source_metrics=False, graph=False)
mine(Path(sys.argv[1]), options=options, vectors=Path(sys.argv[2]), progress=told)
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return generated_history(tmp_path_factory.mktemp("generated") / "project", 600)


@pytest.fixture(scope="module")
def whole(generated: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    mine(generated.path, options=LIGHT, vectors=folder)
    return results(folder)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits that are measured, in order."""
    found: list[str] = []
    real = replay._Measurer.measured

    def noted(self: replay._Measurer, commit: Commit) -> ReplayedCommit:
        found.append(commit.id)
        return real(self, commit)

    monkeypatch.setattr(replay._Measurer, "measured", noted)
    return found


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if "sqlite" not in path.name}


def store(folder: Path) -> FeatureStore:
    (path,) = folder.glob("*.features-v1.sqlite")
    return FeatureStore(path)


def test_a_run_that_is_killed_goes_on_where_it_was(
    generated: TestRepo, whole: dict[str, bytes], tmp_path: Path, measured: list[str]
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(generated.path), str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"here\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not results(tmp_path)
    with store(tmp_path) as rows:
        kept = rows.get_feature_statistics()["pinned_feature_sets"]
    assert kept > 300
    mined = mine(generated.path, options=LIGHT, vectors=tmp_path)
    assert results(tmp_path) == whole
    assert mined.reused == kept
    assert len(measured) + kept == len(set(measured)) + kept <= 600
    assert len(measured) < 300


def test_a_row_that_is_damaged_is_measured_again(
    generated: TestRepo, whole: dict[str, bytes], tmp_path: Path, measured: list[str]
) -> None:
    mine(generated.path, options=LIGHT, vectors=tmp_path)
    with store(tmp_path) as rows, rows._writing() as file:
        file.connection.execute("UPDATE sets SET numbers = substr(numbers, 1, 30) WHERE number IN (7, 300)")
    for again in (2, 0):
        for name in whole:
            (tmp_path / name).unlink()
        measured.clear()
        mined = mine(generated.path, options=LIGHT, vectors=tmp_path)
        assert results(tmp_path) == whole
        assert len(measured) == again
        assert mined.reused == len(mined.rows) - again


def test_a_damaged_store_is_filled_again(
    generated: TestRepo, whole: dict[str, bytes], tmp_path: Path, measured: list[str]
) -> None:
    (tmp_path / "project.features-v1.sqlite").write_bytes(b"no database at all" * 1000)
    mined = mine(generated.path, options=LIGHT, vectors=tmp_path)
    assert {name: content for name, content in results(tmp_path).items() if name in whole} == whole
    assert mined.reused == 0
    assert len(measured) == len(mined.rows)


def test_rows_of_other_code_are_forgotten(generated: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine(generated.path, options=LIGHT, vectors=tmp_path)
    monkeypatch.setattr(extract, "EXTRACTOR_VERSION", 999)
    mined = mine(generated.path, options=LIGHT, vectors=tmp_path)
    with store(tmp_path) as rows:
        (version,) = rows.extraction_versions("project")
        assert version.startswith(f"{PREFIX}x999.")
        assert rows.count("project", version) == len(mined.rows)


def test_a_later_run_measures_the_new_commits_alone(tmp_path: Path, measured: list[str]) -> None:
    repo = tangled_history(tmp_path / "project", rounds=3)
    mine(repo.path, options=LIGHT, vectors=tmp_path / "kept")
    new = [repo.commit({"lib/a.py": f"x = {number}\n"}) for number in range(2)]
    measured.clear()
    later = mine(repo.path, options=LIGHT, vectors=tmp_path / "kept")
    assert measured == new
    fresh = mine(repo.path, options=LIGHT, vectors=tmp_path / "fresh")
    assert later.replayed == fresh.replayed
    old, new_files = results(tmp_path / "kept"), results(tmp_path / "fresh")
    assert {name: old[name] for name in new_files} == new_files


def test_rows_of_other_limits_are_not_taken(tmp_path: Path, measured: list[str]) -> None:
    repo = tangled_history(tmp_path / "project", rounds=2)
    mine(repo.path, options=LIGHT, vectors=tmp_path / "kept")
    measured.clear()
    mine(repo.path, options=ReplayOptions(source_metrics=False, graph=False, bulk_files=1), vectors=tmp_path / "kept")
    assert measured


def test_code_is_not_measured_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = tangled_history(tmp_path / "project", rounds=2)
    kept = tmp_path / "kept"
    mine(repo.path, vectors=kept)
    first = results(kept)
    for path in kept.iterdir():
        if not path.name.startswith("code-metrics"):
            path.unlink()
    monkeypatch.setattr(measuring, "measure_source", None)  # called, it would make metrics missing
    mine(repo.path, vectors=kept)
    again = results(kept)
    assert {name: first[name] for name in first if name.endswith("z")} == {
        name: again[name] for name in again if name.endswith("z")
    }


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    repo = tangled_history(tmp_path / "project", rounds=1)
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="name another --vectors"):
        mine(repo.path, options=LIGHT, vectors=tmp_path / "file" / "below")


def test_a_repository_keeps_its_rows_in_its_common_directory(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    assert vectors_folder(Repository.discover(repo.path)) == tmp_path / ".git" / "hyperion-hook" / "vectors"
