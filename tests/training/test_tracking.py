"""Models in MLflow: everything the specification logs, in a real store, asked for in the specification's own words."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hyperion_hook
from hyperion_hook.errors import ConfigError, MissingExtraError
from hyperion_hook.scoring.bundle import bundled_models, load_bundle
from hyperion_hook.store.models.metadata import ModelMetadata
from hyperion_hook.store.models.versions import Lineage
from hyperion_hook.training.mlflow import guarded_calls as tracking_calls
from hyperion_hook.training.mlflow.compare import compare_runs
from hyperion_hook.training.mlflow.guarded_calls import TrackingError
from hyperion_hook.training.mlflow.run import experiment_id_of
from hyperion_hook.training.mlflow.tracker import LoggedRun, MLFlowConfig, MLFlowTracker
from tests.support.repo import TestRepo
from tests.support.trained import record_of, table

pytest.importorskip("mlflow")

import mlflow
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]


class OwnKind(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory, empty_mlflow: Path) -> str:
    path = tmp_path_factory.mktemp("store") / "runs.db"
    shutil.copyfile(empty_mlflow, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def tracker(uri: str, said: list[str]) -> MLFlowTracker:
    return MLFlowTracker(MLFlowConfig(uri), say=said.append)


@pytest.fixture(scope="module")
def runs(tracker: MLFlowTracker) -> dict[str, LoggedRun]:
    """Four models, logged and registered."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        records = {
            "rf": record_of(RandomForestClassifier(n_estimators=10, random_state=0)),
            "xgb": record_of(
                XGBClassifier(n_estimators=5, n_jobs=1),
                "risk_predictor_xgb",
                metrics={"accuracy": 0.96, "f1_score": 0.94},
            ),
            "lr": record_of(LogisticRegression(), "meta_learner", metrics={"accuracy": 0.8, "f1_score": 0.7}),
            "if": record_of(IsolationForest(n_estimators=10, random_state=0), "anomaly_detector", metrics={}),
        }
        logged = {name: tracker.log(record) for name, record in records.items()}
    assert all(logged.values())
    for number, name in enumerate(("rf", "xgb", "lr")):
        assert tracker.register(logged[name], "risk_predictor", f"v1.{number}.0") == str(number + 1)
    return logged  # type: ignore[return-value]


