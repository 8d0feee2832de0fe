from __future__ import annotations

from hyperion_hook.domain.assessment import Contribution
from hyperion_hook.report.facts import reasons


def told(feature: str, contribution: float) -> Contribution:
    return Contribution(feature, feature, 1.0, 0.0, contribution, feature)


def test_reasons_come_from_different_groups_before_a_second_of_one() -> None:
    said = [told("tokens_added", 0.9), told("distinct_tokens_added", 0.8), told("exp", -0.2), told("la", 0.1)]
    assert [entry.feature for entry in reasons(said)] == ["tokens_added", "exp", "la"]


def test_a_group_that_hardly_moves_the_odds_gives_way_to_a_second_reason() -> None:
    said = [told("tokens_added", 0.9), told("distinct_tokens_added", 0.8), told("exp", -0.03), told("la", 0.001)]
    assert [entry.feature for entry in reasons(said)] == ["tokens_added", "distinct_tokens_added", "exp"]
