"""Nothing is learned from what comes later, and the same data gives the same model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.history import DAY
from hyperion_hook.errors import TrainingError
from hyperion_hook.training.metrics.metrics import roc_auc
from hyperion_hook.training.models import fit_risk as fit
from hyperion_hook.training.models.estimators import (
    FittedLogistic,
    Numbers,
    as_matrix,
    fit_gentle_xgboost,
    fit_logistic,
)
from hyperion_hook.training.models.fit_risk import (
    BLEND,
    SPECIFIED,
    Moments,
    Recipe,
    fit_anomaly,
    fit_risk,
    time_ordered_folds,
)
from tests.support.models import NAMES, QUICK, drawn


@given(st.integers(6, 2_000), st.integers(1, 5))
def test_every_fold_is_predicted_from_earlier_rows_only(count: int, folds: int) -> None:
    parts = list(time_ordered_folds(count, folds))
    assert len(parts) == folds
    assert parts[-1][1].stop == count
    for (train, test), (_, after) in zip(parts, [*parts[1:], (None, None)], strict=True):
        assert train.start == 0
        assert train.stop == test.start < test.stop
        assert after is None or after.start == test.stop


class Watched:
    """A member that remembers what it was fitted on and what it was asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Numbers]] = []
        self.labels: list[Numbers] = []

    def __call__(
        self, rows: Numbers, y: Numbers, *, weights: Numbers, names: object, seed: int, jobs: int, models: object
    ) -> Watched:
        del weights, names, seed, jobs, models
        self.seen.append(("fitted", rows[:, 0]))
        self.labels.append(y)
        return self

    name = "watched"

    def log_odds(self, rows: Numbers) -> Numbers:
        self.seen.append(("asked", rows[:, 0]))
        return rows[:, 1]


def test_no_row_is_predicted_by_a_model_that_saw_it_or_a_later_one() -> None:
    watched = Watched()
    X, y = drawn()
    X = X.assign(la=np.arange(len(X), dtype=float)).fillna(0.0)
    fit_risk(X, y, recipe=Recipe("watched", (watched,), ("watched_log_odds",), None), config=QUICK)
    *folds, last = watched.seen
    for (what, learned), (then, asked) in zip(folds[::2], folds[1::2], strict=True):
        assert (what, then) == ("fitted", "asked")
        assert learned.max() < asked.min()
    assert last[0] == "fitted"
    assert len(last[1]) == len(X)


def test_a_fold_learns_only_what_was_known_when_its_first_row_was_made() -> None:
    watched = Watched()
    X, y = drawn()
    X = X.assign(la=np.arange(len(X), dtype=float)).fillna(0.0)
    time = np.arange(len(X)) * DAY
    # every bug is found after 100 days; rows of the last 30 days before a fold are left out
    moments = Moments(time.astype(float), np.where(y == 1, time + 100 * DAY, np.nan), gap_days=30)
    fit_risk(X, y, recipe=Recipe("watched", (watched,), ("watched_log_odds",), None), config=QUICK, moments=moments)
    fitted = [rows for what, rows in watched.seen if what == "fitted"][:-1]
    asked = [rows for what, rows in watched.seen if what == "asked"]
    for learned, labels, first in zip(fitted, watched.labels, (rows[0] for rows in asked), strict=False):
        assert learned.max() == first - 30
        young = learned > first - 100
        assert not labels[young].any()
        assert labels[~young].tolist() == y[: len(labels)][~young].tolist()
    assert watched.labels[-1].tolist() == y.tolist()


def test_a_row_of_weight_three_counts_as_three_rows() -> None:
    X, y = drawn(rows=300)
    X = X.fillna(0.0)
    twice = X.loc[X.index.repeat(3)].to_numpy()
    weighted = fit_logistic(X.to_numpy(), y, weights=np.full(len(X), 3.0), names=NAMES, seed=1, jobs=1)
    repeated = fit_logistic(twice, np.repeat(y, 3), weights=np.ones(len(twice)), names=NAMES, seed=1, jobs=1)
    assert weighted.weights == pytest.approx(repeated.weights, abs=1e-3)  # type: ignore[attr-defined]


def test_the_calibration_learns_from_rows_that_the_meta_learner_did_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    combine, calibrate = fit._combine, fit.calibrate

    def watch_combine(recipe: Recipe, columns: Numbers, truth: Numbers, counts: Numbers, config: fit.FitConfig
                      ) -> tuple[tuple[float, ...], float]:
        seen["combined"] = len(truth)
        return combine(recipe, columns, truth, counts, config)

    def watch_calibrate(combined: Numbers, truth: Numbers, counts: Numbers, config: fit.FitConfig
                        ) -> tuple[float, float]:
        seen["calibrated"] = len(truth)
        return calibrate(combined, truth, counts, config)

    monkeypatch.setattr(fit, "_combine", watch_combine)
    monkeypatch.setattr(fit, "calibrate", watch_calibrate)
    X, y = drawn()
    fit_risk(X, y, recipe=SPECIFIED, config=QUICK)
    # three folds over 600 rows predict the last 450 of them, 150 each
    assert seen == {"combined": 300, "calibrated": 150}


