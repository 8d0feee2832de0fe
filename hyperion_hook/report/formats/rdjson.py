"""Assessment to the Reviewdog Diagnostic Format: one ``DiagnosticResult`` (``reviewdog -f=rdjson``)."""

from __future__ import annotations

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.report.formats.findings import findings
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode

_SEVERITY = {RiskLevel.HIGH: "ERROR", RiskLevel.MEDIUM: "WARNING", RiskLevel.LOW: "INFO", RiskLevel.UNKNOWN: "WARNING"}


def render_rdjson(assessment: Assessment) -> str:
    """Return the report as JSON with a final line feed; findings without a file left are not in it."""
    diagnostics = [
        {
            "message": printable(finding.message, most=1000),
            "location": {"path": valid_unicode(finding.path), "range": {"start": {"line": finding.line}}},
            "severity": _SEVERITY[finding.level],
            "code": {"value": finding.rule},
        }
        for finding in findings(assessment)
        if finding.path is not None
    ]
    return json_text({"source": {"name": "hyperion-hook"}, "diagnostics": diagnostics}, indent=2)
