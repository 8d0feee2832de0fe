from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.blame_candidates import code_positions
from hyperion_hook.training.labels.label import Finding, FoundBy, Label, Outcome
from hyperion_hook.training.labels.label_history import label_history
from hyperion_hook.training.labels.szz import Choice, Labeller, SzzRules
from tests.support.repo import START, TestRepo

DAY = 86_400
CODE = "def run(value):\n    # doubled\n    total = value * 2\n    other = 1\n    return total + other\n"


def labelled(repo: TestRepo, rules: SzzRules | None = None) -> Labeller:
    repository = Repository.discover(repo.path)
    return label_history(repository, [repository.resolve("HEAD")], rules)


def causes(repo: TestRepo, rules: SzzRules | None = None) -> list[tuple[str, str, int]]:
    return [(cause.id, cause.fix, cause.lines) for cause in labelled(repo, rules).inducing]


def test_a_history_without_fixes_blames_nobody(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": CODE})
    repo.commit({"a.py": CODE.replace("2", "3")}, "Triple it")
    labeller = labelled(repo)
    assert labeller.fixes == []
    assert labeller.labels() == {}


def test_the_commit_whose_code_a_fix_replaces_introduced_the_bug(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE})
    repo.commit({"b.py": "x = 1\n"}, "Add b")
    fix = repo.commit({"a.py": CODE.replace("value * 2", "value * 3")}, "Fix wrong factor")
    assert causes(repo) == [(culprit, fix, 1)]
    assert labelled(repo).labels() == {
        culprit: Label(culprit, {Outcome.TRACED: Finding(START + 3 * DAY, FoundBy.LINES)})
    }


def test_the_first_fix_says_since_when_a_bug_is_known(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE})
    repo.commit({"a.py": CODE.replace("* 2", "* 3")}, "Fix wrong factor")
    repo.commit({"a.py": CODE.replace("* 2", "* 3").replace("+ other", "- other")}, "Fix wrong sign")
    assert labelled(repo).labels()[culprit].known_at == START + 2 * DAY


def test_a_fix_with_a_clock_in_the_past_is_known_when_the_bug_was_made(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE}, days=10)
    repo.commit({"a.py": CODE.replace("* 2", "* 3")}, "Fix wrong factor", days=-5)
    assert labelled(repo).labels()[culprit].known_at == START + 10 * DAY


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", CODE, CODE.replace("# doubled", "# twice")),
        ("a.py", "a = 1\n\n\nb = 2\n", "a = 1\nb = 2\n"),
        ("a.py", "a = 1\nb  =  2\n", "a = 1\nb = 2\n"),
        ("A.java", "/*\n * old\n */\nclass A {}\n", "/*\n * new\n */\nclass A {}\n"),
        ("tests/test_a.py", CODE, CODE.replace("2", "3")),
        ("README.md", "one\n", "two\n"),
        ("vendor/a.py", CODE, CODE.replace("2", "3")),
        ("a.py", CODE, None),
        ("a.bin", "\0" * 9, "\0" * 8),
    ],
    ids=["comment", "blank", "white space", "block comment", "test", "document", "foreign", "deleted file", "binary"],
)
def test_what_says_nothing_about_the_bug_blames_nobody(
    tmp_path: Path, path: str, before: str, after: str | None
) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({path: before, "other.txt": "1\n"})
    repo.commit({path: after, "new.py": "x = 1\n"}, "Fix crash on empty input")
    assert causes(repo) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nb = 2\n", "b = 2\na = 1\n"),
        ("if x:\n    a = 1\n", "if x:\n    if y:\n        a = 1\n"),
        ("a = 1\nb = 2\n", "a = 1\nif a:\n    c = 1\nb = 2\n"),
    ],
    ids=["moved", "wrapped", "inserted"],
)
def test_code_that_a_fix_moves_wraps_or_inserts_beside_blames_its_author(
    tmp_path: Path, before: str, after: str
) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": before})
    fix = repo.commit({"a.py": after}, "Fix crash on empty input")
    assert [(name, by) for name, by, _ in causes(repo)] == [(culprit, fix)]


def test_changed_code_outranks_what_is_inserted_elsewhere(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE})
    repo.commit({"b.py": CODE}, "Add b")
    fix = repo.commit({"a.py": CODE.replace("2", "3"), "b.py": f"{CODE}\nmore = 1\n"}, "Fix crash")
    assert causes(repo) == [(culprit, fix, 1)]


def test_an_inserted_comment_blames_nobody(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": CODE})
    repo.commit({"a.py": CODE.replace("    other", "    # why\n\n    other")}, "Fix crash")
    assert causes(repo) == []


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("tests/test_a.py", CODE.replace("2", "3")),
        ("vendor/a.py", CODE.replace("2", "3")),
        ("setup.cfg", CODE.replace("2", "3")),
        ("tests/test_a.py", CODE.replace("    total", "    found = 1\n    total")),
        ("a.py", CODE.replace("# doubled", "# twice")),
        ("a.py", CODE.replace(" * ", "*")),
    ],
    ids=["test", "foreign", "configuration", "inserted in a test", "comment", "white space"],
)
def test_what_is_known_to_be_a_fix_is_traced_through_weaker_evidence(tmp_path: Path, path: str, after: str) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({path: CODE, "a.txt": "1\n"})
    fix = repo.commit({path: after}, "Fix crash")
    assert causes(repo) == []
    assert [(name, by) for name, by, _ in causes(repo, SzzRules(exhaustive=True))] == [(culprit, fix)]


