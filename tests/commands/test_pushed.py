from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.commands.hooks.pre_push import Pushed, RefUpdate, pushed_by_pre_commit, pushed_refs, ref_updates
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

ZERO = "0" * 40


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "r")
    for number in range(3):
        made.commit({"a": str(number)}, f"c{number}")
    return made


def refs(repo: TestRepo, *lines: tuple[str, str]) -> list[Pushed]:
    git = Repository.discover(repo.path).git.run
    text = "".join(f"refs/heads/main {local} refs/heads/main {remote}\n" for local, remote in lines)
    return pushed_refs(ref_updates(text), "origin", git)


def test_no_lines_are_no_push() -> None:
    assert ref_updates("") == []


@pytest.mark.parametrize("line", [f"(delete) {ZERO} refs/heads/x 12", "nonsense", "a b c", "r --upload-pack=x r 12"])
def test_deletions_and_nonsense_are_left_out(line: str) -> None:
    assert ref_updates(line + "\n") == []


def test_a_ref_name_may_hold_spaces() -> None:
    assert ref_updates("HEAD~1 or so 12 refs/heads/x 34\n") == [RefUpdate("HEAD~1 or so", "12", "34")]


def test_what_the_remote_lacks_is_pushed(repo: TestRepo) -> None:
    old, new = repo.git("rev-parse", "HEAD~2", "HEAD").split()
    assert refs(repo, (new, old)) == [Pushed("refs/heads/main", old, new)]


def test_what_the_remote_has_already_is_no_push(repo: TestRepo) -> None:
    assert refs(repo, (repo.head(), repo.head())) == []


def test_a_new_branch_starts_where_the_remote_ends(repo: TestRepo) -> None:
    base, new = repo.git("rev-parse", "HEAD~1", "HEAD").split()
    repo.git("update-ref", "refs/remotes/origin/main", base)
    assert refs(repo, (new, ZERO)) == [Pushed("refs/heads/main", base, new)]


def test_a_remote_commit_that_is_not_here_counts_as_a_new_branch(repo: TestRepo) -> None:
    base, new = repo.git("rev-parse", "HEAD~1", "HEAD").split()
    repo.git("update-ref", "refs/remotes/origin/main", base)
    assert refs(repo, (new, "ab" * 20)) == [Pushed("refs/heads/main", base, new)]


def test_a_first_push_starts_at_the_root(repo: TestRepo) -> None:
    root = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert refs(repo, (repo.head(), ZERO)) == [Pushed("refs/heads/main", root, repo.head(), from_root=True)]


def test_a_new_branch_without_commits_of_its_own_is_no_push(repo: TestRepo) -> None:
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert refs(repo, (repo.head(), ZERO)) == []


def test_the_range_that_pre_commit_names_is_taken(repo: TestRepo) -> None:
    def none(*arguments: object) -> bytes:
        raise AssertionError(arguments)

    environment = {
        "PRE_COMMIT": "1",
        "PRE_COMMIT_FROM_REF": "a",
        "PRE_COMMIT_TO_REF": "b",
        "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/x",
    }
    assert pushed_by_pre_commit(environment, none, str) == [Pushed("refs/heads/x", "a", "b")]


def test_pre_commit_by_hand_on_all_files_pushes_nothing(repo: TestRepo) -> None:
    def none(*arguments: object) -> bytes:
        raise AssertionError(arguments)

    assert pushed_by_pre_commit({"PRE_COMMIT": "1"}, none, str) == []


def test_a_first_push_through_pre_commit_starts_at_the_root(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    environment = {"PRE_COMMIT": "1", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_NAME": "origin"}
    root = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    found = pushed_by_pre_commit(environment, repository.git.run, repository.resolve)
    assert found == [Pushed("refs/heads/main", root, repo.head(), from_root=True)]


@pytest.mark.parametrize("remote", ["team/fork", "a/b/c", "origin"])
def test_the_name_of_a_remote_may_hold_slashes(repo: TestRepo, remote: str) -> None:
    root, base, new = repo.git("rev-parse", "HEAD~2", "HEAD~1", "HEAD").split()
    repo.git("update-ref", f"refs/remotes/{remote}/main", root)
    repo.git("update-ref", "refs/remotes/another/main", base)  # what another remote has is new to this one
    updates = ref_updates(f"refs/heads/main {new} refs/heads/main {'0' * 40}\n")
    assert pushed_refs(updates, remote, Repository.discover(repo.path).git.run)[0].start == root
    address = "https://example.org/team/fork"
    assert pushed_refs(updates, address, Repository.discover(repo.path).git.run)[0].start == base
