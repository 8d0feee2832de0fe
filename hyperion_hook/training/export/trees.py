"""Trees of scikit-learn and XGBoost to the flat arrays that ``scoring.trees`` walks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hyperion_hook.scoring.trees import LARGEST, LEAF, MISSING_LEFT, serialise


@dataclass(frozen=True)
class Tree:
    """One tree as plain lists; ``left`` is -1 at leaves, whose ``value`` counts."""

    left: Sequence[int]
    right: Sequence[int]
    feature: Sequence[int]
    threshold: Sequence[float]
    missing_left: Sequence[bool]
    value: Sequence[float]


def from_sklearn(tree: Any, leaf_values: Callable[[Any], Any]) -> Tree:
    """Return one of scikit-learn's trees; ``leaf_values`` gives a value for each of its nodes."""
    missing = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count, dtype=bool))
    return Tree(
        tree.children_left.tolist(),
        tree.children_right.tolist(),
        tree.feature.tolist(),
        [_floor32(value) for value in tree.threshold.tolist()],
        np.asarray(missing, dtype=bool).tolist(),
        leaf_values(tree).tolist(),
    )


def share_of_second(tree: Any) -> Any:
    """Return at each node the share of the second class; shape ``(n_nodes,)``."""
    values = tree.value[:, 0, :]
    return values[:, 1] / values.sum(axis=1)


def path_lengths(tree: Any) -> Any:
    """Return at each node of an isolation tree the expected length of a path that ends there; ``(n_nodes,)``."""
    depths = np.zeros(tree.node_count)
    for node in range(tree.node_count):
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return depths + average_path_length(tree.n_node_samples)


def average_path_length(samples: Any) -> Any:
    """Return the mean length of an unsuccessful search in a binary tree of so many samples (Liu et al. 2008)."""
    counts = np.asarray(samples, dtype=np.float64)
    result = np.where(counts == 2, 1.0, 0.0)
    many = counts > 2
    result[many] = 2.0 * (np.log(counts[many] - 1.0) + np.euler_gamma) - 2.0 * (counts[many] - 1.0) / counts[many]
    return result


def renumbered(tree: Tree, columns: Sequence[int]) -> Tree:
    """Return a tree grown on some of the columns as one over all of them."""
    return replace(tree, feature=[int(columns[number]) if number >= 0 else number for number in tree.feature])


def imputed(tree: Tree, fills: Sequence[float]) -> Tree:
    """Return the tree that does with missing values what the tree does with the number each is replaced by.

    ``fills`` has the number that stands in for a missing value, by column.
    """
    return replace(
        tree,
        missing_left=[
            feature >= 0 and float(np.float32(fills[feature])) <= threshold
            for feature, threshold in zip(tree.feature, tree.threshold, strict=True)
        ],
    )


def boosted_trees(booster: Any) -> tuple[list[Tree], float]:
    """Return boosted trees, and the log-odds they start from."""
    saved = json.loads(bytes(booster.save_raw("json")))["learner"]
    base = json.loads(str(saved["learner_model_param"]["base_score"]))
    probability = float(base[0] if isinstance(base, list) else base)
    trees = []
    for tree in saved["gradient_booster"]["model"]["trees"]:
        conditions = [float(np.float32(value)) for value in tree["split_conditions"]]
        trees.append(
            Tree(
                [int(child) for child in tree["left_children"]],
                [int(child) for child in tree["right_children"]],
                [int(i) for i in tree["split_indices"]],
                # XGBoost goes left below the threshold, not at it
                [float(np.nextafter(np.float32(value), np.float32(-np.inf))) for value in conditions],
                [bool(flag) for flag in tree["default_left"]],
                conditions,
            )
        )
    return trees, float(np.log(probability / (1.0 - probability)))


def flat(trees: Sequence[Tree]) -> bytes:
    """Return trees as the bytes of a file that ``scoring.trees`` reads."""
    roots: list[int] = []
    features: list[int] = []
    thresholds: list[float] = []
    left: list[int] = []
    for tree in trees:
        start = len(features)
        roots.append(start)
        order = [0]
        # children are put side by side behind their parent, breadth first
        for position, node in enumerate(order):
            number = start + position
            if tree.left[node] < 0:
                features.append(LEAF)
                thresholds.append(tree.value[node])
                left.append(number + 1)
                continue
            features.append(tree.feature[node] | (MISSING_LEFT if tree.missing_left[node] else 0))
            thresholds.append(tree.threshold[node])
            left.append(start + len(order))
            order += [tree.left[node], tree.right[node]]
    return serialise(roots, features, thresholds, left)


def _floor32(value: float) -> float:
    """Return the largest 32-bit float that is not above: ``x <= value`` is the same for every 32-bit ``x``."""
    rounded = np.float32(min(max(value, -LARGEST), LARGEST))
    return float(rounded if float(rounded) <= value else np.nextafter(rounded, np.float32(-np.inf)))
