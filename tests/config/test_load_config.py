from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.config.load import SETTINGS, Config, load_config
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ConfigError, ExitCode

SPECIFIED = {
    "MLFLOW_TRACKING_URI": ("mlflow_tracking_uri", "file:./mlruns", "file:./mlruns"),
    "MLFLOW_EXPERIMENT_NAME": ("mlflow_experiment_name", "mine", "mine"),
    "FEATURE_STORE_TTL_HOURS": ("feature_store_ttl_hours", "12", 12.0),
    "FEATURE_STORE_CACHE_SIZE": ("feature_store_cache_size", "50", 50),
    "ML_RANDOM_STATE": ("ml_random_state", "7", 7),
    "ML_N_JOBS": ("ml_n_jobs", "2", 2),
    "ML_CV_FOLDS": ("ml_cv_folds", "3", 3),
}


def own_file(folder: Path, text: str) -> Path:
    (folder / ".hyperion-hook.toml").write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path | None = None, environment: dict[str, str] | None = None, **flags: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(folder, environment or {}, flags)
    assert caught.value.exit_code is ExitCode.USAGE
    return str(caught.value).split("\n")


def test_without_file_environment_or_flags_the_defaults_are_in_force(tmp_path: Path) -> None:
    loaded = load_config(tmp_path, {"PATH": "/bin"}, {})
    assert loaded.config == Config()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.warnings == ()


def test_every_field_of_config_is_a_setting_and_the_other_way_round() -> None:
    assert [entry.name for entry in fields(Config)] == [setting.name for setting in SETTINGS]


def test_every_default_is_a_value_that_could_be_set() -> None:
    for setting in SETTINGS:
        default = getattr(Config(), setting.name)
        if default is not None:
            assert setting.kind.from_toml(default if not isinstance(default, tuple) else list(default), None) == default


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    own_file(tmp_path, "deadline = 3\nbulk-files = 10\nstrict = true\n")
    loaded = load_config(
        tmp_path, {"HYPERION_HOOK_DEADLINE": "4", "HYPERION_HOOK_BULK_FILES": "20"}, {"deadline": "5", "models": None}
    )
    config = loaded.config
    assert (config.deadline, config.bulk_files, config.strict, config.explain) == (5.0, 20, True, True)
    assert loaded.origins["deadline"] == "flag --deadline"
    assert loaded.origins["bulk_files"] == "environment HYPERION_HOOK_BULK_FILES"
    assert loaded.origins["strict"] == ".hyperion-hook.toml"
    assert loaded.origins["models"] == "default"


def test_the_table_in_pyproject_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname='x'\n[tool.hyperion-hook]\nfail-on = 'High'\n")
    loaded = load_config(tmp_path, {})
    assert loaded.config.fail_on is RiskLevel.HIGH
    assert loaded.origins["fail_on"] == "pyproject.toml [tool.hyperion-hook]"


def test_the_own_file_wins_over_pyproject_as_a_whole_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.hyperion-hook]\nfail-on = 'high'\ndeadline = 9\n")
    own_file(tmp_path, "fail-on = 'medium'\n")
    loaded = load_config(tmp_path, {})
    assert (loaded.config.fail_on, loaded.config.deadline) == (RiskLevel.MEDIUM, 2.0)
    assert loaded.warnings == (".hyperion-hook.toml is used; [tool.hyperion-hook] of pyproject.toml is not read",)


def test_all_faults_are_told_at_once_one_a_line(tmp_path: Path) -> None:
    own_file(tmp_path, "fail_on = 'high'\ndeadline = 'soon'\nalert-high = 3\n[criticality]\n'src/*' = 9\n")
    found = faults(tmp_path, {"ML_N_JOBS": "0", "HYPERION_HOOK_STRICT": "maybe"}, fail_on="worst")
    assert found == [
        ".hyperion-hook.toml: unknown setting 'fail_on'; did you mean 'fail-on'?",
        ".hyperion-hook.toml: deadline: 'soon' is not a number from 0.05 to 3,600",
        ".hyperion-hook.toml: alert-high: 3 is not a number from 0 to 1",
        ".hyperion-hook.toml: criticality: 'src/*': 9 is not a whole number from 1 to 5",
        "HYPERION_HOOK_STRICT: 'maybe' is not true or false",
        "ML_N_JOBS: 0 is not a whole number from -1 to 4,096 other than 0",
        "--fail-on: 'worst' is not one of low, medium, high, never",
    ]


