"""Which git is started: never one that the folder supplies in which this program works."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hyperion_hook.git.environment.program import git_program, search_path
from hyperion_hook.git.environment.variables import scrubbed
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Git
from tests.support.repo import TestRepo

RELATIVE = ("", ".", "./", "bin", "./bin", "..", "~/bin", "sub/../bin", "{empty}")


@pytest.mark.parametrize("entry", RELATIVE)
@pytest.mark.parametrize("order", ["first", "last", "alone"])
def test_entries_that_mean_the_current_folder_are_left_out(entry: str, order: str) -> None:
    entry = entry.format(empty="")
    path = {"first": f"{entry}:/usr/bin", "last": f"/usr/bin:{entry}", "alone": entry}[order]
    assert search_path({"PATH": path}) == ("" if order == "alone" else "/usr/bin")


@pytest.mark.parametrize("entry", RELATIVE)
def test_a_git_in_the_checkout_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "x = 1\n"})
    trap = f"#!/bin/sh\ntouch '{tmp_path}/canary'\nexec /usr/bin/env git \"$@\"\n"
    for folder in (repo.path, repo.path / "bin", repo.path / ".git", repo.path / ".git" / "bin", tmp_path):
        folder.mkdir(exist_ok=True)
        (folder / "git").write_text(trap)
        (folder / "git").chmod(0o755)
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("PATH", f"{entry.format(empty='')}:{os.environ['PATH']}")
    repository = Repository.discover()
    assert repository.resolve("HEAD") == (repo.path / ".git/refs/heads/main").read_text().strip()
    assert repository.config("core.bare") == "false"
    assert not (tmp_path / "canary").exists()


def test_what_git_starts_finds_nothing_there_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "repo")
    helper = repo.path / "git-planted"
    helper.write_text(f"#!/bin/sh\ntouch '{tmp_path}/canary'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_EXEC_PATH", ".")
    clean = scrubbed(os.environ)
    assert "GIT_EXEC_PATH" not in clean
    subprocess.run([*Git(repo.path).command("planted")], cwd=repo.path, env=clean, check=False, capture_output=True)
    assert not (tmp_path / "canary").exists()
    monkeypatch.undo()
    subprocess.run(["git", "planted"], cwd=repo.path, env={**os.environ, "PATH": f".:{os.environ['PATH']}"}, check=True)
    assert (tmp_path / "canary").exists()  # so the trap is a working one


def test_folders_and_files_that_cannot_be_run_are_passed_over(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "git").mkdir()
    (tmp_path / "two" / "git").write_text("")
    (tmp_path / "three" / "git").write_text("#!/bin/sh\n")
    (tmp_path / "three" / "git").chmod(0o755)
    path = os.pathsep.join(str(tmp_path / name) for name in ("none", "one", "two", "three"))
    assert git_program({"PATH": path}) == str(tmp_path / "three" / "git")
    assert not Path(git_program({"PATH": ""})).exists()
