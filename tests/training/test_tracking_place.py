"""Where MLflow keeps what it is told, and which place is followed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from hyperion_hook.config.load import load_config
from hyperion_hook.errors import ConfigError, pip_install
from hyperion_hook.training.mlflow import guarded_calls as tracking_calls
from hyperion_hook.training.mlflow.address import DEFAULT_URI, artifact_location, local_folder, placed
from hyperion_hook.training.mlflow.settings import tracker_asked_for
from tests.support.repo import TestRepo

pytestmark = pytest.mark.train

needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="needs the extra 'mlflow'")


def test_the_default_database_lies_in_the_git_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "a repo")
    (repo.path / "src").mkdir()
    monkeypatch.chdir(repo.path / "src")
    assert placed(DEFAULT_URI) == f"sqlite:///{repo.path}/.git/hyperion-hook/mlflow/mlflow.db"
    assert sorted(path.name for path in repo.path.iterdir()) == [".git", "src"]


def test_outside_of_a_repository_it_lies_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert placed(DEFAULT_URI) == f"sqlite:///{tmp_path}/cache/hyperion-hook/mlflow/mlflow.db"
    (tmp_path / "cache").rename(tmp_path / "kept")
    (tmp_path / "cache").write_text("")
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_URI"):
        placed(DEFAULT_URI)


def test_a_path_that_somebody_named_is_relative_to_where_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert placed("file:./mlruns") == placed("mlruns") == placed("file:mlruns") == (tmp_path / "mlruns").as_uri()
    assert placed(DEFAULT_URI, Path.cwd()) == f"sqlite:///{tmp_path}/mlflow.db"
    assert placed("sqlite:////data/x.db?timeout=3") == "sqlite:////data/x.db?timeout=3"
    assert local_folder(placed("file:./ml%20runs")) == tmp_path / "ml runs"
    with pytest.raises(ConfigError, match="empty"):
        placed(" ")


@pytest.mark.parametrize("uri", ["https://example.org", "postgresql://a:b@c/d", "databricks", "databricks://profile"])
def test_what_is_elsewhere_stays_as_it_is(uri: str) -> None:
    assert placed(uri) == uri
    assert local_folder(uri) is None
    assert artifact_location(uri, "x") is None


def test_files_of_a_database_lie_beside_it_whatever_the_experiment_is_called() -> None:
    assert artifact_location("sqlite:////data/m.db", "../../etc") == "file:///data/mlruns/__.._etc"
    assert artifact_location("file:///data/mlruns", "x") is None


def test_nobody_named_a_place_so_there_is_no_tracker(tmp_path: Path) -> None:
    said: list[str] = []
    assert tracker_asked_for(load_config(tmp_path, {}), top=tmp_path, say=said.append) is None
    assert said == []


def test_a_missing_extra_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_calls, "find_spec", lambda _name: None)
    said: list[str] = []
    loaded = load_config(None, {"MLFLOW_TRACKING_URI": "file:./mlruns"})
    assert tracker_asked_for(loaded, say=said.append) is None
    [line] = said
    assert line == (
        "warning: MLflow: needs the package 'mlflow', which is not installed; run: "
        f"{pip_install('mlflow')}; everything but MLflow goes on"
    )


@needs_mlflow
def test_a_repositorys_file_names_a_place_within_the_repository_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    said: list[str] = []
    for uri in ("https://example.org", "file:/elsewhere", "sqlite:///../x.db", "databricks", f"file:{tmp_path}/../x"):
        (tmp_path / ".hyperion-hook.toml").write_text(f'mlflow-tracking-uri = "{uri}"\n')
        assert tracker_asked_for(load_config(tmp_path, {}), top=tmp_path, say=said.append) is None
    assert len(said) == 5
    assert all("outside of the repository; to have runs there set the environment" in line for line in said)
    lines = ('mlflow-tracking-uri = "file:./mlruns"', 'mlflow-experiment-name = "e"')
    (tmp_path / ".hyperion-hook.toml").write_text("\n".join(lines))
    tracker = tracker_asked_for(load_config(tmp_path, {}), top=tmp_path)
    assert tracker is not None
    assert (tracker.uri, tracker.config.experiment_name) == ((tmp_path / "mlruns").as_uri(), "e")


@needs_mlflow
def test_the_environment_names_any_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for uri, wanted in (
        ("https://example.org", "https://example.org"),
        (DEFAULT_URI, f"sqlite:///{tmp_path}/mlflow.db"),
        ("file:./mlruns", (tmp_path / "mlruns").as_uri()),
    ):
        tracker = tracker_asked_for(load_config(None, {"MLFLOW_TRACKING_URI": uri}))
        assert tracker is not None
        assert tracker.uri == wanted
    assert list(tmp_path.iterdir()) == []
