"""Assessments and an assessor made up for tests of what comes after the assessing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from hyperion_hook.domain.assessment import (
    Affected,
    Anomaly,
    Assessment,
    Contribution,
    FileToRead,
    Impact,
    ModelInfo,
    Record,
    RiskLevel,
    Score,
    UnusualValue,
)
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.co_change import CoChange
from hyperion_hook.domain.vector import FeatureVector, Missing
from tests.support.changes import change, edit

IMPACT = Impact(
    0.62,
    RiskLevel.HIGH,
    (
        Affected("tests", "changed in 8 of the last 9 changes of src/app.py; imports src/app.py (12 modules)", 0.75),
        Affected("docs", "changed in 3 of the last 9 changes of src/app.py", 0.25),
    ),
    (CoChange("tests/test_app.py", 7, "src/app.py", 7, 9, 7 / 9, 0.6),),
)
CONTRIBUTIONS = (
    Contribution(
        "code_lines_added",
        "size of the change",
        412.0,
        18.0,
        1.25,
        "a change of this size: 24%, typical here 8%",
        "size",
    ),
    Contribution(
        "exp", "author's commits", 640.0, 30.0, -0.75, "the author has made 640 commits here, peers 30", "people"
    ),
    Contribution("nf", "files touched", 2.0, 2.0, 0.001, "touches 2 files, like its peers", "diffusion"),
    Contribution(
        "recent_bug_count", "bug fixes", 9.0, 0.0, 0.5, "app.py had 9 bug fixes in 180 days, peers 0", "history"
    ),
    Contribution(
        "age", "days since last change", None, 30.0, 0.1, "the time since the last change is not known", "history"
    ),
)


def impact_naming(name: str) -> Impact:
    """Return an impact in which a name from the repository stands wherever one can stand."""
    return Impact(0.5, RiskLevel.LOW, (Affected(name, name, 0.5),), (CoChange(name, 7, name, 3, 4, 0.75, 0.5),))


def sample(judged: Change | None = None, **more: object) -> Assessment:
    """Return an assessment with something in every part; ``more`` replaces parts."""
    judged = judged or change(edit("src/app.py", "+a\n+b\n-c"), edit("src/other.py", "+d"), message="Add x\n\nWhy.")
    values: dict[str, object] = {
        "change": judged,
        "features": FeatureVector(
            {
                "la": 3.0,
                "ld": 1.0,
                "nf": 2.0,
                "age": Missing("no history yet"),
                "discussion_count": Missing("needs a code host"),
            }
        ),
        "risk": Score(0.31, -0.8, RiskLevel.HIGH, 97.2, 84.0, 0.24, 0.81),
        "record": Record(RiskLevel.HIGH, 40, 17, 0.09),
        "anomaly": Anomaly(-0.21, True, (UnusualValue("la", "lines added", 3.0, 1.0),)),
        "base_log_odds": -0.8 - sum(entry.contribution for entry in CONTRIBUTIONS),
        "explanation": CONTRIBUTIONS,
        "files_to_read": (
            FileToRead("src/app.py", "+2 -1 lines, 9 earlier bug fixes"),
            FileToRead("src/other.py", "+1 -0 lines"),
        ),
        "impact": IMPACT,
        "model": ModelInfo("risk", "1.2.0", "9 repositories"),
        "warnings": ("a warning: x",),
        "timing_ms": {"read": 1.23456, "total": 9.87654},
    }
    return Assessment(**(values | more))  # type: ignore[arg-type]


@dataclass
class FakeAssessor:
    """Hands out made-up assessments and remembers what it was asked."""

    level: RiskLevel = RiskLevel.LOW
    empty: bool = False
    asked: list[tuple[object, ...]] = field(default_factory=list)
    failure: Exception | None = None
    git_dir: Path | None = None

    def __enter__(self) -> FakeAssessor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.asked.append(("closed",))

    def _answer(self, kind: ChangeKind, *question: object) -> Assessment:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        files = () if self.empty else (edit("a.py", "+x"),)
        revision = None if kind is ChangeKind.STAGED else "1" * 40
        answer = sample(change(*files, kind=kind, revision=revision))
        assert isinstance(answer.risk, Score)
        return replace(answer, risk=replace(answer.risk, level=self.level))

    def staged(self, *, message: str | None = None) -> Assessment:
        return self._answer(ChangeKind.STAGED, "staged", message)

    def commit(self, revision: str) -> Assessment:
        return self._answer(ChangeKind.COMMIT, "commit", revision)

    def range(self, start: str, end: str, known: Sequence[str] = ()) -> Assessment:
        return self._answer(ChangeKind.RANGE, "range", start, end)

    def each(self, start: str, end: str) -> Iterator[Assessment]:
        yield self._answer(ChangeKind.COMMIT, "each", start, end)
        self.level = RiskLevel.LOW
        yield self._answer(ChangeKind.COMMIT, "each", start, end)
