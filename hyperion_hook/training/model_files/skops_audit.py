"""Whether a skops file may be put together at all: looked at as data, before skops sees it.

skops has a list of its own that trusts every scikit-learn estimator and numpy function, and it looks a type up by
importing its module. So the file is read here first: each part must be of a trusted type in its usual form, each array
must be plain numbers, and each tree must stay within its own nodes and its model's columns, since the libraries walk
trees without looking.
"""

from __future__ import annotations

import io
import json
import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyperion_hook.errors import HyperionError
from hyperion_hook.training.model_files.estimator_checks import Attributes, check_estimator
from hyperion_hook.training.model_files.trusted_types import FORMS
from hyperion_hook.training.model_files.xgboost_audit import checked_booster

SCHEMA = "schema.json"
MAX_BYTES = 256_000_000
"""Of everything in a file when unpacked."""
MAX_ENTRIES = 100_000
BOOSTER = "xgboost.core.Booster"
_PROTOCOL = 2
"""Of skops 0.11 and later; forms of older ones are not needed."""
_ENTRY = re.compile(r"[A-Za-z0-9-]{1,64}\.(npy|bin)")
_WRONG = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    SyntaxError,
    OverflowError,
    tokenize.TokenError,
    struct.error,
)
"""What reading a part of the wrong kind ends in."""
_COMMON = frozenset({"__class__", "__module__", "__loader__", "__id__"})
_ROOT = frozenset({"protocol", "_skops_version"})
_SUBSETS = "sklearn.ensemble._iforest.IsolationForest"
"""Its trees are grown on some of the columns."""
_GROWN = (
    "sklearn.tree.",
    "sklearn.ensemble._forest.",
    "sklearn.ensemble._iforest.",
    "sklearn.ensemble._gb.",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.",
)


class RefusedError(HyperionError):
    """A file that is not put together; the text says what is in it."""


class UntrustedTypeError(RefusedError):
    """A part of a file is of a type that is not on the list; ``kind`` is its full name."""

    def __init__(self, kind: str, form: str) -> None:
        self.kind = kind[:120]
        super().__init__(f"{self.kind} ({form[:40]}) is not on the list of trusted types")


@dataclass(frozen=True)
class Audited:
    """A file's parts once they have been looked at: the description, and the arrays and texts it names."""

    schema: Mapping[str, Any]
    entries: Mapping[str, bytes]


def audited(data: bytes) -> Audited:
    """Return the parts of a skops file that holds nothing but what is trusted.

    Raises ``RefusedError`` if it is damaged, holds anything else, or unpacks to too much.
    """
    try:
        entries = entries_of(data)
        schema = json.loads(entries.pop(SCHEMA))
        if not isinstance(schema, dict) or schema.get("protocol") != _PROTOCOL:
            raise RefusedError("it is written in another version of skops's format")
        walk = _Walk(entries)
        walk.part(schema, (), extra=_ROOT)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise RefusedError(f"no skops file ({error})") from None
    except _WRONG as error:
        raise RefusedError(f"a part is missing or of the wrong kind ({error})") from None
    except (RecursionError, MemoryError):
        raise RefusedError("it is nested too deeply") from None
    if walk.used != entries.keys():
        raise RefusedError("it holds parts that belong to nothing")
    return Audited(schema, entries)


def entries_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a skops file by name, unpacked and not looked at."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_ENTRIES or sum(info.file_size for info in infos) > MAX_BYTES:
            raise RefusedError(f"it unpacks to more than {MAX_BYTES:,} bytes or {MAX_ENTRIES:,} parts")
        names = [info.filename for info in infos]
        for name in names:
            if name != SCHEMA and not _ENTRY.fullmatch(name):
                raise RefusedError(f"a part is called {name[:60]!r}")
        if len(set(names)) != len(names) or SCHEMA not in names:
            raise RefusedError("it has no description, or a part twice")
        return {info.filename: archive.read(info) for info in infos}