@pytest.mark.parametrize("variable", SPECIFIED)
def test_the_variables_of_the_specification_work_by_their_own_names(variable: str) -> None:
    name, text, value = SPECIFIED[variable]
    loaded = load_config(None, {variable: text})
    assert getattr(loaded.config, name) == value
    assert loaded.origins[name] == f"environment {variable}"


def test_our_own_variable_wins_over_the_one_of_the_specification() -> None:
    config = load_config(None, {"ML_CV_FOLDS": "3", "HYPERION_HOOK_ML_CV_FOLDS": "4"}).config
    assert config.ml_cv_folds == 4


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_config(None, {"HYPERION_HOOK_DEADLINE": ""}).config.deadline == 2.0


def test_a_mistyped_variable_is_warned_of_and_a_foreign_one_is_not() -> None:
    loaded = load_config(None, {"HYPERION_HOOK_FAILON": "high", "HYPERION_HOOK_TRACEBACK": "1", "HYPERION_HOOK_Q": "1"})
    assert loaded.warnings == ("environment: unknown variable HYPERION_HOOK_FAILON; did you mean 'FAIL_ON'?",)


def test_never_switches_off_what_a_file_switched_on(tmp_path: Path) -> None:
    own_file(tmp_path, "fail-on = 'low'\n")
    assert load_config(tmp_path, {}, {"fail_on": "never"}).config.fail_on is None


def test_patterns_are_read_from_text_and_from_toml_alike(tmp_path: Path) -> None:
    own_file(tmp_path, "[traffic]\n'src/api/*' = 0.6\n'a=b' = 1\n[revenue]\n'x' = 0\n[criticality]\n'x' = 5\n")
    from_file = load_config(tmp_path, {}).config
    from_text = load_config(
        None,
        {
            "HYPERION_HOOK_TRAFFIC": "src/api/*=0.6, a=b=1",
            "HYPERION_HOOK_REVENUE": "x=0",
            "HYPERION_HOOK_CRITICALITY": "x=5",
        },
    ).config
    assert from_file == from_text
    assert from_file.traffic == {"src/api/*": 0.6, "a=b": 1}


def test_models_are_found_beside_the_file_and_coverage_is_left_to_the_work_tree(tmp_path: Path) -> None:
    own_file(tmp_path, "models = 'm'\ncoverage-before = 'old.xml'\ncoverage-after = ['a.info', '/b.json']\n")
    config = load_config(tmp_path, {}).config
    assert config.models == tmp_path / "m"
    assert config.coverage_before == (Path("old.xml"),)
    assert config.coverage_after == (Path("a.info"), Path("/b.json"))


def test_high_alerts_cannot_be_more_than_all_alerts() -> None:
    found = faults(environment={"HYPERION_HOOK_ALERT_HIGH": "0.3"})
    assert found == ["alert-high: 0.3 is more than alert-medium, 0.2, of which it is a part"]


@pytest.mark.parametrize(
    "text",
    [
        "deadline = nan",
        "deadline = inf",
        "deadline = true",
        "bulk-files = 1.5",
        "bulk-files = 0",
        "strict = 1",
        "models = ''",
        "models = 3",
        "traffic = 1",
        "traffic = {a = 'x'}",
        "coverage-after = [1]",
        "fail-on = 2",
        "mlflow-tracking-uri = ' '",
        "ml-random-state = -1",
        "criticality = {a = 1.5}",
        "models = {a = 1}",
    ],
)
def test_a_value_of_the_wrong_kind_or_size_is_a_fault(tmp_path: Path, text: str) -> None:
    key = text.partition(" ")[0]
    assert re.match(rf"\.hyperion-hook\.toml: {key}: .* is not ", faults(own_file(tmp_path, text))[0])


@given(st.dictionaries(st.sampled_from([f"HYPERION_HOOK_{s.name.upper()}" for s in SETTINGS]), st.text(max_size=30)))
def test_any_environment_gives_settings_or_one_fault_a_variable_at_most(environment: dict[str, str]) -> None:
    try:
        found = load_config(None, environment).config
    except ConfigError as error:
        found = str(error).split("\n")
    assert isinstance(found, Config) or 1 <= len(found) <= len(environment) + 1


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"bulk-files = 0x{'f' * 5000}", "bulk-files: a value too long to be shown is not a whole number"),
        (f"strict.{'a.' * 2000}a = 1", "strict: a value too large to be shown is not true or false"),
    ],
)
def test_a_value_that_python_cannot_write_is_still_a_fault(tmp_path: Path, line: str, shown: str) -> None:
    own_file(tmp_path, line)
    with pytest.raises(ConfigError, match=shown):
        load_config(tmp_path, {})
