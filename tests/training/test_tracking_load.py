"""What MLflow keeps is loaded as data: whatever a model names, brings or pretends to be, nothing of it runs."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.errors import ConfigError
from hyperion_hook.scoring.bundle import bundled_models, load_bundle
from hyperion_hook.training.mlflow import guarded_calls as tracking_calls
from hyperion_hook.training.mlflow import load as tracking_load
from hyperion_hook.training.mlflow import model_downloads as tracking_files
from hyperion_hook.training.mlflow.tracker import MLFlowConfig, MLFlowTracker
from hyperion_hook.training.model_files.skops_audit import RefusedError
from tests.support.mad_server import answering, drips, never_ends, says
from tests.support.repo import TestRepo
from tests.support.trained import record_of, table

pytest.importorskip("mlflow")

import cloudpickle
import joblib
import mlflow
import numpy as np
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier, XGBRegressor

from hyperion_hook.api.predict.anomaly_detector import AnomalyDetector
from hyperion_hook.api.predict.bug_predictor import BugPredictor
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer
from hyperion_hook.api.predict.risk_predictor import RiskPredictor

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]

PREDICTORS = (RiskPredictor, BugPredictor, AnomalyDetector, ImpactAnalyzer)
FRAME, TRUTH = table()
LOGISTIC = LogisticRegression().fit(FRAME, TRUTH)
FOREST = RandomForestClassifier(n_estimators=4, random_state=0).fit(FRAME, TRUTH)
BOOSTED = XGBClassifier(n_estimators=3, n_jobs=1).fit(FRAME, TRUTH)


class Canary:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.path),)


def described(folder: Path, flavours: dict[str, Any], text: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML
    (folder / "MLmodel").write_text(text or json.dumps({"flavors": flavours}))


def sklearn_flavour(serialization: str, file: str = "model.pkl", **more: Any) -> dict[str, Any]:
    return {"sklearn": {"pickled_model": file, "serialization_format": serialization, "sklearn_version": "1", **more}}


def pickled(dump: Callable[[Any, Any], object], serialization: str) -> Callable[[Path, Path], None]:
    def plant(folder: Path, canary: Path) -> None:
        described(folder, sklearn_flavour(serialization))
        with (folder / "model.pkl").open("wb") as file:
            dump(Canary(canary), file)

    return plant


def skops(file: bytes | None = None, **more: Any) -> Callable[[Path, Path], None]:
    """Plant what calls itself skops."""

    def plant(folder: Path, canary: Path) -> None:
        described(folder, sklearn_flavour("skops", "model.skops", **more))
        (folder / "model.skops").write_bytes(pickle.dumps(Canary(canary)) if file is None else file)

    return plant


def foreign_types(folder: Path, canary: Path) -> None:
    """Plant a skops file that calls ``os.mkdir`` once its types are trusted, as the model says they are."""
    import skops.io

    from tests.support import saving  # noqa: F401 - is importable, as what a model names has to be

    described(folder, sklearn_flavour("skops", "model.skops", skops_trusted_types=["posix.mkdir", "os.mkdir"]))
    skops.io.dump({"a": os.mkdir, "b": str(canary)}, folder / "model.skops")


def foreign_estimator(folder: Path, canary: Path) -> None:
    mlflow.sklearn.save_model(
        GaussianProcessClassifier().fit(FRAME, TRUTH),
        str(folder),
        serialization_format="skops",
        pip_requirements=["x"],
        skops_trusted_types=[
            "sklearn.gaussian_process._gpc.GaussianProcessClassifier",
            "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
            "sklearn.gaussian_process.kernels.CompoundKernel",
            "sklearn.gaussian_process.kernels.ConstantKernel",
            "sklearn.gaussian_process.kernels.Product",
            "sklearn.gaussian_process.kernels.RBF",
            "numpy.dtype",
        ],
    )


def pyfunc_code(folder: Path, canary: Path) -> None:
    """Plant a loader module that the model brings along in its code folder."""
    described(folder, {"python_function": {"loader_module": "planted", "data": "data", "code": "code"}})
    (folder / "code").mkdir()
    (folder / "code" / "planted.py").write_text(f"import os; os.mkdir({str(canary)!r})\n_load_pyfunc = print\n")
    (folder / "data").mkdir()


def code_beside_skops(folder: Path, canary: Path) -> None:
    from hyperion_hook.training.model_files.skops_files import packed

    pyfunc_code(folder, canary)
    described(folder, sklearn_flavour("skops", "model.skops", code="code"))
    (folder / "model.skops").write_bytes(packed(LOGISTIC))


def loader_module(folder: Path, canary: Path) -> None:
    (folder / "data").mkdir(parents=True)
    described(folder, {"python_function": {"loader_module": "planted_here", "data": "data"}})
    Path("planted_here.py").write_text(f"import os; os.mkdir({str(canary)!r})\n_load_pyfunc = print\n")


def python_model(folder: Path, canary: Path) -> None:
    described(
        folder,
        {
            "python_function": {
                "loader_module": "mlflow.pyfunc.model",
                "python_model": "python_model.pkl",
                "cloudpickle_version": "3",
            }
        },
    )
    (folder / "python_model.pkl").write_bytes(cloudpickle.dumps(Canary(canary)))


def python_tags(folder: Path, canary: Path) -> None:
    described(folder, {}, f'flavors: !!python/object/apply:os.mkdir ["{canary}"]\n')


def spark_like(folder: Path, canary: Path) -> None:
    described(folder, {name: {"data": "model.pkl", "code": None} for name in ("keras", "pytorch", "spark", "lightgbm")})
    (folder / "model.pkl").write_bytes(pickle.dumps(Canary(canary)))


def requirements(folder: Path, canary: Path) -> None:
    pickled(cloudpickle.dump, "cloudpickle")(folder, canary)
    (folder / "requirements.txt").write_text(f"-e {folder}\n")
    (folder / "conda.yaml").write_text('!!python/object/apply:os.system ["true"]')
    (folder / "setup.py").write_text(f"import os; os.mkdir({str(canary)!r})")


def numpy_pickle(folder: Path, canary: Path) -> None:
    """Plant a skops file one of whose arrays is a pickle."""
    import io
    import zipfile

    from hyperion_hook.training.model_files.skops_files import packed

    described(folder, sklearn_flavour("skops", "model.skops"))
    array = io.BytesIO()
    np.save(array, np.array([Canary(canary)], dtype=object), allow_pickle=True)
    with (
        zipfile.ZipFile(io.BytesIO(packed(LOGISTIC))) as good,
        zipfile.ZipFile(folder / "model.skops", "w") as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, array.getvalue() if name.endswith(".npy") else good.read(name))


def bundle_link(folder: Path, canary: Path) -> None:
    described(folder, {"python_function": {"loader_module": "hyperion_hook.training.mlflow.bundle", "data": "data"}})
    (folder / "data").symlink_to(bundled_models())


def linked_file(folder: Path, canary: Path) -> None:
    skops()(folder, canary)
    (folder / "model.skops").unlink()
    (folder.parent / "elsewhere").write_bytes(b"x")
    (folder / "model.skops").symlink_to(folder.parent / "elsewhere")


def pipe(folder: Path, canary: Path) -> None:
    skops()(folder, canary)
    (folder / "model.skops").unlink()
    os.mkfifo(folder / "model.skops")


def booster(**changes: Any) -> Callable[[Path, Path], None]:
    def plant(folder: Path, canary: Path) -> None:
        flavour = {"data": "model.json", "model_class": "xgboost.sklearn.XGBClassifier", "model_format": "json"}
        described(folder, {"xgboost": {**flavour, **changes}})
        BOOSTED.save_model(folder / "model.json")
        if changes.get("data") == "model.pkl":
            (folder / "model.pkl").write_bytes(pickle.dumps(Canary(canary)))

    return plant


def torn_booster(folder: Path, canary: Path) -> None:
    booster()(folder, canary)
    model = json.loads((folder / "model.json").read_text())
    model["learner"]["gradient_booster"]["model"]["trees"][0]["left_children"][0] = 10**6
    (folder / "model.json").write_text(json.dumps(model))


def plain_text(text: str) -> Callable[[Path, Path], None]:
    return lambda folder, canary: described(folder, {}, text)


LAUGHS = "a: &a [1,1]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
PLANTED: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "cloudpickle": (pickled(cloudpickle.dump, "cloudpickle"), "sklearn cloudpickle"),
    "pickle": (pickled(pickle.dump, "pickle"), "sklearn pickle"),
    "joblib": (pickled(joblib.dump, "joblib"), "sklearn joblib"),
    "no format": (pickled(pickle.dump, ""), "its flavours are sklearn"),
    "a pickle as skops": (skops(), "no skops file"),
    "skops of foreign types": (foreign_types, "is not on the list of trusted types"),
    "skops of an estimator not on the list": (foreign_estimator, "GaussianProcess"),
    "a pickled array in skops": (numpy_pickle, "no plain numbers"),
    "pyfunc with code": (pyfunc_code, "brings code of its own"),
    "skops with code": (code_beside_skops, "brings code of its own"),
    "loader module": (loader_module, "its flavours are python_function"),
    "python model": (python_model, "its flavours are python_function"),
    "python tags": (python_tags, "tags or anchors"),
    "other flavours": (spark_like, "its flavours are keras, lightgbm, pytorch, spark"),
    "requirements": (requirements, "sklearn cloudpickle"),
    "link to a bundle": (bundle_link, "is a link"),
    "link to a file": (linked_file, "model.skops is a link"),
    "pipe": (pipe, "not a file"),
    "path upwards": (skops(b"", pickled_model="../../model.skops"), "a file is called '../../model.skops'"),
    "absolute path": (skops(b"", pickled_model="/etc/passwd"), "a file is called '/etc/passwd'"),
    "a list for a path": (skops(b"", pickled_model=["a"]), "a file is called"),
    "bundle upwards": (
        lambda folder, canary: described(
            folder, {"python_function": {"loader_module": "hyperion_hook.training.mlflow.bundle", "data": "../../.."}}
        ),
        "a file is called",
    ),
    "boosted trees as pickle": (booster(data="model.pkl", model_format="pickle"), "its flavours are xgboost"),
    "boosted trees that are a pickle": (booster(data="model.pkl"), "its trees are not whole"),
    "boosted trees of another class": (booster(model_class="os.mkdir"), "its flavours are xgboost"),
    "boosted trees that lead nowhere": (torn_booster, "its trees are not whole"),
    "boosted trees of a regressor as a classifier's": (
        booster(model_class="xgboost.sklearn.XGBRegressor"),
        "its trees are not whole",
    ),
    "anchors without end": (plain_text(LAUGHS), "tags or anchors"),
    "nested deeply": (plain_text("[" * 50), "nested too deeply"),
    "nested without end": (plain_text("[" * 100_000), "MLmodel is n"),
    "huge description": (plain_text("a: 1\n" * 100_000), "larger than 256,000 bytes"),
    "no YAML": (plain_text("a: [\x00"), "is no YAML"),
    "a number": (plain_text("5"), "a part of the wrong kind"),
    "flavours as text": (plain_text("flavors: sklearn"), "a part of the wrong kind"),
    "mapping as key": (plain_text("{a: 1}: 2"), "MLmodel"),
    "empty": (plain_text("flavors: {}"), "its flavours are none"),
    "odd signature": (
        lambda folder, canary: described(
            folder, {}, json.dumps({"signature": {"inputs": "[1]"}, "flavors": booster_of(folder)})
        ),
        "its signature cannot be read",
    ),
}


def booster_of(folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    BOOSTED.save_model(folder / "model.json")
    return {"xgboost": {"data": "model.json", "model_class": "xgboost.sklearn.XGBClassifier", "model_format": "json"}}


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory, empty_mlflow: Path) -> str:
    path = tmp_path_factory.mktemp("store") / "runs.db"
    shutil.copyfile(empty_mlflow, path)
    return f"sqlite:///{path}"


@pytest.fixture(autouse=True)
def here(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    yield
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def tracker(uri: str) -> MLFlowTracker:
    return MLFlowTracker(MLFlowConfig(uri), say=lambda line: None)


def registered(uri: str, folder: Path, name: str) -> str:
    """Make a folder a version of a registered model, as anybody who reaches the server can."""
    client = mlflow.MlflowClient(uri)
    client.create_registered_model(name)
    client.create_model_version(name, source=folder.as_uri(), await_creation_for=0)
    client.set_registered_model_alias(name, "production", "1")
    return f"models:/{name}@production"


@pytest.mark.parametrize("kind", PLANTED)
def test_nothing_that_is_planted_runs(kind: str, uri: str, tmp_path: Path) -> None:
    plant, reason = PLANTED[kind]
    canary, folder = tmp_path / "canary", tmp_path / "planted" / "model"
    folder.parent.mkdir()
    plant(folder, canary)
    address = registered(uri, folder, f"planted {kind}")
    for predictor, name in zip(
        PREDICTORS, (address, address.replace("@production", "/1"), str(folder), folder.as_uri()), strict=True
    ):
        began = time.monotonic()
        with pytest.raises(ConfigError) as caught:
            predictor.from_mlflow(name)
        assert time.monotonic() - began < 20
        message = str(caught.value)
        assert message.startswith(f"MLflow: '{name}' cannot be loaded (")
        assert reason in message
        assert "are; log the model with MLFlowTracker, or name another" in message
        assert len(message.splitlines()) == 1
    assert not canary.exists()


def test_the_canaries_would_sing(tmp_path: Path) -> None:
    """MLflow's own loader runs them."""
    pickled(cloudpickle.dump, "cloudpickle")(tmp_path / "model", tmp_path / "canary")
    mlflow.sklearn.load_model(str(tmp_path / "model"))
    assert (tmp_path / "canary").is_dir()


