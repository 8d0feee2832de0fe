from __future__ import annotations

import math
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.anomaly import RARE, AnomalyModel, Usual, is_rare_binary, unusual_values
from hyperion_hook.scoring.smells import SMELLS, Smell, smells_in
from hyperion_hook.scoring.trees import LEAF, Trees, serialise

# one split: values of la up to 100 are reached after 9 steps, larger ones after 1
TREES = Trees.parse("by hand", serialise([0], [0, LEAF, LEAF], [100.0, 9.0, 1.0], [1, 2, 3]), 1)
MODEL = AnomalyModel(("la",), (7.0,), TREES, normaliser=3.0, offset=-0.5)


def test_a_long_path_is_usual_and_a_short_one_is_not() -> None:
    """2^-(9/3) = 0.125 and 2^-(1/3) = 0.794, as in the paper by Liu, Ting and Zhou; the offset is -0.5."""
    assert MODEL.decision([3.0]) == pytest.approx(0.5 - 2**-3)
    assert MODEL.decision([101.0]) == pytest.approx(0.5 - 2 ** (-1 / 3))
    assert MODEL.score(FeatureVector({"la": 3.0})) == (pytest.approx(0.75), False)
    score, is_anomaly = MODEL.score(FeatureVector({"la": 101.0}))
    assert score == pytest.approx(2 * (0.5 - 2 ** (-1 / 3)))
    assert is_anomaly


def test_a_missing_value_counts_as_the_median() -> None:
    assert MODEL.score(FeatureVector({"la": Missing("x")})) == MODEL.score(FeatureVector({"la": 7.0}))


@given(st.floats(allow_nan=False))
def test_a_score_is_between_minus_one_and_one(value: float) -> None:
    score, is_anomaly = MODEL.score(FeatureVector({"la": value}))
    assert -1.0 <= score <= 1.0
    assert is_anomaly == (score < 0)


QUANTILES = {
    "la": (1.0, 10.0, 100.0),
    "exp": (2.0, 50.0, 400.0),
    "hour_of_day": (8.0, 14.0, 20.0),
    "message_words": (1.0, 5.0, 20.0),
    "entropy": (0.0, 0.0, 0.0),
}


def test_the_usual_stands_out_in_nothing() -> None:
    assert unusual_values(FeatureVector({"la": 10.0, "exp": 50.0, "entropy": 0.0}), QUANTILES) == []
    assert unusual_values(FeatureVector({}), QUANTILES) == []
    assert unusual_values(FeatureVector({"la": Missing("x")}), QUANTILES) == []


def test_a_value_stands_out_from_twice_the_usual_reach_on_a_log_scale() -> None:
    # log1p: 10 is 2.398 and 100 is 4.615, so twice the reach is 6.833, which is 927 lines
    reach = 2 * (log(101) - log(11)) + log(11)
    assert 926 < 2.718281828**reach - 1 < 929
    assert unusual_values(FeatureVector({"la": 900.0}), QUANTILES) == []
    assert unusual_values(FeatureVector({"la": 960.0}), QUANTILES) == ["la"]


def test_the_farthest_comes_first_and_only_what_is_risky_is_told() -> None:
    found = unusual_values(FeatureVector({"la": 1e4, "exp": 1e9, "entropy": 1e9, "hour_of_day": 1e9}), QUANTILES)
    assert found == ["entropy", "la"]  # much experience is no news, and nobody is judged by the hour


def test_what_only_a_commit_knows_does_not_stand_out() -> None:
    assert unusual_values(FeatureVector({"message_words": 1e6}), QUANTILES) == []


LIGHT_AND_CODE = AnomalyModel(("la", "cyclomatic_complexity"), (7.0, 2.0), TREES, 3.0, -0.5, light_decision=0.25)
CALM, LARGE = 0.5 - 2**-3, 0.5 - 2 ** (-1 / 3)


def test_a_change_is_compared_with_what_is_usual_here() -> None:
    """Without code metrics with the tenth point itself, with them with how far it lies from the training's."""
    docs = FeatureVector({"la": 3.0})
    code = FeatureVector({"la": 3.0, "cyclomatic_complexity": 4.0})
    for here in (-0.1, 0.25, 0.4):
        usual = Usual(here, 0.0)
        assert LIGHT_AND_CODE.score(docs, usual) == (pytest.approx(2 * (CALM - here)), here > CALM)
        assert LIGHT_AND_CODE.score(code, usual) == (pytest.approx(min(1.0, 2 * (CALM - here + 0.25))), False)
    assert LIGHT_AND_CODE.score(docs) == LIGHT_AND_CODE.score(docs, Usual(0.25, 0.0))
    assert LIGHT_AND_CODE.light_decision_of({"la": 300.0, "cyclomatic_complexity": 9.0}) == pytest.approx(LARGE)


def test_a_binary_file_is_unusual_where_it_is_rare() -> None:
    blob = FeatureVector({"la": 0.0, "binary_files": 1.0})
    text = FeatureVector({"la": 0.0, "binary_files": 0.0})
    assert MODEL.score(blob) == (pytest.approx(-2 * RARE), True)
    assert MODEL.score(blob, Usual(0.0, 0.01)) == (pytest.approx(2 * (0.01 - RARE)), True)
    for vector, usual in ((text, None), (text, Usual(0.0, 0.0)), (blob, Usual(0.0, RARE)), (FeatureVector({}), None)):
        assert not is_rare_binary(vector, usual)
        assert MODEL.score(vector, usual)[1] is False


@pytest.mark.parametrize("smell", SMELLS, ids=lambda smell: smell.name)
def test_a_smell_is_seen_at_its_threshold_and_not_below_or_where_a_number_is_missing(smell: Smell) -> None:
    over = {
        "method_count": 15,
        "class_count": 1,
        "class_cohesion": 0.3,
        "longest_function": 66,
        "nesting_depth": 5,
        "functions_touched": 8,
        "source_files": 6,
        "la": 10_000,
        "ld": 1_000,
    }
    under = {
        "method_count": 14,
        "class_cohesion": 0.4,
        "longest_function": 65,
        "nesting_depth": 4,
        "functions_touched": 7,
        "source_files": 5,
        "la": 9_999,
        "ld": 1_001,
    }
    assert smell in smells_in(over)
    for name in smell.features:
        assert find_feature(name).name == name
        assert smell not in smells_in({**over, name: math.nan})
        assert name not in under or smell not in smells_in({**over, name: under[name]})
