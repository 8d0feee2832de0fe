"""What becomes of an estimator when it is saved: its bytes, its bundle where there can be one, and its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from hyperion_hook.api.registry.record import checked_metadata, draft_of
from hyperion_hook.errors import ArtefactError, ConfigError
from hyperion_hook.scoring.bundle import Bundle
from hyperion_hook.store.models.metadata import ESTIMATOR, RISK_PREDICTOR, ModelMetadata
from hyperion_hook.training.export.bundle_classifier import BundleClassifier
from hyperion_hook.training.export.estimator import NotExportableError
from hyperion_hook.training.export.estimator_bundle import (
    EstimatorBundle,
    columns_of,
    difference,
    estimator_bundle,
    usual_rows,
)
from hyperion_hook.training.model_files.skops_audit import RefusedError
from hyperion_hook.training.model_files.skops_files import packed, unpacked

Files = Callable[[str], Mapping[str, bytes]]


def prepared(
    model: Any,
    name: str,
    model_type: str,
    metadata: Mapping[str, Any] | None,
    reference: pd.DataFrame | None,
    libraries: Mapping[str, str],
) -> tuple[ModelMetadata, Files]:
    """Return the record of an estimator, and its files for a version.

    Raises ``ConfigError`` if the model is no fitted estimator, a value of the metadata is wrong, or the estimator
    cannot be kept.
    """
    _need_fitted(model, name)
    artefact: dict[str, Any] = {
        "estimator": f"{type(model).__module__}.{type(model).__qualname__}",
        "libraries": dict(libraries),
    }
    # what is said of the model is looked at before anything is computed
    values = checked_metadata(name, model_type, metadata)
    metadata = metadata or {}
    try:
        data = packed(model)
        unpacked(data)
    except RefusedError as error:
        raise ConfigError(
            f"{name}: a {type(model).__name__} cannot be kept: {error}; save the fitted estimator of a trusted type"
        ) from None
    columns: list[str] = []
    bundle = None
    try:
        columns = columns_of(model, list(metadata.get("training_features", ())))
        if name != RISK_PREDICTOR:
            # a bundle's other parts would pose as the model
            raise NotExportableError(f"score uses the model named {RISK_PREDICTOR}")
        bundle = _bundle(model, columns, name, model_type, metadata, reference)
        artefact["parity"] = bundle.parity
    except NotExportableError as error:
        artefact["not_scored"] = f"is kept as an estimator only: {error}"
    draft = draft_of(model, data, name=name, model_type=model_type, values=values, columns=columns, artefact=artefact)
    return draft, lambda version: {ESTIMATOR: data, **({} if bundle is None else bundle.files(version))}


def _need_fitted(model: Any, name: str) -> None:
    kind = f"the class {model.__name__}" if isinstance(model, type) else f"a {type(model).__name__}"
    if isinstance(model, type) or not (callable(getattr(model, "fit", None)) and hasattr(model, "predict")):
        raise ConfigError(f"{str(name)[:60]}: {kind} is no estimator with fit and predict; save a fitted estimator")
    try:
        check_is_fitted(model)
    except NotFittedError:
        raise ConfigError(f"{str(name)[:60]}: {kind} that was not fitted; call its fit first") from None
    except TypeError as error:
        raise ConfigError(f"{str(name)[:60]}: {kind} is no estimator ({error}); save a fitted estimator") from None


def parity_of(model: Any, metadata: ModelMetadata, bundle: Bundle) -> float | None:
    """Return the difference of an estimator and its bundle, ``None`` where the bundle is all there is.

    Raises ``ArtefactError`` if it is more than 1e-6.
    """
    if isinstance(model, BundleClassifier):
        return None
    try:
        columns = columns_of(model, metadata.training_features)
        return difference(model, columns, bundle, usual_rows(bundle.risk.features))
    except NotExportableError as error:
        raise ArtefactError(f"{metadata.name} {metadata.version}: {error}; train the model and save it anew") from None


def _bundle(
    model: Any,
    columns: list[str],
    name: str,
    model_type: str,
    metadata: Mapping[str, Any],
    reference: pd.DataFrame | None,
) -> EstimatorBundle:
    samples = metadata.get("training_samples")
    trained_on = metadata.get("description") or (f"{samples:,} rows of its own" if samples else "rows of its own")
    card = {
        "saved with": "ModelRegistry.save_model",
        "model type": model_type,
        "estimator": type(model).__name__,
        "thresholds and usual values": (
            "of the rows given with the model" if reference is not None else "of the rows that came with the program"
        ),
        "anomaly detector and bug predictor": "those that came with the program",
    }
    return estimator_bundle(model, columns, name=name, trained_on=str(trained_on), card=card, reference=reference)
