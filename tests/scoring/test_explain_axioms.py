"""What is fair about an explanation: nothing for what does nothing, the same for the same, all of the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations
from math import fsum, log1p

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.scoring.members import LogisticMember, Member, TreeMember
from hyperion_hook.scoring.risk import Combination, RiskModel
from hyperion_hook.scoring.shapley import explain
from hyperion_hook.scoring.trees import LEAF, MISSING_LEFT, Trees, serialise

NAMES = ("la", "ld", "nf", "nd")
TOGETHER = dict.fromkeys(NAMES, "all")
APART = {name: name for name in NAMES}
VALUE = st.sampled_from([0.0, 1.0, 2.0, 5.0, float("nan")])
ROW = st.lists(VALUE, min_size=4, max_size=4)


def and_tree(first: int, second: int, worth: float) -> list[tuple[int, float]]:
    """Return nodes of a tree that is worth something only when both columns are above 1.5."""
    return [(first, 1.5), (LEAF, 0.0), (second | MISSING_LEFT, 1.5), (LEAF, 0.0), (LEAF, worth)]


def forest(*trees: list[tuple[int, float]]) -> Trees:
    """Return trees of the shape that ``and_tree`` gives, read from their bytes."""
    roots, features, thresholds, left = [], [], [], []
    for tree in trees:
        start = len(features)
        roots.append(start)
        for number, (feature, threshold) in enumerate(tree):
            features.append(feature)
            thresholds.append(threshold)
            left.append(start + number + 1)
    return Trees.parse("drawn", serialise(roots, features, thresholds, left), len(NAMES))


def model_of(*members: Member, kind: str = "log_odds") -> RiskModel:
    columns = tuple((member.name, kind) for member in members)
    return RiskModel(NAMES, members, Combination(columns, (1.0,) * len(members), 0.25, 1.5, -0.5))


def boosted(*trees: list[tuple[int, float]]) -> TreeMember:
    return TreeMember("xgboost", forest(*trees), averaged=False, base=0.5)


def vector_of(values: Sequence[float]) -> FeatureVector:
    return FeatureVector({name: value for name, value in zip(NAMES, values, strict=True) if value == value})  # noqa: PLR0124 - not NaN


def mapping_of(values: Sequence[float]) -> dict[str, float]:
    return vector_of(values).present


def brute_force(model: RiskModel, one: Sequence[float], other: Sequence[float]) -> list[float]:
    """Return Shapley values of single features as the mean gain over all orders in which they may join."""
    given_to = [0.0] * len(NAMES)
    orders = list(permutations(range(len(NAMES))))
    for order in orders:
        row = list(other)
        before = model.log_odds(row)
        for column in order:
            row[column] = one[column]
            after = model.log_odds(row)
            given_to[column] += (after - before) / len(orders)
            before = after
    return given_to


SOME = model_of(
    boosted(and_tree(0, 1, 2.0), and_tree(1, 2, -1.0), and_tree(3, 0, 0.5)),
    LogisticMember("logistic", (0, 2), (1.0, 1.0), (0.5, 0.5), (2.0, 1.0), (1.0, -3.0), 0.1),
    kind="prediction",
)


@settings(deadline=None)
@given(one=ROW, other=ROW)
def test_features_in_groups_of_their_own_get_their_shapley_values(one: list[float], other: list[float]) -> None:
    found = explain(SOME, vector_of(one), mapping_of(other), APART)
    for name, value in zip(NAMES, brute_force(SOME, one, other), strict=True):
        assert found.contributions[name] == pytest.approx(value, abs=1e-9)


@settings(deadline=None)
@example(one=[1.0, 2.0, 1.0, 0.0], other=[float("nan"), 0.0, 1.0, 0.0])  # two features that cancel out
@given(one=ROW, other=ROW)
def test_features_in_one_group_get_their_shapley_values_too(one: list[float], other: list[float]) -> None:
    """With a single group the two surroundings of its own game are the same, so nothing has to be corrected."""
    found = explain(SOME, vector_of(one), mapping_of(other), TOGETHER)
    for name, value in zip(NAMES, brute_force(SOME, one, other), strict=True):
        assert found.contributions[name] == pytest.approx(value, abs=1e-9)


@settings(deadline=None)
@given(one=ROW, other=ROW, grouping=st.lists(st.sampled_from("ab"), min_size=4, max_size=4))
def test_contributions_make_up_the_whole_difference(one: list[float], other: list[float], grouping: list[str]) -> None:
    found = explain(SOME, vector_of(one), mapping_of(other), dict(zip(NAMES, grouping, strict=True)))
    assert found.base_log_odds + fsum(found.contributions.values()) == pytest.approx(SOME.log_odds(one), abs=1e-9)
    assert found.base_log_odds == pytest.approx(SOME.log_odds(other), abs=1e-9)


@settings(deadline=None)
@given(one=ROW, other=ROW, grouping=st.lists(st.sampled_from("ab"), min_size=4, max_size=4))
def test_a_feature_that_no_member_looks_at_gets_nothing(
    one: list[float], other: list[float], grouping: list[str]
) -> None:
    # ld is split on by no tree, nf only by trees: each member has its own columns
    model = model_of(
        boosted(and_tree(0, 2, 2.0), and_tree(2, 3, 1.0)),
        LogisticMember("logistic", (0, 1), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0), (1.0, 0.0), 0.0),
    )
    groups = dict(zip(NAMES, grouping, strict=True))
    assert explain(model, vector_of(one), mapping_of(other), groups).contributions["ld"] == 0.0


@pytest.mark.parametrize("position", range(4))
def test_a_feature_without_effect_between_the_two_rows_gets_nothing(position: int) -> None:
    """All four columns are split on; the one whose two values lie on the same side of every threshold gets nothing."""
    model = model_of(boosted(and_tree(0, 1, 2.0), and_tree(2, 3, 1.0), and_tree(1, 2, 4.0)), kind="prediction")
    one, other = [5.0] * 4, [0.0] * 4
    other[position] = 2.0
    for groups in (TOGETHER, APART, {"la": "a", "ld": "b", "nf": "a", "nd": "b"}):
        found = explain(model, vector_of(one), mapping_of(other), groups)
        assert found.contributions[NAMES[position]] == 0.0


def test_features_that_do_the_same_get_the_same() -> None:
    model = model_of(boosted(and_tree(0, 1, 2.0), and_tree(1, 0, 2.0), and_tree(2, 3, 1.0)), kind="prediction")
    for groups in (TOGETHER, APART, {"la": "a", "ld": "a", "nf": "b", "nd": "b"}):
        found = explain(model, vector_of([5.0] * 4), mapping_of([0.0] * 4), groups).contributions
        assert found["la"] == pytest.approx(found["ld"], abs=1e-12)
        assert found["la"] > 0


def test_the_order_of_the_vector_does_not_matter() -> None:
    values = {"la": 5.0, "ld": 2.0, "nf": 1.0, "nd": 2.0}
    turned = dict(reversed(values.items()))
    typical = dict.fromkeys(NAMES, 0.0)
    one = explain(SOME, FeatureVector(values), typical, TOGETHER)
    other = explain(SOME, FeatureVector(turned), dict(reversed(typical.items())), TOGETHER)
    assert list(one.contributions.items()) == list(other.contributions.items())


def test_a_linear_model_is_explained_by_its_terms() -> None:
    model = model_of(LogisticMember("logistic", (0,), (1.0,), (0.5,), (2.0,), (1.0,), 0.1))
    found = explain(model, FeatureVector({"la": 7.0}), {"la": 1.0}, TOGETHER)
    assert found.contributions["la"] == pytest.approx(1.5 * (log1p(7.0) - log1p(1.0)) / 2.0)


@settings(deadline=None)
@given(one=ROW, other=ROW)
def test_a_regression_on_plain_values_is_explained_like_any_other(one: list[float], other: list[float]) -> None:
    member = LogisticMember("logistic", (0, 2), (1.0, 1.0), (0.5, 0.5), (2.0, 1.0), (9.0, -12.0), 0.1, logged=False)
    model = model_of(member)
    filled = [1.0 if math.isnan(value) else value for value in one]
    plain = 0.1 + 9.0 * (filled[0] - 0.5) / 2.0 - 12.0 * (filled[2] - 0.5)
    assert member.log_odds(one) == pytest.approx(plain)
    found = explain(model, vector_of(one), mapping_of(other), APART)
    for name, value in zip(NAMES, brute_force(model, one, other), strict=True):
        assert found.contributions[name] == pytest.approx(value, abs=1e-9)
