from __future__ import annotations

import pickle
import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.config.hyperparameters import (
    META_FEATURES,
    SECTIONS,
    BugPredictorParameters,
    RandomForestParameters,
    checked_sections,
)
from hyperion_hook.config.load import Config, load_config
from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError

ROOT = Path(__file__).parents[2]

# as the specification's section on the models writes them
SPECIFICATION = {
    "random_forest": {"n_estimators": 100, "max_depth": 10, "class_weight": "balanced", "random_state": 42},
    "xgboost": {"n_estimators": 100, "max_depth": 8, "learning_rate": 0.1, "random_state": 42},
    "meta_learner": {"solver": "liblinear", "random_state": 42},
    "isolation_forest": {"contamination": 0.1, "max_samples": 256, "random_state": 42, "n_jobs": -1},
    "bug_predictor": {
        "n_estimators": 200,
        "max_depth": 8,
        "learning_rate": 0.1,
        "random_state": 42,
        "eval_metric": "logloss",
    },
}


def faults(**arguments: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        MLConfig(**arguments)  # type: ignore[arg-type]
    return str(caught.value).split("\n")


def test_the_defaults_are_the_specifications() -> None:
    config = MLConfig()
    for section, parameters in SPECIFICATION.items():
        assert getattr(config, section) == parameters, section
        assert dict(**getattr(config, section)) == parameters
    assert config.meta_features == (
        "random_forest_prediction",
        "random_forest_confidence",
        "xgboost_prediction",
        "xgboost_confidence",
    )
    assert (config.random_state, config.n_jobs, config.cv_folds) == (42, -1, 5)
    assert (config.bug_predictor.horizon_days, config.bug_predictor.test_share) == (30, 0.2)
    assert config.feature_store == {"ttl_hours": 24, "cache_size": 1000}
    assert config.mlflow.experiment_name == "hyperion_ml_v3"


def test_a_configuration_without_settings_is_the_default_one() -> None:
    assert MLConfig.load(Path("/"), {}) == MLConfig() == MLConfig.of(Config())


def test_nothing_can_be_changed() -> None:
    config = MLConfig()
    with pytest.raises(FrozenInstanceError):
        config.random_state = 7  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        config.xgboost.max_depth = 7  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.xgboost["max_depth"] = 7  # type: ignore[index]


def test_it_travels_to_other_processes() -> None:
    config = MLConfig(random_state=3, xgboost={"max_depth": 2})  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - as joblib sends it
    assert hash(config) == hash(MLConfig(random_state=3, xgboost={"max_depth": 2}))  # type: ignore[arg-type]


def test_seed_and_jobs_are_those_of_every_section_that_names_none() -> None:
    config = MLConfig(random_state=7, n_jobs=2, xgboost={"random_state": 1})  # type: ignore[arg-type]
    assert config.random_forest.random_state == config.isolation_forest.random_state == 7
    assert config.xgboost.random_state == 1
    assert config.isolation_forest.n_jobs == 2
    own = RandomForestParameters(random_state=5)
    assert MLConfig(random_state=7, random_forest=own).random_forest is own


def test_arguments_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".hyperion-hook.toml").write_text(
        "ml-cv-folds = 4\nml-random-state = 1\n[ml.random-forest]\nn-estimators = 300\nmax-depth = 3\n"
    )
    environment = {
        "ML_RANDOM_STATE": "7",
        "ML_N_JOBS": "2",
        "FEATURE_STORE_TTL_HOURS": "12",
        "FEATURE_STORE_CACHE_SIZE": "9",
        "MLFLOW_TRACKING_URI": "file:./mlruns",
        "MLFLOW_EXPERIMENT_NAME": "mine",
        "ML_CV_FOLDS": "6",
    }
    config = MLConfig.load(tmp_path, environment, random_forest={"max_depth": 5}, cv_folds=None, n_jobs=3)
    assert config.random_forest == {
        "n_estimators": 300,
        "max_depth": 5,
        "class_weight": "balanced",
        "random_state": 7,
    }
    assert (config.cv_folds, config.n_jobs, config.random_state) == (6, 3, 7)
    assert config.feature_store == {"ttl_hours": 12.0, "cache_size": 9}
    assert config.mlflow == {"tracking_uri": "file:./mlruns", "experiment_name": "mine"}


def test_the_environment_can_name_hyperparameters() -> None:
    told = {"HYPERION_HOOK_ML": "random-forest.class-weight=none, xgboost.learning-rate=0.5"}
    config = MLConfig.load(Path("/"), told)
    assert config.random_forest.class_weight is None
    assert config.xgboost.learning_rate == 0.5


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        random_state=-1,
        cv_folds=1,
        xgboost={"max_depth": 0, "eta": 1, "learning_rate": True},
        random_forest={"class_weight": "heavy"},
        mlflow={"tracking_uri": " "},
        meta_learner=3,
    )
    assert found == [
        "random_state: -1 is not a whole number from 0 to 4,294,967,295",
        "cv_folds: 1 is not a whole number from 2 to 100",
        "random_forest.class_weight: 'heavy' is not one of balanced, balanced_subsample, none",
        "xgboost.max_depth: 0 is not a whole number from 1 to 64",
        "xgboost.eta: no such parameter",
        "xgboost.learning_rate: True is not a number from 1e-06 to 1",
        "meta_learner: 3 is not a mapping or MetaLearnerParameters",
        "mlflow.tracking_uri: ' ' is not text, not empty",
    ]


