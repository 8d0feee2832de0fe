from __future__ import annotations

from dataclasses import replace

import pytest

from hyperion_hook.commands.support.baseline import read_baseline
from hyperion_hook.commands.support.gate import verdict_code
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel, Score
from hyperion_hook.domain.breaks import Break, BreakKind
from hyperion_hook.errors import ConfigError, ExitCode
from hyperion_hook.report.formats.sarif import render_sarif
from tests.support.assessments import sample
from tests.support.changes import change, edit


@pytest.mark.parametrize(
    ("percentile", "most", "strict", "code"),
    [
        (99.5, 99.0, False, ExitCode.RISK),
        (99.0, 99.0, False, ExitCode.DONE),
        (0.1, 0.0, False, ExitCode.RISK),
        (100.0, 100.0, True, ExitCode.DONE),
        (99.5, None, True, ExitCode.DONE),
        (None, 99.0, False, ExitCode.DONE),
        (None, 99.0, True, ExitCode.FAILED),
        (None, None, True, ExitCode.DONE),
    ],
)
def test_a_change_above_a_percentile_fails(
    percentile: float | None, most: float | None, strict: bool, code: ExitCode
) -> None:
    said: list[str] = []
    assessment = sample(risk=Score(0.02, -3.9, RiskLevel.LOW, percentile))
    assert verdict_code(assessment, Config(fail_above_percentile=most, strict=strict), report=said.append) is code
    assert len(said) == (code is not ExitCode.DONE)


def risky(level: RiskLevel) -> Assessment:
    return sample(risk=Score(0.3, -0.8, level, 99.9))


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        (RiskLevel.HIGH, RiskLevel.HIGH, ExitCode.DONE),
        (RiskLevel.HIGH, RiskLevel.MEDIUM, ExitCode.DONE),
        (RiskLevel.MEDIUM, RiskLevel.HIGH, ExitCode.RISK),
        (RiskLevel.LOW, RiskLevel.MEDIUM, ExitCode.RISK),
        (RiskLevel.UNKNOWN, RiskLevel.HIGH, ExitCode.RISK),
    ],
)
@pytest.mark.parametrize("config", [Config(fail_on=RiskLevel.MEDIUM), Config(fail_above_percentile=99.0)])
def test_a_risk_that_a_baseline_knows_fails_nothing(
    before: RiskLevel, now: RiskLevel, code: ExitCode, config: Config
) -> None:
    baseline = read_baseline(render_sarif(risky(before)), "b.sarif")
    assert verdict_code(risky(now), config) is ExitCode.RISK
    assert verdict_code(risky(now), config, baseline=baseline) is code


def test_a_risk_of_other_files_is_not_known() -> None:
    baseline = read_baseline(render_sarif(risky(RiskLevel.HIGH)), "b.sarif")
    other = replace(risky(RiskLevel.HIGH), change=change(edit("src/other.py", "+x = 1")))
    assert verdict_code(other, Config(fail_on=RiskLevel.HIGH), baseline=baseline) is ExitCode.RISK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The function 'load' is gone", "The function 'save' is gone"),
        ("The function 'load1' is gone", "The function 'load2' is gone"),
        ("left-pad is at 1.2.3 instead of 1.3.0", "left-pad is at 1.1.0 instead of 1.3.0"),
        ("v2 is gone", "v3 is gone"),
    ],
)
def test_a_break_that_a_baseline_knows_fails_nothing(one: str, other: str) -> None:
    known, new = (
        Break(BreakKind.NAME, sentence, "used in src/b.py:7", "src/a.py", 3, is_certain=True)
        for sentence in (one, other)
    )
    calm = Score(0.02, -3.9, RiskLevel.LOW, 5.0)
    baseline = read_baseline(render_sarif(sample(risk=calm, breaks=(known,))), "b.sarif")
    config = Config(fail_on_break=True)
    moved = replace(known, line=90, evidence="used in src/b.py:12")
    assert verdict_code(sample(risk=calm, breaks=(moved,)), config) is ExitCode.RISK
    assert verdict_code(sample(risk=calm, breaks=(moved,)), config, baseline=baseline) is ExitCode.DONE
    said: list[str] = []
    both = sample(risk=calm, breaks=(known, new))
    assert verdict_code(both, config, report=said.append, baseline=baseline) is ExitCode.RISK
    assert said == ["the change would break 1 thing; fail-on-break is set"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"runs": []}',
        '{"runs": [{"results": []}]}',
        '{"runs": [{"results": [1], "properties": {"level": "LOW"}}]}',
        '{"runs": [{"results": [], "properties": {"level": []}}]}',
        "[" * 100_000,
        '{"runs": [{"results": [{"partialFingerprints": {}}], "properties": {"level": "LOW"}}]}',
    ],
)
def test_what_is_no_baseline_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^baseline 'b\.sarif': no SARIF of hyperion-hook; write one with: "):
        read_baseline(text, "b.sarif")
