"""Repositories of another owner: whom the environment trusts, what else it may not say, and which remedy is printed."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.errors import NotARepositoryError
from hyperion_hook.git.environment.variables import scrubbed, trusted_folders
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Git
from tests.support.repo import TestRepo

FOREIGN = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}


def counted(*settings: tuple[str, str]) -> dict[str, str]:
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def handed_on(*settings: str) -> dict[str, str]:
    """Return what git hands to a hook when it is started with ``-c``."""
    options = [part for setting in settings for part in ("-c", setting)]
    done = subprocess.run(
        ["git", *options, "-c", 'alias.show-it=!printf %s "$GIT_CONFIG_PARAMETERS"', "show-it"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {"GIT_CONFIG_PARAMETERS": done.stdout}


def quoted(text: str) -> str:
    return text.replace("'", r"'\''")


WAYS: dict[str, Callable[[str], dict[str, str]]] = {
    "counted": lambda folder: counted(("safe.directory", folder)),
    "counted among others": lambda folder: counted(("core.pager", "x"), ("SAFE.Directory", folder), ("a.b", "")),
    "git -c": lambda folder: handed_on(f"safe.directory={folder}"),
    "git -c among others": lambda folder: handed_on("user.name=O'Neil = x", f"safe.directory={folder}", "a.b"),
    "old git -c": lambda folder: {"GIT_CONFIG_PARAMETERS": f"'safe.directory={quoted(folder)}'"},
    "both": lambda folder: counted(("safe.directory", "")) | handed_on(f"Safe.Directory={folder}"),
}


@pytest.fixture(params=["repo", "it's a repo"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> TestRepo:
    repo = TestRepo(tmp_path / request.param)
    repo.commit({"src/a.py": "x = 1\n"})
    return repo


def use(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_named", [True, False], ids=["--repo", "here"])
def test_the_environment_is_heard(repo: TestRepo, monkeypatch: pytest.MonkeyPatch, way: str, is_named: bool) -> None:
    variables = WAYS[way](str(repo.path))
    use(monkeypatch, FOREIGN)
    with pytest.raises(NotARepositoryError):
        Repository.discover(repo.path)
    use(monkeypatch, variables)
    monkeypatch.chdir(repo.path / "src")
    repository = Repository.discover(repo.path / "src" if is_named else None)
    assert repository.git.run("log", "--format=%s") == b"change\n"


@pytest.mark.parametrize("way", WAYS)
def test_another_folder_is_not_trusted_by_it(repo: TestRepo, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    use(monkeypatch, FOREIGN | WAYS[way](f"{repo.path}x"))
    with pytest.raises(NotARepositoryError, match="another owner"):
        Repository.discover(repo.path)


def test_a_later_empty_value_takes_trust_back(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FOREIGN | counted(("safe.directory", "*"), ("safe.directory", "")))
    with pytest.raises(NotARepositoryError, match="another owner"):
        Repository.discover(repo.path)


@pytest.mark.parametrize("setting", ["core.fsmonitor", "diff.external", "core.pager", "unsafe.directory", "alias.log"])
def test_no_other_setting_is_taken_over(tmp_path: Path, setting: str) -> None:
    for variables in (
        counted((setting, "/safe.directory"), ("safe.directory", "/r")),
        handed_on(f"{setting}=/safe.directory", "safe.directory=/r"),
    ):
        assert trusted_folders(variables) == counted(("safe.directory", "/r"))
        assert b"=/safe.directory" not in Git(tmp_path, environment=variables).run("config", "--list")
        assert "GIT_CONFIG_PARAMETERS" not in scrubbed(variables)


@pytest.mark.parametrize("count", ["", "x", "-1", "1e3", "\u0661", "9" * 12, "2", " 1"])
def test_a_count_that_is_none_is_none(count: str) -> None:
    variables = counted(("safe.directory", "/r")) | {"GIT_CONFIG_COUNT": count}
    assert trusted_folders(variables) == (counted(("safe.directory", "/r")) if count == "2" else {})


@pytest.mark.parametrize("text", ["'", "'safe.directory", "safe.", "'safe.directory'='/r", "\\safe.\\", '"safe.'])
def test_parameters_that_git_did_not_write_are_none(text: str) -> None:
    assert all(value != "/r" for value in trusted_folders({"GIT_CONFIG_PARAMETERS": text}).values())


def of_work_tree(repo: TestRepo) -> Path:
    return repo.path


def of_subfolder(repo: TestRepo) -> Path:
    return repo.path / "src"


def of_worktree(repo: TestRepo) -> Path:
    repo.git("worktree", "add", "-q", "-b", "other", str(repo.path.parent / "tree"))
    return repo.path.parent / "tree" / "src"


def of_bare(repo: TestRepo) -> Path:
    repo.git("clone", "-q", "--bare", str(repo.path), str(repo.path.parent / "b are.git"))
    return repo.path.parent / "b are.git" / "refs"


def of_submodule(repo: TestRepo) -> Path:
    outer = TestRepo(repo.path.parent / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo.path), "lib")
    return outer.path / "lib" / "src"


@pytest.mark.parametrize(
    "place", [of_work_tree, of_subfolder, of_worktree, of_bare, of_submodule], ids=lambda place: place.__name__
)
def test_the_remedy_that_is_printed_works(
    repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[TestRepo], Path]
) -> None:
    folder = place(repo)
    use(monkeypatch, FOREIGN | {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")})
    with pytest.raises(NotARepositoryError) as refused:
        Repository.discover(folder)
    command = str(refused.value).partition("; run: ")[2]
    assert shlex.split(command)[:5] == ["git", "config", "--global", "--add", "safe.directory"]
    subprocess.run(["sh", "-c", command], check=True)
    assert Repository.discover(folder).head() == repo.head()
