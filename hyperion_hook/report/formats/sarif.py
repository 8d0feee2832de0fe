"""Assessment to SARIF 2.1.0 (OASIS): rules from the catalogue of features, findings as results."""

from __future__ import annotations

import os
from hashlib import sha256
from urllib.parse import quote

from hyperion_hook import __version__
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.domain.change import Change
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Feature
from hyperion_hook.report.formats.findings import BREAK_RULES, RISK, RULES, Finding, findings
from hyperion_hook.report.formats.json import Json
from hyperion_hook.report.formats.json_text import json_text
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.wording import change_line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "hyperionHook/v1"
_LEVELS = {RiskLevel.HIGH: "warning", RiskLevel.MEDIUM: "warning", RiskLevel.LOW: "note", RiskLevel.UNKNOWN: "note"}
_INDEX = {name: number for number, name in enumerate([*RULES, *(feature.name for feature in CATALOGUE)])}


def render_sarif(assessment: Assessment) -> str:
    """Return a SARIF log of one run, with a final line feed; without results where nothing is worth an alert."""
    run: Json = {
        "tool": {
            "driver": {
                "name": "hyperion-hook",
                "semanticVersion": __version__,
                "rules": [*(_rule(name) for name in RULES), *(_feature(feature) for feature in CATALOGUE)],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the top folder of the repository"}}},
        "automationDetails": {"id": "hyperion-hook/"},
        "properties": {
            "change": printable(change_line(assessment.change)),
            "probability": assessment.risk.probability,
            "level": assessment.risk.level.value,
            "percentile": assessment.risk.percentile,
            "files": digest_of_files(assessment.change),
        },
        "results": [_result(finding, assessment) for finding in findings(assessment)],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log, indent=2)


def digest_of_files(change: Change) -> str:
    """Return a digest of the files of a change; 64 hexadecimal digits."""
    paths = sorted({path for file in change.files for path in (file.path, file.previous_path)})
    return sha256("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()


def _rule(name: str) -> Json:
    title, meaning = RULES[name]
    return {
        "id": name,
        "name": _pascal(name),
        "shortDescription": {"text": title},
        "fullDescription": {"text": meaning},
        "defaultConfiguration": {"level": "warning" if name in (RISK, *BREAK_RULES) else "note"},
        "properties": {"tags": ["risk"]},
    }


def _feature(feature: Feature) -> Json:
    source = f" ({feature.reference})" if feature.reference else ""
    return {
        "id": feature.name,
        "name": _pascal(feature.name),
        "shortDescription": {"text": feature.title},
        "fullDescription": {"text": f"{feature.meaning}{source}"},
        "defaultConfiguration": {"level": "note"},
        "properties": {
            "tags": [feature.category.value, feature.group.value],
            "unit": feature.unit,
            "origin": feature.origin.value,
        },
    }


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def _result(finding: Finding, assessment: Assessment) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": _LEVELS[finding.level],
        "message": {"text": printable(finding.message)},
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    }
    if finding.rule == RISK and assessment.risk.probability is not None:
        result["rank"] = round(100 * assessment.risk.probability, 4)
    if finding.path is not None:
        result["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": relative_uri(finding.path), "uriBaseId": "SRCROOT"},
                    "region": {"startLine": finding.line},
                }
            }
        ]
    return result


def relative_uri(path: str) -> str:
    r"""Return a path as a relative URI, whatever bytes it holds.

    Examples
    --------
    >>> relative_uri("src/a b#.py"), relative_uri("\udcff/x"), relative_uri("a:b")
    ('src/a%20b%23.py', '%FF/x', 'a%3Ab')
    """
    return quote(os.fsencode(path), safe="/")
