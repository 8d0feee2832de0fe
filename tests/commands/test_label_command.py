from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import hyperion
from tests.support.repo import START, TestRepo

DAY = 86_400
CODE = "def run(value):\n    total = value * 2\n    other = 1\n    return total + other\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[TestRepo, dict[str, str]]:
    """Two fixes on main, of which one names another commit than its lines do, and one that no branch has."""
    repo = TestRepo(tmp_path_factory.mktemp("label"))
    first = repo.commit({"a.py": CODE})
    second = repo.commit({"b.py": CODE}, "Add b")
    fix = repo.commit({"a.py": CODE.replace("* 2", "* 3")}, "Fix wrong factor")
    naming = repo.commit({"b.py": CODE.replace("* 2", "* 3")}, f"Fix crash\n\nFixes: {first[:12]}")
    aside = repo.commit({"setup.cfg": "x = 1\n"}, "Add settings")
    lost = repo.commit({"setup.cfg": "x = 2\n"}, "Change settings")
    repo.git("reset", "-q", "--hard", naming)
    return repo, {"first": first, "second": second, "fix": fix, "naming": naming, "aside": aside, "lost": lost}


def test_a_history_without_commits_that_fix_has_no_labels(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    only = repo.commit({"a.py": CODE})
    nothing = {"fixes": {}, "known_at": {}, "found_by": {}}
    assert hyperion(tmp_path, "label").json() == {"until": only, "commits": 1, **nothing}
    assert hyperion(tmp_path, "label", "--fixes", "-", stdin="# none\n\n").json() == {}


def test_fixes_are_found_with_their_causes(made: tuple[TestRepo, dict[str, str]]) -> None:
    repo, names = made
    found = hyperion(repo.path, "label").json()
    assert found == {
        "until": names["naming"],
        "commits": 4,
        "fixes": {names["fix"]: [names["first"]], names["naming"]: [names["first"]]},
        "known_at": {names["first"]: START + 3 * DAY},
        "found_by": {names["first"]: {names["fix"]: "lines", names["naming"]: "trailer"}},
    }
    blind = hyperion(repo.path, "label", "--ignore-references").json()
    assert blind["fixes"] == {names["fix"]: [names["first"]], names["naming"]: [names["second"]]}


def test_nothing_after_the_newest_commit_is_known(made: tuple[TestRepo, dict[str, str]]) -> None:
    repo, names = made
    assert hyperion(repo.path, "label", "--until", "HEAD~2").json()["fixes"] == {}
    out = hyperion(repo.path, "label", "--until", "HEAD~1", "--format", "csv").out
    assert out == (
        f"commit,buggy,known_at\n{names['first']},1,{START + 3 * DAY}\n{names['second']},0,\n{names['fix']},0,\n"
    )


def test_given_fixes_are_traced_wherever_they_are(made: tuple[TestRepo, dict[str, str]], tmp_path: Path) -> None:
    repo, names = made
    file = tmp_path / "fixes"
    file.write_text(f"{names['lost']}  # no branch has it\n\nHEAD\n{names['naming'][:10]}\n")
    found = hyperion(repo.path, "label", "--fixes", str(file))
    assert list(found.json().items()) == [(names["lost"], [names["aside"]]), (names["naming"], [names["first"]])]
    rows = hyperion(repo.path, "label", "--fixes", "-", "--ignore-references", "--format", "csv", stdin="HEAD\n").out
    assert rows == f"fix,inducing\n{names['naming']},{names['second']}\n"


def test_a_commit_given_as_a_fix_that_touches_nothing_has_no_cause(made: tuple[TestRepo, dict[str, str]]) -> None:
    repo, names = made
    found = hyperion(repo.path, "label", "--fixes", "-", stdin=f"{names['first']}\n").json()
    assert found == {names["first"]: []}
