"""A fitted model as MLflow keeps it: skops with a fixed list of types, XGBoost's JSON, or one of our bundles.

Beside what MLflow's own loaders read lies the form that ours reads, which trusts nothing in the folder. Nothing is
pickled. The packages a model needs are named here; MLflow would find them out in a process of its own, which takes a
quarter of a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import MANIFEST
from hyperion_hook.store.models.metadata import digest_of
from hyperion_hook.training.mlflow.guarded_calls import in_one_line
from hyperion_hook.training.mlflow.run_record import RunRecord
from hyperion_hook.training.model_files.skops_audit import RefusedError, UntrustedTypeError
from hyperion_hook.training.model_files.skops_files import packed
from hyperion_hook.training.model_files.trusted_types import NAMES

SKLEARN_MODEL, BUNDLE = "sklearn_model", "bundle"
"""What MLflow calls a run's model; the first as in the specification, and also for XGBoost, which loads as such."""

LOADER = "hyperion_hook.training.mlflow.bundle"

AUDITED = "hyperion_hook"
"""The flavour of the form that ``tracking_load`` reads: skops as in our registry, boosted trees as XGBoost's JSON."""

_AUDITED_FILE = "estimator.skops"
_SKOPS_FILE = "model.skops"
_NAMES = {"xgboost": ("xgboost-cpu", "xgboost")}


def saved_model(record: RunRecord, model: Any, folder: Path) -> str:
    """Write a record's model into a folder that is not there yet, in MLflow's layout, and return its digest.

    The digest is the SHA-256 of its main file, which our registry keeps too.

    Raises ``TrainingError`` if the model holds types that are not on the list. ``model``, MLflow's description of it,
    is filled in.
    """
    if record.bundle:
        _save_bundle(record, model, folder)
        return digest_of(record.bundle[MANIFEST]).sha256
    data = audited_bytes(record.estimator)
    (_save_xgboost if _is_xgboost(record.estimator) else _save_sklearn)(record, model, folder)
    (folder / _AUDITED_FILE).write_bytes(data)
    model.add_flavor(AUDITED, estimator=_AUDITED_FILE)
    model.save(str(folder / "MLmodel"))
    return digest_of(data).sha256


def audited_bytes(estimator: Any) -> bytes:
    """Return an estimator as a skops file, once it holds nothing but trusted types.

    Raises ``TrainingError`` if it holds others, or cannot be written.
    """
    name = type(estimator).__name__
    try:
        return packed(estimator)
    except UntrustedTypeError as error:
        raise TrainingError(f"{name} holds {error.kind}, which is not on the list of trusted types") from None
    except RefusedError as error:
        raise TrainingError(f"{name} cannot be written without pickle ({in_one_line(error)})") from error


def example_of(record: RunRecord) -> pd.DataFrame:
    """Return the record's example with whole numbers as floats, since in other rows they may be missing."""
    frame = record.example
    whole = [name for name in frame.columns if pd.api.types.is_integer_dtype(frame[name].dtype)]
    return frame.astype(dict.fromkeys(whole, np.float64))


def requirements(*packages: str) -> list[str]:
    """Return packages with the versions that are installed here."""
    pinned = []
    for package in packages:
        for name in _NAMES.get(package, (package,)):
            try:
                pinned.append(f"{name}=={version(name)}")
                break
            except PackageNotFoundError:
                continue
    return pinned


def _is_xgboost(estimator: Any) -> bool:
    return type(estimator).__module__.partition(".")[0] == "xgboost"


def _shape_of(record: RunRecord, predict: Callable[[pd.DataFrame], Any]) -> dict[str, Any]:
    """Return signature and input example, neither where the record has no example.

    Raises ``TrainingError`` if the model does not take its own example.
    """
    from mlflow.models import infer_signature

    example = example_of(record)
    if example.empty:
        return {"signature": False}
    try:
        answer = np.asarray(predict(example))
    except Exception as error:  # an estimator may refuse its input in any way
        raise TrainingError(f"it does not predict for its example ({in_one_line(error)})") from error
    return {"signature": infer_signature(example, answer), "input_example": example}


def _save_sklearn(record: RunRecord, model: Any, folder: Path) -> None:
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        record.estimator,
        str(folder),
        mlflow_model=model,
        serialization_format="skops",
        skops_trusted_types=list(NAMES),
        pip_requirements=requirements("scikit-learn", "skops", "numpy", "pandas"),
        **_shape_of(record, record.estimator.predict),
    )


def _save_xgboost(record: RunRecord, model: Any, folder: Path) -> None:
    """Write XGBoost's own format, and beside it what ``mlflow.sklearn.load_model`` reads."""
    import mlflow.xgboost
    import sklearn
    import skops.io

    mlflow.xgboost.save_model(
        record.estimator,
        str(folder),
        mlflow_model=model,
        model_format="json",
        pip_requirements=requirements("xgboost", "scikit-learn", "skops", "numpy", "pandas"),
        **_shape_of(record, record.estimator.predict),
    )
    skops.io.dump(record.estimator, folder / _SKOPS_FILE)
    model.add_flavor(
        "sklearn",
        pickled_model=_SKOPS_FILE,
        sklearn_version=sklearn.__version__,
        serialization_format="skops",
        code=None,
        skops_trusted_types=list(NAMES),
    )


def _save_bundle(record: RunRecord, model: Any, folder: Path) -> None:
    import mlflow.pyfunc

    from hyperion_hook.training.mlflow.bundle import written_bundle

    with written_bundle(record.bundle) as bundle:
        mlflow.pyfunc.save_model(
            str(folder),
            loader_module=LOADER,
            data_path=str(bundle.folder),
            mlflow_model=model,
            pip_requirements=requirements("hyperion-hook", "numpy", "pandas"),
            **_shape_of(record, bundle.predict),
        )