def test_a_section_alone_tells_all_its_faults() -> None:
    with pytest.raises(ConfigError, match=r"(?s)bug_predictor\.horizon_days: 0 .*bug_predictor\.test_share: 1 "):
        BugPredictorParameters(horizon_days=0, test_share=1)


def test_faults_of_file_environment_and_arguments_are_told_together(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".hyperion-hook.toml").write_text("ml-cv-fold = 4\n[ml.xgbost]\n[ml.xgboost]\nmax-dept = 3\n")
    with pytest.raises(ConfigError) as caught:
        MLConfig.load(tmp_path, {"ML_N_JOBS": "0", "HYPERION_HOOK_ML": "xgboost=3"}, randomforest={}, cv_folds=0)
    assert str(caught.value).split("\n") == [
        ".hyperion-hook.toml: unknown setting 'ml-cv-fold'; did you mean 'ml-cv-folds'?",
        ".hyperion-hook.toml: ml: xgbost: no such model; did you mean 'xgboost'?",
        ".hyperion-hook.toml: ml: xgboost.max-dept: no such parameter; did you mean 'max_depth'?",
        "ML_N_JOBS: 0 is not a whole number from -1 to 4,096 other than 0",
        "HYPERION_HOOK_ML: 'xgboost=3' is not a list 'model.parameter=value, ...'",
        "unknown argument 'randomforest'; did you mean 'random_forest'?",
        "cv_folds: 0 is not a whole number from 2 to 100",
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.dictionaries(
            st.sampled_from([*SECTIONS, "n-estimators", "max_depth", "x"]), inner, max_size=4
        ),
        max_leaves=8,
    )
)
def test_whatever_stands_in_the_table_is_a_value_or_a_fault(table: object) -> None:
    if isinstance(table, dict):
        found, wrong = checked_sections(table)
        assert wrong or set(found) <= set(SECTIONS)
        MLConfig(**found)  # type: ignore[arg-type]


def test_the_document_names_every_parameter_with_its_default() -> None:
    told = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `\[ml\.([a-z-]+)\]` \| (.+) \|$", told, re.MULTILINE))
    assert list(rows) == [section.replace("_", "-") for section in SECTIONS]
    for section, kind in SECTIONS.items():
        named = dict(re.findall(r"`([a-z-]+)`(?: (\"\w+\"|[\d.]+))?", rows[section.replace("_", "-")]))
        assert list(named) == [entry.name.replace("_", "-") for entry in fields(kind)]
        for entry in fields(kind):
            said = named[entry.name.replace("_", "-")].strip('"')
            assert said == str(entry.default) or entry.name in {"random_state", "n_jobs"}


@pytest.mark.train
def test_training_has_no_list_of_its_own() -> None:
    recipes = pytest.importorskip("hyperion_hook.training.models.recipes")
    from hyperion_hook.training.bugs.dataset import HORIZON
    from hyperion_hook.training.bugs.fit import CANDIDATES, HELD_OUT, estimator_of
    from hyperion_hook.training.bugs.fit import SPECIFIED as BUGS
    from hyperion_hook.training.rows.options import RetrainOptions

    config = MLConfig()
    assert recipes.SPECIFICATION.columns == META_FEATURES
    specified, gentle = (
        estimator_of(*asked).get_params() for asked in ((BUGS, config), ("gentle", MLConfig(random_state=7)))
    )
    assert specified.items() >= dict(config.bug_predictor).items()
    assert gentle.items() >= (CANDIDATES["gentle"] | {"eval_metric": "logloss", "random_state": 7}).items()
    assert (HORIZON, HELD_OUT) == (30 * 86400, 0.2)
    assert (RetrainOptions().seed, RetrainOptions().folds, RetrainOptions().threads) == (42, 5, -1)


@pytest.mark.train
def test_estimators_are_fitted_with_what_is_configured() -> None:
    pytest.importorskip("sklearn")
    from hyperion_hook.training.models.anomaly import columns_with_values, fit_anomaly
    from tests.support.models import NAMES, drawn, fit_drawn

    X, y = drawn()
    told = "random-forest.n-estimators=3,xgboost.max-depth=2,isolation-forest.max-samples=9"
    models = MLConfig.load(Path("/"), {"HYPERION_HOOK_ML": told}, random_state=5, cv_folds=3, n_jobs=1)
    (_, forest), (_, booster) = fit_drawn(X, y, config=models)["model"].fitted_
    assert {name: forest.get_params()[name] for name in models.random_forest} == dict(models.random_forest)
    assert {name: booster.get_params()[name] for name in models.xgboost} == dict(models.xgboost)
    assert fit_anomaly(X, columns_with_values(X, list(NAMES)), models)[-1].max_samples_ == 9


def test_the_file_reaches_the_settings_of_the_program(tmp_path: Path) -> None:
    (tmp_path / ".hyperion-hook.toml").write_text("[ml.meta-learner]\nsolver = 'lbfgs'\n")
    loaded = load_config(tmp_path, {})
    assert loaded.config.ml == {"meta_learner": {"solver": "lbfgs"}}
    assert loaded.origins["ml"] == ".hyperion-hook.toml"
