"""A fitted estimator as the bytes of a skops file and back; the same estimator gives the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hyperion_hook.ml.estimator_audit import MAX_BYTES, SCHEMA, Audited, RefusedError, audited
from hyperion_hook.ml.trusted_types import NAMES

_WHEN = (1980, 1, 1, 0, 0, 0)


def packed(model: Any) -> bytes:
    """Return an estimator as the bytes of a skops file.

    Raises
    ------
    RefusedError
        If it holds anything that is not on the list of trusted types, or could not be loaded again.
    """
    import skops.io  # noqa: PLC0415 - costs a second; reading a registry needs none of it

    try:
        data = skops.io.dumps(model)
    except Exception as error:
        raise RefusedError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    if len(data) > MAX_BYTES:
        raise RefusedError(f"it is larger than {MAX_BYTES:,} bytes")
    return _zipped(audited(data))


def unpacked(data: bytes) -> Any:
    """Return the estimator that ``packed`` made bytes of.

    Raises
    ------
    RefusedError
        If the bytes hold anything that is not trusted, or what they hold does not fit together; nothing is executed.
    """
    import skops.io  # noqa: PLC0415 - see above

    # skops gets what was looked at, not the bytes it was read from: one zip file can be read in two ways
    known = _zipped(audited(data))
    try:
        model = skops.io.loads(known, trusted=list(NAMES))
    except (Exception, RecursionError) as error:
        raise RefusedError(f"it does not fit together ({str(error)[:200]})") from error
    for booster in _boosters(model, 0):
        _check_booster(booster)
    return model


def _zipped(parts: Audited) -> bytes:
    """Return a skops file with its parts numbered from one, in the order in which they are named; equal ones once."""
    names: dict[bytes, str] = {}
    entries = {name: _without_gaps(data) if name.endswith(".npy") else data for name, data in parts.entries.items()}
    schema = _renamed(parts.schema, entries, names)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, name in names.items():
            _write(archive, name, entry)
        _write(archive, SCHEMA, json.dumps(schema, separators=(",", ":")).encode())
    return buffer.getvalue()


def _renamed(state: Any, entries: Mapping[str, bytes], names: dict[bytes, str]) -> Any:
    """Return a description without the numbers of its parts: by them one part could pose as another."""
    if isinstance(state, list):
        return [_renamed(entry, entries, names) for entry in state]
    if not isinstance(state, dict):
        return state
    if "__loader__" in state and "file" in state:
        suffix = state["file"].rpartition(".")[2]
        state = {**state, "file": names.setdefault(entries[state["file"]], f"{len(names) + 1}.{suffix}")}
    return {key: _renamed(value, entries, names) for key, value in state.items() if key != "__id__"}


def _without_gaps(data: bytes) -> bytes:
    """Return the file of an array with nothing between the fields of its records: what memory held there is there."""
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.dtype.names is None:
        return data
    clean = np.zeros(array.shape, dtype=array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data, compresslevel=6)


def _boosters(value: Any, depth: int) -> Iterator[Any]:
    """Yield every set of boosted trees in an estimator."""
    from sklearn.base import BaseEstimator  # noqa: PLC0415 - see above
    from xgboost import Booster  # noqa: PLC0415

    if depth > 50:
        raise RefusedError("it is nested too deeply")
    if isinstance(value, Booster):
        yield value
        return
    inner: Any = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif isinstance(value, BaseEstimator) or type(value).__module__ == "sklearn.calibration":
        inner = vars(value).values()
    for entry in inner:
        yield from _boosters(entry, depth + 1)


def _check_booster(booster: Any) -> None:
    """Make sure that boosted trees stay within their nodes and columns: XGBoost walks them without looking."""
    try:
        learner = json.loads(bytes(booster.save_raw("json")))["learner"]
        width = int(learner["learner_model_param"]["num_feature"])
        boosted = learner["gradient_booster"]
        # the booster called dart has its trees one level further down
        for tree in boosted.get("gbtree", boosted).get("model", {}).get("trees", ()):
            left, right, column = (
                np.asarray(tree[name], dtype=np.int64) for name in ("left_children", "right_children", "split_indices")
            )
            _check_walks(left, right, column, width)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise RefusedError(f"boosted trees that do not fit together ({str(error)[:200]})") from None


def _check_walks(left: Any, right: Any, column: Any, width: int) -> None:
    if not len(left) == len(right) == len(column) > 0:
        raise ValueError("arrays of different lengths")
    seen = np.zeros(len(left), dtype=np.int64)
    nodes = np.zeros(1, dtype=np.int64)
    while len(nodes):
        np.add.at(seen, nodes, 1)
        inner = nodes[left[nodes] != -1]
        nodes = np.concatenate([left[inner], right[inner]])
        if ((nodes < 0) | (nodes >= len(left))).any() or ((column[inner] < 0) | (column[inner] >= width)).any():
            raise ValueError("a tree leads out of its nodes or columns")
        if seen.max() > 1:
            raise ValueError("a tree leads back to itself")
