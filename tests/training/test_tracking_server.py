"""A real MLflow server shows what was logged; one that is down, slow or mad costs a line of warning and seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from hyperion_hook.training.mlflow import guarded_calls as tracking_calls
from hyperion_hook.training.mlflow.tracker import MLFlowConfig, MLFlowTracker
from tests.support.mad_server import answering, drips, never_ends, says
from tests.support.trained import record_of

pytest.importorskip("mlflow")

from sklearn.linear_model import LogisticRegression

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]


def asked(server: str, path: str, body: object = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{server}/api/2.0/mlflow/{path}", data, {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


@pytest.mark.slow
def test_a_real_server_shows_run_plots_and_registered_model(server: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    tracker = MLFlowTracker(MLFlowConfig(server))
    logged = tracker.log(record_of(LogisticRegression()))
    assert logged is not None
    assert tracker.register(logged, "risk_predictor", "v1.0.0") == "1"
    assert tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
    experiment = asked(server, "experiments/get-by-name?experiment_name=hyperion_ml_v3")["experiment"]["experiment_id"]
    found = asked(server, "runs/search", {"experiment_ids": [experiment], "filter": "metrics.f1_score > 0.9"})["runs"]
    assert [run["info"]["run_name"] for run in found] == [logged.name]
    plots = asked(server, f"artifacts/list?run_id={logged.run_id}&path=plots")["files"]
    assert [file["path"] for file in plots] == ["plots/confusion_matrix.png"]
    picture = f"{server}/get-artifact?run_uuid={logged.run_id}&path=plots/confusion_matrix.png"
    with urlopen(picture, timeout=20) as answer:  # noqa: S310
        assert answer.read(4) == b"\x89PNG"
    version = asked(server, "registered-models/alias?name=risk_predictor&alias=production")["model_version"]
    assert (version["version"], version["current_stage"]) == ("1", "Production")
    assert list(tmp_path.iterdir()) == []


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says(200, b"<html>hello"), "not in a valid JSON format"),
        (says(200, b"[]"), "not in a valid JSON format"),
        (says(401, b"no entry"), "failed with error code 401"),
        (says(503, b"{}", Retry_After="3600"), "the server answers with status 503"),
        (says(302, b"", Location="/version"), "Exceeded 30 redirects"),
        (drips, "no whole answer in 1 seconds"),
        (never_ends, "an answer without end"),
        (hangs, "no answer in 1 seconds"),
    ],
    ids=["a page", "other JSON", "refused", "overloaded", "in circles", "dripping", "endless", "silent"],
)
def test_a_mad_server_costs_one_line_and_no_second_try(
    answer: Callable[[BaseHTTPRequestHandler], None], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking_calls, "ANSWER_SECONDS", 1)
    with answering(answer) as (uri, seen):
        said: list[str] = []
        tracker = MLFlowTracker(MLFlowConfig(uri), say=said.append)
        began = time.monotonic()
        assert tracker.log(record_of(LogisticRegression())) is None
        asked_so_far = len(seen)
        assert tracker.log(record_of(LogisticRegression())) is None
        assert not tracker.mirror_promotion("risk_predictor", "v1.0.0", "production")
        assert len(seen) == asked_so_far
        assert time.monotonic() - began < 30
    _, line = said
    assert line.startswith("warning: MLflow at http://ada:***@127.0.0.1:")
    assert why in line
    assert "secret" not in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("http://127.0.0.1:9", "Connection refused"),
        ("http://[::1", "Failed to parse"),
        ("foo://place", "unsupported URI"),
        ("sqlite:////proc/no/mlflow.db", ""),
        ("file:///proc/mlruns", ""),
        ("postgresql://ada:secret@127.0.0.1:9/runs", ""),
    ],
)
def test_a_place_that_is_not_there_costs_one_line(uri: str, why: str) -> None:
    said: list[str] = []
    began = time.monotonic()
    assert MLFlowTracker(MLFlowConfig(uri), say=said.append).log(record_of(LogisticRegression())) is None
    assert time.monotonic() - began < 30
    _, line = said
    assert line.startswith("warning: MLflow at ")
    assert why in line
    assert "secret" not in line


def test_a_run_that_takes_too_long_is_ended_as_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setattr(
        tracking_calls.Patience,
        "check",
        lambda self: (_ for _ in ()).throw(tracking_calls.TrackingError("it took more than 30 seconds")),
    )
    said: list[str] = []
    uri = (tmp_path / "mlruns").as_uri()
    assert MLFlowTracker(MLFlowConfig(uri), say=said.append).log(record_of(LogisticRegression())) is None
    assert said[-1].endswith("all else goes on: it took more than 30 seconds")
    client = MlflowClient(uri)
    [experiment] = [found for found in client.search_experiments() if found.name == "hyperion_ml_v3"]
    assert [run.info.status for run in client.search_runs([experiment.experiment_id])] == ["FAILED"]


def test_time_is_up_when_it_is_up() -> None:
    tracking_calls.Patience(60).check()
    with pytest.raises(tracking_calls.TrackingError, match="it took more than -1 seconds"):
        tracking_calls.Patience(-1).check()
