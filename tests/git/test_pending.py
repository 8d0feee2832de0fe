"""The work tree and patches, seen as what is staged; git's own ``diff HEAD`` says what must come out."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.errors import GitError
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.changes import staged_change
from hyperion_hook.git.environment.neutral import cache_folder
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.uncommitted import with_patch, with_work_tree
from tests.support.command import hyperion
from tests.support.repo import TestRepo

LINES = "".join(f"line {number}\n" for number in range(30))
EDITS = {
    "edited.py": LINES.replace("line 3\n", "line three\n"),
    "new.py": "n = 1\n",
    "gone.py": None,
    "folder/new.py": "f = 1\n",
    "ignored.log": "x\n",
    "moved to.py": LINES + "end\n",
    "moved.py": None,
}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit(
        {
            "edited.py": LINES,
            "gone.py": "g = 1\n",
            "moved.py": LINES,
            "staged.py": "s = 1\n",
            ".gitignore": "*.log\n",
            "same.py": "x\n",
        }
    )
    return repo


def told(change: Change) -> list[tuple[str, str, int | None, int | None]]:
    return [(file.path, file.status.value, file.lines_added, file.lines_deleted) for file in change.files]


def state(repo: TestRepo) -> tuple[str, bytes, int]:
    objects = sum(len(files) for _, _, files in os.walk(repo.path / ".git" / "objects"))
    return repo.git("status", "--porcelain=2", "-uall"), (repo.path / ".git" / "index").read_bytes(), objects


def test_a_work_tree_is_what_would_be_staged_and_nothing_is_written(repo: TestRepo) -> None:
    repo.stage({"staged.py": "s = 2\n"})
    repo.write(EDITS)
    before = state(repo)
    view, warnings = with_work_tree(Repository.discover(repo.path))
    change = staged_change(view, kind=ChangeKind.WORKTREE)
    with BlobReader(view) as reader:
        contents = {file.path: reader.read(file.new_blob, 10_000) for file in change.files if file.new_blob}
    assert contents["new.py"] == b"n = 1\n"
    assert state(repo) == before
    assert (change.kind, warnings) == (ChangeKind.WORKTREE, ())
    repo.git("add", "-A")
    assert told(change) == told(staged_change(Repository.discover(repo.path)))
    assert [file.path for file in change.files] == [
        "edited.py",
        "folder/new.py",
        "gone.py",
        "moved to.py",
        "new.py",
        "staged.py",
    ]


def test_a_patch_is_its_change_on_head_whatever_the_work_tree_holds(repo: TestRepo) -> None:
    repo.write(EDITS)
    repo.git("add", "-A")
    expected = staged_change(Repository.discover(repo.path))
    patch = repo.git("diff", "--cached", "--binary", "HEAD").encode()
    repo.git("reset", "-q", "--hard")
    repo.write({"edited.py": "other\n"})
    before = state(repo)
    change = staged_change(with_patch(Repository.discover(repo.path), patch), kind=ChangeKind.PATCH)
    assert told(change) == told(expected)
    assert state(repo) == before


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda repo, patch: repo.git("diff", "--no-prefix").encode(), id="without prefixes"),
        pytest.param(lambda repo, patch: repo.git("-c", "diff.mnemonicPrefix=true", "diff").encode(), id="others"),
        pytest.param(lambda repo, patch: patch.replace(b"\n", b"\r\n"), id="through a pipe of Windows"),
        pytest.param(lambda repo, patch: b"\xef\xbb\xbf" + patch.replace(b"\n", b"\r\n"), id="and marked as UTF-8"),
        pytest.param(lambda repo, patch: b"From: x\nSubject: y\n\n---\n" + patch + b"-- \n2.40\n", id="in a mail"),
    ],
)
def test_a_patch_is_read_as_people_send_it(repo: TestRepo, sent: Callable[[TestRepo, bytes], bytes]) -> None:
    repo.git("checkout", "-q", ".")
    repo.write({"same.py": "new = 1\n", "d/deep.py": "d = 1\n"})
    repo.git("add", "-N", ".")
    patch = repo.git("diff").encode()
    expected = told(staged_change(with_patch(Repository.discover(repo.path), patch)))
    assert told(staged_change(with_patch(Repository.discover(repo.path), sent(repo, patch)))) == expected


@pytest.mark.parametrize(
    ("patch", "fault"),
    [
        (b"", "nothing on stdin"),
        (b"what is this?", "No valid patches in input; make it with: git diff HEAD"),
        (b"--- a/same.py\n+++ b/same.py\n@@ -1 +1 @@\n-y\n+z\n", "patch failed: same.py:1"),
        (b"--- a/none.py\n+++ b/none.py\n@@ -1 +1 @@\n-y\n+z\n", "none.py: does not exist in index"),
        (b"--- /dev/null\n+++ b/../../evil.py\n@@ -0,0 +1 @@\n+z\n", "invalid path"),
        (b"--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+z\n", "invalid path"),
        (b"--- a/same.py\n+++ b/same.py\n@@ -1,5 +1,9 @@\n", "corrupt patch|fragment"),
        (bytes(range(256)) * 100, "No valid patches"),
    ],
)
def test_a_bad_patch_is_one_clear_line(repo: TestRepo, patch: bytes, fault: str) -> None:
    with pytest.raises(GitError, match=fault) as caught:
        with_patch(Repository.discover(repo.path), patch)
    assert "\n" not in str(caught.value)
    assert not (repo.path.parent / "evil.py").exists()


def test_programs_of_the_repository_do_not_run(repo: TestRepo, tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    for name in ("filter.x.clean", "filter.x.process", "core.fsmonitor", "diff.x.textconv", "diff.x.command"):
        repo.git("config", name, f"touch {canary}; cat")
    repo.write({".gitattributes": "* filter=x diff=x\n", "edited.py": "e = 2\n"})
    change = staged_change(with_work_tree(Repository.discover(repo.path))[0])
    assert "edited.py" in [file.path for file in change.files]
    assert not canary.exists()


def test_an_edit_in_the_second_of_the_commit_is_seen(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"a.py": f"x = {number}\n"})
        repo.write({"a.py": "x = 9\n"})
        assert told(staged_change(with_work_tree(Repository.discover(tmp_path))[0])) == [("a.py", "M", 1, 1)]


@pytest.mark.parametrize("setting", ["= true", "= True", "= yes", "= ON", "= 1", "", "= Input"])
def test_line_ends_that_git_converts_are_no_edits(repo: TestRepo, setting: str) -> None:
    with (repo.path / ".git" / "config").open("a") as file:
        file.write(f"[core]\n\tautocrlf {setting}\n")
    repo.write({"edited.py": LINES.replace("\n", "\r\n").replace("line 3\r", "line three\r")})
    assert told(staged_change(with_work_tree(Repository.discover(repo.path))[0])) == [("edited.py", "M", 1, 1)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such mode")
@pytest.mark.parametrize("setting", ["false", "No", "OFF", "0", ""])
def test_a_mode_that_git_ignores_is_no_edit(repo: TestRepo, setting: str) -> None:
    repo.git("config", "core.fileMode", setting)
    (repo.path / "edited.py").chmod(0o755)
    assert not staged_change(with_work_tree(Repository.discover(repo.path))[0]).files


def test_a_patch_that_is_cut_short_is_no_damaged_object(repo: TestRepo) -> None:
    patch = b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,2 @@\n-x = foo()\n"
    with pytest.raises(GitError, match=r"corrupt patch at line 6; make it with: git diff HEAD$"):
        with_patch(Repository.discover(repo.path), patch)


def test_before_the_first_commit_and_in_odd_places(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.write({"a.py": "a = 1\n", "- b.py": "b\n", "sub/.git/x": "no\n"})
    (repo.path / "link").symlink_to("/etc/passwd")
    os.mkfifo(repo.path / "pipe")
    repository = Repository.discover(repo.path)
    assert [file.path for file in staged_change(with_work_tree(repository)[0]).files] == ["- b.py", "a.py", "link"]
    patch = b"--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+n = 1\n"
    assert told(staged_change(with_patch(repository, patch))) == [("n.py", "A", 1, 0)]
    repo.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    with pytest.raises(GitError, match="has no work tree"):
        with_work_tree(Repository.discover(tmp_path / "bare.git"))


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
@pytest.mark.parametrize("name", ["a\nb", 'a"\n\\"', '"a"', "a:b", "#a", " "])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    repo = TestRepo(tmp_path / name)
    repo.commit({"a.py": "x = 1\n"}, "one")
    repo.write({"a.py": "x = 2\n"})
    [file] = staged_change(with_work_tree(Repository.discover(repo.path))[0]).files
    assert (file.lines_added, file.lines_deleted) == (1, 1)


def test_stand_ins_are_removed(repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    view = with_work_tree(Repository.discover(repo.path))
    assert list(cache_folder().iterdir())
    del view
    gc.collect()
    assert list(cache_folder().iterdir()) == []


@pytest.mark.slow
def test_the_command_scores_the_work_tree_and_a_patch(repo: TestRepo) -> None:
    nothing = hyperion(repo.path, "score")
    assert "score --worktree" in nothing.out
    assert "score HEAD" in nothing.out
    repo.write({"edited.py": EDITS["edited.py"], "new.py": "n = 1\n"})
    tree = hyperion(repo.path, "score", "--worktree", "--format", "json").json()
    assert (tree["change"]["kind"], tree["change"]["files"], tree["change"]["lines_added"]) == ("worktree", 2, 2)
    patch = hyperion(repo.path, "score", "-", "--format", "json", stdin=repo.git("diff")).json()
    assert (patch["change"]["kind"], patch["change"]["files"]) == ("patch", 1)
    brief = hyperion(repo.path, "score", "--worktree", "--format", "brief").out
    assert brief.startswith(("LOW", "MEDIUM", "HIGH"))
    assert "Work tree: 2 files, +2 -1 lines." in brief
    assert brief.count("\n") == 1
    bad = hyperion(repo.path, "score", "-", stdin="nonsense")
    assert (bad.code, bad.out, bad.err.count("\n")) == (3, "", 1)
    assert hyperion(repo.path, "score", "-", "--worktree").code == 2
