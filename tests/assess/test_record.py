from __future__ import annotations

import pytest

from hyperion_hook.assess.track_record import record_of, trace
from hyperion_hook.domain.assessment import Record, RiskLevel
from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.commit import Commit
from hyperion_hook.report.wording import record_line
from tests.support.changes import ADA, edit


def commit(name: str, *files: FileChange) -> Commit:
    return Commit(name * 40, (), ADA, ADA, 0, 0, 0, name, files)


def test_a_fix_traces_back_to_the_commit_that_last_added_a_line_it_deletes() -> None:
    stream = [
        commit("a", edit("x.py", "+total = count(first)\n+}")),
        commit("b", edit("x.py", "+value = first")),
        commit("c", edit("x.py", "-total = count(first)\n+total = count(second)")),
        commit("d", edit("y.py", "-total = count(second)", old_path="x.py")),
        commit("e", edit("y.py", "-value = first\n-}")),
        commit("f", edit("README.md", "-value = first")),
    ]
    assert trace({"d" * 40, "e" * 40, "f" * 40}, stream) == {
        "d" * 40: {"c" * 40},
        "e" * 40: {"b" * 40},
        "f" * 40: set(),
    }


def test_a_record_counts_the_changes_of_its_level_beside_all() -> None:
    levels = {"1": RiskLevel.HIGH, "2": RiskLevel.HIGH, "3": RiskLevel.LOW, "4": RiskLevel.LOW}
    assert record_of(RiskLevel.HIGH, levels, {"1", "4", "9"}) == Record(RiskLevel.HIGH, 2, 1, 0.5)
    assert record_of(RiskLevel.HIGH, {}, {"1"}) is None


@pytest.mark.parametrize(
    ("level", "fixed", "poor"),
    [
        (RiskLevel.HIGH, 17, False),
        (RiskLevel.HIGH, 4, True),
        (RiskLevel.MEDIUM, 4, True),
        (RiskLevel.LOW, 4, False),
    ],
)
def test_a_poor_record_says_so(level: RiskLevel, fixed: int, *, poor: bool) -> None:
    assert ("the level means little" in record_line(Record(level, 40, fixed, 0.09))) is poor
