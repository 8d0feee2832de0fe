"""Cards are written by whoever made the models: what is no figure is not shown as one, and nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.report.page import card as page_card
from tests.support.overviews import CARD

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
FIGURES = st.fixed_dictionaries(
    {},
    optional={
        "on": JSON,
        "changes": JSON,
        "buggy": JSON,
        "model": JSON,
        "roc_auc": JSON | st.lists(JSON, max_size=4),
        "pr_auc": JSON,
        "share_in_top_20_percent": JSON,
        "calibration_error": JSON,
        "predicted": JSON,
        "observed": JSON,
        "feature": JSON,
        "roc_auc_lost": JSON,
    },
)
CARDS = st.fixed_dictionaries(
    {},
    optional={
        "trained_on": JSON,
        "data": JSON,
        "training": JSON,
        "limits": JSON,
        "evaluations": JSON
        | st.lists(JSON | FIGURES | st.fixed_dictionaries({"models": st.lists(FIGURES, max_size=3)}), max_size=3),
        "calibration": JSON | st.lists(FIGURES, max_size=3),
        "importance": JSON | st.lists(FIGURES, max_size=3),
    },
)


def read(card: dict[str, Any]) -> tuple[object, ...]:
    return (
        page_card.evaluations(card),
        page_card.calibration(card),
        page_card.importance(card),
        page_card.facts(card),
        page_card.limits(card),
    )


def test_an_empty_card_says_nothing() -> None:
    assert read({}) == ((), [], [], [], [])


def test_a_card_is_read() -> None:
    (found,) = page_card.evaluations(CARD)
    assert (found.on, found.changes, found.buggy) == ("the future of the same repositories", 1200, 60)
    best, baseline = found.rankings
    assert best.roc_auc == (0.84, 0.8, 0.88)
    assert (best.in_top, best.calibration_error) == (0.64, 0.012)
    assert (baseline.name, baseline.pr_auc, baseline.in_top) == ("lines added", None, None)
    assert page_card.calibration(CARD) == [(0.01, 0.02, 100), (0.4, 0.35, 100)]
    assert page_card.importance(CARD) == [("lines added", 0.02, 1.0), ("files touched", 0.005, 0.25)]
    assert page_card.facts(CARD) == [
        ("trained on", "32 repositories"),
        ("changes", "50000"),
        ("from", "2005-07-01"),
        ("seed", "42"),
    ]
    assert page_card.limits(CARD) == ["It knows no tests."]


@pytest.mark.parametrize("value", ["0.9", True, float("nan"), float("inf"), -0.1, 1.1, 10**400, None, [0.5], {}])
def test_what_is_no_share_is_no_figure(value: object) -> None:
    assert page_card.share(value) is None
    row = {"model": "x", "roc_auc": [0.5, value, 0.6], "share_in_top_20_percent": value}
    assert page_card.evaluations({"evaluations": [{"on": "x", "models": [row]}]}) == ()
    assert page_card.calibration({"calibration": [{"predicted": value, "observed": 0.1, "changes": 3}]}) == []
    assert page_card.importance({"importance": [{"feature": "la", "roc_auc_lost": value}]}) == []


def test_one_wrong_figure_hides_no_other() -> None:
    row = {"model": {"nested": 1}, "roc_auc": [0.5, 0.4, 0.6], "pr_auc": "high", "calibration_error": float("nan")}
    (found,) = page_card.evaluations({"evaluations": ["none", {"on": 3, "changes": "many", "models": [7, row]}]})
    assert (found.on, found.changes, found.buggy) == ("3", None, None)
    assert found.rankings == (page_card.Ranking("", page_card.Interval(0.5, 0.4, 0.6), None, None, None),)


def test_long_and_nested_facts_are_cut_or_left_out() -> None:
    card = {"training": {"a": "x" * 1000, "b": {"c": 1}, "\x1b[2J": "\u202e", "d": ""}, "limits": ["ok", 3, None]}
    assert page_card.facts(card) == [("a", "x" * 297 + "..."), ("\\x1b[2J", "\\u202e")]
    assert page_card.limits(card) == ["ok"]
    many = {"training": dict.fromkeys(map(str, range(500)), 1), "limits": ["no"] * 500}
    assert len(page_card.facts(many)) == len(page_card.limits(many)) == 30


@given(CARDS)
def test_whatever_a_card_holds_it_is_read(card: dict[str, Any]) -> None:
    for entry in page_card.evaluations(card):
        for row in entry.rankings:
            assert all(0 <= figure <= 1 for figure in row.roc_auc or ())
    for expected, observed, _ in page_card.calibration(card):
        assert 0 <= expected <= 1
        assert 0 <= observed <= 1
    assert all(0 < row.share <= 1 for row in page_card.importance(card))
    assert all(isinstance(text, str) for fact in page_card.facts(card) for text in fact)
    assert all(isinstance(text, str) for text in page_card.limits(card))
