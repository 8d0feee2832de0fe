"""Questions about the commit graph, with tips that are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.git.ancestry import commit_ids, merge_base
from hyperion_hook.git.missing_objects import present
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

GONE = "1" * 40


@pytest.fixture
def forked(tmp_path: Path) -> tuple[Repository, list[str], list[str]]:
    """A root, two commits on main, three on side."""
    repo = TestRepo(tmp_path / "repo")
    main = [repo.commit({"a": "0\n"})]
    repo.git("checkout", "-q", "-b", "side")
    side = [repo.commit({"b": f"{n}\n"}) for n in range(3)]
    repo.git("checkout", "-q", "main")
    main += [repo.commit({"a": f"{n}\n"}) for n in (1, 2)]
    return Repository.discover(repo.path), main, side


Forked = tuple[Repository, list[str], list[str]]


def test_only_commits_that_are_there_are_present(forked: Forked) -> None:
    repository, main, side = forked
    assert present(repository, [GONE, side[0], repository.tree_of(main[0])]) == [side[0]]


def test_reachable_leaves_out(forked: Forked) -> None:
    repository, main, side = forked
    assert commit_ids(repository, [], exclude=main) == []
    assert commit_ids(repository, [side[-1]], exclude=[main[-1]]) == side
    assert commit_ids(repository, [main[-1]], exclude=[side[-1]]) == main[1:]
    assert commit_ids(repository, [main[-1]]) == main


def test_the_merge_base_may_not_exist(forked: Forked, tmp_path: Path) -> None:
    repository, main, side = forked
    assert merge_base(repository, main[-1], side[-1]) == main[0]
    repo = TestRepo(tmp_path / "repo", init=False)
    repo.git("checkout", "-q", "--orphan", "other")
    other = repo.commit({"c": "1\n"})
    assert merge_base(repository, main[-1], other) is None
