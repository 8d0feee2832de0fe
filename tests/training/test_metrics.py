from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.training.metrics import metrics


def test_ranking_metrics_of_a_case_worked_by_hand() -> None:
    # positives rank 1st and 3rd of four: of four pairs three are in order
    truth, scores = [1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]
    assert metrics.roc_auc(truth, scores) == 0.75
    assert metrics.pr_auc(truth, scores) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert metrics.share_in_top(truth, scores, 0.25) == 0.5
    assert metrics.precision_in_top(truth, scores, 0.5) == 0.5


def test_effort_metrics_of_a_case_worked_by_hand() -> None:
    truth, scores, lines = [1, 1, 0, 0], [0.9, 0.1, 0.5, 0.4], [10, 10, 40, 40]
    # 20 % of 100 lines: the first change (10 lines) fits, the next (40 lines) does not
    assert metrics.recall_at_effort(truth, scores, lines) == 0.5
    assert metrics.popt(truth, [4, 3, 2, 1], lines) == pytest.approx(1.0)
    assert metrics.popt(truth, [1, 2, 3, 4], lines) == pytest.approx(0.0)


def test_calibration_is_the_weighted_gap_over_bins() -> None:
    truth = [0, 0, 0, 1] * 25
    assert metrics.calibration_error(truth, [0.25] * 100) == pytest.approx(0.0)
    assert metrics.calibration_error(truth, [0.75] * 100) == pytest.approx(0.5)
    assert metrics.brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


def test_within_equal_sizes_size_tells_nothing() -> None:
    random = np.random.default_rng(1)
    sizes = random.integers(1, 1000, 5_000)
    truth = random.random(5_000) < sizes / 1500
    assert metrics.roc_auc(truth, sizes) > 0.7
    assert metrics.auc_within_sizes(truth, random.random(5_000), sizes) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("truth", [[0, 0, 0], [1, 1, 1]])
def test_one_class_only_is_not_defined(truth: list[int]) -> None:
    for metric in (metrics.roc_auc, metrics.pr_auc, metrics.mcc, metrics.f1):
        assert math.isnan(metric(truth, [0.1, 0.2, 0.3]))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=4, max_size=60))
def test_metrics_stay_in_their_ranges(rows: list[tuple[bool, float]]) -> None:
    truth, scores = [float(t) for t, _ in rows], [s for _, s in rows]
    lines = [1.0 + i for i in range(len(rows))]
    for value in (
        metrics.roc_auc(truth, scores),
        metrics.pr_auc(truth, scores),
        metrics.brier(truth, scores),
        metrics.calibration_error(truth, scores),
        metrics.popt(truth, scores, lines),
        metrics.recall_at_effort(truth, scores, lines),
    ):
        assert math.isnan(value) or -1e-9 <= value <= 1 + 1e-9
