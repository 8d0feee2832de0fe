from __future__ import annotations

from dataclasses import replace

import pytest

from hyperion_hook.domain.assessment import BugForecast, FileForecast, FileToRead, RiskLevel, Score
from hyperion_hook.domain.change import FileChange, FileStatus, Hunk
from hyperion_hook.report.formats.findings import CO_CHANGE, FORECAST, RISK, UNUSUAL, findings
from tests.support.assessments import impact_naming, sample
from tests.support.changes import change

LOW = Score(0.02, -3.9, RiskLevel.LOW, 12.0)


def test_what_is_neither_risky_nor_unusual_has_no_findings() -> None:
    assert findings(sample(risk=LOW, anomaly=None)) == ()
    assert findings(sample(change())) == ()


def test_an_unusual_change_of_low_risk_is_still_told() -> None:
    assert [finding.rule for finding in findings(sample(risk=LOW))] == [UNUSUAL]


def test_the_risk_comes_first_then_what_raises_it_then_what_is_missing() -> None:
    forecasts = (FileForecast("src/other.py", 0.4), FileForecast("src/app.py", 0.1))
    found = findings(sample(bugs=BugForecast(0.5, forecasts)))
    assert [(finding.rule, finding.path) for finding in found] == [
        (RISK, "src/app.py"),
        ("code_lines_added", "src/app.py"),
        ("recent_bug_count", "src/app.py"),
        (UNUSUAL, "src/app.py"),
        (CO_CHANGE, "src/app.py"),
        (FORECAST, "src/other.py"),
    ]
    assert [finding.level for finding in found] == [RiskLevel.HIGH] + [RiskLevel.LOW] * 5
    assert found[0].message == (
        "HIGH for this repository, where 9% of code changes are later fixed. Riskier than 97% of recent code changes, and"
        " than 84% of those about as large. 17 of the last 40 HIGH changes here were later fixed (42%, against 9% of all)."
    )
    assert found[1].message == "A change of this size: 24%, typical here 8%."
    assert found[4].message == "tests/test_app.py changed in 7 of the last 9 changes of src/app.py, but not here."


def file(path: str, *hunks: Hunk, status: FileStatus = FileStatus.MODIFIED, old: str | None = None) -> FileChange:
    return FileChange(path, status, old_path=old, lines_added=1, lines_deleted=1, hunks=hunks)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (file("a.py", Hunk(9, 9, [b"x"], []), Hunk(20, 19, [], [b"y"])), ("a.py", 19)),
        (file("a.py", Hunk(9, 8, [b"x"], [])), ("a.py", 8)),
        (file("a.py", Hunk(1, 0, [b"x"], [])), ("a.py", 1)),
        (file("a.py"), ("a.py", 1)),
        (file("new.py", Hunk(3, 4, [], [b"y"]), old="a.py"), ("new.py", 4)),
        (file("a.py", Hunk(1, 0, [b"x"], []), status=FileStatus.DELETED), (None, 1)),
    ],
)
def test_a_finding_points_at_the_first_added_line_of_the_file_as_it_is_now(
    changed: FileChange, place: tuple[str | None, int]
) -> None:
    found = findings(sample(change(changed), files_to_read=(FileToRead(changed.path, "read"),)))[0]
    assert (found.path, found.line) == place


def test_a_deleted_file_is_not_the_place_while_another_is_left() -> None:
    gone = file("gone.py", Hunk(1, 0, [b"x"], []), status=FileStatus.DELETED)
    judged = change(gone, file("left.py", Hunk(2, 2, [], [b"y"])))
    found = findings(sample(judged, files_to_read=(FileToRead("gone.py", "read"),)))[0]
    assert (found.path, found.line) == ("left.py", 2)


def test_fingerprints_stay_while_numbers_and_lines_move_and_tell_findings_apart() -> None:
    before = findings(sample())
    assert len({finding.fingerprint for finding in before}) == len(before)
    moved = sample(risk=Score(0.4, -0.4, RiskLevel.MEDIUM, 91.0))
    assert [finding.fingerprint for finding in findings(moved)] == [finding.fingerprint for finding in before]
    renamed = [replace(finding, path="else.py").fingerprint for finding in before]
    assert not set(renamed) & {finding.fingerprint for finding in before}
    assert len(findings(sample(impact=impact_naming("\udcff")))[0].fingerprint) == 64
