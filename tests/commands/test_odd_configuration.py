"""``install`` in repositories with every kind of git configuration that git accepts, and some that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import hyperion
from tests.support.repo import TestRepo

ACCEPTED = {
    "includeIf gitdir": '[includeIf "gitdir:~/projects/"]\n\tpath = {included}\n',
    "includeIf gitdir/i": '[includeIf "gitdir/i:**/REPO/"]\n\tpath = {included}\n',
    "includeIf gitdir of this one": '[includeIf "gitdir:**/.git"]\n\tpath = {included}\n',
    "includeIf onbranch": '[includeIf "onbranch:ma*"]\n\tpath = {included}\n',
    "includeIf hasconfig": '[includeIf "hasconfig:remote.*.url:https://**"]\n\tpath = {included}\n',
    "includeIf unknown": '[includeIf "weather:sunny"]\n\tpath = {included}\n',
    "includeIf without path": '[includeIf "gitdir:~/projects/"]\n',
    "include": "[include]\n\tpath = {included}\n",
    "include of nothing": "[include]\n\tpath = no-such-file\n",
    "include of a relative path": "[include]\n\tpath = ../.git/nothing\n",
    "a key without value": "[core]\n\tbare\n[alias]\n\tx\n",
    "keys twice": "[core]\n\thooksPath = one\n\thooksPath = {hooks}\n",
    "section twice": "[user]\n\tname = A\n[core]\n\tignorecase = false\n[user]\n\tname = B\n",
    "old subsection": "[branch.main]\n\tremote = x\n",
    "subsection with quotes": '[branch "a\\"b\\\\c]d"]\n\tremote = x\n',
    "Latin-1": b"[user]\n\tname = J\xfcrgen\n",
    "byte order mark": b"\xef\xbb\xbf[user]\n\tname = J\n",
    "CRLF": b"[user]\r\n\tname = J\r\n",
    "comments": "# one\n; two\n[user] # three\n\tname = J ; four\n",
    "continued line": '[user]\n\tname = "J \\\n  K"\n',
    "percent": "[user]\n\tname = 100% %(home)s ${{HOME}}\n",
    "default section": "[DEFAULT]\n\tx = y\n",
    "on one line": "[user] name = J\n",
    "worktree configuration": "[extensions]\n\tworktreeConfig = true\n",
    "many": "".join(f"[section{n}]\n\tkey = {n}\n" for n in range(3000)),
}
REFUSED = {
    "no key": "= x\n",
    "unclosed": "[user\n",
    "bad escape": "[user]\n\tname = \\q\n",
    "endless include": "[include]\n\tpath = config\n",
    "NUL": "[user]\n\tname\0 = x\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "x = 1\n"})
    repo.git("remote", "add", "origin", "https://example.org/x")
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    return repo


def append(repo: TestRepo, text: str | bytes) -> None:
    included = repo.path.parent / "included"
    included.write_text("[user]\n\tname = Included\n")
    file = repo.path / ".git" / "config"
    if isinstance(text, str):
        text = text.replace("{included}", str(included)).replace("{hooks}", str(repo.path.parent / "hooks")).encode()
    first = file.read_bytes()
    file.write_bytes(text + first if text.startswith(b"\xef") else first + text)


@pytest.mark.parametrize("kind", ACCEPTED)
def test_install_works_wherever_git_does(repo: TestRepo, kind: str) -> None:
    append(repo, ACCEPTED[kind])
    assert repo.git("rev-parse", "HEAD", check=True)
    done = hyperion(repo.path, "install")
    assert done.code == 0, done.err
    assert f"core.hooksPath is set in this repository: the hook lies in {repo.path.parent / 'hooks'}" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("kind", REFUSED)
def test_where_git_refuses_one_line_says_so(repo: TestRepo, kind: str) -> None:
    append(repo, REFUSED[kind])
    for command in ("uninstall", "score"):
        done = hyperion(repo.path, command)
        assert done.code == 3
        assert len(done.err.splitlines()) == 1
        assert "internal error" not in done.err


@pytest.mark.parametrize("level", ["global", "system"])
def test_the_level_is_named_through_an_include(tmp_path: Path, level: str) -> None:
    repo = TestRepo(tmp_path / "repo")
    (tmp_path / "included").write_text(f"[core]\n\thooksPath = {tmp_path / 'hooks'}\n")
    (tmp_path / "config").write_text(f'[includeIf "gitdir:{tmp_path}/"]\n\tpath = included\n')
    done = hyperion(
        repo.path,
        "install",
        env={
            f"GIT_CONFIG_{level.upper()}": str(tmp_path / "config"),
            "GIT_CONFIG_NOSYSTEM": "0",
        },
    )
    assert done.code == 0, done.err
    assert f"set for this {'user' if level == 'global' else 'machine'}: " in done.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EXECUTABLE", "{trap}"),
        ("EXECUTABLE", "./trap"),
        ("EXECUTABLE", "trap"),
        ("EXECUTABLE", "no-such-program"),
        ("EXECUTABLE", ""),
        ("REFRESH", "nonsense"),
        ("INITIAL_REFRESH", "raise"),
        ("TRACE", "full"),
        ("USE_SHELL", "1"),
    ],
)
def test_variables_of_gitpython_have_no_say(repo: TestRepo, tmp_path: Path, variable: str, value: str) -> None:
    trap = repo.path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/canary'\n")
    trap.chmod(0o755)
    name = f"GIT_PYTHON_{'GIT_' if variable == 'EXECUTABLE' else ''}{variable}"
    done = hyperion(repo.path, "uninstall", env={name: value.format(trap=trap)})
    assert (done.code, len(done.err.splitlines())) == (0, 1), done.err
    assert "is set in this repository" in done.err
    assert not (tmp_path / "canary").exists()


def test_whoever_imports_gitpython_beside_us_gets_our_git(repo: TestRepo, tmp_path: Path) -> None:
    trap = repo.path / "git"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/canary'\n")
    trap.chmod(0o755)
    code = "import hyperion_hook.training, git; print(git.Git.GIT_PYTHON_GIT_EXECUTABLE)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=True,
        env=repo.environment() | {"PATH": f".:{repo.environment()['PATH']}", "GIT_PYTHON_GIT_EXECUTABLE": "./git"},
    )
    assert Path(done.stdout.strip()).is_absolute()
    assert not (tmp_path / "canary").exists()