@pytest.mark.parametrize(
    "estimator",
    [
        LOGISTIC,
        FOREST,
        BOOSTED,
        XGBRegressor(n_estimators=3, n_jobs=1),
        VotingClassifier(
            [("lr", LogisticRegression()), ("xgb", XGBClassifier(n_estimators=2, n_jobs=1))], voting="soft"
        ),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_what_a_tracker_logs_loads_here_and_for_its_users(
    estimator: Any, tracker: MLFlowTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(estimator)
    logged = tracker.log(record)
    assert logged is not None
    for address in (logged.model_uri, f"runs:/{logged.run_id}/sklearn_model"):
        predictor = RiskPredictor.from_mlflow(address)
        assert predictor.features == tuple(FRAME.columns)
        np.testing.assert_array_equal(predictor.model.predict(FRAME), record.estimator.predict(FRAME))
    for load in (mlflow.sklearn.load_model, mlflow.pyfunc.load_model):
        np.testing.assert_array_equal(load(logged.model_uri).predict(FRAME), record.estimator.predict(FRAME))


def test_the_json_of_xgboost_loads(tmp_path: Path) -> None:
    mlflow.xgboost.save_model(BOOSTED, str(tmp_path / "model"), model_format="json", pip_requirements=["xgboost"])
    predictor = RiskPredictor.from_mlflow(str(tmp_path / "model"))
    np.testing.assert_allclose(predictor.predict_proba(FRAME), BOOSTED.predict_proba(FRAME))


def test_a_bundle_that_was_logged_scores_as_it_did(tracker: MLFlowTracker) -> None:
    from dataclasses import replace

    bundle = load_bundle()
    rows = FRAME.iloc[:2, :0].assign(**dict.fromkeys(bundle.risk.features, 1.0))
    files = {path.name: path.read_bytes() for path in bundled_models().iterdir() if path.suffix != ".npz"}
    logged = tracker.log(replace(record_of(LogisticRegression()), estimator=None, bundle=files, example=rows))
    assert RiskPredictor.from_mlflow(logged.model_uri).model.digest == bundle.digest


def test_a_bundle_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model" / "data"
    shutil.copytree(bundled_models(), folder)
    described(
        folder.parent, {"python_function": {"loader_module": "hyperion_hook.training.mlflow.bundle", "data": "data"}}
    )
    (folder / "bugs.trees").write_bytes((folder / "bugs.trees").read_bytes()[:-1] + b"x")
    with pytest.raises(ConfigError, match=r"\(bugs.trees: its digest differs from the manifest\)"):
        RiskPredictor.from_mlflow(str(folder.parent))


@pytest.mark.parametrize(
    "name",
    [
        "models:/nobody@production",
        "models:/nobody/1",
        "models:/nobody/production",
        "models:/nobody/latest",
        "models:/m-0123",
        "models:/",
        "models:",
        "models:/a/b/c/d",
        "models:/a@b@c",
        "runs:/0/x",
        "runs:/",
        "runs:/0/../../x",
        "ftp://ada:secret@example.org/model",
        "sftp://example.org/model",
        "hdfs://example.org/x",
        "nothing",
        "",
        "\x00",
        "s3:",
        "https://example.org/model",
        "mlflow-artifacts://example.org/model",
        "mlflow-artifacts:/x",
        "file:///dev/null",
        "models:/a'b@production",
        "models:/" + "a" * 100_000,
    ],
)
def test_what_names_no_model_costs_one_line(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        RiskPredictor.from_mlflow(name)
    assert time.monotonic() - began < 20
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 900
    assert "secret" not in str(caught.value)


def test_an_alias_that_leads_to_another_repositorys_model_is_not_followed(
    tracker: MLFlowTracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = tracker.log(record_of(LogisticRegression()))
    theirs, mine = TestRepo(tmp_path / "theirs"), TestRepo(tmp_path / "mine")
    for repo in (theirs, mine):
        repo.commit({"name": repo.path.name})
    monkeypatch.chdir(theirs.path)
    number = tracker.register(logged, "shared", "v1.0.0")
    assert tracker.mirror_promotion("shared", "v1.0.0", "production")
    for form in ("@production", "/production", "/latest"):
        assert RiskPredictor.from_mlflow(f"models:/shared{form}").features
    monkeypatch.chdir(mine.path)
    for form in ("@production", "/production", "/latest"):
        with pytest.raises(ConfigError, match=r"belongs to another repository.*load it all the same: models:/shared/"):
            RiskPredictor.from_mlflow(f"models:/shared{form}")
    assert RiskPredictor.from_mlflow(f"models:/shared/{number}").features


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cloudpickle", "pyfunc with code", "skops of foreign types", "python tags"])
def test_nothing_that_a_real_server_keeps_runs(
    kind: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    plant, reason = PLANTED[kind]
    plant(tmp_path / "model", tmp_path / "canary")
    client = mlflow.MlflowClient(server)
    experiment = client.get_experiment_by_name("planted") or client.get_experiment(client.create_experiment("planted"))
    run_id = client.create_run(experiment.experiment_id).info.run_id
    client.log_artifacts(run_id, str(tmp_path / "model"), "model")
    name = f"planted {kind}"
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{run_id}/model", run_id, await_creation_for=0)
    for predictor, address in zip(PREDICTORS, (f"models:/{name}/1", f"runs:/{run_id}/model") * 2, strict=True):
        with pytest.raises(ConfigError) as caught:
            predictor.from_mlflow(address)
        assert reason in str(caught.value)
    assert not (tmp_path / "canary").exists()


@pytest.mark.slow
def test_what_a_real_server_keeps_of_ours_loads(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    tracker = MLFlowTracker(MLFlowConfig(server, "loaded"), say=lambda line: None)
    record = record_of(RandomForestClassifier(n_estimators=3, random_state=0))
    logged = tracker.log(record)
    number = tracker.register(logged, "loaded", "v1.0.0")
    assert tracker.mirror_promotion("loaded", "v1.0.0", "production")
    for address in (
        f"models:/loaded/{number}",
        "models:/loaded@production",
        "models:/loaded/production",
        logged.model_uri,
    ):
        predictor = RiskPredictor.from_mlflow(address)
        np.testing.assert_array_equal(predictor.model.predict(FRAME), record.estimator.predict(FRAME))


ADDRESS = "/api/2.0/mlflow-artifacts/artifacts/1"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (never_ends, "MLmodel is larger than 1,000 bytes"),
        (drips, "it took more than 0.5 seconds"),
        (says(404, b""), r"no file MLmodel \(status 404\)"),
        (says(500, b"oh"), "too many 500 error responses"),
        (says(302, b"", Location="http://127.0.0.1:9/"), "status 302|Connection refused|Max retries"),
        (says(200, b"x" * 1_001), "MLmodel is larger than 1,000 bytes"),
    ],
    ids=["endless", "dripping", "missing", "broken", "elsewhere", "large"],
)
def test_files_come_in_bounds_or_not_at_all(answer: Any, reason: str) -> None:
    with answering(answer) as (uri, _):
        read = tracking_files.reader_of(uri + ADDRESS, uri, tracking_calls.Patience(0.5))
        with tracking_calls.calling(uri), pytest.raises(Exception, match=reason):
            read("MLmodel", 1_000)


def test_files_come_as_they_are() -> None:
    with answering(says(200, b"x" * 1_000)) as (uri, seen):
        read = tracking_files.reader_of("mlflow-artifacts:/1", uri, tracking_calls.Patience())
        assert read("data/a.trees", 1_000) == b"x" * 1_000
        assert seen == [f"{ADDRESS}/data/a.trees"]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:9/x",
        "https://127.0.0.1/x",
        "mlflow-artifacts://127.0.0.1:9/x",
        "http://example.org/x",
        "ftp://127.0.0.1/x",
        "sftp://127.0.0.1/x",
        "hdfs://127.0.0.1/x",
        "unknown://127.0.0.1/x",
    ],
)
def test_credentials_go_to_the_tracking_server_alone(location: str) -> None:
    with pytest.raises(RefusedError, match=r"which is (another server|not followed)"):
        tracking_files.reader_of(location, "http://ada:secret@127.0.0.1:8/", tracking_calls.Patience())


def test_a_bucket_is_asked_for_sizes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mlflow.store.artifact import artifact_repository_registry
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    monkeypatch.setattr(
        artifact_repository_registry,
        "get_artifact_repository",
        lambda location, tracking_uri: LocalArtifactRepository(str(tmp_path)),
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_bytes(b"12345")
    read = tracking_files.reader_of("s3://bucket/model", "http://127.0.0.1:8", tracking_calls.Patience())
    assert read("data/a", 5) == b"12345"
    with pytest.raises(RefusedError, match="data/a is larger than 4 bytes"):
        read("data/a", 4)
    for name in ("data/b", "data"):
        with pytest.raises(tracking_files.NoFileError):
            read(name, 5)


def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(tracking_calls.TrackingError, match=r"it took more than 0\.05 seconds"):
        tracking_calls.within(0.05, lambda: time.sleep(3))
    with pytest.raises(TimeoutError):
        tracking_calls.within(5, lambda: (_ for _ in ()).throw(TimeoutError("its own")))


@pytest.mark.parametrize("data", [b"{a: b}", b"a:\n- 1\n- {b: null}"])
def test_a_description_is_text_alone(data: bytes) -> None:
    def leaves(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for entry in value:
                yield from leaves(entry)
        else:
            yield value

    assert {type(leaf) for leaf in leaves(tracking_load.described(data))} == {str}
