"""Reviewers, similar changes and advice on real repositories whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook.assess.guidance import tests_to_run
from hyperion_hook.assess.guidance.advice import Adviser
from hyperion_hook.assess.guidance.recommendations import CUT, Counsel, counsel
from hyperion_hook.assess.guidance.similar_changes import COMPARED, similar_changes
from hyperion_hook.assess.people.reviewers import reviewers
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Reviewer, RiskLevel, Score
from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.co_change import CoChange
from hyperion_hook.domain.deadline import Deadline
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import GitError
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.commits_before import Past
from tests.support.changes import change, edit
from tests.support.repo import TestRepo

ADA, GRACE, LINUS, KEN = (f"{name} <{name.lower()}@example.org>" for name in ("Ada", "Grace", "Linus", "Ken"))
LIKELY = Score(0.4, -0.4, RiskLevel.HIGH, 99.0)
NO_GRAPH = Missing("no graph")


@contextmanager
def measuring(repo: TestRepo) -> Iterator[StoreMeasurer]:
    measurer = StoreMeasurer(Repository.discover(repo.path), Config())
    try:
        yield measurer
    finally:
        measurer.close()


def past_of(measurer: StoreMeasurer, change: Change) -> Past:
    past = measurer.past(change.base)
    assert past is not None
    return past


def named(repo: TestRepo, revision: str = "HEAD") -> tuple[Reviewer, ...]:
    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, revision)
        return reviewers(change, past_of(measurer, change), measurer.patches)


def test_the_past_of_a_change_is_read_once(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"a.py": lines(0, number + 1)})
    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, "HEAD")
        measurer.measure(change)
        past = past_of(measurer, change)
        asked: list[str] = []
        assert measurer._index is not None
        measurer._index.connection.set_trace_callback(asked.append)
        assert measurer.recent_changes(change.base, 2) == [commit.id for commit in past.recent(2)]
        assert measurer.recent_changes(change.base, 2) == [commit.id for commit in past_of(measurer, change).recent(2)]
        assert sum("FROM commits" in query for query in asked) == 2
        measurer.measure(change)
        assert past_of(measurer, change) is not past


def lines(start: int, count: int) -> str:
    return "".join(f"value_{number} = compute({number})\n" for number in range(start, start + count))


# who could review


def test_nobody_is_named_for_files_that_only_the_author_knows(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "1\n"}, author=ADA)
    repo.commit({"a.py": "2\n"}, author="Ada <other@example.org>")
    repo.commit({"a.py": "3\n"}, author=ADA)
    assert named(repo) == ()


def test_a_coding_agent_is_nobody_s_reviewer_and_counts_for_nobody(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    agents = [
        "Claude <noreply@anthropic.com>",
        "copilot-swe-agent[bot] <1+Copilot@users.noreply.github.com>",
        "Cursor Agent <cursoragent@cursor.com>",
        "Devin AI <x@example.org>",
        "openhands <openhands@all-hands.dev>",
    ]
    for number, author in enumerate([*agents, *agents]):
        message = f"Change {number}\n\nReviewed-by: {author}\nCo-authored-by: {author}"
        repo.commit({"pkg/a.py": f"{number}\n"}, message, author=author)
    repo.commit({"pkg/a.py": "g\n"}, author=f"Grace (aider) {GRACE.partition(' ')[2]}")
    repo.commit({"pkg/a.py": "last\n"}, author=ADA)
    assert [person.name for person in named(repo)] == ["Grace"]


def test_who_committed_most_is_named_first_without_author_and_bots(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    people = (GRACE, GRACE, LINUS, ADA, "renovate[bot] <bot@example.org>")
    for number, author in enumerate(people):
        repo.commit({"pkg/a.py": f"{number}\n"}, author=author)
    repo.commit({"other/b.py": "1\n"}, author=KEN)
    repo.commit({"pkg/a.py": "last\n"}, author=ADA)
    assert named(repo) == (
        Reviewer("Grace", "2 commits to these files; active this month"),
        Reviewer("Linus", "1 commit to these files; active this month"),
    )


def test_whoever_left_long_ago_is_not_asked_but_whoever_works_elsewhere_is(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for author in (GRACE, LINUS):
        repo.commit({"pkg/a.py": f"{author}\n"}, author=author)
    for number in range(8):
        repo.commit({"other/b.py": f"{number}\n"}, author=LINUS, days=30)
    repo.commit({"pkg/a.py": "last\n"}, author=ADA)
    assert [reviewer.name for reviewer in named(repo)] == ["Linus"]


def test_a_repository_at_rest_has_not_been_left_by_everybody(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "1\n"}, author=GRACE)
    repo.commit({"pkg/a.py": "2\n"}, author=ADA, days=900)
    assert [reviewer.name for reviewer in named(repo)] == ["Grace"]


def test_reviews_count_more_than_commits_and_name_whoever_never_committed(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"pkg/a.py": f"{number}\n"}, "Improve\n\nReviewed-by: Ken Thompson <ken@example.org>", author=GRACE)
    repo.commit({"pkg/a.py": "last\n"}, author=ADA)
    found = named(repo)
    assert [reviewer.name for reviewer in found] == ["Ken Thompson", "Grace"]
    assert found[0].reason == "3 reviews; active this month"


@pytest.mark.parametrize(("own", "reason"), [(0, "merged 2 commits"), (1, "1 commit to these files, merged 2 commits")])
def test_whoever_committed_what_others_wrote_has_merged_it(tmp_path: Path, own: int, reason: str) -> None:
    repo = TestRepo(tmp_path)
    for number in range(own):
        repo.commit({"pkg/a.py": f"own {number}\n"}, author=KEN)
    for number in range(2):
        repo.commit({"pkg/a.py": f"{number}\n"}, author=GRACE)
        committer = {"GIT_COMMITTER_NAME": "Ken", "GIT_COMMITTER_EMAIL": KEN.partition("<")[2].rstrip(">")}
        repo.git("commit", "-q", "--amend", "--no-edit", author=GRACE, env=committer)
    repo.commit({"pkg/a.py": "last\n"}, author=ADA)
    (found,) = [person for person in named(repo) if person.name.startswith("Ken")]
    assert found.reason == f"{reason} for others; active this month"


def test_later_commits_have_no_effect(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "1\n"}, author=GRACE)
    judged = repo.commit({"pkg/a.py": "2\n"}, author=ADA)
    before = named(repo, judged)
    for number in range(3):
        repo.commit({"pkg/a.py": f"later {number}\n"}, "x\n\nReviewed-by: Ken <ken@example.org>", author=LINUS)
    assert named(repo, judged) == before


# what was like it


def rows_of(measurer: StoreMeasurer, change: Change) -> Mapping[str, Mapping[str, float]]:
    return {commit.id: dict.fromkeys(COMPARED, 1.0) for commit in past_of(measurer, change).recent(50)}


def outcomes(repo: TestRepo, revision: str = "HEAD") -> dict[str, str]:
    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, revision)
        found = similar_changes(
            change,
            FeatureVector(dict.fromkeys(COMPARED, 1.0)),
            rows_of(measurer, change),
            past_of(measurer, change),
            measurer.messages,
            measurer.patches,
        )
    return {entry.subject: entry.outcome for entry in found}


def test_nothing_is_similar_without_a_file_or_folder_in_common(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "1\n"})
    repo.commit({"other/b.py": "1\n"})
    assert outcomes(repo) == {}


def test_a_revert_is_told_with_its_day_and_commit(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "value = 1\n"}, "Begin")
    repo.commit({"pkg/a.py": "value = 2\n"}, "Add x")
    repo.clock += 3 * 86_400
    repo.git("revert", "--no-edit", "HEAD")
    revert = repo.head()
    repo.commit({"pkg/a.py": "value = 3\n"}, "Again")
    assert outcomes(repo)["Add x"] == f"reverted 3 days later by {revert[:10]}"


def test_a_fix_that_replaced_its_lines_is_told_and_one_elsewhere_in_the_file_only_counted(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": lines(0, 9)}, "Begin", days=100)
    repo.commit({"pkg/a.py": lines(0, 9) + "broken_total = compute(-1)\n"}, "Add total")
    fix = repo.commit({"pkg/a.py": lines(0, 9) + "total = compute(1)\n"}, "Fix crash in total", days=12)
    repo.commit({"pkg/a.py": lines(0, 8) + "total = compute(2)\n"}, "Change total", days=1)
    repo.commit({"pkg/a.py": lines(1, 7) + "total = compute(2)\n"}, "Fix crash at zero", days=5)
    repo.commit({"pkg/a.py": lines(1, 7)}, "Drop total", days=40)
    told = outcomes(repo, "HEAD~1") | outcomes(repo)
    assert told["Add total"] == f"bug fix {fix[:10]} changed its lines 12 days later"
    assert told["Change total"] == "1 bug fix in the same files within 30 days"
    assert told["Fix crash at zero"] == "no bug fix in its files in the 40 days since"


@pytest.mark.parametrize(
    ("hours", "fixed", "outcome"),
    [
        (5, False, "too new to tell what becomes of it (0 days old)"),
        (30, False, "too new to tell what becomes of it (1 day old)"),
        (24 * 29, False, "too new to tell what becomes of it (29 days old)"),
        (24 * 30, False, "no bug fix in its files in the 30 days since"),
        (24 * 34, True, "first bug fix in its files after 34 days"),
    ],
)
def test_what_is_said_of_a_change_that_nobody_fixed_is_true_at_its_age(
    tmp_path: Path, hours: int, fixed: bool, outcome: str
) -> None:
    repo = TestRepo(tmp_path)
    for subject in ("Begin", "Go on"):
        repo.commit({"pkg/a.py": f"value = {subject!r}\n"}, subject, days=0)
    repo.clock += hours * 3_600
    repo.commit({"pkg/a.py": "value = 'Go on'\nmore = 1\n"}, "Fix crash" if fixed else "Judged", days=0)
    repo.commit({"pkg/a.py": "value = 4\n"}, "Judged", days=0)
    assert outcomes(repo)["Go on"] == outcome


def test_one_change_that_was_made_on_several_branches_is_one_similar_change(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number, subject in enumerate(
        ("Other", "Bound x (#7)", "[PR #7/ab12 backport][3.1] Bound x (#8)", "Bound x - 3.12 (#9)")
    ):
        repo.commit({"pkg/a.py": f"value = {number}\n"}, subject)
    repo.commit({"pkg/a.py": "value = 9\n"}, "Judged")
    assert list(outcomes(repo)) == ["Bound x - 3.12 (#9)", "Other"]


def test_an_outcome_that_came_later_is_not_known(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "value = 0\n"}, "Begin", days=0)
    repo.commit({"pkg/a.py": "value = 1\n"}, "Begin again", days=0)
    judged = repo.commit({"pkg/a.py": "value = 2\n"}, "Judged", days=40)
    repo.commit({"pkg/a.py": "value = 3\n"}, "Fix crash", days=1)
    assert set(outcomes(repo, judged).values()) == {"no bug fix in its files in the 40 days since"}


def test_one_similar_change_alone_is_none(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "value = 1\n"}, "Begin")
    repo.commit({"pkg/b.py": "value = 1\n"}, "In the same folder")
    repo.commit({"pkg/a.py": "value = 2\n"}, "Judged")
    assert outcomes(repo) == {}


# what would make it safer


def adviser(repo: TestRepo, measurer: StoreMeasurer, score: Mapping[int, float], *, expired: bool = False) -> Adviser:
    """Return an adviser for whom a change scores by its number of files."""
    past = past_of(measurer, commit_change(measurer.repository, "HEAD"))
    return Adviser(
        lambda change: score[len(change.files)],
        only,
        lambda path: (repo.path / path).exists(),
        lambda numbers: measurer.patches(past.ids(numbers)),
        lambda: expired,
    )


def only(change: Change, files: Sequence[FileChange]) -> Change:
    return replace(change, files=tuple(files))


def advise(
    repo: TestRepo,
    score: Mapping[int, float],
    risk: Score = LIKELY,
    known: tuple[Reviewer, ...] = (),
    missing: tuple[CoChange, ...] = (),
    *,
    expired: bool = False,
) -> list[tuple[str, str, str]]:
    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, "HEAD")
        history, _ = measurer.history(change.base)
        given = adviser(repo, measurer, score, expired=expired).advise(change, risk, history, NO_GRAPH, known, missing)
    return [(entry.action, entry.effect, entry.evidence) for entry in given]


def test_no_advice_for_a_small_change_to_one_file(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"pkg/a.py": "1\n"})
    repo.commit({"pkg/a.py": "2\n"})
    assert advise(repo, {}) == []


def tangled(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path)
    repo.commit({"net/http.py": "1\n", "db/table.py": "1\n", "README.md": "1\n"}, "Begin")
    repo.commit(
        {
            "net/http.py": lines(0, 30),
            "tests/net/test_http.py": lines(0, 9),
            "db/table.py": lines(0, 40),
            "README.md": "2\n",
        },
        "Do two things",
    )
    return repo


def test_a_large_change_is_parted_where_nothing_ties_its_files(tmp_path: Path) -> None:
    assert advise(tangled(tmp_path), {2: 0.21, 1: 0.05, 3: 0.21, 4: 0.4}) == [
        (
            "Split it into 2 parts: db/table.py and 1 more (21%); net/http.py and 1 more (21%)",
            "the riskiest part scores 21% instead of 40%",
            "no folder, name, import or past commit ties the parts together",
        )
    ]


@pytest.mark.parametrize(
    ("score", "risk", "expired"),
    [({2: 0.39}, LIKELY, False), ({2: 0.1}, Score(0.4, -0.4, RiskLevel.LOW, 10.0), False), ({2: 0.1}, LIKELY, True)],
    ids=["hardly lower", "low risk", "no time left"],
)
def test_a_split_is_not_proposed(tmp_path: Path, score: Mapping[int, float], risk: Score, expired: bool) -> None:
    assert advise(tangled(tmp_path), score, risk, expired=expired) == []


def with_usual_tests(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path)
    for number in range(4):
        repo.commit({"pkg/a.py": lines(0, 10 * (number + 1)), "pkg/tests/test_a.py": lines(0, 5 * (number + 1))})
    repo.commit({"pkg/a.py": lines(0, 41)})
    repo.commit({"pkg/a.py": lines(0, 51)}, days=40)
    return repo


def test_the_usual_test_is_advised_when_the_score_falls_with_it(tmp_path: Path) -> None:
    assert advise(with_usual_tests(tmp_path), {1: 0.4, 2: 0.3}) == [
        (
            "Test it in pkg/tests/test_a.py, usually with some 5 lines",
            "from 40% to 30%",
            "4 of the last 5 changes to pkg/a.py also changed pkg/tests/test_a.py",
        )
    ]


def test_what_the_model_does_not_give_is_not_promised_but_the_test_can_be_run(tmp_path: Path) -> None:
    assert advise(with_usual_tests(tmp_path), {1: 0.4, 2: 0.41}) == [
        (
            "Run pkg/tests/test_a.py",
            "they show whether it broke something; the score stays 40%",
            "it changed in 4 of the last 5 changes to pkg/a.py",
        )
    ]


def test_tests_that_import_what_is_touched_are_run_by_name_first() -> None:
    importers = {"pkg/a.py": ("pkg/c.py", "tests/test_all.py", "tests/test_a.py", "tests/test_b.py", "tests/gone.py")}
    graph = ImportGraph({}, importers, {}, {}, {}, {}, {})
    touched = change(edit("pkg/a.py", "+x"), edit("tests/test_b.py", "+y"))
    assert tests_to_run.tests_to_run(touched, (), graph, lambda _: {}, lambda path: "gone" not in path) == (
        ("tests/test_a.py", "imports pkg/a.py"),
        ("tests/test_all.py", "imports pkg/a.py"),
    )
    # what other code imports is no test, whatever its name
    shared = ImportGraph({}, importers | {"tests/test_all.py": ("pkg/plugin.py",)}, {}, {}, {}, {}, {})
    assert tests_to_run.tests_to_run(touched, (), shared, lambda _: {}, lambda path: "gone" not in path) == (
        ("tests/test_a.py", "imports pkg/a.py"),
    )
    assert tests_to_run.tests_to_run(touched, (), Missing("no graph"), lambda _: {}, lambda _: True) == ()


def test_a_test_that_is_gone_is_not_usual_any_more(tmp_path: Path) -> None:
    repo = with_usual_tests(tmp_path)
    repo.commit({"pkg/tests/test_a.py": None})
    repo.commit({"pkg/a.py": lines(0, 61)})
    assert advise(repo, {1: 0.4, 2: 0.3}) == []


def forgotten(tmp_path: Path, later: int) -> TestRepo:
    """Return a history in which b.py goes with a.py four times and follows ``later`` times after it was left out."""
    repo = TestRepo(tmp_path)
    for number in range(4):
        repo.commit({"pkg/a.py": f"{number}\n", "pkg/b.py": f"{number}\n"}, days=30)
    for number in range(4):
        repo.commit({"pkg/a.py": f"alone {number}\n"}, days=30)
        if number < later:
            repo.commit({"pkg/b.py": f"after {number}\n"}, days=2)
    repo.commit({"pkg/a.py": "last\n"}, days=30)
    return repo


def test_a_file_is_named_that_was_changed_soon_after_it_had_been_left_out(tmp_path: Path) -> None:
    missing = (CoChange("pkg/b.py", 2, "pkg/a.py", 4, 8, 0.5, 0.8),)
    assert advise(forgotten(tmp_path, later=3), {2: 0.35}, missing=missing) == [
        (
            "See whether pkg/b.py must change, too",
            (
                "3 of 4 changes that left it out were followed by one to it within 7 days, 0 of 4 of those that did not;"
                " with a usual change to it the score is 35%"
            ),
            "4 of the last 8 changes to pkg/a.py also changed it",
        )
    ]


def test_a_file_is_not_named_where_leaving_it_out_made_no_difference(tmp_path: Path) -> None:
    missing = (CoChange("pkg/b.py", 2, "pkg/a.py", 4, 8, 0.5, 0.8),)
    assert advise(forgotten(tmp_path, later=0), {}, missing=missing) == []


def test_a_reviewer_is_advised_where_newcomers_fared_worse(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    number = 0
    for _ in range(5):
        repo.commit({"pkg/a.py": "expert\n" * (number := number + 1)}, author=GRACE)
    for guest in range(20):
        repo.commit({"pkg/a.py": "guest\n" * (number := number + 1)}, author=f"G{guest} <g{guest}@x>", days=40)
        repo.commit({"pkg/a.py": "fix\n" * (number := number + 1)}, "Fix crash", author=GRACE, days=5)
    repo.commit({"pkg/a.py": "last\n"}, author=ADA, days=40)
    known = (Reviewer("Grace", "25 commits to these files"),)
    # by newcomers: 20 guests, each fixed, and Grace's first two commits; by Grace from her sixth on: 20, none fixed
    assert advise(repo, {}, known=known) == [
        (
            "Have it reviewed by Grace",
            (
                "91% of 22 changes by people new to these files were followed by a bug fix within 30 days, none of 20 "
                "by people at home in them; the score stays 40%"
            ),
            "25 commits to these files",
        )
    ]


def test_a_git_that_fails_costs_the_counsel_and_not_the_score(tmp_path: Path) -> None:
    repo = tangled(tmp_path)

    def fail(change: Change) -> float:
        raise GitError("git diff: broke off")

    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, "HEAD")
        told = counsel(measurer, change, measurer.measure(change), LIKELY, None, fail, {})
    assert told == Counsel((), None, None, ("no advice: git diff: broke off",))


def test_when_time_is_up_the_report_says_so(tmp_path: Path) -> None:
    repo = tangled(tmp_path)
    with measuring(repo) as measurer:
        change = commit_change(measurer.repository, "HEAD")
        measured = measurer.measure(change)
        measurer.deadline = Deadline(-1.0)
        told = counsel(measurer, change, measured, LIKELY, None, lambda _: 0.1, {})
    assert told.warnings == (CUT,)
    assert told.similar is None
    assert told.advice is None


def test_tests_of_a_go_package_come_before_its_importers() -> None:
    touched = change(edit("lib/a.go", "+x"))
    importers = {"lib/a.go": ("cmd/a_test.go", "cmd/b_test.go", "cmd/c_test.go", "cmd/d_test.go")}
    graph = ImportGraph({}, importers, {}, {}, {}, {}, {})
    listed = tests_to_run.tests_to_run(touched, (), graph, lambda _: {}, lambda _: True)
    assert listed[0] == ("lib/a_test.go", "tests the package of lib/a.go")
    assert "lib/a_test.go" not in dict(
        tests_to_run.tests_to_run(touched, (), graph, lambda _: {}, lambda path: "lib" not in path)
    )


def test_templates_of_tests_are_not_tests_to_run() -> None:
    touched = change(edit("lib/a.ex", "+x"))
    templates = tuple(f"test/{name}" for name in ("a_test.exs.eex", "a_test.exs.tmpl", "page_test.html.heex"))
    graph = ImportGraph({}, {"lib/a.ex": (*templates, "test/a_test.exs")}, {}, {}, {}, {}, {})
    listed = tests_to_run.tests_to_run(touched, (), graph, lambda _: {}, lambda _: True)
    assert [path for path, _ in listed] == ["test/a_test.exs"]