def three_authors_of_a_bug(path: Path) -> tuple[TestRepo, str, str, str, str]:
    repo = TestRepo(path)
    lines = [f"a{n} = {n}\n" for n in range(6)]
    first = repo.commit({"a.py": "".join(lines)})
    lines[0:3] = [f"a{n} = {n} + 0\n" for n in range(3)]
    second = repo.commit({"a.py": "".join(lines)})
    lines[3] = "a3 = 3 + 0\n"
    third = repo.commit({"a.py": "".join(lines)})
    fix = repo.commit({"a.py": "z = 1\n"}, "Fix crash")
    return repo, first, second, third, fix


def test_lines_and_age_are_weighed_by_default_and_other_choices_can_be_made(tmp_path: Path) -> None:
    repo, first, second, third, fix = three_authors_of_a_bug(tmp_path)
    assert causes(repo) == [(second, fix, 3)]  # sqrt(3) / 3 against 1 / 2 and sqrt(2) / 4
    assert causes(repo, SzzRules(choice=Choice.MOST_RECENT)) == [(third, fix, 1)]
    assert causes(repo, SzzRules(choice=Choice.LARGEST)) == [(second, fix, 3)]
    assert causes(repo, SzzRules(choice=Choice.ALL)) == [(first, fix, 2), (second, fix, 3), (third, fix, 1)]


def test_what_was_committed_together_with_a_fix_is_not_to_blame(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE})
    beside = repo.commit({"a.py": CODE.replace("value * 2", "value * 3").replace("1", "2")}, "Rework")
    repo.clock += 60 - DAY
    fix = repo.commit({"a.py": "x = 1\n"}, "Fix crash")
    assert [name for name, _, _ in causes(repo)] == [culprit]
    repo.git("reset", "-q", "--hard", beside)
    repo.clock += 1 - DAY
    fix = repo.commit({"a.py": "x = 1\n"}, "Fix crash")
    assert causes(repo) == [(beside, fix, 2)]


def test_a_named_cause_outranks_the_lines_unless_told_otherwise(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    named = repo.commit({"b.py": "x = 1\n"})
    traced = repo.commit({"a.py": CODE})
    fix = repo.commit({"a.py": CODE.replace("2", "3")}, f"Fix crash\n\nFixes: {named[:12]}")
    assert causes(repo) == [(named, fix, 0)]
    assert causes(repo, SzzRules(use_named=False)) == [(traced, fix, 1)]


def test_a_reverted_commit_is_a_culprit_and_its_revert_is_none(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": CODE})
    culprit = repo.commit({"a.py": CODE.replace("2", "3")}, "Triple it")
    repo.clock += DAY
    repo.git("revert", "--no-edit", "HEAD")
    revert = repo.head()
    repo.clock += DAY
    repo.git("revert", "--no-edit", "HEAD")
    assert causes(repo) == [(culprit, revert, 0)]


def test_merges_are_no_culprits(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "a = 1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "a = 1\nb = 2\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "c = 3\na = 1\n"})
    repo.git("merge", "-q", "--no-commit", "side")
    repo.stage({"a.py": "c = 3\na = 1\nevil = 1\nb = 2\n"})
    repo.git("commit", "-q", "-m", "merge")
    merge = repo.head()
    fix = repo.commit({"a.py": "c = 3\na = 1\nevil = 2\nb = 2\n"}, "Fix crash")
    ((name, by, lines),) = causes(repo)
    assert (by, lines) == (fix, 0)  # a line beside is all there is
    assert name != merge


def test_a_fix_of_very_many_files_is_not_traced(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({f"a{n}.py": CODE for n in range(3)})
    fix = repo.commit({f"a{n}.py": CODE.replace("2", "3") for n in range(3)}, "Fix crash")
    assert causes(repo, SzzRules(max_files=2)) == []
    assert causes(repo, SzzRules(max_files=3)) == [(culprit, fix, 3)]


def test_a_revision_to_ignore_leaves_lines_to_who_wrote_them(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE})
    repo.commit({"b.py": "x = 1\n"}, "Add b")
    formatted = CODE.replace("value * 2", "(value\n             * 2)").replace("    other", "  other")
    styled = repo.commit({"a.py": formatted}, "Reformat")
    fix = repo.commit({"a.py": formatted.replace("* 2", "* 3")}, "Fix wrong factor")
    assert causes(repo) == [(styled, fix, 1)]
    repo.commit({".git-blame-ignore-revs": f"{styled}\n"}, "Ignore the style")
    assert causes(repo) == [(culprit, fix, 1)]


def test_generated_files_are_no_evidence(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"gen.py": CODE, "b.py": "x = 1\n"})
    repo.commit({"gen.py": CODE.replace("2", "3")}, "Fix crash")
    assert len(causes(repo)) == 1
    repo.commit({".gitattributes": "gen.py linguist-generated\n"})
    assert causes(repo) == []