@pytest.fixture
def here(uri: str, runs: dict[str, LoggedRun], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user's session that looks at the store."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    yield
    mlflow.set_tracking_uri(None)
    if before is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", before)


@pytest.mark.usefixtures("here")
def test_everything_the_specification_logs_is_there(runs: dict[str, LoggedRun]) -> None:
    run = mlflow.get_run(runs["rf"].run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == runs["rf"].name
    assert run.info.run_name.startswith("risk_predictor_rf_20")
    assert run.data.params == {"n_estimators": "10"}
    assert run.data.metrics["accuracy"] == 0.95
    assert run.data.metrics["training_time_seconds"] == 45.2
    assert run.data.metrics["cv_mean_accuracy"] == pytest.approx(0.93)
    assert run.data.metrics["training_samples"] == 150
    assert sum(value for name, value in run.data.metrics.items() if name.startswith("feature_importance_")) == (
        pytest.approx(1.0)
    )
    assert "feature_importance_densité_jour" in run.data.metrics
    wanted = {
        "project": "hyperion",
        "team": "hyperion-dev",
        "environment": "development",
        "status": "training",
        "model_name": "risk_predictor_rf",
        "model_type": "RandomForestClassifier",
        "data_version": "v1.0",
        "features_version": "3.0.0",
        "not_measured": "roc_auc",
    }
    assert wanted.items() <= run.data.tags.items()
    assert run.info.end_time - run.info.start_time >= 45_200
    assert mlflow.get_experiment(run.info.experiment_id).name == "hyperion_ml_v3"


@pytest.mark.usefixtures("here")
def test_plots_lie_in_their_folder_beside_the_database(runs: dict[str, LoggedRun], uri: str) -> None:
    files = mlflow.artifacts.list_artifacts(run_id=runs["rf"].run_id, artifact_path="plots")
    assert [file.path for file in files] == ["plots/confusion_matrix.png", "plots/feature_importance.png"]
    assert [file.path for file in mlflow.artifacts.list_artifacts(run_id=runs["lr"].run_id, artifact_path="plots")] == [
        "plots/confusion_matrix.png"
    ]
    folder = Path(uri.removeprefix("sqlite:///")).parent
    assert sorted(path.name for path in folder.iterdir()) == ["mlruns", "runs.db"]
    assert len(list(folder.rglob("confusion_matrix.png"))) == len(runs)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["rf", "xgb", "lr", "if"])
def test_a_model_comes_back_as_it_was_with_its_signature_and_example(runs: dict[str, LoggedRun], name: str) -> None:
    frame, truth = table()
    again = mlflow.sklearn.load_model(runs[name].model_uri)
    loaded = mlflow.pyfunc.load_model(runs[name].model_uri)
    assert (loaded.predict(frame) == again.predict(frame)).all()
    if name != "if":
        fresh = type(again)(**again.get_params()).fit(frame[:150], truth[:150])
        assert (again.predict_proba(frame) == fresh.predict_proba(frame)).all()
    assert loaded.metadata.signature.inputs.input_names() == list(frame.columns)
    pd.testing.assert_frame_equal(loaded.input_example, frame[:3])
    files = list(Path(loaded.metadata.artifact_path.removeprefix("file://")).iterdir())
    assert not [file.name for file in files if file.suffix in {".pkl", ".pickle", ".joblib"}]
    assert any("scikit-learn==" in file.read_text() for file in files if file.name == "requirements.txt")


@pytest.mark.usefixtures("here")
def test_xgboost_is_in_its_own_flavour_too(runs: dict[str, LoggedRun]) -> None:
    frame, _ = table()
    again = mlflow.xgboost.load_model(runs["xgb"].model_uri)
    loaded = mlflow.sklearn.load_model(runs["xgb"].model_uri)
    assert (again.predict_proba(frame) == loaded.predict_proba(frame)).all()


@pytest.mark.usefixtures("here")
def test_the_documents_queries_run(runs: dict[str, LoggedRun], tracker: MLFlowTracker) -> None:
    tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
    found = mlflow.search_runs(
        experiment_ids=["1"], filter_string="metrics.f1_score > 0.9", order_by=["metrics.f1_score DESC"], max_results=5
    )
    assert found["run_id"].tolist() == [runs["xgb"].run_id, runs["rf"].run_id]
    model = mlflow.sklearn.load_model(model_uri="models:/risk_predictor/production")
    assert isinstance(model, RandomForestClassifier)
    compared = compare_runs(run_ids=found["run_id"].tolist(), metric_names=["accuracy", "f1_score"])
    assert compared["f1_score"].tolist() == [0.94, 0.93]


@pytest.mark.usefixtures("here")
def test_a_promotion_is_followed_by_alias_stage_and_tag(tracker: MLFlowTracker) -> None:
    client = mlflow.MlflowClient()

    def state() -> dict[str, tuple[str, str]]:
        return {
            found.tags["version"]: (found.tags["status"], found.current_stage)
            for found in client.search_model_versions("name = 'risk_predictor'")
        }

    assert tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
    assert tracker.mirror_promotion("risk_predictor", "v1.1.0", "validated")
    assert client.get_registered_model("risk_predictor").aliases == {"production": 1, "validated": 2}
    assert tracker.mirror_promotion("risk_predictor", "v1.1.0", "production")
    assert client.get_registered_model("risk_predictor").aliases == {"production": 2}
    assert state() == {
        "v1.0.0": ("deprecated", "Archived"),
        "v1.1.0": ("production", "Production"),
        "v1.2.0": ("trained", "None"),
    }
    for form in ("models:/risk_predictor@production", "models:/risk_predictor/Production"):
        assert isinstance(mlflow.sklearn.load_model(form), XGBClassifier)
    # a rollback: the present one first, then the one that serves again
    assert tracker.mirror_promotion("risk_predictor", "v1.1.0", "deprecated")
    assert client.get_registered_model("risk_predictor").aliases == {}
    assert tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
    assert isinstance(mlflow.sklearn.load_model("models:/risk_predictor@production"), RandomForestClassifier)


def test_what_mlflow_does_not_know_is_said_and_not_followed(tracker: MLFlowTracker, said: list[str]) -> None:
    assert not tracker.mirror_promotion("risk_predictor", "v9.0.0", "production")
    assert said[-1] == "MLflow: risk_predictor v9.0.0 is not registered there, so its status production is not followed"


def test_a_version_is_registered_once(tracker: MLFlowTracker, runs: dict[str, LoggedRun]) -> None:
    assert tracker.register(runs["rf"], "risk_predictor", "v1.0.0") == "1"


def test_what_our_registry_saves_is_the_run_that_was_logged_or_a_new_one(
    tracker: MLFlowTracker, runs: dict[str, LoggedRun], uri: str
) -> None:
    record = record_of(RandomForestClassifier(n_estimators=3, random_state=0))
    metadata = ModelMetadata(
        name="other",
        model_type="RandomForest",
        lineage=Lineage("", "", "", ""),
        version="v1.0.0",
        accuracy=0.75,
        training_features=tuple(record.example.columns),
        training_samples=150,
    )
    assert tracker.register_saved(record.estimator, metadata) == "1"
    client = mlflow.MlflowClient(uri)
    found = client.get_run(client.get_model_version("other", "1").run_id)
    assert (found.data.metrics["accuracy"], found.data.metrics["training_samples"]) == (0.75, 150)
    tracker.log(record)
    before = len(client.search_runs(["1"]))
    assert tracker.register_saved(record.estimator, replace(metadata, version="v1.1.0")) == "2"
    assert len(client.search_runs(["1"])) == before


def test_a_model_that_would_need_pickle_is_not_kept_and_the_rest_is(
    tracker: MLFlowTracker, said: list[str], uri: str
) -> None:
    logged = tracker.log(record_of(OwnKind(), "own"))
    assert logged is not None
    assert logged.model_uri is None
    assert said[-1].startswith("MLflow: the model of own is not logged: OwnKind holds ")
    assert said[-1].endswith("which is not on the list of trusted types")
    assert mlflow.MlflowClient(uri).get_run(logged.run_id).data.metrics["accuracy"] == 0.95
    assert tracker.register(logged, "own", "v1.0.0") is None


def test_an_estimator_that_refuses_its_example_costs_the_model_alone(tracker: MLFlowTracker, said: list[str]) -> None:
    logged = tracker.log(record_of(LogisticRegression(), "odd", example=pd.DataFrame({"other": [1.0]})))
    assert logged is not None
    assert logged.model_id is None
    assert "does not predict for its example" in said[-1]


@pytest.mark.usefixtures("here")
def test_one_of_our_bundles_predicts_what_score_says(tracker: MLFlowTracker) -> None:
    bundle = load_bundle()
    rows = pd.DataFrame([dict.fromkeys(bundle.risk.features, 1.0), dict.fromkeys(bundle.risk.features[:3], 40.0)])
    files = {path.name: path.read_bytes() for path in bundled_models().iterdir() if path.suffix != ".npz"}
    record = record_of(LogisticRegression(), "bundle")
    logged = tracker.log(replace(record, estimator=None, bundle=files, example=rows))
    loaded = mlflow.pyfunc.load_model(logged.model_uri)
    wanted = [bundle.risk.log_odds(row) for row in rows[list(bundle.risk.features)].to_numpy().tolist()]
    assert loaded.predict(rows) == pytest.approx(1 / (1 + np.exp(-np.array(wanted))), abs=1e-12)


@pytest.mark.usefixtures("here")
def test_runs_are_compared_side_by_side(runs: dict[str, LoggedRun]) -> None:
    ids = [runs[name].run_id for name in ("lr", "rf")]
    compared = compare_runs(ids, ["f1_score", "cv_mean_accuracy", "training_time_seconds"])
    assert compared.index.tolist() == ids
    assert compared.index.name == "run_id"
    assert compared.columns.tolist() == ["run_name", "f1_score", "cv_mean_accuracy", "training_time_seconds"]
    assert compared["run_name"].tolist() == [runs["lr"].name, runs["rf"].name]
    assert np.isnan(compared["training_time_seconds"].iloc[0])
    assert {"accuracy", "test_samples"} < set(compare_runs(ids).columns)
    with pytest.raises(ConfigError, match=r"none of the runs has the metric 'f1_scor'; did you mean 'f1_score'\?"):
        compare_runs(ids, ["f1_scor"])
    with pytest.raises(ConfigError, match="no run is named"):
        compare_runs([])
    with pytest.raises(TrackingError, match=r"compare_runs: .*0123"):
        compare_runs(["0123"])
    assert hyperion_hook.compare_runs is compare_runs


def test_the_folder_of_files_is_laid_out_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE", raising=False)
    told: list[str] = []
    tracker = MLFlowTracker(MLFlowConfig("file:./mlruns"), say=told.append)
    logged = tracker.log(record_of(LogisticRegression()))
    assert logged is not None
    tracker.register(logged, "risk_predictor", "v1.0.0")
    tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
    [line] = told
    assert "which MLflow takes with MLFLOW_ALLOW_FILE_STORE=true only; set for these calls" in line
    assert "MLFLOW_ALLOW_FILE_STORE" not in os.environ
    assert [path.name for path in tmp_path.iterdir()] == ["mlruns"]
    [run] = tmp_path.glob(f"mlruns/*/{logged.run_id}")
    assert (run / "metrics" / "f1_score").read_text().split()[1] == "0.93"
    assert (run / "params" / "n_estimators").read_text() == "10"
    assert (run / "tags" / "model_type").read_text() == "LogisticRegression"
    assert (run / "artifacts" / "plots" / "confusion_matrix.png").is_file()
    assert (tmp_path / "mlruns" / "models" / "risk_predictor" / "version-1" / "meta.yaml").is_file()


def test_the_default_place_is_the_git_directory_and_nothing_else_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_mlflow: Path
) -> None:
    repo = TestRepo(tmp_path / "repo")
    place = repo.path / ".git" / "hyperion-hook" / "mlflow"
    place.mkdir(parents=True)
    shutil.copyfile(empty_mlflow, place / "mlflow.db")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(repo.path)
    told: list[str] = []
    assert MLFlowTracker(say=told.append).log(record_of(LogisticRegression()))
    assert [path.name for path in repo.path.iterdir()] == [".git"]
    assert sorted(path.name for path in place.iterdir()) == ["mlflow.db", "mlruns"]
    assert len(list(place.rglob("confusion_matrix.png"))) == 1
    assert "to see them: mlflow ui --backend-store-uri sqlite:///" in told[0]
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file() and "matplotlib" not in str(path)] == []