@pytest.mark.parametrize("recipe", [SPECIFIED, BLEND], ids=lambda recipe: recipe.name)
def test_a_recipe_learns_is_repeatable_and_keeps_probabilities_honest(recipe: Recipe) -> None:
    X, y = drawn(rows=800)
    fresh, truth = drawn(rows=500, seed=9)
    one, other = (fit_risk(X, y, recipe=recipe, config=QUICK) for _ in range(2))
    probabilities = one.predict_proba(fresh)
    assert probabilities.tolist() == other.predict_proba(fresh).tolist()
    assert roc_auc(truth, probabilities) > 0.75
    assert probabilities.mean() == pytest.approx(truth.mean(), abs=0.08)
    assert one.slope > 0
    assert one.features == NAMES


def test_the_specified_ensemble_has_the_specified_parts() -> None:
    X, y = drawn()
    forest, boosted = fit_risk(X, y, config=QUICK).members
    parameters = forest.estimator.get_params()  # type: ignore[attr-defined]
    assert (parameters["n_estimators"], parameters["max_depth"], parameters["class_weight"]) == (100, 10, "balanced")
    parameters = boosted.estimator.get_params()  # type: ignore[attr-defined]
    assert (parameters["n_estimators"], parameters["max_depth"], parameters["learning_rate"]) == (100, 8, 0.1)
    assert SPECIFIED.columns == (
        "random_forest_prediction", "random_forest_confidence", "xgboost_prediction", "xgboost_confidence"
    )


def test_an_order_turned_round_by_chance_is_not_calibrated_round() -> None:
    ranking = np.linspace(-1, 1, 100)
    slope, shift = fit.calibrate(ranking, (ranking < 0).astype(float), np.ones(100), QUICK)
    assert (slope, shift) == (1.0, 0.0)


def test_given_weights_need_the_last_fold_only() -> None:
    watched = Watched()
    X, y = drawn()
    recipe = Recipe("watched", (watched,), ("watched_log_odds",), (1.0,))
    fit_risk(X.fillna(0.0), y, recipe=recipe, config=QUICK)
    assert [what for what, _ in watched.seen] == ["fitted", "asked", "fitted"]
    assert [len(rows) for _, rows in watched.seen] == [450, 150, 600]


@pytest.mark.parametrize("bugs", [0, 5, 595, 600])
def test_too_few_of_a_kind_are_refused_with_their_number(bugs: int) -> None:
    X, _ = drawn()
    y = np.zeros(len(X))
    y[:: max(1, len(X) // max(1, bugs))][:bugs] = 1
    y[:bugs] = 1 if bugs > 300 else y[:bugs]
    with pytest.raises(TrainingError, match="600 changes with"):
        fit_risk(X, y, config=QUICK)


def test_bugs_in_one_stretch_of_time_only_are_refused() -> None:
    X, _ = drawn()
    with pytest.raises(TrainingError, match="too few stretches"):
        fit_risk(X, [0.0] * 570 + [1.0] * 30, config=QUICK)


def test_missing_columns_and_constant_ones_teach_nothing_and_hurt_nothing() -> None:
    X, y = drawn()
    X = X.assign(nd=np.nan, ns=3.0)
    for recipe in (SPECIFIED, BLEND):
        fitted = fit_risk(X, y, recipe=recipe, config=QUICK)
        assert np.isfinite(fitted.log_odds(X.assign(nd=5.0, ns=np.nan))).all()
    assert "nd" not in fit_anomaly(X, config=QUICK).features


def test_the_anomaly_model_flags_about_one_training_row_in_ten() -> None:
    X, _ = drawn()
    fitted = fit_anomaly(X, config=replace(QUICK, jobs=1))
    assert (fitted.decision(X) < 0).mean() == pytest.approx(0.1, abs=0.02)


def test_logistic_regression_is_on_signed_logarithms() -> None:
    values = np.array([[-3.0], [0.0], [3.0], [8.0]] * 20)
    fitted = fit_logistic(values, (values[:, 0] > 0).astype(float), weights=np.ones(80), names=["x"], seed=1, jobs=1)
    assert isinstance(fitted, FittedLogistic)
    assert fitted.means[0] == pytest.approx((-np.log(4) + 0 + np.log(4) + np.log(9)) / 4)
    assert fitted.medians.tolist() == [1.5]


def test_numbers_are_seen_as_32_bit_floats() -> None:
    seen = as_matrix(pd.DataFrame({"la": [0.1, np.inf, -np.inf, 1e300, np.nan]}))[:, 0]
    assert seen[0] == float(np.float32(0.1))
    assert seen[1] == seen[3] == -seen[2] == float(np.finfo(np.float32).max)
    assert np.isnan(seen[4])


def test_more_added_code_never_lowers_the_score_of_the_gentle_trees() -> None:
    random = np.random.default_rng(5)
    rows = pd.DataFrame({"code_lines_added": random.exponential(20.0, 2_000), "age": random.exponential(20.0, 2_000)})
    y = (rows["code_lines_added"] + 30 * random.normal(size=2_000) > 40).to_numpy(dtype=float)
    trees = fit_gentle_xgboost(rows.to_numpy(), y, weights=np.ones(2_000), names=list(rows), seed=1, jobs=1)
    ramp = np.column_stack([np.linspace(0, 200, 500), np.full(500, 10.0)])
    assert (np.diff(trees.log_odds(ramp)) >= 0).all()
    assert np.diff(trees.log_odds(ramp)).max() > 0
