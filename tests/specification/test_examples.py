"""The specification's examples run as docs/specification.md has them, and its records have the documented fields."""

from __future__ import annotations

import dataclasses
import re
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.train
np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

import hyperion_hook  # noqa: E402
from hyperion_hook.config.load import load_config  # noqa: E402
from hyperion_hook.features.catalogue import find_feature  # noqa: E402
from tests.support.repo import TestRepo  # noqa: E402

ROOT = Path(__file__).parents[2]
NAMES = (
    "complexite_cyclomatique",
    "frequence_commits",
    "estimation_trafic_affecte",
    "age_fichier_jours",
    "nb_dependances_circulaires",
    "lignes_code",
    "experience_auteur",
    "nb_bugs_historiques",
)


@cache
def blocks() -> dict[str, tuple[str, str]]:
    """Return the examples by heading: language and text."""
    text = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
    found = re.findall(r"^### ([^\n]+)\n\n```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {heading: (language, code) for heading, language, code in found}


def frame(rows: int = 240, seed: int = 7, noise: float = 2.0) -> Any:
    """Return French features of which two drive the target."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: np.round(rng.gamma(2.0, 3.0, rows), 2) for name in NAMES})
    drive = table["complexite_cyclomatique"] + table["nb_bugs_historiques"]
    table["risque_reel"] = (drive + rng.normal(0, noise, rows) > 13).astype(int)
    return table


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one's own, in which nothing else is set up."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("ML_N_JOBS", "1")
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    repo = TestRepo(tmp_path / "project")
    repo.commit({"requests/models.py": "class Model:\n    pass\n"}, "Begin")
    monkeypatch.chdir(repo.path)
    table = frame()
    (repo.path / "data" / "ml").mkdir(parents=True)
    for name in ("data/ml/features.csv", "features.csv", "updated_features.csv"):
        table.to_csv(repo.path / name, index=False)
    return repo.path


def run(heading: str, **names: Any) -> dict[str, Any]:
    """Run an example with the names that it takes as given, and return all names there are after it."""
    language, code = blocks()[heading]
    assert language == "python"
    exec(compile(code, heading, "exec"), names)  # noqa: S102 - our own document
    return names


GIVEN = {"complexite_cyclomatique": 12.0, "lignes_code": 340.0, "age_fichier_jours": 90.0}


def test_the_feature_store(place: Path) -> None:
    found = run("API Feature Store", features=dict(GIVEN))
    assert dict(found["features"]) == GIVEN
    assert [entry.feature_set_id for entry in found["results"]] == [found["feature_set_id"]]
    assert found["results"][0].tags == {"version": "1.0", "type": "risk"}
    assert found["stats"]


def test_the_training_pipeline(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run("Pipeline Complet")
    assert re.fullmatch(r"Best model: \w+ \(F1: \d\.\d{3}\)\n", capsys.readouterr().out)
    assert_documented(found["result"])


def assert_documented(result: dict[str, Any]) -> None:
    assert set(result) >= {
        "training_time_seconds",
        "validation_result",
        "models_results",
        "best_model",
        "ensemble_performance",
        "feature_names",
        "training_samples",
        "test_samples",
    }
    assert set(result["models_results"]) >= {"random_forest", "xgboost", "isolation_forest", "meta_learner"}
    for entry in result["models_results"].values():
        assert set(entry) >= {"accuracy", "precision", "recall", "f1", "feature_importance"}
    assert result["training_samples"] + result["test_samples"] == 240
    assert result["test_samples"] == 48
    assert set(result["feature_names"]) == set(NAMES)
    assert {"roc_auc", "pr_auc", "brier", "ece"} <= set(result["ensemble_performance"])
    best = result["best_model"]
    assert best["f1"] == result["models_results"][best["name"]]["f1"]
    assert hasattr(best["instance"], "predict")


def test_the_model_registry(place: Path) -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    table = frame()
    model = ensemble.RandomForestClassifier(20, random_state=1).fit(table[list(NAMES)], table["risque_reel"])
    found = run("API Model Registry", trained_model=model)
    assert found["version"] == "v1.0.0"
    assert found["metadata"].accuracy == 0.95
    rows = table[list(NAMES)]
    assert (found["model"].predict(rows) == model.predict(rows)).all()
    assert [entry.status for entry in found["models"]] == ["production"]


def test_the_data_validator(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = frame()
    raw.loc[3, "lignes_code"] = np.nan
    found = run("API Data Validator", data=frame(), raw_data=raw, train_data=frame(), new_data=frame(seed=8))
    assert capsys.readouterr().out == "✅ Data validation passed\n"
    assert not found["df_clean"].isna().any().any()
    assert raw["lignes_code"].isna().sum() == 1
    assert found["drift_report"].has_drift is False


def profile() -> dict[str, Any]:
    return {"complexite_cyclomatique": 12, "frequence_commits": 3.5, "age_fichier_jours": 90, "lignes_code": 400}


def test_feature_engineering(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run("Pipeline Feature Engineering", git_profile_data=profile())
    assert capsys.readouterr().out == "✅ Extracted 5 features\n"
    assert found["features"].present == {
        "complexite_cyclomatique": 12.0,
        "frequence_commits": 3.5,
        "age_fichier_jours": 90.0,
    }


def test_the_whole_workflow_then_prediction_then_monitoring(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run("Workflow Complet ML", raw_git_data=profile(), features_df=frame())
    assert capsys.readouterr().out == "✅ Model saved as v1.0.0\n🚀 Model promoted to production\n"
    assert_documented(found["training_result"])
    found = run("Prédiction en Production", **{**found, "new_git_data": profile()})
    said = capsys.readouterr().out.splitlines()
    assert said[0] in {"Risk prediction: 0", "Risk prediction: 1"}
    assert re.fullmatch(r"Confidence: \d+\.\d\d%", said[1])
    assert found["probabilities"].shape == (1, 2)
    shifted = frame(seed=9).drop(columns="risque_reel") * 4.0
    reference = frame().drop(columns="risque_reel")
    found = run(
        "Monitoring et Drift Detection",
        **{
            **found,
            "training_features": reference,
            "production_features": shifted,
        },
    )
    assert capsys.readouterr().out == (
        "⚠️  Data drift detected, consider retraining models\n🔄 Auto-retraining triggered\n"
    )
    assert_documented(found["training_result"])


def test_the_settings_of_the_environment() -> None:
    language, code = blocks()["Configuration via Environment"]
    assert language == "bash"
    variables = dict(re.findall(r"^export (\w+)=(.*)$", code, re.MULTILINE))
    config = load_config(None, variables).config
    assert (config.mlflow_tracking_uri, config.mlflow_experiment_name) == ("file:./mlruns", "hyperion_ml_production")
    assert (config.feature_store_ttl_hours, config.feature_store_cache_size) == (24, 1000)
    assert (config.ml_random_state, config.ml_n_jobs, config.ml_cv_folds) == (42, -1, 5)


FIELDS = {
    "FeatureMetadata": (
        "feature_set_id",
        "source_file",
        "repository",
        "extracted_at",
        "feature_names",
        "n_features",
        "content_hash",
        "source_hash",
        "tags",
        "extraction_time_ms",
        "extraction_version",
    ),
    "ModelMetadata": (
        "name",
        "version",
        "model_type",
        "created_at",
        "created_by",
        "accuracy",
        "precision",
        "recall",
        "f1_score",
        "training_features",
        "training_samples",
        "hyperparameters",
        "status",
        "validation_results",
        "tags",
        "description",
    ),
    "ValidationResult": (
        "is_valid",
        "warnings",
        "errors",
        "suggestions",
        "n_samples",
        "n_features",
        "missing_percentage",
        "duplicate_percentage",
        "feature_coverage",
        "feature_types",
        "target_classes",
        "target_balance",
    ),
    "MLFlowConfig": ("tracking_uri", "experiment_name", "default_tags"),
}
DEFAULTS = {
    ("FeatureMetadata", "extraction_version"): "3.0.0",
    ("ModelMetadata", "created_by"): "hyperion-ml",
    ("ModelMetadata", "status"): "trained",
    ("MLFlowConfig", "experiment_name"): "hyperion_ml_v3",
}


@pytest.mark.parametrize("record", FIELDS)
def test_the_records_have_the_documented_fields(record: str) -> None:
    fields = {field.name: field for field in dataclasses.fields(getattr(hyperion_hook, record))}
    assert set(fields) >= set(FIELDS[record])
    for (owner, name), default in DEFAULTS.items():
        if owner == record:
            assert fields[name].default == default


def test_the_hyperparameters_are_the_documented_ones() -> None:
    config = hyperion_hook.MLConfig()
    assert dict(config.random_forest) == {
        "n_estimators": 100,
        "max_depth": 10,
        "class_weight": "balanced",
        "random_state": 42,
    }
    assert dict(config.xgboost) == {"n_estimators": 100, "max_depth": 8, "learning_rate": 0.1, "random_state": 42}
    assert dict(config.meta_learner) == {"solver": "liblinear", "random_state": 42}
    assert dict(config.isolation_forest) == {"contamination": 0.1, "max_samples": 256, "random_state": 42, "n_jobs": -1}
    assert dict(config.bug_predictor) == {
        "n_estimators": 200,
        "max_depth": 8,
        "learning_rate": 0.1,
        "random_state": 42,
        "eval_metric": "logloss",
    }
    assert list(config.meta_features) == [
        "random_forest_prediction",
        "random_forest_confidence",
        "xgboost_prediction",
        "xgboost_confidence",
    ]


LISTED = """
complexite_cyclomatique complexite_cognitive complexite_npath indice_maintenabilite lignes_code nb_methodes nb_classes
densite_commentaires delta_couverture_tests profondeur_heritage couplage_entrant cohesion_classe
frequence_commits nb_contributeurs_uniques distribution_connaissance facteur_bus experience_auteur
experience_moyenne_reviewers vitesse_approbation nb_discussions_pr
estimation_trafic_affecte score_impact_revenus niveau_criticite_module difficulte_rollback
age_fichier_jours nb_bugs_historiques frequence_rollbacks nb_hotfixes volatilite_fichier profondeur_dependances
nb_dependances_circulaires nb_deps_externes nb_conflits_versions risque_breaking_changes fan_in_fan_out
"""


def test_every_named_feature_is_in_the_catalogue() -> None:
    names = LISTED.split()
    assert len(names) == len(set(names)) == 35
    assert all(name in {find_feature(name).french, find_feature(name).name} for name in names)


def test_every_public_name_is_there() -> None:
    for name in (
        "FeatureStore",
        "DataValidator",
        "ModelRegistry",
        "FeatureEngineer",
        "TrainingPipeline",
        "MLConfig",
        "RiskPredictor",
        "AnomalyDetector",
        "BugPredictor",
        "ImpactAnalyzer",
        "compare_runs",
        *FIELDS,
    ):
        assert name in hyperion_hook.__all__
        assert getattr(hyperion_hook, name) is not None
    assert set(hyperion_hook.__all__) <= set(dir(hyperion_hook))


def test_the_queries_of_mlflow(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    uri = f"sqlite:///{place}/runs.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    frame(rows=600, noise=0.7).to_csv("features.csv", index=False)  # so plain that f1_score > 0.9 is reached
    result = hyperion_hook.TrainingPipeline().train_risk_predictor("features.csv", cv_folds=2)
    registry = hyperion_hook.ModelRegistry()
    best = result["best_model"]
    version = registry.save_model(
        best["instance"],
        "risk_predictor",
        best["name"],
        {"f1_score": best["f1"], "training_features": result["feature_names"]},
    )
    registry.promote_model("risk_predictor", version, "production")
    queries, comparison = blocks()["Requêtes MLflow"][1].split("# Comparer runs")
    assert "mlflow.compare_runs(" in comparison, "it is not in MLflow; hyperion_hook has it"
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of stages, which MLflow means to give up
        exec(compile(queries, "Requêtes MLflow", "exec"), names)  # noqa: S102 - our own document
    runs = names["runs"]
    assert 1 <= len(runs) <= 5
    assert (runs["metrics.f1_score"] > 0.9).all()
    assert runs["metrics.f1_score"].is_monotonic_decreasing
    table = frame().drop(columns="risque_reel")
    assert (names["model"].predict(table) == best["instance"].predict(table)).all()
    every = mlflow.search_runs(experiment_ids=["1"])
    assert len(every) >= 4
    compared = hyperion_hook.compare_runs(run_ids=list(every["run_id"][:2]), metric_names=["accuracy", "f1_score"])
    assert {"accuracy", "f1_score"} <= {*compared.columns, *compared.index}
