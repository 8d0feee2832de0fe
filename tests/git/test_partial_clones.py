"""Clones that lack objects: what is missing is said to be not fetched, and what is too large is still too large."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.domain.vector import NOT_FETCHED
from hyperion_hook.errors import GitError
from hyperion_hook.git.blobs import DAMAGED
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.diffs.parse_diff import MAX_PATCH_BYTES
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from tests.support.command import hyperion
from tests.support.repo import TestRepo


@pytest.fixture
def full(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "full")
    repo.commit({"a.py": "x = 1\n", "b.py": "y = 1\n"})
    repo.commit({"a.py": "x = 2\n", "new.py": "z = 1\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    return repo


def clone(repo: TestRepo, *options: str) -> TestRepo:
    folder = repo.path.parent / "part"
    repo.git("clone", "-q", *options, f"file://{repo.path}", str(folder))
    return TestRepo(folder, init=False)


def reasons(repo: TestRepo) -> set[str]:
    values = hyperion(repo.path, "features", "extract", "HEAD", "--format", "json").json()["features"].values()
    return {value["missing"] for value in values if value["missing"]}


@pytest.mark.parametrize(
    "options", [("--filter=blob:none",), ("--filter=blob:none", "--no-checkout"), ("--filter=blob:limit=1",)]
)
def test_what_was_not_fetched_is_said_to_be(full: TestRepo, options: tuple[str, ...]) -> None:
    given = reasons(clone(full, *options))
    assert NOT_FETCHED.reason in given
    assert not [reason for reason in given if "too large" in reason or "could not be read" in reason]


def test_the_history_says_so_too(full: TestRepo) -> None:
    repository = Repository.discover(clone(full, "--filter=blob:none").path)
    for commit in stream_commits(repository, [repository.resolve("HEAD")], detail=Detail.PATCH):
        assert all(file.unread == NOT_FETCHED.reason for file in commit.files if file.hunks is None)
    assert commit.files[0].hunks is None


def test_an_object_that_vanished_is_no_large_one(full: TestRepo) -> None:
    blob = full.git("rev-parse", "HEAD~1:a.py").strip()
    (full.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    given = reasons(full)
    assert NOT_FETCHED.reason in given
    assert not [reason for reason in given if "too large" in reason]


def test_a_damaged_object_is_called_so(full: TestRepo) -> None:
    full.commit({"a.py": "".join(f"x{number} = {number * number}\n" for number in range(5_000))})
    full.commit({"a.py": "x = 3\n"})
    blob = full.git("rev-parse", "HEAD~1:a.py").strip()
    file = full.path / ".git" / "objects" / blob[:2] / blob[2:]
    content = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(content[: len(content) // 2] + bytes(100) + content[len(content) // 2 + 100 :])
    change = commit_change(Repository.discover(full.path), "HEAD")
    assert [file.unread for file in change.files] == [DAMAGED.reason]


@pytest.mark.slow
def test_a_large_change_is_still_too_large(full: TestRepo) -> None:
    full.commit({"a.py": "x = 1\n" * (MAX_PATCH_BYTES // 6), "c.py": "c = 1\n"})
    part = clone(full, "--filter=blob:none")  # the checkout fetches what is large
    old = full.git("rev-parse", "HEAD~1:a.py").strip()
    part.git("-c", "protocol.file.allow=always", "cat-file", "-p", old)
    change = commit_change(Repository.discover(part.path), "HEAD")
    assert [file.unread for file in change.files] == ["", ""]
    assert change.files[-1].hunks is None
    assert "change too large to read line by line" in reasons(part)


def test_without_the_older_folders_the_remedy_is_named(full: TestRepo) -> None:
    repository = Repository.discover(clone(full, "--filter=tree:0").path)
    with pytest.raises(
        GitError, match=r"unable to read tree .*; in a partial clone run: git fetch --refetch --no-filter"
    ):
        commit_change(repository, "HEAD")
