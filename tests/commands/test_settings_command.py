from __future__ import annotations

import json
import os
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import pytest

from hyperion_hook.cli import main
from hyperion_hook.config import environment
from hyperion_hook.config.load import SETTINGS, Config
from hyperion_hook.errors import pip_install


def show(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["config", "show", *arguments]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = {setting.variable for setting in SETTINGS}
    for name in [name for name in os.environ if name.startswith("HYPERION_HOOK_") or name in own]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path


def test_every_setting_is_shown_with_its_origin(capsys: pytest.CaptureFixture[str]) -> None:
    lines = show(capsys).splitlines()
    shown = [line.split()[0] for line in lines]
    assert [key for key in shown if not key.startswith("ml.")] == [
        entry.name.replace("_", "-") for entry in fields(Config) if entry.name != "ml"
    ]
    assert all(line.endswith("default") for line in lines)


def test_file_and_environment_are_named_as_origins(
    work_tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (work_tree / ".hyperion-hook.toml").write_text("fail-on = 'high'\nmodels = 'm'\n[traffic]\n'src/*' = 0.5\n")
    monkeypatch.setenv("ML_CV_FOLDS", "7")
    shown = json.loads(show(capsys, "--format", "json"))
    assert shown["fail-on"] == {"value": "HIGH", "origin": ".hyperion-hook.toml"}
    assert shown["models"] == {"value": str(work_tree / "m"), "origin": ".hyperion-hook.toml"}
    assert shown["traffic"]["value"] == {"src/*": 0.5}
    assert shown["ml-cv-folds"] == {"value": 7, "origin": "environment ML_CV_FOLDS"}


def test_every_hyperparameter_is_shown_with_its_origin(
    work_tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (work_tree / ".hyperion-hook.toml").write_text("[ml.random-forest]\nn-estimators = 300\n")
    monkeypatch.setenv("ML_RANDOM_STATE", "7")
    shown = json.loads(show(capsys, "--format", "json"))["ml"]
    assert shown["random-forest"]["n-estimators"] == {"value": 300, "origin": ".hyperion-hook.toml"}
    assert shown["random-forest"]["max-depth"] == {"value": 10, "origin": "default"}
    assert shown["xgboost"]["random-state"] == {"value": 7, "origin": "environment ML_RANDOM_STATE"}
    lines = dict(line.split(maxsplit=1) for line in show(capsys).splitlines())
    assert lines["ml.random-forest.n-estimators"].split() == ["300", ".hyperion-hook.toml"]
    assert lines["ml.meta-learner.solver"].split() == ['"liblinear"', "default"]


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ada:secret@example.org/x")
    assert "secret" not in show(capsys)
    assert "https://ada:***@example.org/x" in show(capsys)


def test_a_file_named_by_another_folder_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    (other / ".hyperion-hook.toml").write_text("deadline = 7\n")
    assert main(["--repo", str(other), "config", "show"]) == 0
    assert "7 " in capsys.readouterr().out


def test_faults_are_a_line_each_and_exit_code_2(work_tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work_tree / ".hyperion-hook.toml").write_text("dead-line = 3\nstrict = 'x'\n")
    assert main(["config", "show"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "hyperion-hook: .hyperion-hook.toml: unknown setting 'dead-line'; did you mean 'deadline'?",
        "hyperion-hook: .hyperion-hook.toml: strict: 'x' is not true or false",
    ]


def test_the_environment_says_what_is_installed_and_what_an_extra_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ada:secret@example.org")
    monkeypatch.setenv("ML_RANDOM_STATE", "7")
    real = environment.installed
    monkeypatch.setattr(environment, "installed", lambda name: None if name == "skops" else real(name))
    assert main(["config", "environment", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["packages"]["click"] == version("click")
    assert found["packages"]["skops"] is None
    assert {"train", "plots", "mlflow", "cluster", "mcp"} == set(found["extras"])
    assert [name for name, absent in found["extras"].items() if "skops" not in absent] == ["mcp"], (
        "the rest is made of it"
    )
    assert found["mlflow"]["tracking_uri"] == "https://ada:***@example.org"
    assert found["training"] == {"random_state": 7, "n_jobs": -1, "cv_folds": 5}
    assert main(["config", "environment"]) == 0
    text = capsys.readouterr().out
    assert f"lacks skops; run: {pip_install('train')}" in text
    assert "secret" not in text
