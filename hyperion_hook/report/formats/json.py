"""Assessment to JSON, by ``schema/assessment-2.json``: ASCII, ordered keys, every digit of every number.

What no model computes yet is ``null``, never invented; what is not known about the change is in ``missing``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from hyperion_hook.domain.assessment import (
    Advice,
    Anomaly,
    Assessment,
    BugForecast,
    Impact,
    Reviewer,
    Score,
    SimilarChange,
    Unknown,
)
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import valid_unicode

SCHEMA_VERSION = 2
SCHEMA_PATH = Path(__file__).parents[1] / "schema" / "assessment-2.json"

Json = dict[str, object]


def render_json(assessment: Assessment) -> str:
    """Return the assessment as indented JSON with a final line feed."""
    return json_text(assessment_object(assessment), indent=2)


def render_json_line(assessment: Assessment) -> str:
    """Return the assessment as one line of JSON with a final line feed."""
    return json_text(assessment_object(assessment))


def assessment_object(assessment: Assessment) -> Json:
    """Return the assessment as plain values in the schema's order."""
    change, risk, record = assessment.change, assessment.risk, assessment.record
    features, missing = _split(assessment)
    reason = (risk.sentence,) if isinstance(risk, Unknown) else ()
    return {
        "schema_version": SCHEMA_VERSION,
        "change": {
            "kind": change.kind.value,
            "revision": change.revision,
            "base": change.base,
            "files": len(change.files),
            "lines_added": change.lines_added,
            "lines_deleted": change.lines_deleted,
        },
        "risk": {
            **_row(risk, "probability level percentile percentile_of_size size_probability log_odds"),
            "raised": isinstance(risk, Score) and risk.raised,
        },
        "anomaly": _anomaly(assessment.anomaly),
        "record": None if record is None else asdict(record) | {"level": record.level.value},
        "bugs": _bugs(assessment.bugs),
        "impact": _impact(assessment.impact),
        "breaks": [
            {"rule": entry.kind.value, **_row(entry, "sentence evidence path line confidence")}
            for entry in assessment.breaks
        ],
        "explanation_base": assessment.base_log_odds,
        "explanation": [
            _row(entry, "feature group title value typical contribution sentence")
            | {"value": _finite(entry.value), "typical": _finite(entry.typical)}
            for entry in assessment.explanation
        ],
        "files_to_read": [
            {**_row(entry, "path reason"), "functions": _rows(entry.functions, "name line reason")}
            for entry in assessment.files_to_read
        ],
        "advice": _listed(assessment.advice),
        "reviewers": _listed(assessment.reviewers),
        "similar": _listed(assessment.similar),
        "features": features,
        "missing": missing,
        "model": _row(assessment.model, "name version trained_on"),
        "warnings": [valid_unicode(warning) for warning in (*reason, *assessment.warnings)],
        "timing_ms": {name: round(value, 3) for name, value in assessment.timing_ms.items()},
    }


def _row(entry: object, names: str) -> Json:
    """Return fields of an entry, its texts as JSON readers accept them."""
    values = {name: getattr(entry, name) for name in names.split()}
    return {name: str(valid_unicode(value)) if isinstance(value, str) else value for name, value in values.items()}


def _rows(entries: Iterable[object], names: str) -> list[Json]:
    return [_row(entry, names) for entry in entries]


def _listed(entries: tuple[Advice, ...] | tuple[Reviewer, ...] | tuple[SimilarChange, ...] | None) -> list[Json] | None:
    """Return entries with all their fields; ``None`` says that nothing was computed."""
    return (
        None if entries is None else [_row(entry, " ".join(field.name for field in fields(entry))) for entry in entries]
    )


def _anomaly(anomaly: Anomaly | None) -> Json | None:
    if anomaly is None:
        return None
    return _row(anomaly, "score is_anomaly") | {
        "unusual": _rows(anomaly.unusual, "feature value typical"),
        "smells": _rows(anomaly.smells, "name condition source"),
    }


def _bugs(bugs: BugForecast | None) -> Json | None:
    if bugs is None:
        return None
    return {"probability_30d": bugs.probability, "files": _rows(bugs.files, "path probability"), "by": bugs.by or None}


def _impact(impact: Impact | None) -> Json | None:
    if impact is None:
        return None
    return _row(impact, "score level") | {
        "affected": _rows(impact.affected, "component reason strength"),
        "missing_co_changes": _rows(impact.missing_co_changes, "path support confidence"),
    }


def _split(assessment: Assessment) -> tuple[dict[str, float], dict[str, str]]:
    """Return the known and the missing values; JSON has no infinity, so an infinite value is missing too."""
    features, missing = {}, {name: valid_unicode(reason) for name, reason in assessment.features.missing.items()}
    for name, value in assessment.features.present.items():
        if math.isfinite(value):
            features[name] = float(value)
        else:
            missing[name] = "the value is not finite"
    return features, missing


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
