"""The specification's registry, as its document calls it, and as ``score`` and ``models`` see what it did."""

from __future__ import annotations

import json
import os
import pickle
import warnings
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from xgboost import XGBClassifier

import hyperion_hook
from hyperion_hook import AnomalyDetector, FeatureEngineer, ModelMetadata, ModelRegistry, RiskPredictor
from hyperion_hook.errors import ArtefactError, ConfigError, MissingExtraError, StoreError
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.training.export.bundle_classifier import BundleClassifier
from hyperion_hook.training.models.transformers import FeatureColumns
from tests.support.command import Outcome, hyperion
from tests.support.registering import register_bundled
from tests.support.repo import TestRepo
from tests.support.saving import FRENCH, faults, killed_writers, regression, table

pytestmark = pytest.mark.train
NAME = "risk_predictor"


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry(tmp_path / "modeles")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepo:
    made = TestRepo(tmp_path / "repo")
    made.commit({"a.py": "x = 1\n"})
    made.stage({"a.py": "x = 2\n"})
    monkeypatch.chdir(made.path)
    return made


@pytest.fixture(scope="module")
def boosted() -> XGBClassifier:
    X, y = table()
    return XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1).fit(X, y)


def test_the_documents_code_runs_as_written(repo: TestRepo, boosted: XGBClassifier) -> None:
    trained_model = boosted
    registry = ModelRegistry()

    version = registry.save_model(
        model=trained_model,
        name="risk_predictor",
        model_type="XGBoost",
        metadata={"accuracy": 0.95, "f1_score": 0.93, "training_features": list(FRENCH), "training_samples": 1000},
    )
    assert version == "v1.0.0"

    model, metadata = registry.load_model(
        name="risk_predictor",
        version="latest",  # ou version spécifique "v1.0.0"
        return_metadata=True,
    )
    assert isinstance(metadata, ModelMetadata)

    registry.promote_model(name="risk_predictor", version="v1.0.0", status="production")

    models = registry.list_models()
    assert [(entry.name, entry.version, entry.status) for entry in models] == [(NAME, "v1.0.0", "production")]

    # Charger modèle de production
    registry = ModelRegistry()
    model, metadata = registry.load_model(
        name="risk_predictor",
        version="latest",  # ou version spécifique
    )
    new_features, _ = table()
    predictions = model.predict(new_features)
    probabilities = model.predict_proba(new_features)
    assert f"Risk prediction: {predictions[0]}"[-1] in "01"
    assert 0.5 <= max(probabilities[0]) <= 1.0
    assert np.array_equal(probabilities, boosted.predict_proba(new_features))
    assert registry.root == repo.path / ".git" / "hyperion-hook" / "registry"


@pytest.mark.parametrize("names", [["feature1", "feature2"], [f"feature{number}" for number in range(len(FRENCH))]])
def test_what_a_model_was_fitted_on_counts_whatever_the_metadata_name(
    registry: ModelRegistry, boosted: XGBClassifier, names: list[str]
) -> None:
    rows, _ = table()
    registry.save_model(boosted, "one", "XGBoost", {"training_features": names})
    model, metadata = registry.load_model("one")
    assert metadata.training_features == names
    assert model.predict(rows.iloc[0].to_dict()).tolist() == boosted.predict(rows[:1]).tolist()
    predictor = RiskPredictor.from_registry(name="one", version="latest", registry=registry)
    assert predictor.predict_proba(rows[:1])[0, 1] == pytest.approx(boosted.predict_proba(rows[:1])[0, 1])


def test_rows_by_name_are_refused_in_one_line_where_no_name_is_known(
    registry: ModelRegistry, boosted: XGBClassifier
) -> None:
    rows, target = table()
    nameless = type(boosted)(n_estimators=2, n_jobs=1).fit(rows.to_numpy(), target)
    registry.save_model(nameless, "one", "XGBoost", {})
    model, _ = registry.load_model("one")
    with pytest.raises(ConfigError, match=r"names of its columns are not known; give them: metadata\['training_feat"):
        model.predict(rows.iloc[0].to_dict())
    assert model.predict(rows).tolist() == nameless.predict(rows).tolist()


