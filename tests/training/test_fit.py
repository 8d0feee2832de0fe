"""Nothing is learned from what comes later, and the same data gives the same model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.formulas import Codes, Numbers, as_matrix
from hyperion_hook.training.metrics.metrics import roc_auc
from hyperion_hook.training.models import classifier as module
from hyperion_hook.training.models.anomaly import columns_with_values, fit_anomaly
from hyperion_hook.training.models.calibration import platt_calibration
from hyperion_hook.training.models.cross_validation import StratifiedFolds, TimeFolds
from hyperion_hook.training.models.fit import fit, fit_recipes, outcome_of
from hyperion_hook.training.models.recipes import BLEND, GENTLE, LOGISTIC, MEMBERS, SPECIFICATION, Member, Recipe
from tests.support.models import NAMES, QUICK, drawn, fit_drawn


@given(st.integers(6, 2_000), st.integers(1, 5))
def test_every_fold_is_predicted_from_earlier_rows_only(count: int, folds: int) -> None:
    parts = list(TimeFolds(folds).split(np.arange(count, dtype=float)[:, None]))
    assert len(parts) == folds
    assert parts[-1][1][-1] == count - 1
    for (train, test), (_, after) in zip(parts, [*parts[1:], (None, None)], strict=True):
        assert train.tolist() == list(range(test[0]))
        assert after is None or after[0] == test[-1] + 1


@given(st.lists(st.integers(0, 60), min_size=12, max_size=80), st.integers(0, 20), st.integers(1, 4))
def test_a_gap_and_copies_are_kept_out_whatever_the_order_of_the_rows(days: list[int], gap: int, folds: int) -> None:
    time, rows = np.array(days) * float(DAY), (np.array(days) % 7).astype(float)[:, None]
    for train, test in TimeFolds(folds, gap).split(rows, groups=time):
        assert not len(train) or time[train].max() <= time[test].min() - gap * DAY
        assert not set(rows[train, 0]) & set(rows[test, 0])


@given(st.lists(st.integers(0, 9), min_size=20, max_size=60))
def test_copies_stay_on_one_side_of_stratified_folds(values: list[int]) -> None:
    rows = np.array(values, dtype=float)[:, None]
    folds = StratifiedFolds(3)
    parts = list(folds.split(rows, np.array(values) % 2))
    assert len(parts) == folds.get_n_splits(rows, np.array(values) % 2)
    for train, test in parts:
        assert not set(rows[train, 0]) & set(rows[test, 0])
        assert len(train) + len(test) == len(rows)


class Watched(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A member that remembers what it was fitted on and what it was asked."""

    seen: ClassVar[list[tuple[str, Numbers]]] = []
    labels: ClassVar[list[Codes]] = []

    def fit(self, rows: Numbers, y: Codes, sample_weight: object = None) -> Watched:
        del sample_weight
        self.classes_, self.coef_ = np.unique(y), np.ones((1, rows.shape[1]))
        Watched.seen.append(("fitted", rows[:, 0]))
        Watched.labels.append(y)
        return self

    def decision_function(self, rows: Numbers) -> Numbers:
        Watched.seen.append(("asked", rows[:, 0]))
        return rows[:, 1]


@pytest.fixture
def watched() -> Recipe:
    Watched.seen, Watched.labels = [], []
    return Recipe("watched", (Member("watched", lambda _config, _names: Watched()),), ("log_odds",))


def test_no_row_is_predicted_by_a_model_that_saw_it_or_a_later_one(watched: Recipe) -> None:
    X, y = drawn()
    X = X.assign(la=np.arange(len(X), dtype=float)).fillna(0.0)
    fit_drawn(X, y, watched)
    *folds, last = Watched.seen
    for (what, learned), (then, asked) in zip(folds[::2], folds[1::2], strict=True):
        assert (what, then) == ("fitted", "asked")
        assert learned.max() < asked.min()
    assert last[0] == "fitted"
    assert len(last[1]) == len(X)


def test_a_fold_learns_only_what_was_known_when_its_first_row_was_made(watched: Recipe) -> None:
    X, y = drawn()
    X = X.assign(la=np.arange(len(X), dtype=float)).fillna(0.0)
    time = np.arange(len(X)) * DAY
    # every bug is found after 100 days; rows of the last 30 days before a fold are left out
    rows = X.assign(buggy=y, time=time, known_at=np.where(y == 1, time + 100 * DAY, np.nan))
    fit(rows, watched, QUICK, features=list(NAMES), gap_days=30)
    fitted = [rows for what, rows in Watched.seen if what == "fitted"][:-1]
    asked = [rows for what, rows in Watched.seen if what == "asked"]
    for learned, labels, first in zip(fitted, Watched.labels, (rows[0] for rows in asked), strict=False):
        assert learned.max() == first - 30
        young = learned > first - 100
        assert not labels[young].any()
        assert labels[~young].tolist() == y[: len(labels)][~young].tolist()
    assert Watched.labels[-1].tolist() == y.tolist()


