"""What a comment says of a change, as plain values that survive JSON: all of an assessment that a reviewer is told.

A pull request from a fork is assessed where its code may be read but nothing may be written, and its comment is written
where something may be written but its code is not. What passes between the two is this, read back with distrust.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

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
_MOST_REASONS = 8
_MOST_FUNCTIONS = 2
_FEATURES = frozenset(feature.name for feature in CATALOGUE)

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
    """Return what a comment says of an assessment."""
    change, risk, impact = assessment.change, assessment.risk, assessment.impact
    missing, warnings = notes_of(assessment)

    def place(path: str, text: str) -> Place:
        result, line = location_of(assessment, path)
        shown = valid_unicode(path)
        # no page shows a file that is gone, or one whose name is no text
        return Place(shown, line if result is not None and shown == path else 0, valid_unicode(text))

    def together(path: str, support: int, commits: int, beside: str) -> Place:
        return Place(valid_unicode(path), 0, valid_unicode(rule_in_words(support, commits, beside)))

    return Brief(
        change=judged_line(change),
        level=risk.level,
        probability=risk.probability,
        percentile=risk.percentile,
        percentile_of_size=risk.percentile_of_size,
        record=assessment.record,
        no_code=is_no_code(change),
        size=size_line(assessment.explanation),
        remedy=valid_unicode(risk.remedy) if isinstance(risk, Unknown) else "",
        cause=valid_unicode(risk.cause) if isinstance(risk, Unknown) else "",
        raised=isinstance(risk, Score) and risk.raised,
        breaks=tuple(
            Place(valid_unicode(entry.path), entry.line, valid_unicode(f"{sentence} ({evidence})")[:_MOST_TEXT])
            for entry, (sentence, evidence) in zip(
                assessment.breaks, breaks_in_words(assessment.breaks)[:MOST_BREAKS], strict=False
            )
        ),
        reasons=tuple(
            Reason(entry.feature, entry.group, valid_unicode(entry.sentence), entry.contribution)
            for entry in reasons(assessment.explanation, _MOST_REASONS)
        ),
        files=tuple(place(entry.path, _reading(entry)) for entry in assessment.files_to_read),
        left_out=tuple(
            together(entry.path, entry.support, entry.commits, entry.beside)
            for entry in (impact.missing_co_changes if impact else ())
        ),
        reviewers=tuple(_plain(entry) for entry in assessment.reviewers or ()),
        similar=tuple(_plain(entry) for entry in assessment.similar or ()),
        advice=tuple(_plain(entry) for entry in assessment.advice or ()),
        affected=tuple(
            Place(valid_unicode(folder_name(entry.component)), 0, valid_unicode(entry.reason))
            for entry in (impact.affected if impact else ())
        ),
        fixes=tuple(place(entry.path, percent(entry.probability)) for entry in likely_fixes(assessment.bugs)),
        unusual=tuple(unusual_lines(assessment)),
        model=valid_unicode(
            f"{assessment.model.name} {assessment.model.version}, trained on {assessment.model.trained_on}"
        ),
        missing=missing,
        warnings=tuple(valid_unicode(warning) for warning in warnings),
        contributions={
            entry.feature: entry.contribution for entry in assessment.explanation if entry.feature in _FEATURES
        },
    )


def _reading(entry: FileToRead) -> str:
    """Return why to read a file, with the first of its touched functions."""
    functions = entry.functions[:_MOST_FUNCTIONS]
    return "; ".join([entry.reason, *(f"{function.name} ({function.reason})" for function in functions)])


def _plain(entry: Entry) -> Entry:
    """Return a dataclass of texts with every text valid Unicode."""
    return type(entry)(**{name: valid_unicode(text) for name, text in asdict(entry).items()})  # type: ignore[call-overload]


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
        return _Reader(data).brief()
    except (_NoBriefError, ValueError, RecursionError) as error:
        raise HyperionError(f"the saved assessment cannot be used: {error}; assess the pull request again") from None


class _NoBriefError(Exception):
    """What was found instead of a brief."""


class _Reader:
    """Takes values out of hostile JSON by name, each of the type and size it must have."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def brief(self) -> Brief:
        if set(self._data) != {entry.name for entry in fields(Brief)}:
            raise _NoBriefError("other fields than a brief has")
        if self._data["level"] not in list(RiskLevel):
            raise _NoBriefError("level is none of UNKNOWN, LOW, MEDIUM, HIGH")
        percentile, probability = self._data["percentile"], self._data["probability"]
        of_size = self._data["percentile_of_size"]
        if (probability is None) != (self._data["level"] == RiskLevel.UNKNOWN):
            raise _NoBriefError("a level without its probability")
        return Brief(
            change=self.text("change"),
            level=RiskLevel(self._data["level"]),
            probability=None if probability is None else _number(probability, 0.0, 1.0),
            percentile=None if percentile is None else _number(percentile, 0.0, 100.0),
            percentile_of_size=None if of_size is None else _number(of_size, 0.0, 100.0),
            record=self.record(),
            no_code=bool(self._data["no_code"]),
            size=self.text("size"),
            remedy=self.text("remedy"),
            cause=self.text("cause"),
            raised=bool(self._data["raised"]),
            breaks=self.places("breaks"),
            reasons=tuple(
                Reason(
                    _feature(_text(entry["feature"])),
                    _text(entry["group"]),
                    _text(entry["sentence"]),
                    _number(entry["contribution"]),
                )
                for entry in self.entries("reasons", Reason)
            ),
            files=self.places("files"),
            left_out=self.places("left_out"),
            affected=self.places("affected"),
            fixes=self.places("fixes"),
            reviewers=self.all_texts("reviewers", Reviewer),
            similar=self.all_texts("similar", SimilarChange),
            advice=self.all_texts("advice", Advice),
            unusual=self.texts("unusual"),
            model=self.text("model"),
            missing=self.text("missing"),
            warnings=self.texts("warnings"),
            contributions={_feature(name): _number(value) for name, value in self.table("contributions").items()},
        )

    def record(self) -> Record | None:
        if self._data["record"] is None:
            return None
        entry = self.table("record")
        if set(entry) != {field.name for field in fields(Record)} or entry["level"] not in list(RiskLevel):
            raise _NoBriefError("record holds something else")
        changes, later_fixed = (int(_number(entry[name], 0, _MOST_LINE)) for name in ("changes", "later_fixed"))
        return Record(RiskLevel(entry["level"]), changes, later_fixed, _number(entry["base_rate"], 0.0, 1.0))

    def text(self, name: str) -> str:
        return _text(self._data[name])

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(_text(entry) for entry in self.listed(name))

    def places(self, name: str) -> tuple[Place, ...]:
        return tuple(
            Place(_text(entry["path"]), int(_number(entry["line"], 0, _MOST_LINE)), _text(entry["text"]))
            for entry in self.entries(name, Place)
        )

    def all_texts(self, name: str, kind: type[Entry]) -> tuple[Entry, ...]:
        return tuple(kind(**{key: _text(value) for key, value in entry.items()}) for entry in self.entries(name, kind))

    def entries(self, name: str, kind: type) -> Sequence[dict[str, Any]]:
        result = self.listed(name)
        wanted = {entry.name for entry in fields(kind)}
        if not all(isinstance(entry, dict) and set(entry) == wanted for entry in result):
            raise _NoBriefError(f"{name} holds something else")
        return result

    def listed(self, name: str) -> list[Any]:
        result = self._data[name]
        if not isinstance(result, list) or len(result) > _MOST_ENTRIES:
            raise _NoBriefError(f"{name} is no list of at most {_MOST_ENTRIES}")
        return result

    def table(self, name: str) -> Mapping[str, Any]:
        result = self._data[name]
        if not isinstance(result, dict):
            raise _NoBriefError(f"{name} is no table")
        return result


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise _NoBriefError(f"a text is no text of at most {_MOST_TEXT:,} characters")
    return valid_unicode(value)


def _feature(name: str) -> str:
    if name not in _FEATURES:
        raise _NoBriefError("a feature that is not in the catalogue")
    return name


def _number(value: object, low: float = -1e6, high: float = 1e6) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        raise _NoBriefError("a number is no finite number")
    if not low <= value <= high:
        raise _NoBriefError(f"a number is not between {low:g} and {high:g}")
    return float(value)
