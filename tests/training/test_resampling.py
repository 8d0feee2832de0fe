from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.training.metrics.metrics import pr_auc, roc_auc
from hyperion_hook.training.metrics.resampling import Interval, Ranking, bootstrap

ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 3)), min_size=2, max_size=40)


@given(ROWS)
def test_weighted_metrics_are_those_of_the_rows_repeated(rows: list[tuple[bool, int, int]]) -> None:
    truth, scores, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    ranking = Ranking(truth, scores)
    repeated = np.repeat(np.arange(len(rows)), weights.astype(int))
    for found, expected in (
        (ranking.roc_auc(weights), roc_auc(truth[repeated], scores[repeated])),
        (ranking.pr_auc(weights), pr_auc(truth[repeated], scores[repeated])),
    ):
        assert found == pytest.approx(expected, nan_ok=True)


def test_a_paired_difference_is_tighter_than_two_intervals() -> None:
    random = np.random.default_rng(2)
    signal = random.normal(size=2_000)
    truth = (signal + random.normal(size=2_000) > 0).astype(float)
    scores = {"good": signal, "same": signal * 2 + 1, "worse": signal + random.normal(size=2_000)}
    alone = bootstrap(Ranking.roc_auc, truth, scores, draws=200)
    apart = bootstrap(Ranking.roc_auc, truth, scores, against="good", draws=200)
    assert apart["same"] == Interval(0.0, 0.0, 0.0)
    assert apart["worse"].high < 0
    assert apart["worse"].high - apart["worse"].low < alone["worse"].high - alone["worse"].low
    assert "good" not in apart


def test_one_class_only_has_no_interval() -> None:
    found = bootstrap(Ranking.roc_auc, [1, 1, 1], {"any": [1, 2, 3]}, draws=10)["any"]
    assert math.isnan(found.value)
    assert math.isnan(found.low)
