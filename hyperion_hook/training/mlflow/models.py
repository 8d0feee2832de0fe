"""A fitted model as MLflow keeps it: skops with a fixed list of types, XGBoost's JSON, or one of our bundles.

Beside what MLflow's own loaders read lies the form that ours reads, which trusts nothing in the folder. Nothing is
pickled. The packages a model needs are named here; MLflow would find them out in a process of its own, which takes a
quarter of a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
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
"""The flavour of the form that ``load`` reads: skops as in our registry, boosted trees as XGBoost's JSON."""

_AUDITED_FILE = "estimator.skops"
_SKOPS_FILE = "model.skops"


def saved_model(record: RunRecord, model: Any, folder: Path) -> str:
    """Write a record's model into a folder that is not there yet, in MLflow's layout, and return its digest.

    The digest is the SHA-256 of its main file, which our registry keeps too.

    Raises ``TrainingError`` if the model holds types that are not on the list. ``model``, MLflow's description of it,
    is filled in.
    """
    if record.bundle:
        _save_bundle(record, model, folder)
        return digest_of(record.bundle[MANIFEST]).sha256
    kind = type(record.estimator)
    try:
        data = packed(record.estimator)
    except UntrustedTypeError as error:
        reason = f"{kind.__name__} holds {error.kind}, which is not on the list of trusted types"
        raise TrainingError(reason) from None
    except RefusedError as error:
        raise TrainingError(f"{kind.__name__} cannot be written without pickle ({in_one_line(error)})") from error
    save = _save_xgboost if kind.__module__.startswith("xgboost.") else _save_sklearn
    save(record.estimator, str(folder), {"mlflow_model": model, **_shape_of(record, record.estimator.predict)})
    (folder / _AUDITED_FILE).write_bytes(data)
    model.add_flavor(AUDITED, estimator=_AUDITED_FILE)
    model.save(str(folder / "MLmodel"))
    return digest_of(data).sha256


def _shape_of(record: RunRecord, predict: Callable[[pd.DataFrame], Any]) -> dict[str, Any]:
    """Return signature and input example, neither where the record has no example.

    Raises ``TrainingError`` if the model does not take its own example.
    """
    from mlflow.models import infer_signature

    if record.example.empty:
        return {"signature": False}
    # whole numbers as floats, since in other rows they may be missing
    whole = [name for name, dtype in record.example.dtypes.items() if pd.api.types.is_integer_dtype(dtype)]
    example = record.example.astype(dict.fromkeys(whole, np.float64))
    try:
        answer = np.asarray(predict(example))
    except Exception as error:  # an estimator may refuse its input in any way
        raise TrainingError(f"it does not predict for its example ({in_one_line(error)})") from error
    return {"signature": infer_signature(example, answer), "input_example": example}


def _save_sklearn(estimator: Any, folder: str, options: dict[str, Any]) -> None:
    import mlflow.sklearn

    mlflow.sklearn.save_model(
        estimator,
        folder,
        serialization_format="skops",
        skops_trusted_types=list(NAMES),
        pip_requirements=_requirements("scikit-learn", "skops", "numpy", "pandas"),
        **options,
    )


def _save_xgboost(estimator: Any, folder: str, options: dict[str, Any]) -> None:
    """Write XGBoost's own format, and beside it what ``mlflow.sklearn.load_model`` reads."""
    import mlflow.xgboost
    import sklearn
    import skops.io

    # without CUDA its package has another name
    needed = _requirements("xgboost-cpu", "xgboost", "scikit-learn", "skops", "numpy", "pandas")
    mlflow.xgboost.save_model(estimator, folder, model_format="json", pip_requirements=needed, **options)
    skops.io.dump(estimator, Path(folder, _SKOPS_FILE))
    options["mlflow_model"].add_flavor(
        "sklearn",
        pickled_model=_SKOPS_FILE,
        sklearn_version=sklearn.__version__,
        serialization_format="skops",
        code=None,
        skops_trusted_types=list(NAMES),
    )


def _save_bundle(record: RunRecord, model: Any, folder: Path) -> None:
    import mlflow.pyfunc

    from hyperion_hook.training.mlflow.bundle import _load_pyfunc

    with TemporaryDirectory() as scratch:
        bundle = Path(scratch, "bundle")
        bundle.mkdir()
        for name, data in record.bundle.items():
            (bundle / name).write_bytes(data)
        mlflow.pyfunc.save_model(
            str(folder),
            loader_module=LOADER,
            data_path=str(bundle),
            mlflow_model=model,
            pip_requirements=_requirements("hyperion-hook", "numpy", "pandas"),
            **_shape_of(record, _load_pyfunc(str(bundle)).predict),
        )


def _requirements(*packages: str) -> list[str]:
    """Return those of the packages that are installed, with their versions."""
    pinned = []
    for package in packages:
        with suppress(PackageNotFoundError):
            pinned.append(f"{package}=={version(package)}")
    return pinned
