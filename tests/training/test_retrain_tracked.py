"""``retrain`` and the models commands tell MLflow what they do, where somebody named one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hyperion_hook.commands import Invocation, retrain
from hyperion_hook.commands.support.mlflow_mirror import mirrored, tracker_of
from hyperion_hook.commands.support.whole_history import Reading
from hyperion_hook.config.load import Config
from hyperion_hook.errors import TrainingError, pip_install
from hyperion_hook.git.repository import Repository
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.store.models.version_store import VersionStore
from hyperion_hook.training.evaluation import evaluate as evaluation
from hyperion_hook.training.evaluation import promotion
from hyperion_hook.training.evaluation.promotion import InUse
from hyperion_hook.training.mlflow.tracker import MLFlowConfig, MLFlowTracker
from hyperion_hook.training.retrain.retrain import RetrainReport, retrain_here
from hyperion_hook.training.rows.options import RetrainOptions
from tests.support.buggy import buggy_history
from tests.support.repo import TestRepo

pytest.importorskip("mlflow")

from mlflow import MlflowClient

pytestmark = [pytest.mark.train, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

NAME = "risk_predictor"
Trained = tuple[TestRepo, RetrainReport, str, list[str]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, empty_mlflow: Path) -> Trained:
    """A repository whose own models were promoted, and what MLflow was told."""
    folder = tmp_path_factory.mktemp("tracked")
    repo = buggy_history(folder / "project")
    shutil.copyfile(empty_mlflow, folder / "mlflow.db")
    uri, said = f"sqlite:///{folder}/mlflow.db", []
    bundle = load_bundle()
    combination = replace(bundle.risk.combination, weights=(0.0,) * len(bundle.risk.combination.weights))
    blind = InUse(replace(bundle, risk=replace(bundle.risk, combination=combination), card={}), "the blind model")
    options = RetrainOptions(code_commits=0, threads=1, folds=2, parity_rows=50, pool_rows=0, vectors=folder / "rows")
    found = Repository.discover(repo.path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_DRAWS", 5)
        patch.setattr(promotion, "_DRAWS", 50)
        report = retrain_here(
            found,
            VersionStore.of(found.common_dir),
            blind,
            options=options,
            tracker=MLFlowTracker(MLFlowConfig(uri), say=said.append),
        )
    return repo, report, uri, said


def test_every_model_of_a_retraining_is_a_run(trained: Trained) -> None:
    _, report, uri, said = trained
    assert len(said) == 1
    client = MlflowClient(uri)
    runs = {run.data.tags["model_name"]: run for run in client.search_runs(["1"])}
    assert {name: run.data.tags["model_type"] for name, run in runs.items()} == {
        "risk_predictor_rf": "RandomForest",
        "risk_predictor_xgb": "XGBoost",
        "meta_learner": "LogisticRegression",
        "anomaly_detector": "IsolationForest",
        "risk_predictor": "blend",
    }
    forest, shipped = runs["risk_predictor_rf"].data, runs["risk_predictor"].data
    assert (forest.params["n_estimators"], forest.params["max_depth"]) == ("100", "10")
    assert runs["risk_predictor_xgb"].data.params["learning_rate"] == "0.1"
    assert runs["anomaly_detector"].data.params["contamination"] == "0.1"
    contender = report.evaluations[0].contender("blend")
    assert shipped.metrics["roc_auc"] == pytest.approx(contender.roc_auc.value, abs=1e-9)
    assert shipped.metrics["f1_score"] == pytest.approx(contender.figures["f1_at_alert_rate"])
    assert shipped.metrics["popt"] == pytest.approx(contender.figures["popt"])
    assert forest.metrics["training_samples"] == report.evaluations[0].train_rows
    assert forest.metrics["test_samples"] == report.evaluations[0].rows
    assert sum(value for name, value in forest.metrics.items() if "importance" in name) == pytest.approx(1.0)
    assert 0 < forest.metrics["class_balance"] < 1


def test_the_specified_ensemble_can_be_put_together_from_its_runs(trained: Trained) -> None:
    from mlflow import pyfunc, sklearn

    _, _, uri, _ = trained
    client = MlflowClient(uri)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", uri)
        models = {}
        for run in client.search_runs(["1"]):
            [output] = run.outputs.model_outputs
            name = run.data.tags["model_name"]
            load = pyfunc.load_model if name == NAME else sklearn.load_model
            models[name] = load(f"models:/{output.model_id}")
            example = pyfunc.load_model(f"models:/{output.model_id}").input_example
            if name == "risk_predictor_rf":
                rows = example
    members = (models["risk_predictor_rf"], models["risk_predictor_xgb"])
    chances = [member.predict_proba(rows.to_numpy())[:, 1] for member in members]
    columns = np.column_stack([part for chance in chances for part in (chance, np.maximum(chance, 1 - chance))])
    assert models["meta_learner"].predict_proba(columns).shape == (len(rows), 2)
    bundle_says = models[NAME].predict(rows)
    assert ((bundle_says > 0) & (bundle_says < 1)).all()


def test_the_promotion_and_a_rollback_are_followed(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, report, uri, _ = trained
    client = MlflowClient(uri)
    [version] = client.search_model_versions(f"name = '{NAME}'")
    assert report.decision.promote
    assert (version.tags["version"], version.tags["status"]) == (report.registered.version, "production")
    assert client.get_model_version_by_alias(NAME, "production").version == version.version
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    registry = VersionStore.of(repo.path / ".git")
    with mirrored(Invocation(repo.path), registry, NAME):
        registry.rollback(NAME)
    assert client.get_registered_model(NAME).aliases == {}
    assert client.get_model_version(NAME, version.version).tags["status"] == "deprecated"


def test_it_is_said_that_mlflow_is_told(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo, _, uri, _ = trained
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    tracker = tracker_of(Invocation(repo.path))
    with pytest.raises(TrainingError, match="no commit to measure"):
        retrain.run(
            repo.path, Reading(since=10**10), models=None, corpus=None, config=Config(), tracker=lambda: tracker
        )
    told = capsys.readouterr().err
    assert "nothing is fetched and what is learned is told to MLflow alone" in told
    assert f"hyperion-hook: MLflow: runs go to {uri}, experiment hyperion_ml_v3; to see them: mlflow ui" in told


def test_without_an_address_nobody_is_asked(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tracker_of(Invocation(trained[0].path)) is None


def test_without_the_extra_all_else_goes_on(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained[2])
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert tracker_of(Invocation(trained[0].path)) is None
    assert capsys.readouterr().err == (
        "hyperion-hook: warning: MLflow: needs the package 'mlflow', which is not installed;"
        f" run: {pip_install('mlflow')}; all else goes on\n"
    )
