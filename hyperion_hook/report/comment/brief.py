"""What a comment says of a change, as plain values that survive JSON: all of an assessment that a reviewer is told.

A pull request from a fork is assessed where its code may be read but nothing may be written, and its comment is written
where something may be written but its code is not. What passes between the two is this, read back with distrust.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from hyperion_hook.domain.assessment import (
    Advice,
    Assessment,
    FileToRead,
    Record,
    Reviewer,
    RiskLevel,
    Score,
    SimilarChange,
    Unknown,
)
from hyperion_hook.domain.change import is_no_code
from hyperion_hook.domain.co_change import rule_in_words
from hyperion_hook.domain.phrases import percent
from hyperion_hook.errors import HyperionError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report.formats.findings import location_of
from hyperion_hook.report.notes import notes_of
from hyperion_hook.report.reasons import reasons, size_line
from hyperion_hook.report.safe_text import valid_unicode
from hyperion_hook.report.wording import (
    MOST_BREAKS,
    breaks_in_words,
    folder_name,
    judged_line,
    likely_fixes,
    unusual_lines,
)

FORMAT = 3
MOST_BYTES = 200_000
_MOST_ENTRIES = 50
_MOST_TEXT = 2_000
_MOST_LINE = 10_000_000
_BOUNDS = {
    "probability": (0.0, 1.0),
    "base_rate": (0.0, 1.0),
    "percentile": (0.0, 100.0),
    "percentile_of_size": (0.0, 100.0),
    "line": (0.0, _MOST_LINE),
    "changes": (0.0, _MOST_LINE),
    "later_fixed": (0.0, _MOST_LINE),
}
"""What a number may be, by the name of its field; any other may be from -1e6 to 1e6."""
_MOST_REASONS = 8
_MOST_FUNCTIONS = 2
FEATURES = frozenset(feature.name for feature in CATALOGUE)

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Reason:
    """One contribution: the feature's name and group, the sentence, and what it adds to the log-odds."""

    feature: str
    group: str
    sentence: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Place:
    """A file and its first changed line, with what is said of it; ``line`` is 0 where the file is gone."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that a comment may show, the most important first in every list.

    ``probability`` in 0..1; ``percentile`` in 0..100, ``None`` where nothing was compared. Where the level is UNKNOWN
    both are ``None``, and ``remedy`` and ``cause`` say what to run and why. ``contributions`` holds what each feature
    adds to the log-odds, of every feature, to say later what changed.
    """

    change: str
    level: RiskLevel
    probability: float | None
    percentile: float | None
    percentile_of_size: float | None
    record: Record | None
    no_code: bool
    size: str
    remedy: str
    cause: str
    raised: bool
    breaks: tuple[Place, ...]
    reasons: tuple[Reason, ...]
    files: tuple[Place, ...]
    left_out: tuple[Place, ...]
    reviewers: tuple[Reviewer, ...]
    similar: tuple[SimilarChange, ...]
    advice: tuple[Advice, ...]
    affected: tuple[Place, ...]
    fixes: tuple[Place, ...]
    unusual: tuple[str, ...]
    model: str
    missing: str
    warnings: tuple[str, ...]
    contributions: Mapping[str, float]


def brief_of(assessment: Assessment) -> Brief:
    """Return the brief of an assessment."""
    change, risk, impact, model = assessment.change, assessment.risk, assessment.impact, assessment.model
    missing, warnings = notes_of(assessment)

    def place(path: str, text: str) -> Place:
        result, line = location_of(assessment, path)
        # no page shows a file that is gone, or one whose name is no text
        return Place(path, line if result is not None and valid_unicode(path) == path else 0, text)

    result: Brief = _plain(
        Brief(
            change=judged_line(change),
            level=risk.level,
            probability=risk.probability,
            percentile=risk.percentile,
            percentile_of_size=risk.percentile_of_size,
            record=assessment.record,
            no_code=is_no_code(change),
            size=size_line(assessment.explanation),
            remedy=risk.remedy if isinstance(risk, Unknown) else "",
            cause=risk.cause if isinstance(risk, Unknown) else "",
            raised=isinstance(risk, Score) and risk.raised,
            breaks=tuple(
                Place(entry.path, entry.line, valid_unicode(f"{sentence} ({evidence})")[:_MOST_TEXT])
                for entry, (sentence, evidence) in zip(
                    assessment.breaks, breaks_in_words(assessment.breaks)[:MOST_BREAKS], strict=False
                )
            ),
            reasons=tuple(
                Reason(entry.feature, entry.group, entry.sentence, entry.contribution)
                for entry in reasons(assessment.explanation, _MOST_REASONS)
            ),
            files=tuple(place(entry.path, _reading(entry)) for entry in assessment.files_to_read),
            left_out=tuple(
                Place(entry.path, 0, rule_in_words(entry.support, entry.commits, entry.beside))
                for entry in (impact.missing_co_changes if impact else ())
            ),
            reviewers=assessment.reviewers or (),
            similar=assessment.similar or (),
            advice=assessment.advice or (),
            affected=tuple(
                Place(folder_name(entry.component), 0, entry.reason) for entry in (impact.affected if impact else ())
            ),
            fixes=tuple(place(entry.path, percent(entry.probability)) for entry in likely_fixes(assessment.bugs)),
            unusual=tuple(unusual_lines(assessment)),
            model=f"{model.name} {model.version}, trained on {model.trained_on}",
            missing=missing,
            warnings=tuple(warnings),
            contributions={
                entry.feature: entry.contribution for entry in assessment.explanation if entry.feature in FEATURES
            },
        )
    )
    return result


