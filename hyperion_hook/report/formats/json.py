"""Assessment to JSON, by ``schema/assessment-2.json``: ASCII, ordered keys, every digit of every number.

What no model computes yet is ``null``, never invented; what is not known about the change is in ``missing``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from hyperion_hook.domain.assessment import (
    Advice,
    Anomaly,
    Assessment,
    BugForecast,
    Impact,
    Record,
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
    change, risk = assessment.change, assessment.risk
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
            "probability": risk.probability,
            "level": risk.level.value,
            "percentile": risk.percentile,
            "percentile_of_size": risk.percentile_of_size,
            "size_probability": risk.size_probability,
            "log_odds": risk.log_odds,
            "raised": isinstance(risk, Score) and risk.raised,
        },
        "anomaly": _anomaly(assessment.anomaly),
        "record": _record(assessment.record),
        "bugs": _bugs(assessment.bugs),
        "impact": _impact(assessment.impact),
        "breaks": [
            {
                "rule": entry.kind.value,
                "sentence": valid_unicode(entry.sentence),
                "evidence": valid_unicode(entry.evidence),
                "path": valid_unicode(entry.path),
                "line": entry.line,
                "confidence": entry.confidence,
            }
            for entry in assessment.breaks
        ],
        "explanation_base": assessment.base_log_odds,
        "explanation": [
            {
                "feature": entry.feature,
                "group": entry.group,
                "title": entry.title,
                "value": _finite(entry.value),
                "typical": _finite(entry.typical),
                "contribution": entry.contribution,
                "sentence": valid_unicode(entry.sentence),
            }
            for entry in assessment.explanation
        ],
        "files_to_read": [
            {
                "path": valid_unicode(entry.path),
                "reason": valid_unicode(entry.reason),
                "functions": [
                    {"name": valid_unicode(function.name), "line": function.line, "reason": function.reason}
                    for function in entry.functions
                ],
            }
            for entry in assessment.files_to_read
        ],
        "advice": _listed(assessment.advice),
        "reviewers": _listed(assessment.reviewers),
        "similar": _listed(assessment.similar),
        "features": features,
        "missing": missing,
        "model": {
            "name": valid_unicode(assessment.model.name),
            "version": valid_unicode(assessment.model.version),
            "trained_on": valid_unicode(assessment.model.trained_on),
        },
        "warnings": [valid_unicode(warning) for warning in (*reason, *assessment.warnings)],
        "timing_ms": {name: round(value, 3) for name, value in assessment.timing_ms.items()},
    }


def _listed(entries: Sequence[Advice | Reviewer | SimilarChange] | None) -> list[Json] | None:
    """Return entries whose fields are all texts; ``None`` says that nothing was computed."""
    if entries is None:
        return None
    return [{field.name: valid_unicode(getattr(entry, field.name)) for field in fields(entry)} for entry in entries]


def _record(record: Record | None) -> Json | None:
    return None if record is None else asdict(record) | {"level": record.level.value}


def _anomaly(anomaly: Anomaly | None) -> Json | None:
    if anomaly is None:
        return None
    unusual = [{"feature": entry.feature, "value": entry.value, "typical": entry.typical} for entry in anomaly.unusual]
    smells = [{"name": smell.name, "condition": smell.condition, "source": smell.source} for smell in anomaly.smells]
    return {"score": anomaly.score, "is_anomaly": anomaly.is_anomaly, "unusual": unusual, "smells": smells}


def _bugs(bugs: BugForecast | None) -> Json | None:
    if bugs is None:
        return None
    files = [{"path": valid_unicode(entry.path), "probability": entry.probability} for entry in bugs.files]
    return {"probability_30d": bugs.probability, "files": files, "by": bugs.by or None}


def _impact(impact: Impact | None) -> Json | None:
    if impact is None:
        return None
    return {
        "score": impact.score,
        "level": impact.level.value,
        "affected": [
            {
                "component": valid_unicode(entry.component),
                "reason": valid_unicode(entry.reason),
                "strength": entry.strength,
            }
            for entry in impact.affected
        ],
        "missing_co_changes": [
            {"path": valid_unicode(entry.path), "support": entry.support, "confidence": entry.confidence}
            for entry in impact.missing_co_changes
        ],
    }


def _split(assessment: Assessment) -> tuple[dict[str, float], dict[str, str]]:
    """Return what has a value and what has not; JSON has no infinity, so an infinite value is missing too."""
    features, missing = {}, {name: valid_unicode(reason) for name, reason in assessment.features.missing.items()}
    for name, value in assessment.features.present.items():
        if math.isfinite(value):
            features[name] = float(value)
        else:
            missing[name] = "the value is not finite"
    return features, missing


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
