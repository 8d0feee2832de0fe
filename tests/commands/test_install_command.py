"""Plain hooks, installed by the real executable and run by the real git."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import hyperion
from tests.support.executable import git
from tests.support.repo import TestRepo

VERDICT = re.compile(r"^(LOW|MEDIUM|HIGH)[ ,]", re.MULTILINE)
ALL_STAGES = ("--stage", "pre-commit", "--stage", "commit-msg", "--stage", "pre-push")


@pytest.fixture(autouse=True)
def whole_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hooks print all, so that it can be seen which change they assessed."""
    monkeypatch.setenv("HYPERION_HOOK_HOOK_DETAIL", "full")


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "it's a repo")
    made.commit({"a.py": "x = 1\n"})
    return made


def test_the_first_commit_of_a_repository_is_assessed(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "new")
    assert hyperion(repo.path, "install").code == 0
    repo.stage({"a.py": "x = 1\n"})
    done = git(repo, "commit", "-m", "first")
    assert done.returncode == 0, done.stdout
    assert VERDICT.search(done.stdout)


def test_a_commit_shows_the_risk_and_is_not_blocked(repo: TestRepo) -> None:
    said = hyperion(repo.path, "install")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"pre-commit: installed in {repo.path / '.git/hooks/pre-commit'}\n"
    repo.stage({"a.py": "x = 2\n"})
    done = git(repo, "commit", "-m", "second")
    assert done.returncode == 0
    assert VERDICT.search(done.stdout)
    assert "Staged change: 1 file, +1 -1 lines" in done.stdout


def test_who_installs_in_a_history_that_is_not_indexed_is_told_how(repo: TestRepo) -> None:
    for _ in range(50):
        repo.git("commit", "-q", "--allow-empty", "-m", "more")
    line = "without an index the first levels are UNKNOWN or judged by other projects; run: hyperion-hook index\n"
    assert hyperion(repo.path, "install").err.endswith(line)
    assert hyperion(repo.path, "index").code == 0
    assert hyperion(repo.path, "install").err == ""


