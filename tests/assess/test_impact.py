"""Impact on real repositories, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor
from hyperion_hook.assess.impact import impact_of, looked_at
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Impact
from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.history import EmptyHistory
from hyperion_hook.scoring.co_change import LEAST_PROBABILITY, LEAST_SUPPORT
from tests.support.changes import NO_GRAPH, change, edit
from tests.support.command import hyperion
from tests.support.repo import TestRepo


def coupled(path: Path) -> TestRepo:
    """Build a repository in which ``src/app.py`` and its test changed six times together, a page once."""
    repo = TestRepo(path)
    repo.commit({"src/app.py": "x = 0\n", "src/util.py": "y = 0\n", "docs/app.md": "0\n", "src/__init__.py": ""})
    for number in range(1, 6):
        repo.commit({"src/app.py": f"x = {number}\n", "tests/test_app.py": f"from src import app\n# {number}\n"})
    repo.commit({"cli/run.py": "from src import app\n"})
    return repo


def impact_at(repo: TestRepo) -> Impact:
    with Assessor.open(repo.path, Config(), now=repo.clock + 86_400) as assessor:
        impact = assessor.staged().impact
    assert impact is not None
    return impact


def test_an_empty_change_has_no_impact() -> None:
    assert impact_of(change(), EmptyHistory(), NO_GRAPH, lambda _: True) is None


def test_without_history_and_graph_nothing_is_named() -> None:
    impact = impact_of(change(edit("a.py", "+x")), EmptyHistory(), NO_GRAPH, lambda _: True)
    assert impact is not None
    assert (impact.affected, impact.missing_co_changes) == ((), ())


def test_the_usual_test_is_missing_and_who_imports_is_affected(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    repo.stage({"src/app.py": "x = 9\n"})
    impact = impact_at(repo)
    [missing] = impact.missing_co_changes
    assert (missing.path, missing.beside, missing.support, missing.commits) == ("tests/test_app.py", "src/app.py", 5, 6)
    assert missing.confidence == pytest.approx(5 / 6)
    assert missing.probability >= LEAST_PROBABILITY
    assert [(entry.component, entry.reason) for entry in impact.affected] == [
        ("tests", "changed in 5 of the last 6 changes of src/app.py; imports src/app.py (1 module)"),
        ("cli", "imports src/app.py (1 module)"),
        ("docs", "changed in 1 of the last 6 changes of src/app.py"),
    ]


@pytest.mark.parametrize(("name", "told"), [("CHANGES.md", False), ("setup.py", True)])
def test_a_change_log_does_not_make_the_top_folder_affected(tmp_path: Path, name: str, told: bool) -> None:
    repo = TestRepo(tmp_path)
    for number in range(6):
        repo.commit({"src/app.py": f"x = {number}\n", name: f"# {number}\n"})
    repo.stage({"src/app.py": "x = 9\n"})
    assert [entry.component for entry in impact_at(repo).affected] == (["."] if told else [])


def test_the_top_folder_counts_by_what_is_no_document(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(6):
        settings = {"setup.py": f"# {number}\n"} if number in (1, 4) else {}
        repo.commit({"src/app.py": f"x = {number}\n", "CHANGES.md": f"# {number}\n", **settings})
    repo.stage({"src/app.py": "x = 9\n"})
    [top] = impact_at(repo).affected
    assert (top.component, top.reason) == (".", "changed in 2 of the last 6 changes of src/app.py")


def test_a_file_that_hardly_changed_is_evidence_where_no_other_is(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"src/new.ini": "1\n", "lib/b.py": "y = 1\n"})
    for number in range(6):
        repo.commit({"src/app.py": f"x = {number}\n", **({"lib/b.py": f"y = {number}\n"} if number < 4 else {})})
    repo.stage({"src/app.py": "x = 9\n", "src/new.ini": "2\n"})
    [lib] = impact_at(repo).affected
    assert lib.reason == "changed in 4 of the last 6 changes of src/app.py"
    repo.git("reset", "-q", "--hard")
    repo.stage({"src/new.ini": "2\n"})
    [lib] = impact_at(repo).affected
    assert lib.reason == "changed in the last change of src/new.ini"


def test_what_is_in_the_change_or_gone_is_not_missing(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    repo.stage({"src/app.py": "x = 9\n", "tests/test_app.py": "# 9\n"})
    assert impact_at(repo).missing_co_changes == ()
    repo.git("reset", "-q", "--hard")
    repo.commit({"tests/test_app.py": None})
    repo.stage({"src/app.py": "x = 9\n"})
    assert impact_at(repo).missing_co_changes == ()


def test_a_test_that_moves_with_the_change_is_not_missing(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    repo.git("mv", "tests/test_app.py", "tests/test_application.py")
    repo.stage({"src/app.py": "x = 9\n"})
    assert impact_at(repo).missing_co_changes == ()


def test_seldom_is_not_usual(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    repo.stage({"docs/app.md": "9\n"})
    assert impact_at(repo).missing_co_changes == ()
    assert LEAST_SUPPORT > 1


def test_vendored_files_are_not_asked_for(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(6):
        repo.commit({"app.py": f"{number}\n", "vendor/app.py": f"{number}\n"})
    repo.stage({"app.py": "9\n"})
    assert impact_at(repo).missing_co_changes == ()


def test_later_commits_and_other_branches_change_nothing(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    judged = repo.commit({"src/app.py": "x = 9\n"})

    def impact() -> object:
        return hyperion(repo.path, "score", judged, "--format", "json").json()["impact"]

    before = impact()
    repo.git("checkout", "-q", "-b", "side", "HEAD~2")
    repo.commit({"src/app.py": "x = 77\n", "src/util.py": "y = 7\n", "side/a.py": "from src import app\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"src/app.py": "x = 10\n", "src/util.py": "y = 10\n"}, "Fix crash")
    repo.git("merge", "-q", "-s", "ours", "-m", "merge", "side")
    assert hyperion(repo.path, "index").code == 0
    assert impact() == before


def test_silence_computes_none(tmp_path: Path) -> None:
    repo = coupled(tmp_path)
    repo.stage({"src/app.py": "x = 9\n"})
    assert hyperion(repo.path, "score", "--no-explain", "--format", "json").json()["impact"] is None


def test_a_copy_has_no_past_of_its_own_and_leaves_its_source_alone() -> None:
    assert looked_at(change(edit("new.py", "+x", FileStatus.COPIED, "old.py"))) == ["new.py"]


def test_of_a_huge_change_the_files_with_most_lines_are_looked_at_under_their_old_names() -> None:
    files = [edit(f"f{number:03}.py", "+x\n" * (number % 7)) for number in range(200)]
    files.append(edit("new.py", "+x\n" * 30, FileStatus.RENAMED, "old.py"))
    paths = looked_at(change(*files))
    assert len(paths) == 50
    assert paths[:3] == ["old.py", "f006.py", "f013.py"]
