"""One extractor, nothing from the future: replay and hook give the same vector, whatever came later."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.open_history import update_index
from hyperion_hook.training.rows.replay import ReplayedCommit, ReplayOptions, replay
from tests.support.history import tangled_history
from tests.support.moves import moving_history
from tests.support.parity import UNHURRIED, differences, recorded_vector, staged_vector
from tests.support.repo import TestRepo


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return tangled_history(tmp_path_factory.mktemp("history") / "repo", rounds=4)


@pytest.fixture(scope="module")
def replayed(history: TestRepo) -> list[ReplayedCommit]:
    return list(replay(Repository.discover(history.path), options=ReplayOptions()))


def clone(source: Path, target: Path, revision: str) -> Path:
    """Clone only what a revision reaches."""
    TestRepo(target).git("fetch", "-q", str(source), revision)
    TestRepo(target, init=False).git("checkout", "-q", "--detach", "FETCH_HEAD")
    return target


def test_the_replayed_vector_is_the_one_of_a_checkout_of_the_parent(
    history: TestRepo, replayed: list[ReplayedCommit], tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", str(history.path), str(checkout)], check=True, capture_output=True)
    compared = [item for item in replayed if item.commit.parents]
    assert len(compared) > 25
    for item in compared:
        assert differences(item.vector, staged_vector(checkout, item.commit)) == {}, item.commit.subject


def test_removing_all_later_history_changes_nothing(
    history: TestRepo, replayed: list[ReplayedCommit], tmp_path: Path
) -> None:
    for number, item in enumerate(replayed[::3]):
        revision = item.commit.id
        cut = clone(history.path, tmp_path / f"cut{number}", revision)
        assert recorded_vector(cut, revision) == recorded_vector(history.path, revision)


def test_a_replayed_vector_is_that_of_the_recorded_commit_message_and_all(
    history: TestRepo, replayed: list[ReplayedCommit]
) -> None:
    for item in replayed[::4]:
        assert recorded_vector(history.path, item.commit.id) == item.vector


def _extracted(repository: Repository, commits: list[str]) -> dict[str, FeatureVector]:
    measurer = StoreMeasurer(repository, UNHURRIED)
    try:
        return {commit: measurer.measure(commit_change(repository, commit)).vector for commit in commits}
    finally:
        measurer.close()


@pytest.mark.parametrize(
    ("seed", "size"),
    [
        (0, {}),
        (1, {}),
        (2, {"lost": 3}),
        (3, {"lost": 3}),
        (4, {"lost": 15}),
        # more files than git compares with each other, and than are read line by line
        (5, {"files": 420, "steps": 5, "lost": 3}),
    ],
)
def test_after_great_moves_the_replay_knows_what_the_index_knows(
    tmp_path: Path, seed: int, size: dict[str, int]
) -> None:
    repository = Repository.discover(moving_history(tmp_path / "repo", seed, **size).path)
    replayed = {item.commit.id: item.vector for item in replay(repository, until="main")}
    assert len(replayed) > 3
    assert _extracted(repository, list(replayed)) == replayed  # the index grows commit by commit
    update_index(repository, rebuild=True)
    assert _extracted(repository, list(replayed)) == replayed


def test_a_lost_blob_of_another_file_costs_no_rename(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    files = {f"src/{n}.py": "".join(f"x{n} = {k}\n" for k in range(12)) for n in range(331)}
    repo.commit(files | {"big.txt": "1\n"}, "Fix it")
    repo.git("mv", "src", "lib")
    moved = repo.commit({f"lib/{path[4:]}": text + "y = 1\n" for path, text in files.items()} | {"big.txt": "2\n"})
    last = repo.commit({"lib/7.py": "z = 1\n"})
    blob = repo.git("rev-parse", f"{moved}:big.txt").strip()
    (tmp_path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repository = Repository.discover(tmp_path)
    replayed = {item.commit.id: item.vector for item in replay(repository)}
    assert replayed[moved]["files_renamed"] == 331.0
    assert replayed[last]["file_commits"] == 2.0
    update_index(repository)
    assert _extracted(repository, [moved, last]) == {commit: replayed[commit] for commit in (moved, last)}
