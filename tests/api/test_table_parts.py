"""Targets, times, columns, splits and figures, each by hand-computed expectations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("xgboost")

from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import RandomizedSearchCV

from hyperion_hook.errors import ConfigError, TrainingError
from hyperion_hook.training.metrics.performance import best_threshold, fold_figures, performance
from hyperion_hook.training.models.anomaly import anomaly_importance
from hyperion_hook.training.models.columns import choose_columns
from hyperion_hook.training.models.cross_validation import STRATIFIED, TimeFolds, split_rows
from hyperion_hook.training.tables.target import read_target
from hyperion_hook.training.tables.time_column import time_column_of

pytestmark = pytest.mark.train

DAY = 86_400.0


def distinct(rows: int) -> np.ndarray:
    """Return rows of which none is a copy of another."""
    return np.arange(float(rows))[:, None]


@pytest.mark.parametrize(
    ("values", "labels", "codes"),
    [
        ([0, 1, 1], (0, 1), [0, 1, 1]),
        ([0.0, np.nan, 1.0], (0, 1), [0, -1, 1]),
        ([-1, 1, -1], (-1, 1), [0, 1, 0]),
        ([True, False, None], (False, True), [1, 0, -1]),
        (["High", "low", "high "], None, None),
        (["élevé", "faible", "faible"], ("faible", "élevé"), [1, 0, 0]),
        (["HIGH", "MEDIUM", "MEDIUM"], ("MEDIUM", "HIGH"), [1, 0, 0]),
    ],
)
def test_targets_are_read_from_the_harmless_to_the_risky(
    values: list[object], labels: tuple[object, object] | None, codes: list[int] | None
) -> None:
    column = pd.Series(values, name="risque_reel")
    if labels is None:
        with pytest.raises(ConfigError, match="3 different values"):
            read_target(column)
        return
    target = read_target(column)
    assert target.labels == labels
    assert target.codes.tolist() == codes
    assert not target.warnings


def test_of_words_that_are_not_known_the_rarer_is_predicted_and_it_is_said() -> None:
    target = read_target(pd.Series(["up", "down", "up"], name="t"))
    assert target.labels == ("up", "down")
    assert "positive=['down']" in target.warnings[0]


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([1_500_000_000, 1_500_086_400], [1.5e9, 1.5e9 + DAY]),
        ([1_500_000_000_000, 1_500_086_400_000], [1.5e9, 1.5e9 + DAY]),
        (["2017-07-14T02:40:00+00:00", "2017-07-15 02:40:00"], [1.5e9, 1.5e9 + DAY]),
        (pd.to_datetime(["2017-07-14T02:40:00", "2017-07-15T02:40:00"]), [1.5e9, 1.5e9 + DAY]),
    ],
)
def test_moments_are_read_as_seconds(values: object, seconds: list[float]) -> None:
    found = time_column_of(pd.DataFrame({"la": [1, 2], "Date": values}), None, "y")
    assert found is not None
    assert (found.name, found.seconds.tolist(), found.is_moment) == ("Date", seconds, True)


@pytest.mark.parametrize("values", [[1, 2], ["x", "y"], [None, "2017-07-14"], [1.5e9, 1.5e9]])
def test_a_usual_name_without_moments_is_no_time(values: list[object]) -> None:
    assert time_column_of(pd.DataFrame({"time": values}), None, "y") is None


@pytest.mark.parametrize(
    "form",
    [
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d-%m-%Y %H:%M",
        "%d/%m/%Y %H:%M:%S",
        "%Y/%m/%d",
    ],
)
def test_dates_of_a_column_are_read_in_one_order(form: str) -> None:
    days = pd.date_range("2024-01-01", periods=120)
    found = time_column_of(pd.DataFrame({"date": days.strftime(form)}), None, "y")
    assert found is not None
    assert found.seconds.tolist() == [1_704_067_200.0 + DAY * number for number in range(120)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["01/02/2024", "03/04/2024"], "dates as '01/02/2024' may be day or month first; write ISO dates"),
        (["13/02/24", "14/02/24"], "the year of '13/02/24' cannot be told; write ISO dates"),
        (["13/02/2024", "03/14/2024"], "have the day first in some rows"),
    ],
)
def test_dates_whose_day_cannot_be_told_are_refused(values: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        time_column_of(pd.DataFrame({"date": values}), None, "y")


def test_a_running_number_orders_when_it_is_asked_for() -> None:
    found = time_column_of(pd.DataFrame({"step": [3, 1, 2]}), "step", "y")
    assert found is not None
    assert not found.is_moment
    backwards = time_column_of(pd.DataFrame({"step": [6, 5, 4, 3, 2, 1]}), "step", "y")
    split = split_rows(distinct(6), np.array([0, 1, 0, 1, 0, 1]), 0.33, backwards, seed=1)
    assert (split.train.tolist(), split.test.tolist()) == ([5, 4, 3, 2], [1, 0])
    with pytest.raises(ConfigError, match="no moment or number in 1 rows"):
        time_column_of(pd.DataFrame({"step": [3, None, 2]}), "step", "y")


@settings(max_examples=30)
@given(st.integers(20, 400), st.floats(0.05, 0.5), st.integers(0, 5))
def test_in_time_order_every_row_learned_is_older_than_every_row_tested(rows: int, share: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"date": 1.5e9 + random.integers(0, 100, rows) * DAY})
    time = time_column_of(frame, "date", "y")
    assert time is not None
    codes = np.arange(rows) % 2
    try:
        split = split_rows(distinct(rows), codes, share, time, seed=1)
    except TrainingError:
        return
    assert sorted([*split.train, *split.test]) == list(range(rows))
    assert time.seconds[split.train].max() <= time.seconds[split.test].min()
    assert len(split.test) == rows - int(rows * (1 - share) + 1e-9)


def test_a_stratified_split_keeps_the_share_of_each_class() -> None:
    codes = np.array([0] * 80 + [1] * 20)
    split = split_rows(distinct(100), codes, 0.2, None, seed=42)
    assert split.kind == STRATIFIED
    assert np.bincount(codes[split.test]).tolist() == [16, 4]


def test_folds_in_time_order_learn_from_earlier_rows_and_keep_the_gap() -> None:
    for learn, test in TimeFolds(3, gap_days=10).split(distinct(60), groups=np.arange(60) * DAY):
        assert learn.max() <= test.min() - 10
    assert [len(learn) for learn, _ in TimeFolds(3).split(distinct(60))] == [15, 30, 45]
    search = RandomizedSearchCV(DummyClassifier(), {"strategy": ["prior"]}, n_iter=1, cv=TimeFolds(3))
    assert search.fit(distinct(60), np.arange(60) % 2).n_splits_ == 3


def test_copies_of_a_row_are_not_learned_where_they_are_tested() -> None:
    time = time_column_of(pd.DataFrame({"date": 1.5e9 + np.arange(20) * DAY}), "date", "y")
    split = split_rows(np.arange(20)[:, None] % 8, np.arange(20) % 2, 0.1, time, seed=1)
    assert (split.test.tolist(), split.copies) == ([18, 19], 4)
    assert sorted(split.train.tolist()) == [row for row in range(18) if row % 8 not in {2, 3}]
    rows, codes = np.arange(100)[:, None] % 50, (np.arange(100) % 50) % 2
    split = split_rows(rows, codes, 0.2, None, seed=1)
    assert not set(rows[split.train, 0]) & set(rows[split.test, 0])
    assert (len(split.train), len(split.test)) == (80, 20)


def test_columns_are_chosen_by_what_they_hold() -> None:
    codes = np.array([0, 1] * 15)
    frame = pd.DataFrame(
        {
            "y": codes,
            "la": range(30),
            "lignes_ajoutees": range(30),
            "sha": ["a"] * 30,
            "flag": codes == 0,
            "kind": ["a", "b", "c"] * 10,
            "when": pd.date_range("2024-01-01", periods=30),
            "odd": [1, "x", None] * 10,
        }
    )
    chosen = choose_columns(frame, codes, apart={"y"})
    assert chosen.names == ("la", "kind")
    assert chosen.categories == {"kind": ["a", "b", "c"]}
    assert chosen.left_out["lignes_ajoutees"] == "the same feature as 'la'"
    assert chosen.left_out["flag"] == "tells the target of every row"
    assert choose_columns(frame, codes, apart={"y"}, wanted=["lignes_ajoutees", "flag"]).names == ("la", "flag")


@pytest.mark.parametrize(
    ("name", "is_identifier"),
    [
        *(
            (name, True)
            for name in ("pr_id", "sha", "id", "commit", "Commit SHA", "commit-id", "commitHash", "numero_pr")
        ),
        *((name, True) for name in ("Numéro de ticket", "issueKey", "mr_iid", "id_commit", "PR #", "author_id", "_id")),
        *((name, False) for name in ("valid", "idle_time", "n_ids", "12", "commits", "nombre", "identite", "issues")),
    ],
)
def test_identifiers_are_left_out_however_they_are_written(name: str, is_identifier: bool) -> None:
    frame = pd.DataFrame({"la": range(30), name: np.random.default_rng(1).permutation(30)})
    chosen = choose_columns(frame, None, apart=())
    assert (name in chosen.left_out) == is_identifier
    assert choose_columns(frame, None, apart=(), wanted=[name]).names == (name,)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(0, 1)), min_size=5, max_size=60))
def test_figures_are_scikit_learns(rows: list[tuple[int, int, int]]) -> None:
    truth, score, flagged = (np.array(part) for part in zip(*rows, strict=True))
    figures = performance(truth, score / 20, flagged, draws=3)
    assert figures["accuracy"] == pytest.approx(metrics.accuracy_score(truth, flagged))
    if (
        len(set(truth)) < 2
    ):  # nothing to find, or nothing to tell it from: scikit-learn's 0 or 1 would look like a figure
        assert all(math.isnan(figures[name]) for name in ("precision", "recall", "f1"))
    else:
        assert figures["precision"] == pytest.approx(metrics.precision_score(truth, flagged, zero_division=0))
        assert figures["recall"] == pytest.approx(metrics.recall_score(truth, flagged, zero_division=0))
        assert figures["f1"] == pytest.approx(metrics.f1_score(truth, flagged, zero_division=0))
        assert figures["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, score))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=4, max_size=30))
def test_no_other_threshold_has_a_higher_f1(rows: list[tuple[int, int]]) -> None:
    truth, score = (np.array(part) for part in zip(*rows, strict=True))
    if not 0 < truth.mean() < 1:
        assert best_threshold(truth, score / 8) == 0.5
        return
    best = metrics.f1_score(truth, score / 8 >= best_threshold(truth, score / 8))
    assert best == pytest.approx(max(metrics.f1_score(truth, score >= limit, zero_division=0) for limit in range(9)))


def test_flags_of_a_fold_are_set_by_the_other_folds() -> None:
    truth = [np.array([0, 1]), np.array([0, 1])]
    folds = fold_figures(truth, [np.array([0.1, 0.9]), np.array([0.1, 0.5])])
    # 0.5 is best for the second fold and flags only 0.9 in the first; 0.9 is best for the first and misses 0.5
    assert folds["recall"] == [1.0, 0.0]
    assert folds["roc_auc"] == [1.0, 1.0]


def test_what_makes_rows_unusual_is_what_moves_their_scores() -> None:
    random = np.random.default_rng(1)
    X = np.column_stack([random.exponential(10.0, 300), np.zeros(300)])
    importance = anomaly_importance(IsolationForest(n_estimators=50, random_state=1).fit(X), X, seed=1)
    assert importance.tolist() == [1.0, 0.0]
