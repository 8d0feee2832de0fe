"""What a whole repository looks like: by hand, on real repositories small enough to count in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor
from hyperion_hook.assess.people.knowledge import GONE_MONTHS
from hyperion_hook.assess.repository.hot_spots import heat_of, quarters_of
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.history import FileEvent, FileHistory
from hyperion_hook.domain.overview import HotSpot, Overview, Pair
from hyperion_hook.errors import HyperionError
from tests.support.repo import TestRepo

CODE = "def f(x):\n    if x:\n        return 1\n    return 2\n"
OTHER = "Grace <grace@example.org>"


def overview(repo: TestRepo, config: Config | None = None) -> Overview:
    with Assessor.open(repo.path, config or Config()) as assessor:
        assessor.build_index(rebuild=False)
        return assessor.overview()


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """Two folders; Ada made two thirds of one and none of the other, whose author left long ago."""
    repo = TestRepo(tmp_path_factory.mktemp("overview") / "project")
    repo.commit({"old/a.py": CODE, "old/b.py": "x = 1\n"}, author="Linus <linus@example.org>")
    repo.commit({"new/c.py": CODE}, days=500)
    repo.commit({"new/c.py": CODE + "y = 1\n"}, "Fix the crash in c", author=OTHER)
    repo.commit({"new/c.py": CODE + "y = 2\n"}, author="Ada L. <ada@example.org>")
    repo.commit({"new/c.py": CODE + "y = 3\n"}, author="dependabot[bot] <bot@example.org>")
    repo.commit({"README.md": "No source.\n"})
    return overview(repo)


def test_the_newest_commit_and_the_name_of_the_folder_stand_above(known: Overview) -> None:
    assert (known.name, known.commits) == ("project", 6)
    assert known.time == 1_600_000_000 + 505 * 86_400


def test_hot_spots_are_the_files_that_changed_within_a_year(known: Overview) -> None:
    (spot,) = known.hot_spots
    assert (spot.path, spot.changes, spot.fixes, spot.authors) == ("new/c.py", 4, 1, 2), "persons alone"
    assert (spot.complexity, spot.lines) == (2, 5)
    assert heat_of(spot) == pytest.approx(5 * 2**0.5)


def test_an_area_counts_persons_not_names_and_no_programs(known: Overview) -> None:
    new, old = known.areas
    assert (new.folder, new.files, new.commits, new.authors, new.bus_factor) == ("new", 1, 3, 2, 1)
    assert new.known_by == (("Ada", pytest.approx(2 / 3)), ("Grace", pytest.approx(1 / 3)))
    assert new.lost == 0.0
    assert (old.folder, old.files, old.commits, old.authors, old.bus_factor, old.lost) == ("old", 2, 2, 1, 1, 1.0)
    assert known.whole is not None
    assert (known.whole.files, known.whole.commits, known.whole.authors) == (3, 5, 3)
    assert (known.whole.bus_factor, known.whole.lost) == (2, pytest.approx(0.4))


def test_people_come_with_what_they_made_most_of(known: Overview) -> None:
    assert {person.name: (round(person.share, 2), person.leads) for person in known.people} == {
        "Ada": (0.4, (("new", pytest.approx(2 / 3)),)),
        "Linus": (0.4, (("old", 1.0),)),
        "Grace": (0.2, ()),
    }
    gone = {person.name for person in known.people if person.months > GONE_MONTHS}
    assert gone == {"Linus"}


def test_too_few_changes_are_not_scored_and_that_is_said(known: Overview) -> None:
    assert (known.changes, known.riskiest) == ((), ())
    assert any("50 earlier changes are needed; there are 6" in warning for warning in known.warnings)


def test_a_repository_without_source_has_no_areas(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r.git")
    repo.commit({"README.md": "x\n"})
    found = overview(repo)
    assert (found.name, found.hot_spots, found.whole, found.areas, found.people) == ("r", (), None, (), ())


def test_without_a_commit_there_is_nothing_to_tell(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    with pytest.raises(HyperionError, match="no commits yet; commit first"):
        overview(repo)


def test_recent_changes_have_levels_by_the_share_of_alerts_and_the_riskiest_have_reasons(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(60):
        lines = "".join(f"    if x == {number}{line}: return y{line}\n" for line in range(1 + number % 30))
        done = "Fix the bug in" if number % 7 == 0 else "Change"
        repo.commit({f"part{number % 7}.py": f"def f(x):\n{lines}"}, f"{done} {number}\n\n{'x' * 9}" + "y" * 500)
    repo.commit({"part0.py": "x = 0\n"}, "S" * 100_000)
    found = overview(repo)
    assert len(found.changes) == 61
    assert [change.time for change in found.changes] == sorted(change.time for change in found.changes)
    levels = [change.level for change in found.changes]
    assert levels.count(RiskLevel.HIGH) in {2, 3, 4}, "5 % of 61"
    assert levels.count(RiskLevel.MEDIUM) in range(7, 12), "15 % of 61"
    lowest_high = min(change.probability for change in found.changes if change.level is RiskLevel.HIGH)
    assert all(change.level is RiskLevel.HIGH for change in found.changes if change.probability > lowest_high)
    assert max(len(change.subject) for change in found.changes) == 200
    risks = [entry.change.probability for entry in found.riskiest]
    assert risks == sorted(risks, reverse=True)
    assert risks[0] == max(change.probability for change in found.changes)
    assert len(risks) == 10
    assert all(reason.contribution > 0 for entry in found.riskiest for reason in entry.reasons)
    assert all(entry.reasons[0].group == "size" for entry in found.riskiest[:1])
    with Assessor.open(repo.path, Config()) as assessor:
        told = {entry.feature: entry for entry in assessor.commit(found.riskiest[0].change.commit).explanation}
    assert all(told[reason.feature] == reason for reason in found.riskiest[0].reasons), "as score says of it"
    assert overview(repo) == found, "the same repository looks the same"
    many = overview(repo, Config(alert_high=0.5, alert_medium=0.9))
    assert [change.level for change in many.changes].count(RiskLevel.HIGH) in range(29, 32)


def test_trends_are_counted_by_quarters_of_two_years() -> None:
    now = 1_000 * 86_400
    # quarters of 91 days and a quarter: one commit today, two in the second newest, one at the end of two years, one before
    days = (0, 92, 180, 729, 731)
    events = tuple(FileEvent(now - day * 86_400, number, 0, 1, 1, 0) for number, day in enumerate(days))
    assert quarters_of(FileHistory(events, events[-1].time, 5), now) == (1, 0, 0, 0, 0, 0, 2, 1)
    assert quarters_of(FileHistory(events[:3], 0, 5), now) == (1,), "older commits are not known: one whole quarter is"


@pytest.mark.parametrize(
    ("quarters", "is_new", "trend"),
    [
        # 0 and 4: the difference is twice the root of the sum, and no more
        ((0, 0, 0, 0, 1, 1, 1, 1), False, "steady"),
        ((0, 0, 0, 0, 2, 1, 1, 1), False, "rising"),
        ((2, 1, 1, 1, 0, 0, 0, 0), False, "falling"),
        ((0, 0, 0, 0, 2, 1, 1, 1), True, "new"),
        ((5, 5), False, "not known"),
    ],
)
def test_a_trend_is_more_than_chance(quarters: tuple[int, ...], *, is_new: bool, trend: str) -> None:
    assert HotSpot("a.py", 1, 0, 1, quarters=quarters, is_new=is_new).trend == trend


def test_files_that_change_together_are_counted_and_what_is_expected_counts_half(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "project")
    repo.commit({"a/x.py": "0\n", "a/y.py": "0\n", "b/z.py": "0\n", "b/x_test.py": "0\n", "old.py": "0\n"})
    for number in range(1, 6):
        repo.commit({"a/x.py": f"{number}\n", "a/y.py": f"{number}\n", "b/x_test.py": f"{number}\n"})
    for number in range(6, 10):
        repo.commit({"a/x.py": f"{number}\n", "b/z.py": f"{number}\n"})
    repo.commit({"b/z.py": "10\n"})
    repo.commit({f"c/{number}.py": "x\n" for number in range(31)} | {"a/x.py": "y\n", "b/z.py": "y\n"})
    repo.git("mv", "b/z.py", "b/w.py")
    repo.commit({})
    found = overview(repo).coupling
    assert (found.commits, found.since) == (13, 1_600_000_000 + 86_400)
    assert found.pairs == (
        # 5 common commits of 12 (10 of x, 7 of z, among them the one that renames it; that of 33 files does not count)
        Pair("a/x.py", "b/w.py", 5, 12, is_expected=False),
        # 6 of 10: stronger, but of one folder
        Pair("a/x.py", "a/y.py", 6, 10, is_expected=True),
    )


def test_functions_of_hot_files_come_with_the_fixes_that_touched_them(tmp_path: Path) -> None:
    body = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(5))
    hard, easy = f"def hard(x):\n{body}", "def easy(x):\n    return x\n"
    repo = TestRepo(tmp_path / "project")
    repo.commit({"a.py": easy + hard})
    repo.commit({"a.py": "# above\n" + easy + hard})
    repo.commit({"a.py": "# above\n" + easy + hard.replace("return 3", "return 33")}, "Fix the crash in hard")
    repo.commit({"a.py": "# above\n" + easy.replace("return x", "return -x") + hard.replace("3", "33")}, "Fix the sign")
    repo.commit({"README.md": "x\n"})
    (function,) = overview(repo).functions
    assert (function.path, function.name, function.line) == ("a.py", "hard", 4)
    assert (function.complexity, function.lines) == (6, 11)
    # made, one fix of its own, and one of both functions; the line above it is no touch
    assert (function.touched, function.fixes, function.looked_at) == (3, 2, 4)


def test_what_became_of_changes_is_told_with_the_fixes(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "project")
    for number in range(60):
        repo.commit({f"f{number % 9}.py": f"first = {number}\nvalue{number} = compute({number})\n"}, f"Change {number}")
    culprit = repo.commit(
        {"bad.py": "".join(f"total{line} = count(first, {line})\n" for line in range(80))}, "Add totals"
    )
    fix = repo.commit(
        {"bad.py": "".join(f"total{line} = count(last, {line})\n" for line in range(80))}, "Fix the totals"
    )
    repo.commit({"docs/a.md": "x\n"}, "Write")
    found = overview(repo)
    changes = {change.commit: change for change in found.changes}
    assert changes[culprit].fixed_by == (fix,)
    assert changes[fix].fixed_by == ()
    assert found.changes[-1].fixed_by is None, "not a change to code"
    assert [record.level for record in found.outcomes] == [RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW]
    assert sum(record.changes for record in found.outcomes) == 62
    assert sum(record.later_fixed for record in found.outcomes) == 1
    assert found.outcomes[0].base_rate == pytest.approx(1 / 62)