def _reading(entry: FileToRead) -> str:
    """Return the reason to read a file, with the first of its touched functions."""
    functions = entry.functions[:_MOST_FUNCTIONS]
    return "; ".join([entry.reason, *(f"{function.name} ({function.reason})" for function in functions)])


def _plain(value: Any) -> Any:
    """Return a value in which every text is valid Unicode."""
    if isinstance(value, str):
        return valid_unicode(value)
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    return kind(**{field.name: _plain(getattr(value, field.name)) for field in fields(value)})


def to_json(brief: Brief) -> str:
    """Return a brief as JSON with a final line feed."""
    return json.dumps({"format": FORMAT, **asdict(brief)}, allow_nan=False) + "\n"


def from_json(text: str) -> Brief:
    """Return the brief that JSON holds, every value checked: it comes from whoever wrote the pull request.

    Raises ``HyperionError`` if it is no brief, or larger than one can be.
    """
    try:
        if len(text) > MOST_BYTES:
            raise _NoBriefError(f"larger than {MOST_BYTES:,} characters")
        data = json.loads(text)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise _NoBriefError(f"not of format {FORMAT}")
        if set(data) != {entry.name for entry in fields(Brief)}:
            raise _NoBriefError("other fields than a brief has")
        brief = _read(Brief, data, "the brief")
        if (brief.probability is None) != (brief.level is RiskLevel.UNKNOWN):
            raise _NoBriefError("a level without its probability")
    except (_NoBriefError, ValueError, RecursionError) as error:
        raise HyperionError(f"the saved assessment cannot be used: {error}; assess the pull request again") from None
    return brief


class _NoBriefError(Exception):
    """What the saved text is instead of a brief."""


def _read(kind: type[Entry], data: object, name: str) -> Entry:
    """Return a dataclass from hostile JSON, every field of the type and size it must have."""
    types = get_type_hints(kind)
    wanted = [entry.name for entry in fields(kind)]  # type: ignore[arg-type]
    if not isinstance(data, dict) or set(data) != set(wanted):
        raise _NoBriefError(f"{name} holds something else")
    return kind(**{field: _value(types[field], data[field], field) for field in wanted})


def _value(kind: Any, value: Any, name: str) -> Any:
    """Return the value of a field, checked by the field's type and name."""
    inner = get_args(kind)
    if type(None) in inner:
        return None if value is None else _value(inner[0], value, name)
    if get_origin(kind) is tuple:
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            raise _NoBriefError(f"{name} is no list of at most {_MOST_ENTRIES}")
        return tuple(_value(inner[0], entry, name) for entry in value)
    if get_origin(kind) is Mapping:
        if not isinstance(value, dict):
            raise _NoBriefError(f"{name} is no table")
        return {_value(str, key, "feature"): _value(float, entry, name) for key, entry in value.items()}
    if is_dataclass(kind):
        return _read(cast("type[Any]", kind), value, name)
    if kind is RiskLevel and value not in list(RiskLevel):
        raise _NoBriefError(f"{name} is none of UNKNOWN, LOW, MEDIUM, HIGH")
    if kind is str and (not isinstance(value, str) or len(value) > _MOST_TEXT):
        raise _NoBriefError(f"a text is no text of at most {_MOST_TEXT:,} characters")
    if kind is str and name == "feature" and value not in FEATURES:
        raise _NoBriefError("a feature that is not in the catalogue")
    if kind in (int, float):
        _check_number(value, *_BOUNDS.get(name, (-1e6, 1e6)))
    return valid_unicode(value) if kind is str else kind(value)


def _check_number(value: object, low: float, high: float) -> None:
    # an integer is finite, and may be too large to ask
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (isinstance(value, float) and not math.isfinite(value)):
        raise _NoBriefError("a number is no finite number")
    if not low <= value <= high:  # type: ignore[operator]
        raise _NoBriefError(f"a number is not between {low:g} and {high:g}")
