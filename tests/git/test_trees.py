"""Trees listed and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import TreeEntry, list_tree
from tests.support.repo import TestRepo

ODD = ["a space", "new\nline", "-dash", "\udcff\udcfe", "tab\t", 'quo"te', "d/e/f.txt"]


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    (repo.path / "link").symlink_to("x")
    repo.commit(dict.fromkeys(ODD, "1\n"))
    return repo


def test_all_files_of_a_tree_are_listed(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    one = repo.git("rev-parse", "HEAD:a space").strip()
    entries = list_tree(repository, repo.head())
    assert set(entries) == {*ODD, "link"}
    assert entries["d/e/f.txt"] == TreeEntry(0o100644, one)
    link = entries["link"]
    assert (link.mode, link.kind, link.is_regular) == (0o120000, "a symbolic link", False)
    assert list_tree(repository, repository.tree_of(repo.head())) == entries
    assert list_tree(repository, repository.empty_tree) == {}


def test_a_submodule_is_listed_as_one(repo: TestRepo, tmp_path: Path) -> None:
    inner = TestRepo(tmp_path / "inner")
    head = inner.commit({"i.txt": "1\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "lib")
    repo.commit({})
    entry = list_tree(Repository.discover(repo.path), repo.head())["lib"]
    assert (entry.blob, entry.kind) == (head, "a submodule")


def test_a_missing_tree_is_an_error(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    with pytest.raises(GitError):
        list_tree(repository, "1" * 40)