def test_every_field_of_the_document_is_there_with_its_default(registry: ModelRegistry, boosted: XGBClassifier) -> None:
    registry.save_model(boosted, "one", "XGBoost", {})
    found = registry.load_model("one")[1]
    assert (found.name, found.version, found.model_type) == ("one", "v1.0.0", "XGBoost")
    assert found.created_by == "hyperion-ml"
    assert isinstance(found.created_at, datetime)
    assert (found.accuracy, found.precision, found.recall, found.f1_score, found.description) == (None,) * 5
    assert (found.training_features, found.training_samples) == (list(FRENCH), 0)
    assert found.hyperparameters["max_depth"] == 3
    assert (found.status, found.validation_results, found.tags) == ("trained", {}, {})
    assert found.artefact["estimator"] == "xgboost.sklearn.XGBClassifier"
    assert "scikit-learn" in found.artefact["libraries"]


def test_what_is_said_of_a_model_is_kept(registry: ModelRegistry) -> None:
    registry.save_model(
        regression(),
        "one",
        "LogisticRegression",
        {
            "accuracy": np.float64(0.9),
            "precision": 1,
            "recall": float("nan"),
            "training_samples": np.int64(7),
            "hyperparameters": {"C": np.float32(0.5)},
            "validation_results": {"folds": np.array([0.5, np.nan])},
            "tags": {"team": "a", "run": 3},
            "description": "nuit",
            "created_by": "moi",
            "roc_auc": 0.8,
            "depuis": Path("a"),
        },
    )
    found = registry.find("one")
    assert (found.accuracy, found.precision, found.recall, found.training_samples) == (0.9, 1.0, None, 7)
    assert (found.hyperparameters, found.validation_results) == ({"C": 0.5}, {"folds": [0.5, None]})
    assert (found.tags, found.description, found.created_by) == ({"team": "a", "run": "3"}, "nuit", "moi")
    assert found.extra == {"roc_auc": 0.8, "depuis": "a"}


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(registry: ModelRegistry) -> None:
    with pytest.raises(ConfigError) as raised:
        registry.save_model(
            regression(),
            "a/b",
            "",
            {
                "accuracy": 95,
                "f1_score": "high",
                "training_samples": 1.5,
                "training_features": "la",
                "tags": [1],
                "description": 3,
                "status": "production",
                "version": "v9.0.0",
                "callback": print,
            },
        )
    lines = str(raised.value).splitlines()
    assert len(lines) == 11
    assert lines[0] == "model_type '': no text; name the type, such as 'XGBoost'"
    assert lines[1] == "model name: 'a/b' is no plain name; use letters, digits, '_' and '-'"
    assert "metadata['accuracy']: '95' is no share between 0 and 1" in lines
    assert "metadata['status']: the registry says this itself; leave it out" in lines
    assert lines[-1].startswith("metadata['callback']: a builtin_function_or_method is no data")
    fitted = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ConfigError, match=r"Pipeline cannot be kept: .* not on the list of trusted types"):
        registry.save_model(fitted, "one", "function")
    assert not registry.root.exists()


def test_the_version_says_what_changed(registry: ModelRegistry) -> None:
    save = registry.save_model
    assert save(regression(), NAME, "L", {"accuracy": 0.8}) == "v1.0.0"
    assert save(regression(), NAME, "L", {"accuracy": 0.8}) == "v1.0.0"  # the same is there already
    assert save(regression(), NAME, "L", {"accuracy": 0.9}) == "v1.0.1"  # more is known of the same fit
    assert save(regression(turn=0.1), NAME, "L", {"accuracy": 0.9}) == "v1.1.0"  # another fit
    assert save(regression().set_params(fit__C=2.0), NAME, "L", {"accuracy": 0.9}) == "v1.2.0"  # other parameters
    assert save(regression(FRENCH[:3]), NAME, "L", {"accuracy": 0.9}) == "v2.0.0"  # other features
    assert [entry.version for entry in registry.list_models(NAME)] == ["v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0", "v2.0.0"]
    assert registry.load_model(NAME, "v1.1.0", return_metadata=False)[-1].coef_.shape == (1, 4)