def test_a_row_of_weight_three_counts_as_three_rows() -> None:
    X, y = drawn(rows=300)
    X = X.fillna(0.0).to_numpy()
    weighted, repeated = (MEMBERS[LOGISTIC].make(QUICK, NAMES) for _ in range(2))
    weighted.fit(X, y, model__sample_weight=np.full(len(X), 3.0))
    repeated.fit(np.repeat(X, 3, axis=0), np.repeat(y, 3))
    assert weighted["model"].coef_[0] == pytest.approx(repeated["model"].coef_[0], abs=1e-3)


def test_the_calibration_learns_from_rows_that_the_meta_learner_did_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}

    class Meta(LogisticRegression):  # type: ignore[misc]
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Meta:
            seen["combined"] = len(y)
            return super().fit(X, y, sample_weight)  # type: ignore[no-any-return]

    def watch_calibration(combined: Numbers, truth: Codes, weight: Numbers, *, seed: int) -> tuple[float, float]:
        seen["calibrated"] = len(truth)
        return platt_calibration(combined, truth, weight, seed=seed)

    monkeypatch.setattr(module, "platt_calibration", watch_calibration)
    X, y = drawn()
    classifier = SPECIFICATION.classifier(QUICK, NAMES)
    classifier.set_params(meta_learner=Meta()).fit(as_matrix(X), y)
    # three folds over 600 rows predict the last 450 of them, 150 each
    assert seen == {"combined": 300, "calibrated": 150}


def test_members_learn_their_own_outcome_weights_and_features() -> None:
    X, y = drawn(rows=800)
    named = np.where(np.arange(800) % 2, 1.0 - y, np.nan)
    rows = X.assign(buggy=y, named=named, named_weight=np.where(np.arange(800) % 3, 1.0, 0.0))
    few = Member("few", MEMBERS[LOGISTIC].make, ("la", "exp"))
    recipe = Recipe("own", (MEMBERS[LOGISTIC], MEMBERS[LOGISTIC].on("named"), few, MEMBERS[GENTLE].on("absent")))
    model = fit(rows, recipe, QUICK, features=["la", "ld", "exp"], gap_days=0.0)
    members = dict(model["model"].fitted_)
    assert list(members) == ["logistic", "named_logistic", "few"]
    # of the other outcome more lines mean less, which the field denies
    assert members["logistic"]["model"].coef_[0, 0] > 0.3
    assert members["named_logistic"]["model"].coef_[0, 0] == 0.0
    assert (members["few"]["take"].columns, members["few"]["model"].coef_.shape) == ([0, 2], (1, 2))
    assert model["model"].feature_importances_.sum() == pytest.approx(1.0)


def test_shares_count_and_who_records_nothing_teaches_nothing() -> None:
    rows = pd.DataFrame({"repository": ["a"] * 60 + ["b"] * 60, "buggy": 0, "weight": 2.0})
    rows["named"] = np.where(np.arange(120) % 2, np.where(rows["repository"] == "a", 0.5, 0.0), 0.0)
    outcome = outcome_of(rows, "named", unlabelled=0.25)
    assert outcome.weight is not None
    # a positive in ten by weight, however many there are; a share counts by its size, what is not known by a quarter
    assert outcome.weight[:2].tolist() == pytest.approx([1.8 * 2 * 0.25 * 2, 0.2 * 2 * 0.5 * 2])
    assert not outcome.weight[60:].any()
    taught, labels, _ = outcome.learned(np.arange(120))
    assert (taught.tolist(), labels.sum()) == (list(range(60)), 30)


def test_recipes_that_are_fitted_together_are_the_same_as_alone() -> None:
    X, y = drawn()
    rows = X.assign(buggy=y)
    together = fit_recipes(rows, [BLEND, SPECIFICATION], QUICK, features=list(NAMES), gap_days=0.0).models
    for recipe in (BLEND, SPECIFICATION):
        alone = fit_drawn(X, y, recipe)
        assert np.array_equal(alone.predict_proba(X), together[recipe.name].predict_proba(X))


def test_the_number_of_threads_does_not_matter() -> None:
    X, y = drawn()
    one, three = (fit_drawn(X, y, BLEND, replace(QUICK, n_jobs=jobs)) for jobs in (1, 3))
    assert np.array_equal(one.predict_proba(X), three.predict_proba(X))


