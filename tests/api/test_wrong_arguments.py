"""Arguments of the wrong kind get one line that names the thing; tables of polars and Arrow are tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from hyperion_hook import (
    DataValidator,
    FeatureEngineer,
    FeatureStore,
    MLConfig,
    MLFlowTracker,
    ModelRegistry,
    TrainingPipeline,
    compare_runs,
)
from hyperion_hook import training_table as table_of
from hyperion_hook.api.predict.named_estimator import taking_names
from hyperion_hook.errors import HyperionError
from hyperion_hook.training.tables.table_reading import read_table
from hyperion_hook.training.tables.time_column import time_column_of
from hyperion_hook.training.validation.preparation import column_named

ROWS = pd.DataFrame({"la": range(20), "nf": [1, 2] * 10, "risque_reel": [0, 1] * 10})


def train(**arguments: Any) -> dict[str, Any]:
    return TrainingPipeline(MLConfig(n_jobs=1)).train_risk_predictor(ROWS, **arguments)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: TrainingPipeline(5), "config: a int is no MLConfig"),
        (lambda: MLFlowTracker({"uri": 1}), "config: a dict is no MLFlowConfig"),
        (lambda: FeatureStore(5), "5: is no path"),
        (lambda: ModelRegistry(5), "5: is no path"),
        (lambda: table_of(5), "5: is no path"),
        (lambda: train(target_column=["risque_reel"]), "target_column"),
        (lambda: train(gap_days=-3), "gap_days: -3 is no number of days from 0 on"),
        (lambda: train(gap_days="x"), "gap_days: 'x' is no number of days from 0 on"),
        (lambda: compare_runs(None), "compare_runs: no run is named"),  # type: ignore[arg-type]
        (lambda: train(features="la"), "features 'la': is one text; give a list of names"),
        (lambda: FeatureEngineer().engineer_full_feature_set(np.zeros((2, 2))), "raw_data array"),
    ],
)
def test_a_wrong_kind_is_one_line(call: Callable[[], object], line: str) -> None:
    with pytest.raises(HyperionError) as told:
        call()
    assert str(told.value).startswith(line)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_the_engineer_takes_the_tables_of_polars_and_arrow(library: str) -> None:
    module = pytest.importorskip(library)
    columns = {"lignes_ajoutees": [3, 4], "nf": [1, 2]}
    table = module.DataFrame(columns) if library == "polars" else module.table(columns)
    engineer, expected = FeatureEngineer(), pd.DataFrame(columns)
    for method in ("engineer_full_feature_set", "extract_basic_features", "handle_missing_features"):
        pd.testing.assert_frame_equal(getattr(engineer, method)(table), getattr(engineer, method)(expected))


def test_a_column_may_be_named_by_a_number() -> None:
    assert column_named(read_table(ROWS.rename(columns={"risque_reel": 7})), 7) == "7"  # type: ignore[arg-type]


def test_moments_beyond_the_nanoseconds_of_pandas_are_moments() -> None:
    """9999-12-31 stands for "never" in many tables."""
    frame = pd.DataFrame({"date": ["9999-12-31", "0001-01-01", "2024-01-01"]})
    time = time_column_of(frame, "date", "risque_reel")
    assert time is not None
    assert [time.day(place) for place in (0, 2)] == ["9999-12-31", "2024-01-01"]
    assert time.seconds.tolist() == [253402214400.0, -62135596800.0, 1704067200.0]


def test_what_lies_after_every_moment_is_a_running_number() -> None:
    time = time_column_of(pd.DataFrame({"date": [1e308, 5.0]}), "date", "risque_reel")
    assert time is not None
    assert (time.is_moment, time.day(0)) == (False, "1e+308")


@pytest.fixture(scope="module")
def fitted() -> Any:
    return taking_names(GaussianNB().fit(ROWS[["la", "nf"]], ROWS["risque_reel"]))


def test_a_loaded_estimator_takes_the_tables_of_the_engineer(fitted: Any) -> None:
    expected = fitted.predict(ROWS[["la", "nf"]])
    french = ROWS.rename(columns={"la": "lignes_ajoutees", "nf": "nb_fichiers"})
    for table in (ROWS, french, FeatureEngineer().engineer_full_feature_set(french.drop(columns="risque_reel"))):
        assert fitted.predict(table).tolist() == expected.tolist()
    nameless = taking_names(GaussianNB().fit(ROWS[["la", "nf"]].to_numpy(), ROWS["risque_reel"]), ["la", "nf"])
    assert nameless.predict(french).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (ROWS[["la"]], "rows: have no column 'nf', which the model was fitted on (1 absent)"),
        (ROWS.assign(la=np.nan), "GaussianNB: refuses the rows: Input X contains NaN."),
        (ROWS.assign(la="x"), "GaussianNB: refuses the rows: could not convert string to float: 'x'"),
    ],
)
def test_rows_an_estimator_refuses_are_one_line(fitted: Any, table: pd.DataFrame, line: str) -> None:
    with pytest.raises(HyperionError) as told:
        fitted.predict(table)
    assert str(told.value) == line


@pytest.mark.parametrize("kind", ["series", "list", "frame"])
@pytest.mark.parametrize(
    "call",
    [
        lambda name: DataValidator().validate_target(ROWS, name),
        lambda name: DataValidator().validate_dataframe(ROWS, name),
        lambda name: DataValidator().validate_and_prepare_data(ROWS, name),
        lambda name: DataValidator().detect_data_drift(ROWS, ROWS, target_column=name),
        lambda name: DataValidator().detect_data_drift(ROWS, ROWS, score_column=name),
        lambda name: TrainingPipeline().train_risk_predictor(ROWS, name),
        lambda name: TrainingPipeline().train_risk_predictor(ROWS, "risque_reel", time_column=name),
        lambda name: TrainingPipeline().train_bug_predictor(ROWS, name),
        lambda name: TrainingPipeline().train_impact_analyzer(ROWS, name),
    ],
)
def test_a_column_in_place_of_its_name_is_told_in_one_line(call: Callable[[Any], object], kind: str) -> None:
    name = {"series": ROWS["risque_reel"], "list": ["risque_reel"], "frame": ROWS[["risque_reel"]]}[kind]
    with pytest.raises(HyperionError, match=r"_column: a (Series|list|DataFrame) is no name of a column; give") as told:
        call(name)
    assert "\n" not in str(told.value)


def test_a_number_of_numpy_is_a_threshold() -> None:
    assert DataValidator().detect_data_drift(ROWS, ROWS, threshold=np.float32(0.1)).has_drift is False


@pytest.mark.parametrize(
    "call",
    [
        lambda path: FeatureStore(path / "s").store_features({"la": 1}, "f", "r", tags=["a"]),
        lambda path: FeatureStore(path / "s").store_features({"la": 1}, None, "r"),
        lambda path: FeatureStore(path / "s").search_features(tags=["a"]),
        lambda path: ModelRegistry(path).load_model(5),
        lambda path: ModelRegistry(path).load_model("a", version=3),
        lambda path: ModelRegistry(path).load_model("a", version=None),
        lambda path: ModelRegistry(path).save_model(GaussianNB().fit([[0], [1]], [0, 1]), 5, "T", {}),
        lambda path: ModelRegistry(path).save_model(GaussianNB().fit([[0], [1]], [0, 1]), "a", "T", ["x"]),
    ],
)
def test_stores_refuse_what_they_cannot_name(call: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(HyperionError) as told:
        call(tmp_path)
    assert "\n" not in str(told.value)