def test_promotion_goes_step_by_step_and_a_trained_version_is_validated_first(registry: ModelRegistry) -> None:
    for turn in (0.0, 0.1, 0.2):
        registry.save_model(regression(turn=turn), NAME, "L")
    assert registry.promote_model(NAME, "v1.0.0", "validated") == "v1.0.0"
    found = registry.find(NAME, "v1.0.0")
    assert (found.status, found.validation["loaded"]) == (Status.VALIDATED, "Pipeline")
    assert found.validation["parity"] < 1e-6
    registry.promote_model(NAME, "v1.0.0", Status.PRODUCTION)
    registry.promote_model(NAME, "v1.1.0", "production")
    assert registry.find(NAME, "production").validation["files"] == sorted(registry.find(NAME, "v1.1.0").files)
    assert [entry.version for entry in registry.list_models(status="deprecated")] == ["v1.0.0"]
    for version, status, why in (
        ("v1.1.0", "validated", "is in production already"),
        ("v1.0.0", "production", "only a rollback"),
        ("v1.0.0", "validated", "only a rollback"),
        ("v1.2.0", "trained", "not to trained"),
        ("v1.1.0", "trained", "not to trained"),
    ):
        with pytest.raises(StoreError, match=why):
            registry.promote_model(NAME, version, status)
    with pytest.raises(ConfigError, match=r"status 'live': use validated, production or deprecated"):
        registry.promote_model(NAME, "v1.2.0", "live")
    with pytest.raises(ConfigError, match=r"status 'live': use one of trained"):
        registry.list_models(status="live")
    assert registry.promote_model(NAME, "v1.1.0", "production") == "v1.1.0"  # a script that runs again
    assert registry.rollback(NAME) == ("v1.1.0", "v1.0.0")
    assert registry.load_model(NAME, "production")[1].version == "v1.0.0"
    assert registry.promote_model(NAME, "v1.2.0", "deprecated") == "v1.2.0"
    with pytest.raises(ConfigError, match=r"^nothing: no version is latest, since \S+ has no model of that name; see"):
        registry.load_model("nothing")


def test_two_versions_beside_each_other(registry: ModelRegistry) -> None:
    registry.save_model(regression(), NAME, "L", {"accuracy": 0.8, "roc_auc": 0.7, "hyperparameters": {"C": 1, "p": 2}})
    registry.save_model(regression(FRENCH[:3]), NAME, "L", {"accuracy": 0.9, "hyperparameters": {"C": 2, "p": 2}})
    found = registry.compare(NAME, "v1.0.0", "latest")
    assert found.metrics == {"accuracy": (0.8, 0.9), "training_samples": (0, 0), "roc_auc": (0.7, None)}
    assert found.difference == {"accuracy": pytest.approx(0.1), "training_samples": 0}
    assert (found.features_added, found.features_removed) == ((), (FRENCH[3],))
    assert found.hyperparameters == {"C": (1, 2)}
    assert str(found).splitlines() == [
        "risk_predictor: v1.0.0 and v2.0.0",
        "  accuracy: 0.8, 0.9  (+0.1)",
        "  training_samples: 0, 0  (+0)",
        "  roc_auc: 0.7, -",
        f"  - {FRENCH[3]}",
        "  C: 1, 2",
    ]


def test_what_was_promoted_is_what_score_uses(repo: TestRepo, boosted: XGBClassifier) -> None:
    registry = ModelRegistry()
    version = registry.save_model(boosted, NAME, "XGBoost", {"training_samples": 300})
    promoted = registry.promote_model(NAME, version)
    document = hyperion(repo.path, "score", "--format", "json").json()
    assert document["model"] == {"name": NAME, "version": promoted, "trained_on": "300 rows of its own"}
    values = [document["features"].get(name, np.nan) for name in ("la", "ld", "nf", "entropy")]
    expected = boosted.predict_proba(np.array([values]))[0, 1]
    assert document["risk"]["probability"] == pytest.approx(expected, abs=1e-6)
    assert document["anomaly"] is not None
    listed = json.loads(hyperion(repo.path, "models", "list", "--format", "json").out)
    assert [(row["name"], row["version"], row["in_use"]) for row in listed] == [
        (NAME, "v1.0.0", True),
        (None, "1.0.0", False),
    ]
    shown = hyperion(repo.path, "models", "show").out
    assert shown.startswith("risk_predictor v1.0.0\nproduction; validated: its files are whole, it loads")
    assert "learning_rate" in shown


def test_what_the_model_says_it_was_fitted_on_counts(registry: ModelRegistry, boosted: XGBClassifier) -> None:
    registry.save_model(boosted, NAME, "XGBoost", {"training_features": ["feature1", "feature2"]})
    found = registry.find(registry.names()[0], registry.promote_model(NAME, "latest"))
    assert (found.training_features, found.not_scored) == (["feature1", "feature2"], "")
    assert load_bundle(registry.folder(NAME, "production")).risk.features == ("la", "ld", "nf", "entropy")


