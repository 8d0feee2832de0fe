from __future__ import annotations

import json
import math

import jsonschema
import pytest

from hyperion_hook.domain.assessment import FileToRead, ModelInfo, RiskLevel, Score
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.report.formats.json import SCHEMA_PATH, render_json, render_json_line
from tests.support.assessments import CONTRIBUTIONS, impact_naming, sample
from tests.support.changes import change, edit

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

CASES = {
    "staged": sample(),
    "commit": sample(change(edit("a.py", "+x"), kind=ChangeKind.COMMIT, revision="1" * 40)),
    "sha256": sample(change(edit("a.py", "+x"), kind=ChangeKind.RANGE, revision="1" * 64, base="2" * 64)),
    "root": sample(change(edit("a.py", "+x"), base=None)),
    "nothing": sample(change(), explanation=(), files_to_read=(), warnings=()),
    "not explained": sample(base_log_odds=None, explanation=()),
    "no anomaly, no percentile": sample(anomaly=None, risk=Score(1.0, 37.0, RiskLevel.LOW, None)),
    "no impact": sample(impact=None),
    "bytes": sample(
        impact=impact_naming("caf\udce9\n.py"),
        files_to_read=(FileToRead("caf\udce9\n.py", "x"),),
        warnings=("\ud800 \x1b[m",),
    ),
}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CASES)
def test_every_assessment_is_valid_ascii_json_by_the_schema(case: str) -> None:
    text = render_json(CASES[case])
    assert text.isascii()
    VALIDATOR.validate(json.loads(text))


@pytest.mark.parametrize("case", CASES)
def test_the_line_says_the_same_in_one_line(case: str) -> None:
    line = render_json_line(CASES[case])
    assert line.count("\n") == 1
    assert json.loads(line) == json.loads(render_json(CASES[case]))


def test_every_object_of_the_schema_is_closed_and_requires_all_it_names() -> None:
    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, list):
            return [found for entry in node for found in objects(entry)]
        if not isinstance(node, dict):
            return []
        own = [node] if "properties" in node and "type" in node else []
        return own + [found for entry in node.values() for found in objects(entry)]

    for node in objects(SCHEMA):
        assert node["additionalProperties"] is False
        assert sorted(node["required"]) == sorted(node["properties"])  # type: ignore[call-overload]


def test_every_key_comes_in_the_order_of_the_schema() -> None:
    written = json.loads(render_json(sample()))
    assert list(written) == list(SCHEMA["properties"])
    assert list(written["risk"]) == list(SCHEMA["properties"]["risk"]["properties"])


def test_contributions_and_base_sum_to_the_log_odds_after_a_round_trip() -> None:
    written = json.loads(render_json(sample()))
    total = written["explanation_base"] + math.fsum(entry["contribution"] for entry in written["explanation"])
    assert abs(total - written["risk"]["log_odds"]) < 1e-9
    assert [entry["contribution"] for entry in written["explanation"]] == [c.contribution for c in CONTRIBUTIONS]


def test_what_is_missing_is_no_feature_and_what_is_infinite_is_missing() -> None:
    features = FeatureVector({"la": math.inf, "ld": math.nan, "nf": 0.0, "age": Missing("no history")})
    written = json.loads(render_json(sample(features=features)))
    assert written["features"] == {"nf": 0.0}
    assert written["missing"] == {"age": "no history", "la": "the value is not finite", "ld": "the value is not finite"}


def test_what_no_model_computes_yet_is_null() -> None:
    written = json.loads(render_json(sample()))
    assert [written[name] for name in ("bugs", "advice", "reviewers", "similar")] == [None] * 4


def test_impact_says_what_the_schema_names() -> None:
    impact = json.loads(render_json(sample()))["impact"]
    assert (impact["score"], impact["level"]) == (0.62, "HIGH")
    assert impact["affected"][1] == {
        "component": "docs",
        "reason": "changed in 3 of the last 9 changes of src/app.py",
        "strength": 0.25,
    }
    assert impact["missing_co_changes"] == [{"path": "tests/test_app.py", "support": 7, "confidence": 7 / 9}]


def test_the_same_assessment_gives_the_same_bytes_and_only_timings_differ() -> None:
    first, second = sample(), sample(timing_ms={"read": 2.0, "total": 3.0})
    assert render_json(first) == render_json(sample())
    a, b = json.loads(render_json(first)), json.loads(render_json(second))
    assert {key for key in a if a[key] != b[key]} == {"timing_ms"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("risk", "probability"), 1.5),
        (("risk", "level"), "SEVERE"),
        (("change", "files"), -1),
        (("change", "revision"), "HEAD"),
        (("extra",), 1),
        (("missing", "age"), ""),
        (("bugs",), {"probability_30d": 1}),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str, ...], value: object) -> None:
    written = json.loads(render_json(sample()))
    node = written
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert not VALIDATOR.is_valid(written)


def test_names_of_a_model_cannot_break_the_json() -> None:
    written = json.loads(render_json(sample(model=ModelInfo("a\udcff", '"', "\x1b"))))
    assert written["model"] == {"name": "a\\xff", "version": '"', "trained_on": "\x1b"}
