"""What the tools answer: small tables with a schema, as long as an agent can afford to read.

Every text is clipped and every list has an end, unless ``full`` asks for more; ``left_out`` counts by list what that
leaves out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, NotRequired, TypeVar

from typing_extensions import TypedDict  # the one of typing has no schema for nested tables before Python 3.12

from hyperion_hook.assess.repository.planning import Plan
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.domain.overview import HotSpot
from hyperion_hook.features.feature import Feature
from hyperion_hook.report.formats.brief import brief
from hyperion_hook.report.formats.json import assessment_object
from hyperion_hook.report.reasons import reasons
from hyperion_hook.report.safe_text import printable

LEAN, FULL, SPOTS = 4, 50, 10
"""Entries of each list."""
_CLIPPED, _WHOLE = 120, 1000
_MOST_CHARACTERS = 1900
"""Of an answer that is not asked for in full."""
_Table = TypeVar("_Table", "Risk", "Touched", "Spots")


class Named(TypedDict):
    """Something with why it is named."""

    name: str
    why: str


class Risk(TypedDict):
    """The risk of a change; ``level`` is LOW, MEDIUM, HIGH or UNKNOWN, ``probability`` that it introduces a bug."""

    level: str
    probability: float | None
    percentile: float | None
    summary: str
    reasons: list[str]
    read_first: list[Named]
    usually_changed_too: list[Named]
    do_next: list[Named]
    notes: list[str]
    left_out: dict[str, int]
    assessment: NotRequired[dict[str, Any]]


class Touched(TypedDict):
    """What an edit of given files touches; ``importers`` is null where the import graph is not known."""

    importers: list[str] | None
    changes_with: list[Named]
    tests_to_run: list[Named]
    people_who_know_them: list[Named]
    past_bugs: list[Named]
    unknown_files: list[str]
    notes: list[str]
    left_out: dict[str, int]


class Spot(TypedDict):
    """A file that is changed often and hard to change; counts are of the last year."""

    path: str
    changes: int
    fixes: int
    authors: int
    complexity: int | None
    lines: int | None


class Spots(TypedDict):
    """The hottest files first."""

    hot_spots: list[Spot]
    left_out: dict[str, int]


class Explained(TypedDict):
    """What one feature means."""

    name: str
    title: str
    meaning: str
    unit: str
    category: str
    source: str


def risk(assessment: Assessment, *, full: bool) -> Risk:
    """Return an assessment as an agent needs it: verdict first, then what to do."""
    most, width = (FULL, _WHOLE) if full else (LEAN, _CLIPPED)
    judged = assessment.risk
    missed = assessment.impact.missing_co_changes if assessment.impact else ()
    answer = Risk(
        level=judged.level.value,
        probability=_rounded(judged.probability),
        percentile=_rounded(judged.percentile, 1),
        summary=printable(brief(assessment, most=0), most=400),
        reasons=[printable(entry.sentence, most=width) for entry in reasons(assessment.explanation, _WHOLE)],
        read_first=_named(((entry.path, entry.reason) for entry in assessment.files_to_read), width),
        usually_changed_too=_named(
            ((entry.path, rule_in_words(entry.support, entry.commits, entry.beside)) for entry in missed), width
        ),
        do_next=_named(((entry.action, entry.effect) for entry in assessment.advice or ()), width),
        notes=[printable(line, most=width) for line in assessment.warnings],
        left_out={},
    )
    answer = _fitted(answer, most, full=full)
    if full:
        answer["assessment"] = assessment_object(assessment)
    return answer


def touched(plan: Plan, *, full: bool) -> Touched:
    """Return a plan."""
    most, width = (FULL, _WHOLE) if full else (LEAN, _CLIPPED)
    bugs = ((f"{entry.commit[:10]} {entry.subject}", f"{_day(entry.time)}, {entry.path}") for entry in plan.past_bugs)
    answer = Touched(
        importers=None if plan.importers is None else [printable(name, most=width) for name in plan.importers],
        changes_with=_named(plan.changes_with, width),
        tests_to_run=_named(plan.tests, width),
        people_who_know_them=_named(((entry.name, entry.reason) for entry in plan.people), width),
        past_bugs=_named(bugs, width),
        unknown_files=[printable(path, most=width) for path in plan.unknown],
        notes=[printable(line, most=width) for line in plan.warnings],
        left_out={"past_bugs": plan.past_bug_count - len(plan.past_bugs)},
    )
    return _fitted(answer, most, full=full)


def spots(found: Iterable[HotSpot], limit: int) -> Spots:
    """Return hot spots; as many as asked for where that is more than a few."""
    answer = Spots(
        hot_spots=[
            Spot(
                path=printable(spot.path, most=_CLIPPED),
                changes=spot.changes,
                fixes=spot.fixes,
                authors=spot.authors,
                complexity=spot.complexity,
                lines=spot.lines,
            )
            for spot in found
        ],
        left_out={},
    )
    return _fitted(answer, limit, full=limit > SPOTS)


def explained(feature: Feature) -> Explained:
    """Return a feature of the catalogue."""
    source = f"{feature.origin.value}; {feature.reference}" if feature.reference else feature.origin.value
    return Explained(
        name=feature.name,
        title=feature.title,
        meaning=feature.meaning,
        unit=feature.unit,
        category=feature.category.value,
        source=source,
    )


def _fitted(answer: _Table, most: int, *, full: bool) -> _Table:
    """Return an answer whose lists have an end, without the last entries of the longest while it is too long."""
    table: dict[str, Any] = dict(answer)  # the lists are the answer's own
    lists = {name: value for name, value in table.items() if isinstance(value, list)}
    totals = {name: len(value) + answer["left_out"].get(name, 0) for name, value in lists.items()}
    for value in lists.values():
        del value[most:]
    while True:
        left_out = {name: total - len(lists[name]) for name, total in totals.items() if total > len(lists[name])}
        table["left_out"] = answer["left_out"] = left_out
        longest = max(lists.values(), key=lambda value: len(str(value)))
        if full or not longest or len(json.dumps(table, indent=2)) <= _MOST_CHARACTERS:
            return answer
        longest.pop()


def _named(entries: Iterable[tuple[str, str]], width: int) -> list[Named]:
    return [Named(name=printable(name, most=width), why=printable(why, most=width)) for name, why in entries]


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
