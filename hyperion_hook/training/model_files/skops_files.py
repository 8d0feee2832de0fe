"""A fitted estimator as the bytes of a skops file and back; the same estimator gives the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
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
        raise RefusedError((str(error) or type(error).__name__).splitlines()[0]) from error
    entries = entries_of(data)
    schema = json.loads(entries.pop(SCHEMA))
    schema = _rewritten(schema, lambda part: _NOTHING if _kind(part) in FOR_FITTING else part)
    for name in _snapshots(schema):
        entries[name] = text_of(entries[name])
    data = _zipped(Audited(schema, entries))
    audited(data)
    return data


def unpacked(data: bytes) -> Any:
    """Return the estimator that ``packed`` made bytes of.

    Raises ``RefusedError`` if the bytes hold anything that is not trusted, or what they hold does not fit together;
    nothing is executed.
    """
    import skops.io

    parts = audited(data)
    try:
        boosted = {name: snapshot_of(parts.entries[name]) for name in _snapshots(parts.schema)}
        # skops gets what was looked at, not the bytes it was read from: one zip file can be read in two ways
        known = _zipped(Audited(parts.schema, {**parts.entries, **boosted}))
        return _with_trees(skops.io.loads(known, trusted=list(NAMES)))
    except (Exception, RecursionError) as error:
        raise RefusedError(f"it does not fit together ({str(error)[:200]})") from error


def _rewritten(state: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Return a description in which every part is as ``change`` returns it, from the outside in."""
    if isinstance(state, list):
        return [_rewritten(entry, change) for entry in state]
    if not isinstance(state, dict):
        return state
    return {key: _rewritten(value, change) for key, value in change(state).items()}


def _kind(part: Mapping[str, Any]) -> str:
    return f"{part.get('__module__')}.{part.get('__class__')}"


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

    def renamed(part: dict[str, Any]) -> dict[str, Any]:
        # without the numbers of its parts: by them one part could pose as another
        part = {key: value for key, value in part.items() if key != "__id__"}
        if "__loader__" in part and "file" in part:
            suffix = part["file"].rpartition(".")[2]
            part["file"] = names.setdefault(entries[part["file"]], f"{len(names) + 1}.{suffix}")
        return part

    schema = _rewritten(parts.schema, renamed)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, name in [*names.items(), (json.dumps(schema, separators=(",", ":")).encode(), SCHEMA)]:
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry, compresslevel=6)
    return buffer.getvalue()


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


def _snapshots(schema: Mapping[str, Any]) -> set[str]:
    """Return the names of the parts that hold boosted trees."""
    names = set()

    def look(part: dict[str, Any]) -> dict[str, Any]:
        if _kind(part) == BOOSTER and "content" in part:
            names.add(part["content"]["content"]["handle"]["file"])
        return part

    _rewritten(schema, look)
    return names
