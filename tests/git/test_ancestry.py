"""Questions about the commit graph, with tips that are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.git.ancestry import (
    count_commits,
    is_ancestor,
    merge_base,
    missing_and_hidden,
    present,
    reachable,
)
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


def test_nothing_is_missing_or_hidden_at_the_tip(forked: Forked) -> None:
    repository, main, _ = forked
    assert missing_and_hidden(repository, main[-1], [main[-1]]) == ([], [])


def test_both_differences_come_parents_first(forked: Forked) -> None:
    repository, main, side = forked
    assert missing_and_hidden(repository, main[-1], [side[-1]]) == (main[1:], side)


def test_without_tips_all_is_missing(forked: Forked) -> None:
    repository, main, _ = forked
    assert missing_and_hidden(repository, main[-1], []) == (main, [])


def test_tips_that_are_gone_are_survived(forked: Forked) -> None:
    repository, main, side = forked
    assert missing_and_hidden(repository, main[-1], [GONE, side[0]]) == (main[1:], side[:1])
    assert present(repository, [GONE, side[0], repository.tree_of(main[0])]) == [side[0]]


def test_reachable_leaves_out(forked: Forked) -> None:
    repository, main, side = forked
    assert reachable(repository, [], main) == []
    assert reachable(repository, [side[-1]], [main[-1]]) == side


def test_commits_are_counted(forked: Forked) -> None:
    repository, main, side = forked
    assert count_commits(repository, main[-1]) == 3
    assert count_commits(repository, side[-1], [main[-1]]) == 3
    assert count_commits(repository, main[0], [main[-1]]) == 0


def test_the_merge_base_may_not_exist(forked: Forked, tmp_path: Path) -> None:
    repository, main, side = forked
    assert merge_base(repository, main[-1], side[-1]) == main[0]
    repo = TestRepo(tmp_path / "repo", init=False)
    repo.git("checkout", "-q", "--orphan", "other")
    other = repo.commit({"c": "1\n"})
    assert merge_base(repository, main[-1], other) is None


def test_ancestors_are_told(forked: Forked) -> None:
    repository, main, side = forked
    assert is_ancestor(repository, main[0], side[-1])
    assert is_ancestor(repository, main[0], main[0])
    assert not is_ancestor(repository, side[0], main[-1])
