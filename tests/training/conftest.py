"""What several tests of training share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.training.mlflow.calls import calling, client_of
from tests.support.mlflow_server import mlflow_server


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of MLflow that holds nothing yet, to be copied: making one takes seconds."""
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
