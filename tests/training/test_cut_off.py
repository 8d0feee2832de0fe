"""Labels and rows where a shallow clone cuts history off, and after it is deepened."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.cli import main
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.szz import Choice, SzzRules
from hyperion_hook.training.rows.mine import mine
from hyperion_hook.training.rows.replay import ReplayOptions, ReplaySummary, replay
from tests.support.command import hyperion
from tests.support.repo import TestRepo

CODE = "def run(value):\n    total = value * 2\n    other = 1\n    return total + other\n"
LIGHT = ReplayOptions(source_metrics=False, graph=False)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[TestRepo, dict[str, str]]:
    """A bug of old, one of the last commits, and a fix of each."""
    repo = TestRepo(tmp_path_factory.mktemp("origin") / "r")
    old = repo.commit({"a.py": CODE}, "Add a")
    for number in range(4):
        repo.commit({f"m{number}.py": f"y = {number}\n"}, f"Add m{number}")
    new = repo.commit({"b.py": CODE}, "Add b")
    of_old = repo.commit({"a.py": CODE.replace("* 2", "* 3")}, "Fix crash in a")
    of_new = repo.commit({"b.py": CODE.replace("* 2", "* 3")}, "Fix crash in b")
    return repo, {"old": old, "new": new, "of_old": of_old, "of_new": of_new}


def shallow(origin: TestRepo, folder: Path, *arguments: str) -> TestRepo:
    origin.git("clone", "-q", *arguments, f"file://{origin.path}", str(folder))
    return TestRepo(folder, init=False)


@pytest.mark.parametrize("arguments", [["--depth=4"], ["--shallow-since=@1600300000"], ["--shallow-exclude=past"]])
def test_only_what_is_there_is_blamed_and_the_rest_is_said(
    origin: tuple[TestRepo, dict[str, str]], tmp_path: Path, arguments: list[str]
) -> None:
    repo, names = origin
    repo.git("tag", "-f", "past", f"{names['new']}~2")
    clone = shallow(repo, tmp_path / "c", *arguments)
    done = hyperion(clone.path, "label")
    assert done.json()["fixes"] == {names["of_old"]: [], names["of_new"]: [names["new"]]}
    assert done.err.startswith("hyperion-hook: warning: shallow clone: its history begins at ")
    assert done.err.count("\n") == 1
    clone.git("fetch", "-q", "--unshallow")
    done = hyperion(clone.path, "label")
    assert done.json()["fixes"] == {names["of_old"]: [names["old"]], names["of_new"]: [names["new"]]}
    assert done.err == ""


@pytest.mark.parametrize("choice", Choice)
def test_the_commit_where_a_clone_begins_is_blamed_by_no_rule(
    origin: tuple[TestRepo, dict[str, str]], tmp_path: Path, choice: Choice
) -> None:
    repo, names = origin
    clone = shallow(repo, tmp_path / "c", "--depth=4")
    mined = mine(clone.path, options=LIGHT, rules=SzzRules(choice=choice, exhaustive=True))
    assert set(mined.rows[mined.rows["buggy"] == 1]["commit"]) == {names["new"]}


def test_a_commit_without_its_parents_is_no_row_and_no_past(
    origin: tuple[TestRepo, dict[str, str]], tmp_path: Path
) -> None:
    clone = shallow(origin[0], tmp_path / "c", "--depth=4")
    summary = ReplaySummary()
    rows = list(replay(Repository.discover(clone.path), options=LIGHT, summary=summary))
    assert [row.commit.subject for row in rows] == ["Add b", "Fix crash in a", "Fix crash in b"]
    assert (summary.commits, summary.measured, summary.cut_off) == (4, 3, 1)
    assert rows[1].vector["file_commits"] == 0.0  # what is known of it is less than all


def test_what_was_kept_of_a_cut_history_is_not_used_for_the_whole(
    origin: tuple[TestRepo, dict[str, str]], tmp_path: Path
) -> None:
    repo, names = origin
    clone = shallow(repo, tmp_path / "c", "--depth=4")
    kept = tmp_path / "kept"
    assert len(mine(clone.path, options=LIGHT, vectors=kept).rows) == 3
    clone.git("fetch", "-q", "--unshallow")
    rows = mine(clone.path, options=LIGHT, vectors=kept).rows
    assert len(rows) == 8
    assert set(rows[rows["buggy"] == 1]["commit"]) == {names["old"], names["new"]}


@pytest.mark.parametrize("command", ["evaluate", "retrain", "drift"])
def test_what_learns_from_a_cut_history_says_so(
    origin: tuple[TestRepo, dict[str, str]], tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = shallow(origin[0], tmp_path / "c", "--depth=4")
    assert main(["--repo", str(clone.path), command]) == 0
    assert "warning: shallow clone: its history begins at " in capsys.readouterr().err


def test_replaced_and_grafted_commits_change_nothing(origin: tuple[TestRepo, dict[str, str]], tmp_path: Path) -> None:
    repo, names = origin
    clone = shallow(repo, tmp_path / "c")
    expected = hyperion(clone.path, "label").json()
    clone.git("replace", "--graft", names["new"])
    (clone.path / ".git/info/grafts").write_text(f"{names['of_old']}\n")
    assert hyperion(clone.path, "label").json() == expected
