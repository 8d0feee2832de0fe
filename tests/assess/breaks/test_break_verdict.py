"""What a break does to the verdict, and to the exit code where that is wanted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor, assess_change
from hyperion_hook.assess.guidance.functions_to_read import past_of
from hyperion_hook.config.load import Config
from hyperion_hook.domain.history import CommitFlag, FileEvent
from hyperion_hook.git.diffs.hunks import Position, read_positions
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.formats.terminal import render_short
from tests.support.command import hyperion
from tests.support.repo import TestRepo


def test_a_certain_break_raises_low_and_stops_only_where_it_shall(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"app/__init__.py": "", "app/core.py": "x = 1\n", "app/a.py": "from app.core import x\n"})
    repo.stage({"app/core.py": None})
    done = hyperion(repo.path, "score", "--format", "json")
    assessment = json.loads(done.out)
    assert done.code == 0
    assert assessment["risk"]["level"] == "MEDIUM"
    assert assessment["risk"]["raised"] is True
    assert [entry["rule"] for entry in assessment["breaks"]] == ["missing-module"]
    done = hyperion(repo.path, "score", "--no-explain", "--fail-on-break")
    assert done.code == 1
    assert "app/core.py is deleted, but 1 file still imports it" in done.out


def test_a_function_is_followed_back_through_what_moved_it(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    first = repo.commit({"a.py": "def f():\n    return 1\n"})
    fix = repo.commit({"a.py": "def f():\n    return 2\n"}, "Fix f")
    above = repo.commit({"a.py": "import os\n\n\ndef f():\n    return 2\n"})
    commits = [above, fix, first]
    positions = read_positions(Repository.discover(repo.path), "a.py", commits, 60.0)
    assert positions[above] == (Position(0, 0, 1, 3),)
    events = [
        FileEvent(time, number, 0, 1, 0, flags)
        for number, (time, flags) in enumerate([(30, 0), (20, CommitFlag.FIX), (10, 0)])
    ]
    past = past_of(4, 5, events, {number: positions[commit] for number, commit in enumerate(commits)})
    assert (past.commits, past.fixes, past.last) == (2, 1, 20)


def test_a_hook_says_that_it_did_not_look_for_breaks_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "def total(x):\n    return x\n", "b.py": "from a import total\n\ntotal(1)\n"})
    repo.stage({"a.py": "def whole(x):\n    return x\n"})
    monkeypatch.setattr(assess_change, "BREAK_SECONDS", -1.0)
    with Assessor.open(repo.path, Config()) as assessor:
        result = assessor.staged()
    assert result.breaks == ()
    assert "not looked for to the end" in render_short(result, width=120, colour=False, lines=1)


@pytest.mark.parametrize("lines", [1, 5])
def test_a_break_that_must_be_cut_names_its_place_first(tmp_path: Path, lines: int) -> None:
    repo = TestRepo(tmp_path / "repo")
    folder = "source/of/a/long/path"
    repo.commit(
        {f"{folder}/tool.py": "def total(x):\n    return x\n", f"{folder}/user.py": "from .tool import total\n"}
    )
    repo.stage({f"{folder}/tool.py": "def whole_of_all_this(x):\n    return x\n"})
    with Assessor.open(repo.path, Config()) as assessor:
        result = assessor.staged()
    assert f"Would break: {folder}/user.py:1: total" in render_short(result, width=80, colour=False, lines=lines)
    assert f"is gone from {folder}/tool.py, but 1" in render_short(result, width=None, colour=False, lines=lines)
