from __future__ import annotations

from dataclasses import replace

from hyperion_hook.domain.assessment import Contribution
from hyperion_hook.domain.phrases import number
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.report.reasons import factor, reasons


def told(feature: str, contribution: float) -> Contribution:
    return Contribution(feature, feature, 1.0, 0.0, contribution, feature, find_feature(feature).group.value)


def test_a_group_gives_one_reason_at_most() -> None:
    said = [told("control_flow_added", 0.9), told("tokens_moved", 0.8), told("exp", -0.2), told("nf", 0.03)]
    assert [entry.feature for entry in reasons(said)] == ["control_flow_added", "exp"]


def test_size_what_is_left_over_and_what_is_not_known_are_no_reasons() -> None:
    said = [told("la", 0.9), replace(told("nf", 0.8), group="other"), replace(told("age", -0.2), value=None)]
    assert reasons(said) == []


def test_a_value_that_rounds_up_to_a_thousand_is_written_out() -> None:
    assert [number(999.7), number(-999.7), number(999.4)] == ["1,000", "-1,000", "999"]


def test_odds_that_are_far_lower_are_not_said_to_be_nothing() -> None:
    assert [factor(-6.0), factor(-60.0), factor(-0.7)] == ["x0.002", "x9e-27", "x0.50"]