class _Walk:
    """One look at every part; ``columns`` are how many the trees and forests around a part are shown."""

    def __init__(self, entries: Mapping[str, bytes]) -> None:
        self.used: set[str] = set()
        self._entries = entries
        self._tree_columns: list[int] = []

    def part(self, state: Any, columns: tuple[int, ...], *, extra: frozenset[str] = frozenset()) -> None:
        if not isinstance(state, dict):
            raise RefusedError(f"a part is no part but {str(state)[:40]!r}")
        form, kind = state["__loader__"], f"{state['__module__']}.{state['__class__']}"
        if form not in FORMS or kind not in FORMS[form].types:
            raise UntrustedTypeError(kind, str(form))
        if unknown := state.keys() - _COMMON - FORMS[form].parts - extra:
            raise RefusedError(f"a {form} has a part {str(min(unknown))[:40]!r}")
        if form == "ObjectNode":
            self._estimator(state, kind, columns)
            return
        for inner in self._inside(form, state):
            self.part(inner, columns)
        if form == "TreeNode":
            self._tree(state, columns)

    def _inside(self, form: str, state: Mapping[str, Any]) -> Sequence[Any]:
        """Look at a part itself, and return the parts in it."""
        match form:
            case "JsonNode":
                _json(state)
            case "BytearrayNode":
                self._entry(state["file"])
            case "SliceNode":
                if not all(part is None or isinstance(part, int) for part in state["content"].values()):
                    raise RefusedError("a range of columns that is none")
            case "NdArrayNode" if state["type"] == "numpy":
                self._array(state)
            case "NdArrayNode":
                return [*_list(state["content"]), state["shape"]]
            case "DictNode":
                return [state["key_types"], *_attributes(state["content"])]
            case "ListNode" | "TupleNode":
                return _list(state["content"])
            case "DTypeNode":
                return [state["content"]]
            case "LossNode" | "TreeNode":
                return [_arguments(state, "a loss" if form == "LossNode" else "a tree"), state["content"]]
        return ()

    def _estimator(self, state: Mapping[str, Any], kind: str, columns: tuple[int, ...]) -> None:
        content = state.get("content")
        attributes = content["content"] if isinstance(content, dict) else {}
        if kind == "sklearn.pipeline.Pipeline" and _json(attributes.get("memory", {"content": "null"})) is not None:
            # what a pipeline remembers on disk it unpickles
            raise RefusedError("a pipeline with a memory on disk")
        if kind == BOOSTER:
            if attributes.keys() != {"handle"} or attributes["handle"]["__loader__"] != "BytearrayNode":
                raise RefusedError("boosted trees that are no bytes")
            checked_booster(self._entry(attributes["handle"]["file"]))
        check_estimator(kind, Attributes(attributes, lambda name: _array(self._entry(name)), columns))
        # only trees and forests hand trees the rows they check themselves; one that was not fitted has no trees
        grown = kind.startswith(_GROWN)
        columns = (*columns, _json(attributes.get("n_features_in_", {"content": "-1"}))) if grown else ()
        before = len(self._tree_columns)
        if content is not None:
            self.part(content, columns)
        if kind == _SUBSETS and (widest := max(self._tree_columns[before:], default=0)):
            subsets = _list(attributes["estimators_features_"]["content"])
            if any(self._array(subset).size < widest for subset in subsets):
                raise RefusedError("a tree looks at columns that it is not shown")

    def _tree(self, state: Mapping[str, Any], columns: tuple[int, ...]) -> None:
        features, classes, outputs = state["__reduce__"]["args"]["content"]
        parts = state["content"]["content"]
        arrays = [self._array(entry) for entry in (classes, parts["nodes"], parts["values"])]
        count = _json(features)
        _check_tree(count, _json(outputs), *arrays)
        if _json(parts["node_count"]) != len(arrays[1]) or not columns or any(count > width for width in columns):
            raise RefusedError("a tree looks at more columns than its model has, or has other nodes than it says")
        self._tree_columns.append(count)

    def _array(self, state: Mapping[str, Any]) -> Any:
        return _array(self._entry(state["file"]))

    def _entry(self, name: str) -> bytes:
        self.used.add(name)
        return self._entries[name]


def _check_tree(features: Any, outputs: Any, classes: Any, nodes: Any, values: Any) -> None:
    """Make sure that a tree's walks end and stay within its nodes and columns, and its values fit."""
    if type(features) is not int or features < 1 or outputs != 1 or classes.shape != (1,) or nodes.ndim != 1:
        raise RefusedError("a tree of an unknown shape")
    left, right, feature = (nodes[name].astype(np.int64) for name in ("left_child", "right_child", "feature"))
    inner, own = left != -1, np.arange(len(nodes))
    children = np.stack([left, right])[:, inner]
    if (
        len(nodes) < 1
        or (right[~inner] != -1).any()
        # a child comes after its parent, so that every walk ends
        or (children <= own[inner]).any()
        or (children >= len(nodes)).any()
        or (feature[inner] < 0).any()
        or (feature[inner] >= features).any()
        or not 1 <= int(classes[0]) <= values.shape[-1]
        or values.shape[:2] != (len(nodes), 1)
    ):
        raise RefusedError("a tree leads out of its nodes or columns")


def _array(data: bytes) -> Any:
    """Return the numbers of an ``.npy`` file; nothing else is one, and nothing is unpickled."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise RefusedError("an array of another format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    count = int(np.prod(shape, dtype=object)) if shape else 1
    if dtype.hasobject or count * dtype.itemsize != len(data) - file.tell():
        raise RefusedError("an array that is no plain numbers")
    file.seek(0)
    return np.load(file, allow_pickle=False)


def _attributes(content: Mapping[str, Any]) -> Sequence[Any]:
    for name in content:
        if name.startswith("__"):
            raise RefusedError(f"an attribute is called {name[:40]!r}")
    return list(content.values())


def _arguments(state: Mapping[str, Any], what: str) -> Any:
    if state["__reduce__"].keys() != {"args"}:
        raise RefusedError(f"{what} is made of more than its arguments")
    return state["__reduce__"]["args"]


def _json(state: Mapping[str, Any]) -> Any:
    return json.loads(state["content"])


def _list(values: Any) -> Sequence[Any]:
    if not isinstance(values, list):
        raise TypeError("no list")
    return values
