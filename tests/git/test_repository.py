"""Finding a repository of every kind, and what it says about itself."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from pathlib import Path

import pytest

from hyperion_hook.domain.deadline import within
from hyperion_hook.errors import GitError, NotARepositoryError
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n", "sub/b.txt": "2\n"})
    return repo


def clone(repo: TestRepo, target: Path, *options: str) -> Repository:
    subprocess.run(
        ["git", "clone", "-q", *options, f"file://{repo.path}", str(target)],
        check=True,
        env=repo.environment(),
        capture_output=True,
    )
    return Repository.discover(target)


def test_a_folder_without_repository_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError, match=f"{tmp_path}: not a git repository") as caught:
        Repository.discover(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError, match="nowhere: no such folder"):
        Repository.discover(tmp_path / "nowhere")


def test_it_is_found_from_a_folder_inside(repo: TestRepo) -> None:
    found = Repository.discover(repo.path / "sub")
    assert (found.work_tree, found.git_dir, found.common_dir) == (repo.path, repo.path / ".git", repo.path / ".git")
    assert (found.is_bare, found.is_shallow, found.is_partial, found.object_format) == (False, False, False, "sha1")


def test_it_is_found_from_here(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path / "sub")
    assert Repository.discover().work_tree == repo.path
    assert Repository.discover("..").work_tree == repo.path


def test_an_empty_repository_has_no_head(tmp_path: Path) -> None:
    TestRepo(tmp_path / "repo")
    found = Repository.discover(tmp_path / "repo")
    assert found.head() is None
    with pytest.raises(GitError, match="'HEAD': names no commit"):
        found.resolve("HEAD")


def test_an_orphan_branch_has_no_head(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    assert Repository.discover(repo.path).head() is None


def test_a_detached_head_is_a_commit(repo: TestRepo) -> None:
    first = repo.head()
    repo.commit({"a.txt": "2\n"})
    repo.git("checkout", "-q", "--detach", first)
    assert Repository.discover(repo.path).head() == first


def test_a_worktree_shares_the_common_folder(repo: TestRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    tree = TestRepo(tmp_path / "tree", init=False)
    head = tree.commit({"a.txt": "3\n"})
    found = Repository.discover(tree.path)
    assert (found.work_tree, found.common_dir) == (tree.path, repo.path / ".git")
    assert found.git_dir == repo.path / ".git" / "worktrees" / "tree"
    assert found.head() == head != repo.head()
    assert found.hooks_dir() == repo.path / ".git" / "hooks"


def test_a_submodule_has_its_own_folder(repo: TestRepo, tmp_path: Path) -> None:
    outer = TestRepo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "lib")
    found = Repository.discover(outer.path / "lib")
    assert (found.work_tree, found.git_dir) == (outer.path / "lib", outer.path / ".git" / "modules" / "lib")
    assert found.head() == repo.head()
    assert found.git.run("rev-list", "--count", "HEAD").strip() == b"1"


def test_a_bare_repository_has_no_work_tree(repo: TestRepo, tmp_path: Path) -> None:
    found = clone(repo, tmp_path / "bare", "--bare")
    assert (found.is_bare, found.work_tree, found.git_dir) == (True, None, tmp_path / "bare")
    assert found.head() == repo.head()


def test_a_shallow_clone_is_told(repo: TestRepo, tmp_path: Path) -> None:
    repo.commit({"a.txt": "2\n"})
    assert clone(repo, tmp_path / "shallow", "--depth", "1").is_shallow
    assert not clone(repo, tmp_path / "deep").is_shallow


def test_a_partial_clone_is_told(repo: TestRepo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    assert clone(repo, tmp_path / "partial", "--filter=blob:none").is_partial


def test_longer_object_ids_are_known(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo", init=False)
    repo.path.mkdir()
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    head = repo.commit({"a.txt": "1\n"})
    found = Repository.discover(repo.path)
    assert found.object_format == "sha256"
    assert found.head() == found.resolve("main") == head
    assert len(head) == 64
    assert found.git.run("ls-tree", found.empty_tree) == b""


NAMES = ["a space", "quo\"te's", "-dash", "ünï", "\udcff\udcfe", "line\nfeed", "end\n", "\nbegin", "HEAD^{commit}"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_byte_may_be_in_the_path(tmp_path: Path, name: str) -> None:
    repo = TestRepo(tmp_path / name)
    found = Repository.discover(repo.path)
    assert (found.work_tree, found.common_dir, found.head()) == (repo.path, repo.path / ".git", None)
    head = repo.commit({"a.txt": "1\n", "HEAD^{commit}": "1\n"})
    found = Repository.discover(repo.path)
    assert (found.work_tree, found.common_dir, found.head()) == (repo.path, repo.path / ".git", head)
    assert found.head_at_discovery == (None if "\n" in name else head)
    bare = Repository.discover(Path(repo.git("rev-parse", "--absolute-git-dir").removesuffix("\n")))
    assert bare.common_dir == repo.path / ".git"


def test_revisions_are_resolved_to_commits(repo: TestRepo) -> None:
    first = repo.head()
    repo.commit({"a.txt": "2\n"}, "second")
    repo.git("tag", "-a", "v1", "-m", "one", first)
    found = Repository.discover(repo.path)
    for revision in ("main~1", "v1", first, first[:10], "HEAD^", ":/change", f"{first}^{{commit}}"):
        assert found.resolve(revision) == first, revision


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "nope",
        "--all",
        "-n1",
        "--upload-pack=touch pwned",
        "HEAD~9",
        "main..main",
        "^main",
        "HEAD:a.txt",
        "a\0b",
        ":/not there",
        ":/",
        "0" * 40,
        "a b",
        "\n",
        "HEAD HEAD",
    ],
    ids=repr,
)
def test_what_names_no_commit_is_refused_by_name(repo: TestRepo, revision: str) -> None:
    with pytest.raises(GitError, match="names no commit"):
        Repository.discover(repo.path).resolve(revision)
    assert not (repo.path / "pwned").exists()


def test_trees_are_named_by_commits(repo: TestRepo) -> None:
    found = Repository.discover(repo.path)
    assert found.tree_of(repo.head()) == repo.git("rev-parse", "HEAD^{tree}").strip()
    with pytest.raises(GitError):
        found.tree_of("1" * 40)


def test_the_hooks_folder_can_be_configured(repo: TestRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = Repository.discover(repo.path)
    assert found.hooks_dir() == repo.path / ".git" / "hooks"
    repo.git("config", "core.hooksPath", "my hooks")
    assert found.hooks_dir() == repo.path / "my hooks"
    repo.git("config", "core.hooksPath", str(tmp_path / "elsewhere"))
    assert found.hooks_dir() == tmp_path / "elsewhere"
    monkeypatch.setenv("HOME", str(tmp_path))
    repo.git("config", "core.hooksPath", "~/hooks")
    assert found.hooks_dir() == tmp_path / "hooks"


def test_another_owner_is_said_with_the_remedy(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotARepositoryError, match=r"git config --global --add safe\.directory"):
        Repository.discover(repo.path)


def test_a_broken_configuration_is_said(repo: TestRepo) -> None:
    (repo.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(NotARepositoryError, match="bad config line 1"):
        Repository.discover(repo.path)


def test_here_honours_what_git_tells_its_hooks(repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = TestRepo(tmp_path / "other")
    other.commit({"o.txt": "1\n"})
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("GIT_DIR", os.path.relpath(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", os.path.relpath(other.path))
    assert Repository.discover().head() == other.head()
    assert Repository.discover(repo.path).head() == repo.head()
    assert Repository.discover(".").head() == repo.head()


def test_objects_of_a_push_in_quarantine_are_seen(
    repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = clone(repo, tmp_path / "sender")
    assert sender.work_tree
    new = TestRepo(sender.work_tree, init=False).commit({"new.txt": "n\n"})
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", os.path.relpath(sender.common_dir / "objects"))
    assert Repository.discover().resolve(new) == new
    with pytest.raises(GitError):
        Repository.discover(repo.path).resolve(new)


@pytest.mark.parametrize("name", ["MERGE_HEAD", "shallow"])
@pytest.mark.parametrize("plant", ["pipe", "large"])
def test_a_file_of_a_git_directory_is_a_regular_one_of_bounded_size(tmp_path: Path, name: str, plant: str) -> None:
    repository = Repository.discover(TestRepo(tmp_path).path)
    path = tmp_path / ".git" / name
    if plant == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, 200_000_000)
    tracemalloc.start()
    try:
        answer = within(
            5.0, lambda: repository.ids_in(repository.git_dir / "MERGE_HEAD") or repository.cut_off(), "waits"
        )
        assert not answer
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
