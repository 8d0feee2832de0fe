"""From what a caller says of a model to the record that the registry keeps: names, kinds and ranges are checked."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from hyperion_hook.errors import ConfigError
from hyperion_hook.store.models.metadata import FIGURES, NOT_MEASURED, ModelMetadata, plain
from hyperion_hook.store.models.versions import Lineage

_TABLES = ("hyperparameters", "validation_results", "tags", "extra")
_TEXTS = ("created_by", "description")
_NOT_THE_CALLERS = frozenset("name version model_type created_at status lineage files artefact validation".split())
_MOST_DEPTH = 20
_OF_BOTH_CLASSES = frozenset({"f1_score", "roc_auc", "pr_auc"})


def checked_metadata(name: str, model_type: str, metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields of ``ModelMetadata`` that a caller gives; what it has no field for is kept as ``extra``.

    Raises ``ConfigError`` if a value is of the wrong kind or out of range: one line for each.
    """
    if not isinstance(metadata, Mapping | None):
        raise ConfigError(f"metadata: a {type(metadata).__name__} is no mapping from name to value")
    metadata = metadata or {}
    faults: list[str] = []
    if not isinstance(model_type, str) or not model_type:
        faults.append(f"model_type '{model_type}': no text; name the type, such as 'XGBoost'")
    try:
        plain(str(name))
    except ValueError as error:
        faults.append(f"model name: {error}; use letters, digits, '_' and '-'")
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in metadata.items():
        try:
            _take(str(key), value, values, extra)
        except ValueError as error:
            faults.append(f"metadata['{str(key)[:60]}']: {error}")
    if faults:
        raise ConfigError("\n".join(faults))
    values["extra"] = extra | values.get("extra", {})
    # figures of a test that could not tell: the registry promotes no such model
    given = [key for key in sorted(_OF_BOTH_CLASSES) if metadata.get(key) is not None]
    if undefined := [key for key in given if as_data(metadata[key]) is None]:
        values["extra"][NOT_MEASURED] = undefined
    return values


def draft_of(
    model: Any,
    data: bytes,
    *,
    name: str,
    model_type: str,
    values: Mapping[str, Any],
    columns: list[str],
    artefact: Mapping[str, Any],
) -> ModelMetadata:
    """Return the record of a fitted estimator with its bytes (others are another fit) and what a caller says of it.

    Its parameters are the hyperparameters, and ``columns`` the features, where the caller gives none.
    """
    values = {"hyperparameters": parameters_of(model), **values}
    features = values.pop("training_features", None) or list(columns)
    about = json.dumps([model_type, values, dict(artefact)], sort_keys=True)
    lineage = Lineage(
        features=_digest("\n".join(features).encode()),
        data=_digest(data),
        recipe=type(model).__name__,
        parameters=_digest(about.encode()),
    )
    return ModelMetadata(
        name=name, model_type=model_type, lineage=lineage, training_features=features, artefact=dict(artefact), **values
    )


def parameters_of(model: Any) -> dict[str, Any]:
    """Return an estimator's parameters as data; an estimator inside another one by its class."""
    if not hasattr(model, "get_params"):
        return {}
    return {key: _shown(value) for key, value in model.get_params(deep=False).items()}


def as_data(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON has it; what is not a number (NaN) is not known: ``None``.

    Raises ``ValueError`` if it, or something in it, is no data.

    Examples
    --------
    >>> as_data({"roc_auc": float("nan"), 3: (1, True)})
    {'roc_auc': None, '3': [1, True]}
    """
    if depth > _MOST_DEPTH:
        raise ValueError("nested too deeply")
    if hasattr(value, "tolist") and not isinstance(value, type):  # numbers and arrays of numpy
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, date | PurePath):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): as_data(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(entry, depth + 1) for entry in value]
    raise ValueError(f"a {type(value).__name__} is no data; give numbers, texts, lists or mappings")


def _take(key: str, value: Any, values: dict[str, Any], extra: dict[str, Any]) -> None:
    if key in _NOT_THE_CALLERS:
        raise ValueError("the registry says this itself; leave it out")
    data = as_data(value)
    if key in FIGURES:
        values[key] = _share(data)
    elif key == "training_samples":
        values[key] = _count(data)
    elif key == "training_features":
        if not isinstance(data, list) or not all(isinstance(entry, str) for entry in data):
            raise ValueError("no list of names")
        values[key] = data
    elif key in _TEXTS:
        if not isinstance(data, str) and (data is not None or key != "description"):
            raise ValueError(f"'{str(data)[:40]}' is no text")
        values[key] = data
    elif key in _TABLES:
        if not isinstance(data, dict):
            raise ValueError(f"'{str(data)[:40]}' is no mapping")
        values[key] = {name: str(entry) for name, entry in data.items()} if key == "tags" else data
    else:
        extra[key] = data


def _share(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise ValueError(f"'{str(value)[:40]}' is no share between 0 and 1")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise ValueError(f"'{str(value)[:40]}' is no number of rows")
    return int(value)


def _shown(value: Any) -> Any:
    try:
        return as_data(value)
    except ValueError:
        return type(value).__name__


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
