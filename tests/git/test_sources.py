"""The two sides of a change as text, and why one of them may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.snapshot import Sources, SourceText
from hyperion_hook.domain.vector import NOT_FETCHED, Missing
from hyperion_hook.git import sources
from hyperion_hook.git.blobs import NO_FILE, BlobReader
from hyperion_hook.git.changes import commit_change, staged_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.sources import ADDED, DELETED, GitSources
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    (repo.path / "link.py").symlink_to("keep.py")
    repo.commit(
        {
            "keep.py": "keep\n",
            "old.py": "x = 1\ny = 2\nz = 3\n",
            "gone.py": "gone\n",
            "wide.py": "é\r\n".encode("utf-16"),
            "bin.py": b"a\0b",
            "large.py": "x = 1\n" * 100,
            "pyproject.toml": "[project]\r\n",
        }
    )
    repo.git("mv", "old.py", "moved.py")
    (repo.path / "link.py").unlink()
    (repo.path / "link.py").symlink_to("gone.py")
    repo.stage(
        {
            "moved.py": "x = 1\ny = 2\nz = 4\n",
            "gone.py": None,
            "wide.py": "ü\n".encode("utf-16"),
            "bin.py": b"b\0a",
            "large.py": "x = 2\n" * 100,
            "new.py": b"caf\xe9\r\n",
            "pyproject.toml": "[tool]\n",
        }
    )
    return repo


@pytest.fixture
def opened(repo: TestRepo) -> Iterator[tuple[Change, GitSources]]:
    repository = Repository.discover(repo.path)
    change = staged_change(repository)
    with BlobReader(repository) as reader:
        yield change, GitSources(repository, change, reader, max_bytes=500)


Opened = tuple[Change, GitSources]


def text(found: SourceText | Missing) -> str:
    return f"missing: {found.reason}" if isinstance(found, Missing) else found.text


def test_both_sides_are_read(opened: Opened) -> None:
    change, texts = opened
    found = {file.path: (text(texts.before(file)), text(texts.after(file))) for file in change.files}
    assert found == {
        "moved.py": ("x = 1\ny = 2\nz = 3\n", "x = 1\ny = 2\nz = 4\n"),
        "gone.py": ("gone\n", f"missing: {DELETED.reason}"),
        "new.py": (f"missing: {ADDED.reason}", "café\n"),
        "wide.py": ("é\n", "ü\n"),
        "bin.py": ("missing: binary", "missing: binary"),
        "large.py": ("missing: larger than 500 bytes",) * 2,
        "link.py": ("missing: a symbolic link",) * 2,
        "pyproject.toml": ("[project]\n", "[tool]\n"),
    }


def test_a_text_knows_its_path_and_blob(opened: Opened) -> None:
    change, texts = opened
    (moved,) = (file for file in change.files if file.path == "moved.py")
    before, after = texts.before(moved), texts.after(moved)
    assert isinstance(before, SourceText)
    assert isinstance(after, SourceText)
    assert (before.path, before.blob, after.path, after.blob) == ("old.py", moved.old_blob, "moved.py", moved.new_blob)


def test_any_file_of_the_base_can_be_asked_for(opened: Opened) -> None:
    _, texts = opened
    keep = texts.base_file("keep.py")
    assert isinstance(keep, SourceText)
    assert (keep.text, keep.path, len(keep.blob)) == ("keep\n", "keep.py", 40)
    assert text(texts.base_file("pyproject.toml")) == "[project]\n"
    assert texts.base_file("new.py") == NO_FILE
    assert texts.base_file("link.py") == Missing("a symbolic link")


def test_a_root_has_an_empty_base(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    with BlobReader(repository) as reader:
        texts: Sources = GitSources(repository, commit_change(repository, "HEAD"), reader)
        assert texts.base_file("keep.py") == NO_FILE


def test_what_was_read_is_kept_within_bounds(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    change, texts = opened
    monkeypatch.setattr(sources, "_KEPT", 20)
    first = [(texts.before(file), texts.after(file)) for file in change.files]
    assert [(texts.before(file), texts.after(file)) for file in change.files] == first
    assert texts._size <= 20


def test_a_submodule_and_a_missing_blob_have_no_text(repo: TestRepo, tmp_path: Path) -> None:
    inner = TestRepo(tmp_path / "inner")
    inner.commit({"i.txt": "1\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "lib")
    blob = repo.git("rev-parse", "HEAD:gone.py").strip()
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repository = Repository.discover(repo.path)
    change = staged_change(repository)
    files = {file.path: file for file in change.files}
    with BlobReader(repository) as reader:
        texts = GitSources(repository, change, reader)
        assert texts.after(files["lib"]) == Missing("a submodule")
        assert texts.before(files["gone.py"]) == NOT_FETCHED