def test_an_estimator_that_score_cannot_use_is_kept_and_that_is_said_wherever_it_matters(
    repo: TestRepo, boosted: XGBClassifier
) -> None:
    registry = ModelRegistry()
    why = r"is kept as an estimator only: 1 of its 2 features are not in the catalogue \(the first is 'humeur'\)"
    version = registry.save_model(regression(("lignes_ajoutees", "humeur")), NAME, "L")
    with pytest.warns(UserWarning, match=f"score uses the bundled models: risk_predictor v1.0.0 {why}"):
        registry.promote_model(NAME, version)
    document = hyperion(repo.path, "score", "--format", "json").json()
    assert document["model"]["name"] == "hyperion-risk"
    assert next(line for line in document["warnings"] if "models" in line).startswith(
        "the bundled models are used, because risk_predictor v1.0.0 is kept as an estimator only: "
    )
    assert "estimator only" in hyperion(repo.path, "models", "list").out
    assert hyperion(repo.path, "models", "show", version).out.startswith("risk_predictor v1.0.0\nproduction; validated")
    assert hyperion(repo.path, "models", "show", version, "--format", "json").json()["card"] is None
    refused = hyperion(repo.path, "models", "export", version, "out")
    assert (refused.code, "estimator only" in refused.err) == (2, True)


def test_models_of_any_name_are_listed_shown_promoted_and_rolled_back(repo: TestRepo) -> None:
    X, _ = table()
    registry = ModelRegistry()
    for seed in (1, 2):
        forest = IsolationForest(n_estimators=3, random_state=seed).fit(X.fillna(0))
        said = {"description": "calme"} if seed == 1 else {}
        registry.save_model(forest, "anomaly_detector", "IsolationForest", said)

    def run(*arguments: str) -> Outcome:
        return hyperion(repo.path, "models", *arguments, "--name", "anomaly_detector")

    listed = hyperion(repo.path, "models", "list").out
    assert "registry (anomaly_detector)  v1.1.0  trained" in listed
    assert "trained on rows of its own" in listed, "nobody said how many"
    assert "trained on 0" not in listed
    assert run("show").out.startswith("anomaly_detector v1.1.0\ntrained; nothing is on record of why\nis kept as")
    assert run("promote", "v1.0.0").code == 3
    assert run("promote", "v1.0.0", "--to", "validated").out == "v1.0.0 is validated\n"
    assert run("promote", "v1.0.0").out == "v1.0.0 is in production\n"
    registry.promote_model("anomaly_detector", "v1.1.0")
    assert run("rollback").out == "v1.0.0 is in production again; v1.1.0 is deprecated\n"
    assert run("deprecate", "v1.0.0").out == "v1.0.0 is deprecated; no anomaly_detector is in production\n"
    version = registry.save_model(forest.set_params(n_jobs=1), "anomaly_detector", "IsolationForest")
    registry.promote_model("anomaly_detector", version)
    found = AnomalyDetector.from_registry()
    assert np.array_equal(found.predict(X.fillna(0)), forest.predict(X.fillna(0)))


def test_what_retrain_registered_is_loaded_as_a_classifier_over_frames(repo: TestRepo) -> None:
    version = register_bundled(repo.path)
    registry = ModelRegistry()
    model, metadata = registry.load_model(NAME, version)
    assert isinstance(model, BundleClassifier)
    assert metadata.description == "a history of its own"
    features = load_bundle().risk.features
    X, _ = table([*features[:7]])
    frame = X.reindex(columns=[*features, "date"])
    said = model.predict_proba(frame)
    assert said.shape == (300, 2)
    assert said[0, 1] == pytest.approx(1 / (1 + np.exp(-load_bundle().risk.log_odds(frame.iloc[0, :-1].tolist()))))
    assert set(model.predict(frame)) <= {0, 1}
    with pytest.raises(ConfigError, match="no column"):
        model.predict(X)
    features_of_one = FeatureEngineer().engineer_full_feature_set({"la": 30, "ld": 2, "nf": 1})
    [probabilities] = model.predict_proba(features_of_one)
    assert probabilities.sum() == pytest.approx(1.0)
    assert model.predict(features_of_one).tolist() in [[0], [1]]
    registry.promote_model(NAME, version, "production")
    assert registry.find(NAME, "production").validation["parity"] is None


