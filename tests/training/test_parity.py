"""One extractor, nothing from the future: replay and hook give the same vector, whatever came later."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.replay import ReplayedCommit, ReplayOptions, replay
from tests.support.history import tangled_history
from tests.support.parity import differences, recorded_vector, staged_vector
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
