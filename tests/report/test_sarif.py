from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import FileToRead, RiskLevel, Score
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.report.formats.code_quality import render_code_quality
from hyperion_hook.report.formats.findings import RULES, findings
from hyperion_hook.report.formats.rdjson import render_rdjson
from hyperion_hook.report.formats.sarif import render_sarif
from tests.support.assessments import impact_naming, sample
from tests.support.changes import change, edit
from tests.support.command import hyperion
from tests.support.repo import TestRepo

SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json"
LOW = Score(0.02, -3.9, RiskLevel.LOW, 12.0)


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def sarif(**more: object) -> Any:
    log = json.loads(render_sarif(sample(**more)))
    validator().validate(log)
    return log["runs"][0]


def test_a_change_of_low_risk_raises_no_alert() -> None:
    run = sarif(risk=LOW, anomaly=None)
    assert run["results"] == []
    assert run["properties"]["level"] == "LOW"
    assert json.loads(render_code_quality(sample(risk=LOW, anomaly=None))) == []


def test_the_schema_refuses_what_is_wrong() -> None:
    log = json.loads(render_sarif(sample()))
    log["runs"][0]["results"][0]["level"] = "terrible"
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(log)


def test_every_feature_is_a_rule_and_every_result_names_its_own() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules[len(RULES) :]] == [feature.name for feature in CATALOGUE]
    assert len({rule["id"] for rule in rules}) == len({rule["name"] for rule in rules}) == len(rules)
    for result, finding in zip(run["results"], findings(sample()), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["partialFingerprints"] == {"hyperionHook/v1": finding.fingerprint}


def test_the_risk_is_a_warning_at_the_line_to_read_first() -> None:
    first = sarif()["results"][0]
    assert (first["ruleId"], first["level"], first["rank"]) == ("change-risk", "warning", 31.0)
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/app.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 1},
    }


RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string", "minLength": 1},
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {"type": "object", "required": ["value"], "properties": {"value": {"type": "string"}}},
                    "location": {
                        "type": "object",
                        "required": ["path", "range"],
                        "additionalProperties": False,
                        "properties": {
                            "path": {"type": "string"},
                            "range": {
                                "type": "object",
                                "required": ["start"],
                                "properties": {
                                    "start": {
                                        "type": "object",
                                        "required": ["line"],
                                        "properties": {"line": {"type": "integer"}},
                                    }
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What reviewdog's description of its format (``DiagnosticResult``) says of the fields that are used."""


def test_reviewdog_gets_the_same_findings_in_its_format() -> None:
    document = json.loads(render_rdjson(sample()))
    jsonschema.Draft202012Validator(RDJSON).validate(document)
    assert [entry["code"]["value"] for entry in document["diagnostics"]] == [
        finding.rule for finding in findings(sample()) if finding.path
    ]
    assert document["diagnostics"][0]["severity"] in {"ERROR", "WARNING"}
    assert json.loads(render_rdjson(sample(risk=LOW, anomaly=None)))["diagnostics"] == []


def test_gitlab_gets_the_same_findings_with_its_own_words() -> None:
    entries = json.loads(render_code_quality(sample()))
    assert [entry["fingerprint"] for entry in entries] == [finding.fingerprint for finding in findings(sample())]
    assert entries[0] == {
        "description": findings(sample())[0].message,
        "check_name": "hyperion-hook/change-risk",
        "fingerprint": entries[0]["fingerprint"],
        "severity": "major",
        "location": {"path": "src/app.py", "lines": {"begin": 1}},
    }
    assert {entry["severity"] for entry in entries[1:]} == {"info"}


@pytest.mark.slow
@given(st.text(min_size=1).map(lambda name: name.replace("\0", "?")) | st.just("a\udcff\n\x1b[31m##[error]"))
def test_any_name_gives_a_valid_log_of_ascii(name: str) -> None:
    judged = change(edit(name, "+x"))
    text = render_sarif(sample(judged, files_to_read=(FileToRead(name, name),), impact=impact_naming(name)))
    assert text.isascii()
    validator().validate(json.loads(text))
    assert render_code_quality(sample(judged, impact=impact_naming(name))).isascii()


@pytest.mark.slow
def test_the_command_writes_both_for_a_real_change(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(8):
        repo.commit({"a.py": f"x = {number}\n"}, "Fix crash" if number % 2 else "Change")
    repo.commit({"a.py": "".join(f"def f{n}(x):\n    return x if x else {n}\n" for n in range(300))}, "Rewrite it all")
    done = hyperion(tmp_path, "score", "HEAD", "--format", "sarif")
    assert done.code == 0, done.err
    validator().validate(done.json())
    (run,) = done.json()["runs"]
    assert next(result["ruleId"] for result in run["results"]) == "change-risk"
    assert isinstance(hyperion(tmp_path, "score", "HEAD", "--format", "gitlab").json(), list)
