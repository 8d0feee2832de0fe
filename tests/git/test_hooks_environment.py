"""What a real hook sees: the index of a plain, a whole and a partial commit, in worktrees and submodules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repo import TestRepo

ROOT = Path(__file__).parents[2]
SEE = """
import json, os, sys
sys.path.insert(0, {root!r})
from hyperion_hook.git.changes import staged_change
from hyperion_hook.git.repository import Repository
repository = Repository.discover()
change = staged_change(repository)
seen = {{
    "files": {{file.path: [file.lines_added, file.lines_deleted] for file in change.files}},
    "author": change.author and change.author.name, "authored_at": change.authored_at, "base": change.base,
    "work_tree": os.fspath(repository.work_tree), "common_dir": os.fspath(repository.common_dir),
    "index": os.environ.get("GIT_INDEX_FILE"), "git_dir": os.environ.get("GIT_DIR"),
}}
json.dump(seen, open({output!r}, "w"))
"""


@pytest.fixture
def seen_file(tmp_path: Path) -> Path:
    return tmp_path / "seen.json"


@pytest.fixture
def repo(tmp_path: Path, seen_file: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n", "b.txt": "1\n", "sub/c.txt": "1\n"})
    put_hook(repo.path / ".git", tmp_path, seen_file)
    return repo


def put_hook(git_dir: Path, folder: Path, output: Path) -> None:
    script = folder / "see it.py"
    script.write_text(SEE.format(root=str(ROOT), output=str(output)))
    hook = git_dir / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}'\n")
    hook.chmod(0o755)


def commit(repo: TestRepo, *arguments: str, folder: Path | None = None) -> None:
    command = ["git", *arguments]
    subprocess.run(command, cwd=folder or repo.path, env=repo.environment(), check=True, capture_output=True)


def seen(path: Path) -> dict[str, object]:
    found = json.loads(path.read_text())
    assert isinstance(found, dict)
    return found


def test_a_plain_commit_sees_what_is_staged(repo: TestRepo, seen_file: Path) -> None:
    before = repo.head()
    repo.stage({"a.txt": "2\n"})
    repo.write({"b.txt": "2\n"})
    commit(repo, "commit", "-q", "-m", "x")
    found = seen(seen_file)
    assert (found["files"], found["author"], found["base"]) == ({"a.txt": [1, 1]}, "Ada", before)
    assert not os.path.isabs(str(found["index"]))  # noqa: PTH117 - as git wrote it


def test_it_does_so_from_a_folder_inside(repo: TestRepo, seen_file: Path) -> None:
    repo.stage({"sub/c.txt": "2\n"})
    commit(repo, "commit", "-q", "-m", "x", folder=repo.path / "sub")
    assert seen(seen_file)["files"] == {"sub/c.txt": [1, 1]}


def test_commit_all_sees_its_own_index(repo: TestRepo, seen_file: Path) -> None:
    repo.write({"a.txt": "2\n", "b.txt": "2\n", "untracked.txt": "1\n"})
    commit(repo, "commit", "-q", "-a", "-m", "x")
    found = seen(seen_file)
    assert found["files"] == {"a.txt": [1, 1], "b.txt": [1, 1]}
    assert str(found["index"]).endswith("index.lock")


def test_a_partial_commit_sees_its_part(repo: TestRepo, seen_file: Path) -> None:
    repo.stage({"a.txt": "2\n", "b.txt": "2\n"})
    commit(repo, "commit", "-q", "-m", "x", "--", "b.txt")
    assert seen(seen_file)["files"] == {"b.txt": [1, 1]}


def test_an_amendment_keeps_author_and_date(repo: TestRepo, seen_file: Path) -> None:
    repo.stage({"a.txt": "2\n"})
    commit(repo, "commit", "-q", "-m", "x", "--author=Grace <grace@example.org>", "--date=@1500000000 +0100")
    repo.stage({"b.txt": "2\n"})
    commit(repo, "commit", "-q", "--amend", "-m", "y")
    found = seen(seen_file)
    assert (found["author"], found["authored_at"]) == ("Grace", 1_500_000_000)


def test_the_first_commit(tmp_path: Path, seen_file: Path) -> None:
    repo = TestRepo(tmp_path / "new")
    put_hook(repo.path / ".git", tmp_path, seen_file)
    repo.stage({"a.txt": "1\n"})
    commit(repo, "commit", "-q", "-m", "x")
    assert (seen(seen_file)["files"], seen(seen_file)["base"]) == ({"a.txt": [1, 0]}, None)


def test_a_worktree_sees_its_own_index(repo: TestRepo, tmp_path: Path, seen_file: Path) -> None:
    repo.stage({"b.txt": "only in the main work tree\n"})
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    tree = TestRepo(tmp_path / "tree", init=False)
    for arguments in (("commit", "-q", "-m", "x"), ("commit", "-q", "-a", "-m", "y")):
        before = (tree.path / "a.txt").read_text()
        tree.stage({"a.txt": before + "more\n"})
        commit(tree, *arguments)
        found = seen(seen_file)
        assert (found["files"], found["work_tree"]) == ({"a.txt": [1, 0]}, str(tree.path))
        assert (found["common_dir"], bool(found["git_dir"])) == (str(repo.path / ".git"), True)


def test_a_submodule_sees_its_own_index(repo: TestRepo, tmp_path: Path, seen_file: Path) -> None:
    outer = TestRepo(tmp_path / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "lib")
    lib = TestRepo(outer.path / "lib", init=False)
    put_hook(outer.path / ".git" / "modules" / "lib", tmp_path, seen_file)
    lib.stage({"a.txt": "2\n"})
    commit(lib, "commit", "-q", "-m", "x")
    found = seen(seen_file)
    assert (found["files"], found["work_tree"]) == ({"a.txt": [1, 1]}, str(lib.path))


def test_attributes_of_the_index_have_no_say_in_a_hook(repo: TestRepo, seen_file: Path) -> None:
    repo.write({"a.txt": "2\n"})
    repo.stage({".gitattributes": "* -diff\n"})
    commit(repo, "commit", "-q", "-a", "-m", "x")
    assert seen(seen_file)["files"] == {".gitattributes": [1, 0], "a.txt": [1, 1]}