def test_a_flipped_byte_in_any_file_is_noticed(registry: ModelRegistry) -> None:
    registry.save_model(regression(), NAME, "L")
    registry.promote_model(NAME, "latest")
    files = [path for path in registry.root.rglob("*") if path.is_file() and path.name != "lock"]
    assert {path.name for path in files} == {
        "risk_predictor.json",
        "risk_predictor_v1.0.0_metadata.json",
        "model.skops",
        "manifest.json",
        "bugs.trees",
        "isolation_forest.trees",
    }
    for path in files:
        data = path.read_bytes()
        for place in (0, len(data) // 2, len(data) - 2):
            path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
            with pytest.raises(ArtefactError, match=path.name.replace(".", r"\.")):
                registry.load_model(NAME)
        path.write_bytes(data)
    assert registry.load_model(NAME)[1].status == "production"


def test_a_version_that_does_not_pass_is_not_promoted_and_does_not_hide_the_others(registry: ModelRegistry) -> None:
    for turn in (0.0, 0.1):
        registry.save_model(regression(turn=turn), NAME, "L")
    folder = registry.root / "risk_predictor_v1.1.0"
    (folder / "model.skops").write_bytes((registry.root / "risk_predictor_v1.0.0" / "model.skops").read_bytes()[:-1])
    with pytest.raises(ArtefactError):
        registry.promote_model(NAME, "v1.1.0", "production")
    assert registry.versions(NAME)["v1.1.0"] is Status.TRAINED
    record = registry.root / "metadata" / "risk_predictor_v1.1.0_metadata.json"
    record.write_bytes(b"{}")
    with pytest.warns(UserWarning, match="its digest differs"):
        assert [entry.version for entry in registry.list_models()] == ["v1.0.0"]


def test_a_bundle_that_says_something_else_than_its_estimator_is_not_validated(registry: ModelRegistry) -> None:
    registry.save_model(regression(), NAME, "L")
    other = ModelRegistry(registry.root.parent / "other")
    other.save_model(regression(turn=0.5), NAME, "L")
    one, two = (entry.root / "risk_predictor_v1.0.0" for entry in (registry, other))
    forged = {path.name: path.read_bytes() for path in one.iterdir()}
    forged["model.skops"] = (two / "model.skops").read_bytes()
    draft = registry.find(NAME)
    version = registry.register(draft, lambda _version: forged).version
    with pytest.raises(ArtefactError, match="as data it differs from the estimator"):
        registry.promote_model(NAME, version)


def test_outside_a_repository_the_registry_is_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    found = ModelRegistry()
    assert found.root == Path(os.environ["XDG_CACHE_HOME"]) / "hyperion-hook" / "registry"
    assert repr(found) == f"ModelRegistry({str(found.root)!r})"
    assert ModelRegistry(str(tmp_path / "mine")).root == tmp_path / "mine"
    assert (found.list_models(), found.root.exists()) == ([], False)


def test_without_the_extra_it_is_said_which_one_is_missing(
    registry: ModelRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.save_model(regression(), NAME, "L")
    finder = "hyperion_hook.api.registry.model_registry.find_spec"
    monkeypatch.setattr(finder, lambda name: None if name == "skops" else object())
    assert len(registry.list_models()) == 1
    for act in (lambda: registry.save_model(None, NAME, "L"), lambda: registry.load_model(NAME)):
        with pytest.raises(MissingExtraError, match=r"needs the package 'skops'.*pip install .*\[train\]'"):
            act()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_killed_at_any_moment_every_version_loads_and_at_most_one_is_in_production(tmp_path: Path) -> None:
    assert killed_writers(tmp_path, rounds=6, seed=1, most_seconds=0.3) == []
    assert faults(ModelRegistry(tmp_path / "registry-0")) == []


def test_public_names_are_there() -> None:
    assert {"ModelRegistry", "ModelMetadata"} <= set(hyperion_hook.__all__)


def test_rows_of_ones_own_set_what_is_usual_and_from_when_on_a_change_is_high(registry: ModelRegistry) -> None:
    X, y = table(rows=600)
    model = RandomForestClassifier(20, max_depth=4, random_state=1, n_jobs=1).fit(X, y)
    version = registry.save_model(model, NAME, "RandomForest", reference=X.assign(risque_reel=y, jour="lundi"))
    bundle = load_bundle(registry.folder(NAME, version))
    said = np.quantile(model.predict_proba(X)[:, 1], [0.95, 0.8])
    assert list(bundle.thresholds.values()) == pytest.approx(said.tolist(), abs=1e-6)
    assert bundle.quantiles["la"] == pytest.approx(tuple(X["lignes_ajoutees"].quantile([0.05, 0.5, 0.95])))
    assert bundle.typical["la"] == pytest.approx(X["lignes_ajoutees"].median())
    with pytest.raises(ConfigError, match="reference: no column 'la'"):
        registry.save_model(model, NAME, "RandomForest", reference=X.drop(columns="lignes_ajoutees"))


def test_a_regression_alone_does_not_take_rows_as_score_meets_them(registry: ModelRegistry) -> None:
    X, y = table()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry.save_model(LogisticRegression().fit(X.fillna(0), y), NAME, "L")
    assert "put a SimpleImputer before it" in registry.find(NAME).not_scored


@pytest.mark.parametrize(
    "model",
    [
        None,
        3,
        "s",
        {"a": 1},
        [LogisticRegression()],
        RandomForestClassifier,
        RandomForestClassifier(),
        XGBClassifier(),
        FunctionTransformer().fit([[1.0]]),
    ],
)
def test_only_a_fitted_estimator_is_saved(registry: ModelRegistry, model: object) -> None:
    for name in ("one", NAME):
        with pytest.raises(ConfigError, match=f"^{name}: .*(no estimator|not fitted)") as raised:
            registry.save_model(model, name, "RF")
        assert "\n" not in str(raised.value)
    assert registry.list_models() == []


@pytest.mark.parametrize("kind", ["forest", "arrays", "XGBoost", "pipeline", "TrainingPipeline", "retrain"])
def test_the_documents_prediction_works_on_whatever_is_in_production(repo: TestRepo, kind: str) -> None:
    registry, engineer = ModelRegistry(), FeatureEngineer()
    X, y = table()
    whole = X.fillna(0)
    if kind == "retrain":
        register_bundled(repo.path)
    else:
        fitted: Any = {
            "forest": lambda: RandomForestClassifier(5, random_state=1).fit(whole, y),
            "arrays": lambda: RandomForestClassifier(5, random_state=1).fit(whole.to_numpy(), y),
            "XGBoost": lambda: XGBClassifier(n_estimators=5, n_jobs=1).fit(X, y),
            "pipeline": regression,
            "TrainingPipeline": lambda: make_pipeline(
                FeatureColumns(FRENCH), SimpleImputer(), LogisticRegression()
            ).fit(whole, y),
        }[kind]()
        registry.save_model(fitted, NAME, kind, {"training_features": list(FRENCH)})
    registry.promote_model(NAME, "latest", "production")
    model, _ = registry.load_model(name=NAME, version="production")
    row = dict(zip(FRENCH, (30, 4, 2, 0.5), strict=True))
    for new_git_data in (row, [row, {**row, "lignes_ajoutees": 1}], {"la": 30, "ld": 4, "nf": 2, "entropy": 0.5}):
        new_features = engineer.engineer_full_feature_set(new_git_data)
        predictions = model.predict(new_features)
        probabilities = model.predict_proba(new_features)
        assert f"Confidence: {max(probabilities[0]):.2%}"[-1] == "%"
        assert len(predictions) == len(probabilities) == (2 if isinstance(new_git_data, list) else 1)
        if kind != "retrain":
            asked = pd.DataFrame([row]) if kind != "arrays" else np.array([list(row.values())])
            assert probabilities[0] == pytest.approx(fitted.predict_proba(asked)[0])
    if kind not in {"retrain", "TrainingPipeline"}:
        assert isinstance(model, type(fitted))
        assert registry.save_model(model, NAME, kind, {"training_features": list(FRENCH)}) == "v1.0.0"
        again = pickle.loads(pickle.dumps(model))  # noqa: S301 - as joblib sends it
        assert type(again) is type(fitted) is type(copy(model))
        with pytest.raises(ConfigError, match=r"row 1: no column .*; the model looks at 4 columns, by either name"):
            model.predict({"la": 1})
