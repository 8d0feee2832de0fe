from __future__ import annotations

from hyperion_hook.domain.assessment import Contribution
from hyperion_hook.report.facts import factor, number, reasons


def told(feature: str, contribution: float) -> Contribution:
    return Contribution(feature, feature, 1.0, 0.0, contribution, feature)


def test_reasons_come_from_different_groups_before_a_second_of_one() -> None:
    said = [told("tokens_added", 0.9), told("distinct_tokens_added", 0.8), told("exp", -0.2), told("la", 0.1)]
    assert [entry.feature for entry in reasons(said)] == ["tokens_added", "exp", "la"]


def test_a_group_that_hardly_moves_the_odds_gives_way_to_a_second_reason() -> None:
    said = [told("tokens_added", 0.9), told("distinct_tokens_added", 0.8), told("exp", -0.03), told("la", 0.001)]
    assert [entry.feature for entry in reasons(said)] == ["tokens_added", "distinct_tokens_added", "exp"]


def test_a_value_that_rounds_up_to_a_thousand_is_written_out() -> None:
    assert [number(999.7), number(-999.7), number(999.4)] == ["1,000", "-1,000", "999"]


def test_odds_that_are_far_lower_are_not_said_to_be_nothing() -> None:
    assert [factor(-6.0), factor(-60.0), factor(-0.7)] == ["odds x0.002", "odds x9e-27", "odds x0.50"]
