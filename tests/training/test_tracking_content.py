"""What is logged of a model: names and values that every MLflow store takes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hyperion_hook.training.mlflow.plots import CONFUSION, IMPORTANCE, draw_plots
from hyperion_hook.training.mlflow.run_content import MOST_OF_A_NAME, content_of, cut, named, safe_name
from hyperion_hook.training.mlflow.run_record import RunRecord

pytestmark = pytest.mark.train

NONE = np.array([])


def record(**changes: object) -> RunRecord:
    parts = {
        "model_name": "risk_predictor_rf",
        "model_type": "RandomForest",
        "estimator": None,
        "parameters": {},
        "metrics": {},
        "cross_validation": {},
        "importance": {},
        "expected": NONE,
        "predicted": NONE,
        "example": pd.DataFrame(),
    }
    return RunRecord(**parts | changes)  # type: ignore[arg-type]


def test_an_empty_record_has_its_name_its_type_and_its_status() -> None:
    content = content_of(record(), {})
    assert (content.parameters, content.metrics) == ({}, {})
    assert content.tags == {"status": "training", "model_name": "risk_predictor_rf", "model_type": "RandomForest"}


def test_folds_are_told_as_mean_and_deviation_of_those_that_were_measured() -> None:
    folds = {"accuracy": [0.9, 0.94, 0.95], "f1": [0.5, math.nan], "roc_auc": [math.nan, math.nan]}
    content = content_of(record(cross_validation=folds), {})
    assert content.metrics["cv_mean_accuracy"] == pytest.approx(0.93)
    assert content.metrics["cv_std_accuracy"] == pytest.approx(math.sqrt((0.03**2 + 0.01**2 + 0.02**2) / 3))
    assert (content.metrics["cv_mean_f1"], content.metrics["cv_std_f1"]) == (0.5, 0.0)
    assert content.tags["not_measured"] == "cv_mean_roc_auc, cv_std_roc_auc"


def test_what_is_not_finite_is_not_measured_rather_than_zero() -> None:
    content = content_of(record(metrics={"roc_auc": math.nan, "loss": math.inf, "accuracy": 0.5}), {})
    assert content.metrics == {"accuracy": 0.5}
    assert content.tags["not_measured"] == "loss, roc_auc"


def test_precision_and_recall_are_told_of_each_class() -> None:
    expected, predicted = np.array(["buggy", "clean", "clean", "clean"]), np.array(["buggy", "buggy", "clean", "clean"])
    content = content_of(record(expected=expected, predicted=predicted), {})
    assert content.metrics == {
        "precision_buggy": 0.5,
        "precision_clean": 1.0,
        "recall_buggy": 1.0,
        "recall_clean": pytest.approx(2 / 3),
    }
    content = content_of(record(expected=expected, predicted=np.full(4, "clean")), {})
    assert content.tags["not_measured"] == "precision_buggy"


def test_importance_is_told_by_feature_the_largest_first() -> None:
    content = content_of(record(importance={"la": 0.2, "densité/jour": 0.7, "ld": math.nan}), {})
    assert list(content.metrics.items()) == [("feature_importance_densité_jour", 0.7), ("feature_importance_la", 0.2)]


def test_a_records_tags_win_over_those_of_every_run_but_not_over_its_name() -> None:
    content = content_of(record(tags={"team": "ours", "model_name": "x", "status": "trained"}), {"team": "a", "b": "c"})
    assert content.tags == {
        "team": "ours",
        "b": "c",
        "status": "trained",
        "model_name": "risk_predictor_rf",
        "model_type": "RandomForest",
    }


def test_what_is_too_long_is_cut() -> None:
    content = content_of(record(parameters={"p" * 400: "v" * 9_000}, tags={"t": "w" * 9_000}), {})
    [(name, value)] = content.parameters.items()
    assert (len(name), len(value), len(content.tags["t"])) == (MOST_OF_A_NAME, 6_000, 5_000)
    assert cut("a\udcffb", 10) == "a?b"


@given(st.lists(st.text(), max_size=8, unique=True))
def test_no_name_is_lost_or_refused(names: list[str]) -> None:
    kept = named([(name, name) for name in names])
    assert sorted(kept.values()) == sorted(names)
    for name in map(safe_name, names):
        assert 1 <= len(name) <= MOST_OF_A_NAME
        assert safe_name(name) == name


def test_names_are_what_mlflow_itself_takes() -> None:
    pytest.importorskip("mlflow")
    from mlflow.utils.validation import _validate_metric_name

    for name in ("a/b", "..", "/", "", "part of 'main'?", "é" * 300, "tab\tline\n", ":", "a//b", "\udcff"):
        _validate_metric_name(safe_name(name))


def test_without_figures_nothing_is_drawn(tmp_path) -> None:
    assert draw_plots(record(importance={"la": math.nan}), tmp_path) == []


def test_plots_are_pictures_whatever_the_names_are(tmp_path) -> None:
    expected = np.array(["clean", "buggy", "clean", "$x_1^$"], dtype=object)
    importance = {f"feature {number} $\\alpha{'x' * 60}": number / 10 for number in range(30)}
    drawn = draw_plots(record(expected=expected, predicted=expected[::-1], importance=importance), tmp_path)
    assert [path.name for path in drawn] == [CONFUSION, IMPORTANCE]
    for path in drawn:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) > 400
            assert len(picture.convert("L").getcolors(256)) > 20


def test_of_very_many_classes_those_with_the_most_rows_are_drawn(tmp_path) -> None:
    classes = np.repeat(np.arange(40), np.arange(1, 41))
    [path] = draw_plots(record(expected=classes, predicted=classes), tmp_path)
    with Image.open(path) as picture:
        assert max(picture.size) < 2_500
