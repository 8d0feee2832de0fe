from __future__ import annotations

import pytest

from hyperion_hook.commands.support.assessing import verdict_code
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import RiskLevel, Score
from hyperion_hook.errors import ExitCode
from tests.support.assessments import sample


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
    assert verdict_code(assessment, Config(fail_above_percentile=most, strict=strict), told=said.append) is code
    assert len(said) == (code is not ExitCode.DONE)
