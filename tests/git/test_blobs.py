"""Objects read through one process: absent, large, damaged, by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.domain.vector import NOT_FETCHED, Missing
from hyperion_hook.git import blobs
from hyperion_hook.git.blobs import DAMAGED, NO_FILE, BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import TreeEntry
from tests.support.repo import TestRepo

ODD = ["a space", "new\nline", "-dash", "\udcff\udcfe", "a:b", "HEAD", "d/e/f.txt", "tab\t"]


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    (repo.path / "link").symlink_to("a space")
    repo.commit({name: f"{name!a}\n" for name in ODD})
    repo.commit({"large": b"x\n" * 100_000, "empty": "", "bin": bytes(range(256))})
    return repo


def blob(repo: TestRepo, path: str) -> str:
    return repo.git("rev-parse", f"HEAD:{path}").strip()


def test_contents_are_read_byte_by_byte(repo: TestRepo) -> None:
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert reader.read(blob(repo, "bin"), 1_000) == bytes(range(256))
        assert reader.read(blob(repo, "empty"), 1_000) == b""
        assert reader.read(blob(repo, "large"), 200_000) == b"x\n" * 100_000


@pytest.mark.parametrize("skipped", [1_000, 10_000_000])
def test_a_large_blob_is_not_read_and_the_next_one_is(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch, skipped: int
) -> None:
    monkeypatch.setattr(blobs, "_SKIPPED", skipped)
    with BlobReader(Repository.discover(repo.path)) as reader:
        for _ in range(3):
            assert reader.read(blob(repo, "large"), 199_999) == Missing("larger than 199,999 bytes")
            assert reader.read(blob(repo, "bin"), 256) == bytes(range(256))


def test_what_is_not_there_is_missing(repo: TestRepo) -> None:
    with BlobReader(Repository.discover(repo.path)) as reader:
        for name in ("1" * 40, "no such ref", "", "\udcff"):
            assert reader.read(name, 10) == NOT_FETCHED
        # no clone has an object of that name
        assert reader.read("a\nb", 10) == NO_FILE
        assert reader.read("HEAD", 1_000) == NO_FILE
        assert reader.read(blob(repo, "empty"), 10) == b""


def test_a_damaged_object_is_said_and_survived(repo: TestRepo) -> None:
    damaged = blob(repo, "bin")
    path = repo.path / ".git" / "objects" / damaged[:2] / damaged[2:]
    path.chmod(0o644)
    path.write_bytes(b"garbage")
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert reader.read(damaged, 1_000) in (NOT_FETCHED, DAMAGED)
        assert reader.read(blob(repo, "empty"), 10) == b""


def test_a_git_that_died_is_started_again(repo: TestRepo) -> None:
    reader = BlobReader(Repository.discover(repo.path))
    assert reader.read(blob(repo, "empty"), 10) == b""
    assert reader._process is not None
    reader._process.popen.kill()
    reader._process.popen.wait()
    # what it holds needs no git
    assert reader.read(blob(repo, "empty"), 10) == b""
    assert reader.read(blob(repo, "bin"), 1_000) == DAMAGED
    content = reader.read(blob(repo, "bin"), 1_000)
    assert isinstance(content, bytes)
    assert reader.read(blob(repo, "bin"), len(content) - 1) == Missing(f"larger than {len(content) - 1:,} bytes")
    reader.close()
    assert reader.entry(repo.head(), "bin").blob == blob(repo, "bin")  # type: ignore[union-attr]
    reader.close()
    reader.close()


def test_no_process_is_started_for_no_question(repo: TestRepo) -> None:
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert reader._process is None


def test_any_byte_may_be_in_a_path(repo: TestRepo) -> None:
    with BlobReader(Repository.discover(repo.path)) as reader:
        for name in ODD:
            assert reader.read_path(repo.head(), name, 1_000) == f"{name!a}\n".encode()


def test_what_is_no_file_has_no_content(repo: TestRepo) -> None:
    with BlobReader(Repository.discover(repo.path)) as reader:
        head = repo.head()
        assert reader.read_path(head, "link", 1_000) == Missing("a symbolic link")
        assert reader.read_path(head, "d", 1_000) == Missing("a folder")
        for path in ("nope", "d/nope", "empty/x", "", "d/", "../a space"):
            assert reader.read_path(head, path, 1_000) == NO_FILE
        assert reader.read_path("1" * 40, "bin", 1_000) == NOT_FETCHED
        assert reader.read_path(head, "large", 10) == Missing("larger than 10 bytes")
        assert reader.entry(head, "bin") == TreeEntry(0o100644, blob(repo, "bin"))


def test_a_missing_folder_is_missing(repo: TestRepo) -> None:
    tree = repo.git("rev-parse", "HEAD:d").strip()
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert reader.read_path(repo.head(), "d/e/f.txt", 1_000) == NOT_FETCHED
        assert reader.read_path(repo.head(), "empty", 1_000) == b""


def test_longer_object_ids_are_read(tmp_path: Path) -> None:
    (tmp_path / "long").mkdir()
    repo = TestRepo(tmp_path / "long", init=False)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.commit({"d/a.txt": "1\n", "b.txt": "2\n"})
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert reader.read_path(repo.head(), "d/a.txt", 10) == b"1\n"
        assert reader.read(blob(repo, "b.txt"), 10) == b"2\n"