def test_positions_of_code_follow_comment_blocks() -> None:
    lines = [b"/* a", b" b = 1;", b" */", b"int c;", b"", b"// d", b"e();"]
    assert code_positions(lines, "C") == [3, 6]
    assert code_positions([], "Python") == []


def findings(repo: TestRepo) -> dict[str, dict[Outcome, tuple[int, str, float]]]:
    return {
        commit: {
            outcome: ((finding.known_at - START) // DAY, finding.found_by, finding.weight)
            for outcome, finding in label.findings.items()
        }
        for commit, label in labelled(repo, SzzRules(shared=True)).labels().items()
    }


def test_each_outcome_is_known_from_its_own_moment(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({"a.py": CODE, "b.py": "x = 1\n"})
    repo.commit({"a.py": CODE.replace("* 2", "* 3")}, "Fix wrong factor")
    repo.commit({"b.py": "x = 2\n"}, f'Fix x\n\nFixes: {culprit[:12]} ("Add a")')
    repo.commit({"b.py": None}, f'Revert "Add a"\n\nThis reverts commit {culprit}.')
    assert findings(repo) == {
        culprit: {
            Outcome.TRACED: (2, "lines", 1.0),
            Outcome.SHARED: (2, "lines", 1.0),
            Outcome.NAMED: (3, "trailer", 1.0),
            Outcome.REVERTED: (4, "revert", 1.0),
        }
    }


def test_candidates_share_a_fix_and_the_one_that_is_blamed_is_traced(tmp_path: Path) -> None:
    repo, *authors, _ = three_authors_of_a_bug(tmp_path)
    known = findings(repo)
    assert {name: round(label[Outcome.SHARED][2], 3) for name, label in known.items()} == dict.fromkeys(authors, 0.333)
    assert sum(Outcome.TRACED in label for label in known.values()) == 1


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tests/test_a.py", "Fix flaky test"),
        ("CMakeLists.txt", "Fix build on Windows"),
        (".github/workflows/ci.yml", "ci: fix broken pipeline"),
        ("setup.cfg", "Fix wrong option"),
        ("data/rows.csv", "Fix wrong row"),
        ("build/Makefile", "Fix parallel build"),
    ],
)
def test_repairs_of_what_is_no_source_are_traced_apart(tmp_path: Path, path: str, message: str) -> None:
    repo = TestRepo(tmp_path)
    culprit = repo.commit({path: "one = 1\ntwo = 2\n"})
    repo.commit({path: "one = 1\ntwo = 3\n"}, message)
    assert findings(repo) == {culprit: {Outcome.SHARED: (2, "lines", 1.0)}}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("README.md", "Fix wrong link"),
        ("docs/a.rst", "Fix the build"),
        ("vendor/a.py", "Fix crash"),
        ("a.py", "Fix typo"),
    ],
)
def test_documents_foreign_files_and_spelling_are_shared_by_nobody(tmp_path: Path, path: str, message: str) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({path: "one = 1\ntwo = 2\n"})
    repo.commit({path: "one = 1\ntwo = 3\n"}, message)
    assert findings(repo) == {}


FUNCTIONS = "def first():\n    return 1\n\n\ndef second():\n    a = 1\n    b = 2\n    c = 3\n    return a\n"


@pytest.mark.parametrize(
    ("later", "fixed"),
    [
        (("    b = 2\n    c = 3\n", "    b = 20\n    c = 30\n"), ("    a = 1\n", "    a = 10\n")),
        (("    return 1\n", "    return value\n\n\nvalue = 5\n"), ("    a = 1\n", "    a = value\n")),
    ],
    ids=["the same function", "a name that is brought in"],
)
def test_where_lines_lead_far_back_their_surroundings_count(
    tmp_path: Path, later: tuple[str, str], fixed: tuple[str, str]
) -> None:
    repo = TestRepo(tmp_path)
    old = repo.commit({"a.py": FUNCTIONS})
    culprit = repo.commit({"a.py": FUNCTIONS.replace(*later)}, days=400)
    fix = repo.commit({"a.py": FUNCTIONS.replace(*later).replace(*fixed)}, "Fix wrong value", days=1)
    assert [(name, by) for name, by, _ in causes(repo)] == [(culprit, fix)]
    assert causes(repo, SzzRules(choice=Choice.LARGEST)) == [(old, fix, 1)], "the published rules know lines alone"


def test_surroundings_do_not_outweigh_lines_of_late(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": FUNCTIONS})
    culprit = repo.commit({"a.py": FUNCTIONS.replace("a = 1", "a = 7")}, days=400)
    later = FUNCTIONS.replace("a = 1", "a = 7").replace("b = 2\n    c = 3", "b = 20\n    c = 30")
    repo.commit({"a.py": later}, days=3)
    fix = repo.commit({"a.py": later.replace("a = 7", "a = 8")}, "Fix wrong value", days=1)
    assert causes(repo) == [(culprit, fix, 1)]