def test_by_default_a_commit_of_low_risk_shows_one_line(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HYPERION_HOOK_HOOK_DETAIL")
    hyperion(repo.path, "install", "--stage", "pre-commit", "--stage", "commit-msg")
    repo.stage({"a.py": "x = 2\n"})
    done = git(repo, "commit", "-q", "-m", "second")
    assert done.returncode == 0
    assert re.fullmatch(r"LOW[ ,][^\n]+\n", done.stdout), done.stdout


@pytest.mark.parametrize("arguments", [("-a",), ("a.py",), ("--amend", "-a", "--no-edit")], ids=" ".join)
def test_what_git_commits_is_what_is_assessed(repo: TestRepo, arguments: tuple[str, ...]) -> None:
    hyperion(repo.path, "install")
    repo.stage({"b.py": "y = 1\n"})
    repo.git("commit", "-q", "--no-verify", "-m", "b")
    repo.write({"a.py": "x = 2\n"})
    done = git(repo, "commit", *arguments, "-m", "z")
    assert done.returncode == 0, done.stdout
    assert "Staged change: 1 file, +1 -1 lines" in done.stdout


def test_nothing_staged_passes_and_says_so(repo: TestRepo) -> None:
    hyperion(repo.path, "install")
    done = git(repo, "commit", "--allow-empty", "-m", "empty")
    assert done.returncode == 0
    assert "nothing staged" in done.stdout


def test_a_commit_is_blocked_only_when_the_configuration_says_so(repo: TestRepo) -> None:
    hyperion(repo.path, "install")
    head = repo.head()
    repo.stage({"a.py": "x = 2\n", ".hyperion-hook.toml": "fail-on = 'low'\n"})
    done = git(repo, "commit", "-m", "blocked")
    assert done.returncode == 1
    assert repo.head() == head
    assert "fail-on is LOW; to go on anyway: git commit --no-verify" in done.stdout
    assert git(repo, "commit", "--no-verify", "-m", "forced").returncode == 0


def test_a_damaged_model_lets_the_commit_pass_in_one_line(repo: TestRepo, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "manifest.json").write_text("{")
    hyperion(repo.path, "install")
    repo.stage({"a.py": "x = 2\n"})
    done = git(repo, "commit", "-m", "x", HYPERION_HOOK_MODELS=str(tmp_path / "models"))
    assert done.returncode == 0
    said = [line for line in done.stdout.splitlines() if line.startswith("hyperion-hook: ")]
    assert len(said) == 1
    assert re.fullmatch(r"hyperion-hook: not assessed: .*; the commit goes on", said[0])
    repo.stage({"a.py": "x = 3\n"})
    strict = git(repo, "commit", "-m", "x", HYPERION_HOOK_MODELS=str(tmp_path / "models"), HYPERION_HOOK_STRICT="1")
    assert strict.returncode != 0


def test_the_message_and_the_push_are_assessed_too(repo: TestRepo, tmp_path: Path) -> None:
    remote = TestRepo(tmp_path / "remote")
    remote.git("config", "receive.denyCurrentBranch", "ignore")
    repo.git("remote", "add", "origin", str(remote.path))
    assert hyperion(repo.path, "install", *ALL_STAGES).out.count("installed in") == 3
    repo.stage({"a.py": "x = 2\n"})
    committed = git(repo, "commit", "-m", "Fix crash")
    assert len(VERDICT.findall(committed.stdout)) == 1
    first = git(repo, "push", "origin", "main")
    assert first.returncode == 0, first.stdout
    assert VERDICT.search(first.stdout)
    assert "without its first commit" in first.stdout
    repo.stage({"a.py": "x = 3\n"})
    git(repo, "commit", "-m", "Again")
    second = git(repo, "push", "origin", "main")
    assert re.search(r"^1 commit, .*: 1 file, \+1 -1 lines", second.stdout, re.MULTILINE)
    assert git(repo, "push", "origin", "main:other").returncode == 0


def test_the_hook_runs_in_every_worktree_and_in_submodules(repo: TestRepo, tmp_path: Path) -> None:
    hyperion(repo.path, "install")
    tree = tmp_path / "tree"
    repo.git("worktree", "add", "-q", str(tree), "-b", "side")
    (tree / "a.py").write_text("x = 5\n")
    done = git(repo, "commit", "-a", "-m", "in a worktree", cwd=tree)
    assert done.returncode == 0
    assert "Staged change: 1 file, +1 -1 lines" in done.stdout

    outer = TestRepo(tmp_path / "outer")
    outer.commit({"top": "1"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "inner")
    inner = outer.path / "inner"
    assert hyperion(inner, "install").code == 0
    (inner / "a.py").write_text("x = 6\n")
    done = git(outer, "commit", "-a", "-m", "in a submodule", cwd=inner)
    assert "Staged change: 1 file, +1 -1 lines" in done.stdout
    assert not (outer.path / ".git/hooks/pre-commit").exists()


def test_a_configured_hooks_folder_is_respected_and_named(repo: TestRepo) -> None:
    repo.git("config", "core.hooksPath", "my hooks")
    said = hyperion(repo.path, "install")
    assert f"core.hooksPath is set in this repository: the hook lies in {repo.path / 'my hooks'}" in said.err
    repo.stage({"a.py": "x = 2\n"})
    assert VERDICT.search(git(repo, "commit", "-m", "x").stdout)


def test_a_hooks_folder_of_the_user_is_named_as_such(repo: TestRepo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {tmp_path / 'shared'}\n")
    environment = {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig")}
    said = hyperion(repo.path, "install", env=environment)
    assert said.code == 0, said.err
    assert "core.hooksPath is set for this user: " in said.err
    assert (tmp_path / "shared" / "pre-commit").exists()
    assert hyperion(repo.path, "uninstall", env=environment).code == 0
    assert not list((tmp_path / "shared").iterdir())


def test_the_folder_of_husky_is_left_alone(repo: TestRepo) -> None:
    repo.git("config", "core.hooksPath", ".husky/_")
    said = hyperion(repo.path, "install")
    assert said.code == 3
    assert ".husky/pre-commit" in said.err
    assert not (repo.path / ".husky").exists()


def test_an_existing_hook_keeps_working_and_comes_back_byte_for_byte(repo: TestRepo) -> None:
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(b"#!/bin/sh\necho mine ran \xe9\n")
    hook.chmod(0o750)
    before = (hook.read_bytes(), hook.stat().st_mode)
    hyperion(repo.path, "install")
    hyperion(repo.path, "install")
    repo.stage({"a.py": "x = 2\n"})
    done = git(repo, "commit", "-m", "x")
    assert "mine ran" in done.stdout
    assert VERDICT.search(done.stdout)
    assert hyperion(repo.path, "uninstall").out == f"pre-commit: restored {hook}\n"
    assert (hook.read_bytes(), hook.stat().st_mode) == before
    assert hyperion(repo.path, "uninstall").out == f"no hook of hyperion-hook in {hook.parent}\n"


def test_nothing_in_the_work_tree_is_imported_by_the_hook(repo: TestRepo) -> None:
    trap = "import pathlib; pathlib.Path('SPRUNG').write_text('')\n"
    hyperion(repo.path, "install")
    names = ("click.py", "json.py", "hyperion_hook/__init__.py", "lizard.py", "radon.py", "sitecustomize.py", "re.py")
    repo.stage(dict.fromkeys(names, trap))
    done = git(repo, "commit", "-m", "x")
    assert VERDICT.search(done.stdout)
    assert not (repo.path / "SPRUNG").exists()


def test_an_index_that_is_there_is_not_asked_for(repo: TestRepo) -> None:
    assert hyperion(repo.path, "index").code == 0
    assert hyperion(repo.path, "install").err == ""
