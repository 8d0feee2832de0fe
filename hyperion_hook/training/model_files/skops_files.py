"""A fitted estimator as the bytes of a skops file and back; the same estimator gives the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from hyperion_hook.training.model_files.skops_audit import BOOSTER, SCHEMA, Audited, RefusedError, audited, entries_of
from hyperion_hook.training.model_files.trusted_types import FOR_FITTING, NAMES
from hyperion_hook.training.model_files.xgboost_audit import snapshot_of, text_of

_NOTHING = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": "null", "is_json": True}
_WHEN = (1980, 1, 1, 0, 0, 0)


def packed(model: Any) -> bytes:
    """Return an estimator as the bytes of a skops file.

    Raises ``RefusedError`` if it holds anything that is not on the list of trusted types, or could not be loaded
    again.
    """
    import skops.io

    try:
        data = skops.io.dumps(model)
    except Exception as error:
        raise RefusedError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    entries = entries_of(data)
    schema = _without_fitting(json.loads(entries.pop(SCHEMA)))
    for name in set(_snapshots(schema)):
        entries[name] = text_of(entries[name])
    kept = _zipped(Audited(schema, entries))
    audited(kept)
    return kept


def unpacked(data: bytes) -> Any:
    """Return the estimator that ``packed`` made bytes of.

    Raises ``RefusedError`` if the bytes hold anything that is not trusted, or what they hold does not fit together;
    nothing is executed.
    """
    import skops.io

    parts = audited(data)
    try:
        boosted = {name: snapshot_of(parts.entries[name]) for name in set(_snapshots(parts.schema))}
        # skops gets what was looked at, not the bytes it was read from: one zip file can be read in two ways
        known = _zipped(Audited(parts.schema, {**parts.entries, **boosted}))
        return _with_trees(skops.io.loads(known, trusted=list(NAMES)))
    except (Exception, RecursionError) as error:
        raise RefusedError(f"it does not fit together ({str(error)[:200]})") from error


def _without_fitting(state: Any) -> Any:
    """Return a description with nothing where only fitting needs something."""
    if isinstance(state, list):
        return [_without_fitting(entry) for entry in state]
    if not isinstance(state, dict):
        return state
    if f"{state.get('__module__')}.{state.get('__class__')}" in FOR_FITTING:
        return _NOTHING
    return {key: _without_fitting(value) for key, value in state.items()}


def _with_trees(part: Any) -> Any:
    """Return an estimator, and what is in it, with the trees of neighbours grown from their rows."""
    inside: Iterable[Any] = part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ()
    if isinstance(part, np.ndarray) and part.dtype == object:
        inside = part.ravel()
    if type(part).__module__.startswith(("sklearn.", "hyperion_hook.")) and hasattr(part, "__dict__"):
        inside = vars(part).values()
        method = getattr(part, "_fit_method", None)
        if method in {"kd_tree", "ball_tree"} and part._tree is None:  # noqa: SLF001 - of scikit-learn
            from sklearn import neighbors

            grow = neighbors.KDTree if method == "kd_tree" else neighbors.BallTree
            part._tree = grow(  # noqa: SLF001
                part._fit_X,  # noqa: SLF001
                part.leaf_size,
                metric=part.effective_metric_,
                **part.effective_metric_params_,
            )
    for entry in inside:
        _with_trees(entry)
    return part


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


def _snapshots(state: Any) -> Iterator[str]:
    """Yield the names of the parts that hold boosted trees."""
    if isinstance(state, list):
        for entry in state:
            yield from _snapshots(entry)
    elif isinstance(state, dict):
        if f"{state.get('__module__')}.{state.get('__class__')}" == BOOSTER and "content" in state:
            yield state["content"]["content"]["handle"]["file"]
        for entry in state.values():
            yield from _snapshots(entry)