def test_the_users_environment_and_session_are_as_they_were(
    tracker: MLFlowTracker, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "77")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mine.db")
    monkeypatch.delenv("MLFLOW_DISABLE_TELEMETRY", raising=False)
    before = dict(os.environ)
    assert tracker.log(record_of(LogisticRegression()))
    assert dict(os.environ) == before
    assert mlflow.get_tracking_uri() == f"sqlite:///{tmp_path}/mine.db"
    assert mlflow.active_run() is None
    assert list(tmp_path.iterdir()) == []


class Hiding:
    """A store that shows no experiment, whether it has one or not."""

    def __init__(self, has_it: bool) -> None:
        self.has_it = has_it

    def get_experiment_by_name(self, name: str) -> None:
        del name

    def create_experiment(self, name: str, **more: object) -> str:
        if self.has_it:
            raise mlflow.MlflowException(f"{name} exists in another state", error_code=RESOURCE_ALREADY_EXISTS)
        return "7"


def test_an_experiment_that_is_not_shown_is_the_stores_to_explain() -> None:
    assert experiment_id_of(Hiding(has_it=False), "ours", "http://host") == "7"
    with pytest.raises(mlflow.MlflowException, match="ours exists in another state"):
        experiment_id_of(Hiding(has_it=True), "ours", "http://host")


def test_without_the_extra_one_line_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_calls, "find_spec", lambda _name: None)
    for call in (MLFlowTracker, lambda: compare_runs(["a"])):
        with pytest.raises(MissingExtraError, match=r"pip install .*\[mlflow\]'"):
            call()


def test_the_documented_configuration_has_the_documented_values() -> None:
    config = hyperion_hook.MLFlowConfig()
    assert json.loads(json.dumps(dict(config.default_tags))) == {
        "project": "hyperion",
        "version": "3.0.0",
        "team": "hyperion-dev",
        "environment": "development",
    }
    assert (config.tracking_uri, config.experiment_name) == ("sqlite:///mlflow.db", "hyperion_ml_v3")
