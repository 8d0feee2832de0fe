"""Boosted trees in XGBoost's own JSON, looked at as data before XGBoost reads them.

skops keeps what XGBoost calls a snapshot, which is for the same XGBoost only; and of a damaged snapshot XGBoost reads
beyond its memory. Its JSON is kept here instead, and nothing but whole trees is ever handed to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_OBJECTIVES = frozenset(
    "binary:logistic binary:logitraw count:poisson multi:softmax multi:softprob reg:absoluteerror reg:gamma "
    "reg:logistic reg:squarederror reg:squaredlogerror reg:tweedie".split()
)
_NODES = tuple(
    "base_weights default_left left_children loss_changes parents right_children split_conditions "
    "split_indices split_type sum_hessian".split()
)
_MOST_COLUMNS, _MOST_CLASSES = 1_000_000, 1_000


def text_of(snapshot: bytes) -> bytes:
    """Return a snapshot that XGBoost made in this process as its JSON."""
    from xgboost import Booster

    booster = Booster()
    booster.__setstate__({"handle": bytearray(snapshot)})
    return bytes(booster.save_raw("json"))


def snapshot_of(text: bytes) -> bytes:
    """Return the snapshot, in the form of this XGBoost, of trees in its JSON.

    Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` if they are not whole.
    """
    from xgboost import Booster

    booster = Booster()
    booster.load_model(_audited_json(text))
    return bytes(booster.__getstate__()["handle"])


def boosted(kind: str, text: bytes) -> Any:
    """Return the estimator of XGBoost's scikit-learn interface that has trees in XGBoost's JSON.

    Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` if the trees are not whole, or another
    estimator's. ``kind`` is the name of its class: ``XGBClassifier``, ``XGBRegressor``.
    """
    import xgboost

    model = getattr(xgboost, kind)()
    model.load_model(_audited_json(text))
    return model


def _audited_json(text: bytes) -> bytearray:
    """Return the audited content written anew: of two entries of one name in the bytes each reader takes another."""
    # XGBoost does not read escapes: names beyond ASCII would become others
    return bytearray(json.dumps(checked_booster(text), allow_nan=False, ensure_ascii=False).encode())


def checked_booster(text: bytes) -> dict[str, Any]:
    """Return XGBoost's JSON once it is known that every walk through its trees ends, and within them.

    Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` if it is not so.
    """
    model: dict[str, Any] = json.loads(text)
    learner = model["learner"]
    shape, boosted = learner["learner_model_param"], learner["gradient_booster"]
    columns, classes = _within(shape["num_feature"], _MOST_COLUMNS), _within(shape["num_class"], _MOST_CLASSES)
    for names in (learner["feature_names"], learner["feature_types"]):
        if len(_listed(names, lambda name: isinstance(name, str), "names")) not in (0, columns):
            raise ValueError("names for other columns")
    if learner["objective"]["name"] not in _OBJECTIVES or boosted["name"] != "gbtree" or shape["num_target"] != "1":
        raise ValueError("another kind of model")
    starts = json.loads(shape["base_score"])
    if not np.isfinite(_numbers(starts if isinstance(starts, list) else [starts])).all():
        raise ValueError("no number to start from")
    if isinstance(starts, list) and len(starts) not in (1, max(classes, 1)):
        raise ValueError("numbers to start from for other classes")
    trees, info = boosted["model"]["trees"], _whole(boosted["model"]["tree_info"])
    rounds = _whole(boosted["model"]["iteration_indptr"])
    if any(boosted["model"].get("cats", {}).values()):
        raise ValueError("categories")
    if not len(trees) == len(info) == _within(boosted["model"]["gbtree_model_param"]["num_trees"], 1_000_000):
        raise ValueError("another number of trees")
    if (info < 0).any() or (info >= max(classes, 1)).any():
        raise ValueError("a tree of no class")
    if len(rounds) < 1 or rounds[0] != 0 or rounds[-1] != len(trees) or (np.diff(rounds) < 0).any():
        raise ValueError("rounds that do not add up")
    for number, tree in enumerate(trees):
        _check_tree(tree, number, columns)
    return model


def _check_tree(tree: Mapping[str, Any], number: int, columns: int) -> None:
    shape = tree["tree_param"]
    count = _within(shape["num_nodes"], 10_000_000)
    nodes = {name: _numbers(tree[name]) for name in _NODES}
    if count < 1 or any(len(values) != count or not np.isfinite(values).all() for values in nodes.values()):
        raise ValueError("arrays of another length, or no numbers")
    if any(tree[name] for name in ("categories", "categories_nodes", "categories_segments", "categories_sizes")):
        raise ValueError("categories")
    if (
        nodes["split_type"].any()
        or tree["id"] != number
        or shape["num_feature"] != str(columns)
        or shape["size_leaf_vector"] not in ("0", "1")
        or not 0 <= _within(shape["num_deleted"], count) < count
    ):
        raise ValueError("another kind of tree")
    left, right, column, parents = (
        _whole(tree[name]) for name in ("left_children", "right_children", "split_indices", "parents")
    )
    _check_walks(left, right, column, parents, columns)


def _check_walks(left: Any, right: Any, column: Any, parents: Any, columns: int) -> None:
    if (column < 0).any() or (column >= columns).any() or ((left == -1) != (right == -1)).any():
        raise ValueError("a column that there is none of, or half a leaf")
    above = np.delete(parents, 0)
    if ((above < -1) | ((above >= len(parents)) & (above != 2**31 - 1))).any():
        raise ValueError("a parent that there is none of")
    seen = np.zeros(len(left), dtype=np.int64)
    nodes = np.zeros(1, dtype=np.int64)
    while len(nodes):
        np.add.at(seen, nodes, 1)
        if seen.max() > 1:
            raise ValueError("a tree leads back to itself")
        inner = nodes[left[nodes] != -1]
        children = np.concatenate([left[inner], right[inner]])
        if ((children < 0) | (children >= len(left))).any() or (parents[children] != np.tile(inner, 2)).any():
            raise ValueError("a tree leads out of its nodes")
        nodes = children


def _within(value: Any, most: int) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or not int(value[:20]) <= most:
        raise ValueError(f"{str(value)[:20]!r} is no number up to {most}")
    return int(value)


def _numbers(values: Any) -> Any:
    return np.array(_listed(values, lambda value: type(value) in (int, float), "numbers"), dtype=np.float64)


def _whole(values: Any) -> Any:
    whole = _listed(values, lambda value: type(value) is int and abs(value) < 2**31, "whole numbers")
    return np.array(whole, dtype=np.int64)


def _listed(values: Any, fits: Callable[[Any], bool], what: str) -> list[Any]:
    if not isinstance(values, list) or not all(map(fits, values)):
        raise ValueError(f"no list of {what}")
    return values
