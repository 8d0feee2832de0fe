"""The training pipeline: documented results, nothing learned from what is tested on, any usual table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("xgboost")

from sklearn.base import clone
from sklearn.ensemble import IsolationForest

from hyperion_hook import TrainingPipeline
from hyperion_hook.errors import ConfigError, HyperionError, TrainingError
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.training.mlflow.run_record import RunRecord
from hyperion_hook.training.models import recipes as members
from hyperion_hook.training.models import tuning
from hyperion_hook.training.validation.result import ValidationResult
from tests.support.tables import DAY, SMALL, drawn_table

pytestmark = pytest.mark.train

FEATURES = ["la", "ld", "nf", "entropy", "exp", "reach", "nuc"]


def train(table: pd.DataFrame | Path, **settings: Any) -> dict[str, Any]:
    return TrainingPipeline(SMALL).train_risk_predictor(table, **{"bootstrap_draws": 5, **settings})


@pytest.fixture(scope="module", autouse=True)
def few_trees() -> Iterator[None]:
    """Every training here is of the same code with less work."""
    with pytest.MonkeyPatch.context() as patch:
        small = {name: {**parameters, "n_estimators": 10} for name, parameters in members.BOOSTED.items()}
        patch.setattr(members, "BOOSTED", small)
        patch.setattr(members, "IsolationForest", partial(IsolationForest, n_estimators=10))
        yield


@pytest.fixture(scope="module")
def result(few_trees: None) -> dict[str, Any]:
    return train(drawn_table(), bootstrap_draws=100)


def test_the_documented_keys_are_there(result: dict[str, Any]) -> None:
    assert {
        "training_time_seconds",
        "validation_result",
        "models_results",
        "best_model",
        "ensemble_performance",
        "feature_names",
        "training_samples",
        "test_samples",
    } <= result.keys()
    assert list(result["models_results"]) == ["random_forest", "xgboost", "isolation_forest", "meta_learner"]
    for entry in result["models_results"].values():
        assert all(0.0 <= entry[name] <= 1.0 for name in ("accuracy", "precision", "recall", "f1", "roc_auc", "pr_auc"))
        assert set(entry["feature_importance"]) == set(FEATURES)
        assert sum(entry["feature_importance"].values()) == pytest.approx(1.0)
        low, high = entry["intervals"]["roc_auc"]
        assert low <= entry["roc_auc"] <= high
        assert entry["cv_mean_f1"] == pytest.approx(np.mean(entry["cross_validation"]["f1"]))
    assert isinstance(result["validation_result"], ValidationResult)
    assert result["feature_names"] == FEATURES
    assert (result["training_samples"], result["test_samples"]) == (320, 80)
    told = f"Best model: {result['best_model']['name']} (F1: {result['best_model']['f1']:.3f})"
    assert told.endswith(f"{result['models_results'][result['best_model']['name']]['f1']:.3f})")
    for name in ("brier", "ece"):
        assert 0.0 <= result["ensemble_performance"][name] <= 1.0
        assert math.isnan(result["models_results"]["isolation_forest"][name])


def test_the_defaults_are_the_documents() -> None:
    from hyperion_hook.config.ml_config import MLConfig
    from hyperion_hook.training.models.recipes import SPECIFICATION, new_isolation_forest

    made = dict(SPECIFICATION.classifier(MLConfig(), ["la"]).members)
    forest, booster = made["random_forest"].get_params(), made["xgboost"].get_params()
    assert [forest[name] for name in ("n_estimators", "max_depth", "class_weight", "random_state")] == [
        100,
        10,
        "balanced",
        42,
    ]
    assert [booster[name] for name in ("n_estimators", "max_depth", "learning_rate", "random_state")] == [
        100,
        8,
        0.1,
        42,
    ]
    isolation = new_isolation_forest(MLConfig(), 1000)["forest"].get_params()
    assert [isolation[name] for name in ("contamination", "max_samples", "random_state")] == [0.1, 256, 42]


def test_figures_are_of_what_the_instance_says_about_the_newest_rows(result: dict[str, Any]) -> None:
    table = drawn_table()
    newest = table.iloc[320:]
    for name in ("random_forest", "xgboost", "meta_learner"):
        entry = result["models_results"][name]
        predicted = entry["instance"].predict(newest)
        assert (predicted == newest["risque_reel"]).mean() == pytest.approx(entry["accuracy"])
        squares = (entry["instance"].predict_proba(newest)[:, 1] - newest["risque_reel"]) ** 2
        assert squares.mean() == pytest.approx(entry["brier"])


def test_the_best_model_is_the_best_in_cross_validation(result: dict[str, Any]) -> None:
    entries = {name: result["models_results"][name] for name in ("random_forest", "xgboost", "meta_learner")}
    best = max(entries, key=lambda name: entries[name]["cv_mean_f1"])
    assert result["best_model"]["name"] == best
    assert result["best_model"]["instance"] is entries[best]["instance"]


def test_a_time_column_that_is_found_splits_and_the_result_says_why(
    result: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert result["split"]["kind"] == "time"
    assert "future" in result["split"]["reason"]
    train(drawn_table().sample(frac=1.0, random_state=0))
    assert any("in time order by 'date'" in record.message for record in caplog.records)


def test_the_order_of_the_rows_does_not_matter_when_a_time_is_known(result: dict[str, Any]) -> None:
    again = train(drawn_table().sample(frac=1.0, random_state=0))
    assert again["ensemble_performance"]["roc_auc"] == result["ensemble_performance"]["roc_auc"]


def test_nothing_is_learned_or_chosen_from_the_rows_tested_on(result: dict[str, Any]) -> None:
    table = drawn_table()
    table.loc[320:, "risque_reel"] = 1 - table.loc[320:, "risque_reel"]
    table.loc[320:, ["la", "exp"]] *= 50
    other = train(table)
    rows = drawn_table(seed=9).head(50)
    for name, entry in result["models_results"].items():
        assert other["models_results"][name]["threshold"] == entry["threshold"]
        assert other["models_results"][name]["cross_validation"] == entry["cross_validation"]
        assert other["models_results"][name]["feature_importance"] == entry["feature_importance"]
    assert other["best_model"]["name"] == result["best_model"]["name"]
    before = result["ensemble_performance"]["instance"].predict_proba(rows)
    assert np.array_equal(before, other["ensemble_performance"]["instance"].predict_proba(rows))


def test_without_a_time_the_split_is_stratified(result: dict[str, Any]) -> None:
    table = drawn_table().drop(columns="date")
    found = train(table)
    assert found["split"]["kind"] == "stratified"
    assert (found["training_samples"], found["test_samples"]) == (320, 80)
    assert "time_column=" in found["split"]["reason"]


def test_french_names_give_the_same(result: dict[str, Any]) -> None:
    names = {name: find_feature(name).french for name in ("la", "ld", "nf", "entropy", "exp", "nuc")}
    french = train(drawn_table().rename(columns=names))
    assert french["feature_names"][0] == "lignes_ajoutees"
    for figure in ("roc_auc", "pr_auc", "brier", "ece", "f1"):
        assert french["ensemble_performance"][figure] == result["ensemble_performance"][figure]
    english_rows = drawn_table(seed=9).head(5)
    assert np.array_equal(
        french["ensemble_performance"]["instance"].predict_proba(english_rows),
        result["ensemble_performance"]["instance"].predict_proba(english_rows),
    )


def test_the_number_of_threads_does_not_matter(result: dict[str, Any]) -> None:
    from dataclasses import replace

    two = TrainingPipeline(replace(SMALL, n_jobs=2)).train_risk_predictor(drawn_table(), bootstrap_draws=20)
    assert two["ensemble_performance"]["roc_auc"] == result["ensemble_performance"]["roc_auc"]


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.parquet"])
def test_files_are_read_like_frames(name: str, result: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
        drawn_table().to_parquet(path)
    else:
        drawn_table().to_csv(path, index=False)
    assert train(path)["ensemble_performance"]["roc_auc"] == result["ensemble_performance"]["roc_auc"]


def test_the_callers_frame_stays_as_it_is() -> None:
    table = drawn_table(200)
    before = table.copy(deep=True)
    train(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(("low", "high"), [(False, True), ("LOW", "HIGH"), ("non", "oui"), (0.0, 1.0), ("0", "1")])
def test_predictions_are_the_callers_own_labels(low: object, high: object) -> None:
    table = drawn_table(300)
    table["risque_reel"] = table["risque_reel"].map({0: low, 1: high}).astype(object)
    found = train(table)
    assert found["target_classes"] == [low, high]
    predicted = set(found["best_model"]["instance"].predict(table).tolist())
    assert predicted == {low, high}
    assert found["best_model"]["roc_auc"] > 0.6


def test_three_classes_are_refused_until_it_is_said_which_are_risky() -> None:
    table = drawn_table(300)
    table["risque_reel"] = np.where(table["la"] > 80, "HIGH", np.where(table["la"] > 30, "MEDIUM", "LOW"))
    with pytest.raises(ConfigError, match=r"3 different values .* positive=\["):
        train(table)
    assert train(table, positive=["HIGH"])["target_classes"] == [0, 1]


def test_messy_columns_are_left_out_with_a_reason() -> None:
    table = drawn_table(300)
    random = np.random.default_rng(0)
    table.insert(0, "Unnamed: 0", np.arange(300))
    table["commit"] = [f"{number:040x}" for number in range(300)]
    table["same"] = 7
    table["nothing"] = np.nan
    table["subject"] = [f"change {number}" for number in range(300)]
    table["language"] = random.choice(["java", "python", None], 300)
    table["copy"] = 1 - table["risque_reel"]
    table["counter"] = np.arange(300)[::-1]
    table["text_number"] = table["la"].astype(int).astype(str)
    table.loc[::7, "ld"] = np.nan
    table.loc[3, "nf"] = np.inf
    found = train(table)
    assert set(found["left_out"]) == {"Unnamed: 0", "commit", "same", "nothing", "subject", "copy", "counter"}
    assert found["left_out"]["copy"] == "tells the target of every row"
    assert {"language", "text_number"} <= set(found["feature_names"])
    instance = found["best_model"]["instance"]
    assert np.isfinite(instance.predict_proba(table.head(20))).all()
    assert np.isfinite(instance.predict_proba({"la": 3, "language": "cobol"})).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.head(9), "9 rows"),
        (lambda table: table.assign(risque_reel=1), "one class only"),
        (lambda table: table.assign(risque_reel=table["la"] / 7), "two classes are needed"),
        (lambda table: table.drop(columns="risque_reel"), "is not a column"),
        (lambda table: table[["date", "risque_reel"]], "no column can be learned from"),
        (lambda table: table.assign(risque_reel=[1] + [0] * (len(table) - 1)), "at least 2 of each"),
        (lambda table: table.head(0), "has no rows"),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_refused_in_one_line(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    with pytest.raises(HyperionError, match=message) as caught:
        train(change(drawn_table(60)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"test_size": 1.5}, "test_size: 1.5"),
        ({"cv_folds": 1}, "cv_folds: 1"),
        ({"time_column": "when"}, "'when'"),
        ({"time_column": "risque_reel"}, "is the target"),
        ({"ensemble": "best"}, "none of blend"),
        ({"features": ["la", "lines"]}, "feature 'lines'"),
    ],
)
def test_a_setting_that_is_not_valid_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        train(drawn_table(60), **settings)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.csv': is not there"):
        train(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(ConfigError, match="cannot be read"):
        train(broken)


def test_small_tables_train() -> None:
    assert train(drawn_table(30))["training_samples"] == 24


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    table = drawn_table(200)
    table["risque_reel"] = table["risque_reel"].astype(float)
    table.loc[:9, "risque_reel"] = np.nan
    found = train(table)
    assert found["training_samples"] + found["test_samples"] == 190
    assert any("10 rows without a value of 'risque_reel'" in line for line in found["warnings"])


def test_the_specified_ensemble_learns_from_the_four_columns() -> None:
    found = train(drawn_table(300), ensemble="specification")["ensemble_performance"]
    assert found["columns"] == [
        "random_forest_prediction",
        "random_forest_confidence",
        "xgboost_prediction",
        "xgboost_confidence",
    ]


def test_rows_too_young_to_be_known_are_held_back() -> None:
    found = train(drawn_table(), gap_days=40)
    assert found["training_samples"] < 320
    assert found["test_samples"] == 80


def test_the_search_tries_the_defaults_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "TRIED", 1)
    found = train(drawn_table(200), search=True)["search"]
    assert set(found) == {"random_forest", "xgboost"}
    for entry in found.values():
        assert entry["cv_roc_auc"] >= entry["cv_roc_auc_of_defaults"]
        assert entry["tried"] == 2


class Notebook:
    """A tracker that keeps what it is told."""

    def __init__(self) -> None:
        self.records: list[RunRecord] = []

    def log(self, record: RunRecord) -> None:
        self.records.append(record)


class Broken:
    def log(self, record: RunRecord) -> None:
        raise ConnectionError("no server at localhost:5000\nand more")


def test_a_tracker_gets_every_model() -> None:
    notebook = Notebook()
    table = drawn_table(300)
    found = TrainingPipeline(SMALL, tracker=notebook).train_risk_predictor(table, bootstrap_draws=20)
    assert [record.model_name for record in notebook.records] == [
        "risk_predictor_rf",
        "risk_predictor_xgb",
        "anomaly_detector",
        "risk_predictor",
    ]
    record = notebook.records[0]
    entry = found["models_results"]["random_forest"]
    assert record.estimator is entry["instance"]
    assert record.metrics["f1_score"] == entry["f1"]
    assert record.cross_validation["accuracy"] == entry["cross_validation"]["accuracy"]
    assert record.parameters["n_estimators"] == 10
    assert record.data["training_samples"] == 240
    assert len(record.expected) == len(record.predicted) == 60
    assert (record.expected == record.predicted).mean() == pytest.approx(entry["accuracy"])
    assert len(record.estimator.predict(record.example)) == len(record.example)


def test_a_tracker_that_is_down_costs_a_warning() -> None:
    found = TrainingPipeline(SMALL, tracker=Broken()).train_risk_predictor(drawn_table(200), bootstrap_draws=20)
    told = [line for line in found["warnings"] if line.startswith("tracking: ")]
    assert len(told) == 4
    assert told[0] == "tracking: risk_predictor_rf was not recorded (no server at localhost:5000)"


def test_progress_is_told() -> None:
    seen: list[tuple[str, int, int]] = []
    pipeline = TrainingPipeline(SMALL, progress=lambda *step: seen.append(step))
    pipeline.train_risk_predictor(drawn_table(200), bootstrap_draws=20)
    assert {stage for stage, _, _ in seen} == {"validation", "cross-validation", "training"}
    assert ("training", 5, 5) in seen


def test_the_bug_predictor_learns_no_row_whose_thirty_days_were_not_over() -> None:
    table = drawn_table().rename(columns={"risque_reel": "bug_30_jours"})
    found = TrainingPipeline(SMALL).train_bug_predictor(table, bootstrap_draws=20)
    cut = table["date"].iloc[320]
    assert found["training_samples"] == int((table["date"].iloc[:320] <= cut - 30 * DAY).sum())
    assert found["test_samples"] == 80
    assert found["best_model"]["name"] == "xgboost"
    assert found["best_model"]["parameters"]["eval_metric"] == "logloss"
    assert found["horizon_days"] == 30
    with pytest.raises(ConfigError, match="time_column="):
        TrainingPipeline(SMALL).train_bug_predictor(table.drop(columns="date"))


def test_the_anomaly_detector_needs_no_target() -> None:
    table = drawn_table().drop(columns="risque_reel")
    found = TrainingPipeline(SMALL).train_anomaly_detector(table, bootstrap_draws=20)
    entry = found["models_results"]["isolation_forest"]
    assert entry["accuracy"] is None
    assert found["feature_names"] == ["la", "ld", "nf", "entropy"]
    assert entry["anomaly_share"]["training"] == pytest.approx(0.1, abs=0.01)
    instance = found["best_model"]["instance"]
    strange = {"la": 1e6, "ld": 1e6, "nf": 4000, "entropy": 1.0}
    assert instance.predict(strange).tolist() == [-1]
    assert instance.decision_function(strange)[0] < instance.decision_function(table).min() + 1e-9
    judged = TrainingPipeline(SMALL).train_anomaly_detector(drawn_table(), "risque_reel", bootstrap_draws=20)
    assert 0.0 <= judged["best_model"]["f1"] <= 1.0


def test_the_impact_analyser_judges_each_context_by_the_model_that_does_better_there() -> None:
    table = drawn_table(1_600, days=900).rename(columns={"risque_reel": "impact_reel"})
    turned = np.arange(1_600) % 2 == 0
    table.loc[turned, "reach"] = np.nan
    # without an import graph it is the other way round: one model for all cannot learn that from the rest
    table.loc[turned, "impact_reel"] = 1 - table.loc[turned, "impact_reel"]
    found = TrainingPipeline(SMALL).train_impact_analyzer(table, bootstrap_draws=20)
    assert sum(entry["rows"] for entry in found["contexts"].values()) == found["training_samples"]
    assert "all" not in {entry["judged_by"] for entry in found["contexts"].values()}
    assert 0.0 < found["levels"]["MEDIUM"] < found["levels"]["HIGH"] < 1.0
    assert found["ensemble_performance"]["roc_auc"] > 0.7
    instance = found["best_model"]["instance"]
    known, unknown = {"la": 200, "exp": 10, "reach": 0.5, "nuc": 99}, {"la": 200, "exp": 10, "nuc": 99}
    assert instance.predict_proba(known)[0, 1] > 0.5 > instance.predict_proba(unknown)[0, 1]


def test_instances_can_be_fitted_anew(result: dict[str, Any]) -> None:
    table = drawn_table()
    for name, entry in result["models_results"].items():
        again = clone(entry["instance"]).fit(table.iloc[:320], table["risque_reel"].iloc[:320])
        assert np.array_equal(again.predict(table), entry["instance"].predict(table)), name


def test_too_few_folds_with_both_classes_are_refused() -> None:
    table = drawn_table(60)
    table["risque_reel"] = 0
    table.loc[[40, 41], "risque_reel"] = 1
    with pytest.raises(TrainingError, match="cross-validation"):
        train(table)
