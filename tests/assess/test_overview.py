"""What a whole repository looks like: by hand, on real repositories small enough to count in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor
from hyperion_hook.assess.people.knowledge import GONE_MONTHS
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.overview import Overview
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
    assert spot.heat == pytest.approx(5 * 2**0.5)


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
    assert any("a percentile needs 50 earlier changes; there are 6" in warning for warning in known.warnings)


def test_a_repository_without_source_has_no_areas(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "r.git")
    repo.commit({"README.md": "x\n"})
    found = overview(repo)
    assert (found.name, found.hot_spots, found.whole, found.areas, found.people) == ("r", (), None, (), ())


def test_without_a_commit_there_is_nothing_to_tell(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    with pytest.raises(HyperionError, match="there is no commit yet"):
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
    assert any(entry.reasons for entry in found.riskiest)
    assert overview(repo) == found, "the same repository looks the same"
    many = overview(repo, Config(alert_high=0.5, alert_medium=0.9))
    assert [change.level for change in many.changes].count(RiskLevel.HIGH) in range(29, 32)
