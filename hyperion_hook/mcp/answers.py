"""What the tools answer: small tables with a schema, as long as an agent can afford to read.

Every text is clipped and every list has an end, unless ``full`` asks for more.
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
from hyperion_hook.report.formats.json import assessment_object
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import brief, reasons

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
        reasons=[printable(entry.sentence, most=width) for entry in reasons(assessment.explanation, most)],
        read_first=_named(((entry.path, entry.reason) for entry in assessment.files_to_read), most, width),
        usually_changed_too=_named(
            ((entry.path, rule_in_words(entry.support, entry.commits, entry.beside)) for entry in missed), most, width
        ),
        do_next=_named(((entry.action, entry.effect) for entry in assessment.advice or ()), most, width),
        notes=[printable(line, most=width) for line in assessment.warnings[:most]],
    )
    if full:
        answer["assessment"] = assessment_object(assessment)
    return _fitted(answer, full=full)


def touched(plan: Plan, *, full: bool) -> Touched:
    """Return a plan."""
    most, width = (FULL, _WHOLE) if full else (LEAN, _CLIPPED)
    bugs = ((f"{entry.commit[:10]} {entry.subject}", f"{_day(entry.time)}, {entry.path}") for entry in plan.past_bugs)
    answer = Touched(
        importers=None if plan.importers is None else [printable(name, most=width) for name in plan.importers[:most]],
        changes_with=_named(plan.changes_with, most, width),
        tests_to_run=_named(plan.tests, most, width),
        people_who_know_them=_named(((entry.name, entry.reason) for entry in plan.people), most, width),
        past_bugs=_named(bugs, most, width),
        unknown_files=[printable(path, most=width) for path in plan.unknown[:most]],
        notes=[printable(line, most=width) for line in plan.warnings[:most]],
    )
    return _fitted(answer, full=full)


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
            for spot in list(found)[:limit]
        ]
    )
    return _fitted(answer, full=limit > SPOTS)


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


def _fitted(answer: _Table, *, full: bool) -> _Table:
    """Return an answer without the last entries of its longest lists, as many as make it too long."""
    table: dict[str, Any] = dict(answer)  # the lists are the answer's own
    while not full and len(json.dumps(table, indent=2)) > _MOST_CHARACTERS:
        longest = max((value for value in table.values() if isinstance(value, list)), key=lambda found: len(str(found)))
        if not longest:
            break
        longest.pop()
    return answer


def _named(entries: Iterable[tuple[str, str]], most: int, width: int) -> list[Named]:
    return [
        Named(name=printable(name, most=width), why=printable(why, most=width)) for name, why in list(entries)[:most]
    ]


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
