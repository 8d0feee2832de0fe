from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.scoring.levels import reaches, risk_level

BOUNDS = {RiskLevel.HIGH: 0.4, RiskLevel.MEDIUM: 0.2}
LOW, MEDIUM, HIGH = RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH


@pytest.mark.parametrize(
    ("percentile", "level"),
    [(0.0, LOW), (79.99, LOW), (80.0, MEDIUM), (94.99, MEDIUM), (95.0, HIGH), (100.0, HIGH)],
)
def test_the_percentile_decides_where_it_is_known(percentile: float, level: RiskLevel) -> None:
    for probability in (0.0, 0.3, 1.0):
        assert risk_level(probability, percentile, thresholds=BOUNDS) is level


@pytest.mark.parametrize(
    ("probability", "level"), [(0.0, LOW), (0.199, LOW), (0.2, MEDIUM), (0.399, MEDIUM), (0.4, HIGH), (1.0, HIGH)]
)
def test_without_a_percentile_the_thresholds_of_the_models_decide(probability: float, level: RiskLevel) -> None:
    assert risk_level(probability, None, thresholds=BOUNDS) is level


def test_a_team_that_bears_more_alerts_gets_more() -> None:
    assert risk_level(0.1, 85.0, high_rate=0.2, medium_rate=0.5, thresholds=BOUNDS) is HIGH
    assert risk_level(0.1, 60.0, high_rate=0.2, medium_rate=0.5, thresholds=BOUNDS) is MEDIUM
    assert risk_level(0.1, 99.9, high_rate=0.0, medium_rate=0.0, thresholds=BOUNDS) is LOW


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_higher_percentile_is_never_a_lower_level(one: float, other: float, high: float, more: float) -> None:
    levels = [
        risk_level(0.5, percentile, high_rate=high, medium_rate=high + more, thresholds=BOUNDS).rank
        for percentile in sorted((one, other))
    ]
    assert levels[0] <= levels[1]


def test_a_level_reaches_itself_and_all_below() -> None:
    for level in RiskLevel:
        assert [other for other in RiskLevel if reaches(level, other)] == [
            other for other in RiskLevel if other.rank <= level.rank
        ]


def test_nothing_fails_when_a_team_asked_for_nothing() -> None:
    assert not any(reaches(level, None) for level in RiskLevel)
