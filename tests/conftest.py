"""Nothing of the machine leaks into a test: no global git configuration, no ``GIT_*``, a fixed zone and identity."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.mlflow_server import mlflow_server

# how long an example takes says more of the machine than of the code
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("PRE_COMMIT", raising=False)


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of MLflow that holds nothing yet, to be copied: making one takes seconds."""
    from hyperion_hook.training.mlflow.guarded_calls import calling, client_of

    path = tmp_path_factory.mktemp("mlflow") / "empty.db"
    uri = f"sqlite:///{path}"
    with warnings.catch_warnings(), calling(uri):
        client_of(uri).search_experiments()
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, empty_mlflow: Path) -> Iterator[str]:
    """Return the address of a real server of MLflow; starting one takes seconds."""
    with mlflow_server(tmp_path_factory.mktemp("server"), empty_mlflow) as uri:
        yield uri