@pytest.mark.parametrize("recipe", [SPECIFICATION, BLEND], ids=lambda recipe: recipe.name)
def test_a_recipe_learns_is_repeatable_and_keeps_probabilities_honest(recipe: Recipe) -> None:
    X, y = drawn(rows=800)
    fresh, truth = drawn(rows=500, seed=9)
    one, other = (fit_drawn(X, y, recipe) for _ in range(2))
    probabilities = one.predict_proba(fresh)[:, 1]
    assert probabilities.tolist() == other.predict_proba(fresh)[:, 1].tolist()
    assert roc_auc(truth, probabilities) > 0.75
    assert probabilities.mean() == pytest.approx(truth.mean(), abs=0.08)
    assert one["model"].slope_ > 0
    assert one["columns"].names == list(NAMES)


def test_the_specified_ensemble_has_the_specified_parts() -> None:
    X, y = drawn()
    (_, forest), (_, boosted) = fit_drawn(X, y)["model"].fitted_
    parameters = forest.get_params()
    assert (parameters["n_estimators"], parameters["max_depth"], parameters["class_weight"]) == (100, 10, "balanced")
    parameters = boosted.get_params()
    assert (parameters["n_estimators"], parameters["max_depth"], parameters["learning_rate"]) == (100, 8, 0.1)
    assert SPECIFICATION.columns == (
        "random_forest_prediction",
        "random_forest_confidence",
        "xgboost_prediction",
        "xgboost_confidence",
    )


def test_an_order_turned_round_by_chance_is_not_calibrated_round() -> None:
    ranking = np.linspace(-1, 1, 100)
    slope, shift = platt_calibration(ranking, (ranking < 0).astype(np.int64), np.ones(100), seed=1)
    assert (slope, shift) == (1.0, 0.0)


@pytest.mark.parametrize("bugs", [0, 5, 595, 600])
def test_too_few_of_a_kind_are_refused_with_their_number(bugs: int) -> None:
    X, _ = drawn()
    y = np.zeros(len(X))
    y[:: max(1, len(X) // max(1, bugs))][:bugs] = 1
    y[:bugs] = 1 if bugs > 300 else y[:bugs]
    with pytest.raises(TrainingError, match="600 changes with"):
        fit_drawn(X, y)


def test_bugs_in_one_stretch_of_time_only_are_refused() -> None:
    X, _ = drawn()
    with pytest.raises(TrainingError, match="too few stretches"):
        fit_drawn(X, [0.0] * 570 + [1.0] * 30)


def test_missing_columns_and_constant_ones_teach_nothing_and_hurt_nothing() -> None:
    X, y = drawn()
    X = X.assign(nd=np.nan, ns=3.0)
    for recipe in (SPECIFICATION, BLEND):
        fitted = fit_drawn(X, y, recipe)
        assert np.isfinite(fitted.decision_function(X.assign(nd=5.0, ns=np.nan))).all()
    assert "nd" not in columns_with_values(X, list(X.columns)).names


def test_the_anomaly_model_flags_about_one_training_row_in_ten() -> None:
    X, _ = drawn()
    fitted = fit_anomaly(X, columns_with_values(X, list(NAMES)), QUICK)
    assert (fitted.decision_function(X) < 0).mean() == pytest.approx(0.1, abs=0.02)


def test_logistic_regression_is_on_signed_logarithms() -> None:
    values = np.array([[-3.0], [0.0], [3.0], [8.0]] * 20)
    fitted = MEMBERS[LOGISTIC].make(QUICK, ["x"]).fit(values, values[:, 0] > 0)
    assert fitted["scale"].mean_[0] == pytest.approx((-np.log(4) + 0 + np.log(4) + np.log(9)) / 4)
    assert fitted["impute"].statistics_.tolist() == [1.5]


def test_numbers_are_seen_as_32_bit_floats() -> None:
    seen = as_matrix(pd.DataFrame({"la": [0.1, np.inf, -np.inf, 1e300, np.nan]}))[:, 0]
    assert seen[0] == float(np.float32(0.1))
    assert seen[1] == seen[3] == -seen[2] == float(np.finfo(np.float32).max)
    assert np.isnan(seen[4])


def test_more_added_code_never_lowers_the_score_of_the_gentle_trees() -> None:
    random = np.random.default_rng(5)
    rows = pd.DataFrame({"code_lines_added": random.exponential(20.0, 2_000), "age": random.exponential(20.0, 2_000)})
    y = (rows["code_lines_added"] + 30 * random.normal(size=2_000) > 40).to_numpy(dtype=float)
    trees = MEMBERS[GENTLE].make(QUICK, list(rows)).fit(rows.to_numpy(), y)
    ramp = np.column_stack([np.linspace(0, 200, 500), np.full(500, 10.0)])
    scores = trees.predict(ramp, output_margin=True)
    assert (np.diff(scores) >= 0).all()
    assert np.diff(scores).max() > 0
