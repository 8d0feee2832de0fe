"""Assessment to GitLab's code quality report: a list of findings with severity, place and fingerprint.

The fields are those GitLab documents for ``artifacts:reports:codequality``.
"""

from __future__ import annotations

from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.report.formats.findings import findings
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable, valid_unicode

_SEVERITY = {RiskLevel.HIGH: "major", RiskLevel.MEDIUM: "minor", RiskLevel.LOW: "info", RiskLevel.UNKNOWN: "info"}


def render_code_quality(assessment: Assessment) -> str:
    """Return the report as a JSON list with a final line feed; findings without a file left are not in it.

    A path that is not UTF-8 is shown with its bytes escaped: GitLab has no such file, so it links to none.
    """
    entries = [
        {
            "description": printable(finding.message),
            "check_name": f"hyperion-hook/{finding.rule}",
            "fingerprint": finding.fingerprint,
            "severity": _SEVERITY[finding.level],
            "location": {"path": valid_unicode(finding.path), "lines": {"begin": finding.line}},
        }
        for finding in findings(assessment)
        if finding.path is not None
    ]
    return json_text(entries, indent=2)
