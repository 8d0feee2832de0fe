from __future__ import annotations

import json
from pathlib import Path

import pytest

from hyperion_hook.assess.bugs import bug_forecast
from hyperion_hook.domain.history import EmptyHistory
from hyperion_hook.features.history.file_bug_features import MOST_FILES
from hyperion_hook.scoring.bugs import BugModel, columns_of
from hyperion_hook.scoring.members import TreeMember, sigmoid
from hyperion_hook.scoring.trees import LEAF, Trees, serialise
from tests.support.changes import change, edit
from tests.support.command import hyperion
from tests.support.models import write_bundle
from tests.support.repo import TestRepo

# files of more than 25 lines -1, smaller ones -3
TREES = Trees.parse("by hand", serialise([0], [0, LEAF, LEAF], [25.0, -3.0, -1.0], [1, 2, 3]), 1)
MEMBER = TreeMember("bugs", TREES, averaged=False, base=0.0)
MODEL = BugModel(columns_of(["lines_now"]), MEMBER, 1.0, 0.0, 1.0, 0.5, 0.1)
LONG = "\n".join("+x" for _ in range(30))


def test_without_source_a_model_or_a_whole_history_nothing_is_forecast() -> None:
    source = change(edit("src/a.py", "+x"))
    assert bug_forecast(MODEL, change(), EmptyHistory()) is None
    assert bug_forecast(MODEL, change(edit("README.md", "+x"), edit("tests/test_a.py", "+x")), EmptyHistory()) is None
    assert bug_forecast(None, source, EmptyHistory()) is None
    assert bug_forecast(MODEL, source, EmptyHistory("no index yet")) is None


def test_files_come_likeliest_first_and_the_change_follows_from_the_likeliest() -> None:
    found = bug_forecast(MODEL, change(edit("b.py", "+x"), edit("a.py", "+x"), edit("c.py", LONG)), EmptyHistory())
    assert found is not None
    assert [entry.path for entry in found.files] == ["c.py", "a.py", "b.py"]
    assert [entry.probability for entry in found.files] == pytest.approx([sigmoid(-1), sigmoid(-3), sigmoid(-3)])
    assert found.probability == pytest.approx(sigmoid(-1 + 0.5 * 1.0986122886681098 + 0.1))


def test_no_more_files_are_looked_up_than_the_limit() -> None:
    found = bug_forecast(MODEL, change(*(edit(f"f{n}.py", "+x") for n in range(400))), EmptyHistory())
    assert found is not None
    assert len(found.files) == MOST_FILES


def test_a_staged_change_is_forecast_as_it_is_once_recorded(tmp_path: Path) -> None:
    """By the executable, with a bundle; the message that says "Fix" changes nothing, nor does a second run."""
    write_bundle(tmp_path / "models", with_bugs=True)
    repo = TestRepo(tmp_path / "repo")
    for number in range(60):
        repo.commit(
            {f"src/f{number % 3}.py": f"x = {number}\n", "notes.md": f"{number}\n"},
            "Fix crash" if number % 4 == 0 else "Improve",
        )
    repo.stage({"src/f0.py": "x = 99\n", "src/new.py": "y = 1\n", "notes.md": "staged\n"})
    arguments = ("--format", "json", "--models", str(tmp_path / "models"))
    hyperion(repo.path, "index")
    time = repo.clock + 86_400
    repo.clock = time
    env = {"GIT_COMMITTER_DATE": f"@{time} +0000", "GIT_AUTHOR_DATE": f"@{time} +0000"}
    staged = hyperion(repo.path, "score", "--staged", *arguments, env=env).json()["bugs"]
    repo.git("commit", "-q", "-m", "Fix bug in all of it")
    recorded = hyperion(repo.path, "score", "HEAD", *arguments).json()["bugs"]
    assert {entry["path"] for entry in staged["files"]} == {"src/f0.py", "src/new.py"}
    assert json.dumps(staged) == json.dumps(recorded)
