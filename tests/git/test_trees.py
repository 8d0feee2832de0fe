"""Trees listed and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import TreeEntry, changed_paths, list_tree
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


def test_what_differs_between_trees(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    old = repository.tree_of(repo.head())
    repo.git("mv", "a space", "moved")
    (repo.path / "-dash").chmod(0o755)
    repo.commit({"new\nline": "2\n", "\udcff\udcfe": None})
    new = repository.tree_of(repo.head())
    one = repo.git("rev-parse", "HEAD:moved").strip()
    two = repo.git("rev-parse", "HEAD:new\nline").strip()
    assert sorted(changed_paths(repository, old, new)) == sorted(
        [
            ("a space", 0, None),
            ("moved", 0o100644, one),
            ("-dash", 0o100755, one),
            ("new\nline", 0o100644, two),
            ("\udcff\udcfe", 0, None),
        ]
    )
    assert changed_paths(repository, new, new) == []
    assert {path for path, _, _ in changed_paths(repository, None, old)} == {*ODD, "link"}


def test_a_missing_tree_is_an_error(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    with pytest.raises(GitError):
        list_tree(repository, "1" * 40)
    with pytest.raises(GitError):
        changed_paths(repository, None, "1" * 40)
