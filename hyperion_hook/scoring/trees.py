"""Trees as flat arrays, walked by the standard library.

A node is a feature number, a threshold and the number of its left child; the right child is the next one. A row goes
left where its value is at most the threshold. Values and thresholds are 32-bit floats, as the libraries compare them,
so the leaf that is reached is the libraries' own.

Layout of a file, little-endian: ``HHT2``, number of trees, number of nodes (uint32 each), the root of each tree
(uint32), then three arrays over the nodes: feature (uint16; bit 15: a missing value goes left; 0x7FFF: a leaf),
threshold or leaf value (float32), left child (uint16; in a leaf, where it is not read, the number of the next node).
``HHT1`` has uint32 for the left child: files of format 1, and those of more nodes than uint16 counts.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence
from math import isfinite, isnan
from operator import gt

from hyperion_hook.errors import ArtefactError

_LEFT = {b"HHT1": "I", b"HHT2": "H"}
"""The type of the left children, by how a file begins."""
LEAF = 0x7FFF
MISSING_LEFT = 0x8000
MAX_TREES = 10_000
MAX_NODES = 5_000_000
LARGEST = 3.4028234663852886e38
"""The largest 32-bit float; infinities are taken for it, since the libraries refuse them."""
REINSTALL = "reinstall hyperion-hook, or name another folder: --models PATH"
"""What to do about models that are damaged."""


class Trees:
    """An ensemble of regression trees whose leaf values are summed."""

    __slots__ = ("columns", "features", "left", "name", "roots", "thresholds")

    def __init__(
        self, name: str, roots: Sequence[int], features: array[int], thresholds: array[float], left: array[int]
    ) -> None:
        self.name = name
        self.roots = roots
        self.features = features
        self.thresholds = thresholds
        self.left = left
        self.columns = frozenset(feature & LEAF for feature in set(features)) - {LEAF}
        """The columns that some tree splits on."""

    @classmethod
    def parse(cls, name: str, data: bytes, feature_count: int) -> Trees:
        """Read the layout above and check every index.

        Raises ``ArtefactError`` if the data is truncated or too large, a number is not finite, a feature is
        named that there is none of, a child lies behind the last node, or a child does not come after its
        parent: then a walk could fail to end.
        """
        if len(data) < 12 or data[:4] not in _LEFT:
            raise _damaged(name, "not a file of trees")
        tree_count, node_count = struct.unpack("<II", data[4:12])
        roots, features, thresholds, left = array("I"), array("H"), array("f"), array(_LEFT[data[:4]])
        size = 12 + 4 * tree_count + (6 + left.itemsize) * node_count
        if tree_count > MAX_TREES or node_count > MAX_NODES or len(data) != size:
            raise _damaged(name, "its length is not what its header says")
        position = 12
        for part, count in ((roots, tree_count), (features, node_count), (thresholds, node_count), (left, node_count)):
            end = position + part.itemsize * count
            part.frombytes(data[position:end])
            if sys.byteorder == "big":
                part.byteswap()
            position = end
        if not all(map(gt, left, range(node_count))):
            raise _damaged(name, "a child does not come after its parent")
        # children stand in pairs behind their parent: the last two nodes are leaves, and only they may point further
        if max(left[:-2], default=-1) > node_count - 2 or any(feature & LEAF != LEAF for feature in features[-2:]):
            raise _damaged(name, "a child lies behind the last node")
        # a sum of 32-bit floats cannot overflow, so it is finite if and only if all of them are
        if not isfinite(sum(thresholds)):
            raise _damaged(name, "a threshold or a leaf is no finite number")
        trees = cls(name, roots, features, thresholds, left)
        if (last := max(trees.columns, default=-1)) >= feature_count:
            raise _damaged(name, f"feature number {last} where there are {feature_count}")
        if any(root >= node_count for root in roots):
            raise _damaged(name, "a tree begins behind the last node")
        return trees

    def total(self, row: Sequence[float]) -> float:
        """Return the sum of the leaf values that a row of 32-bit floats (NaN: missing) reaches."""
        features, thresholds, left = self.features, self.thresholds, self.left
        total = 0.0
        for root in self.roots:
            node = root
            while (feature := features[node]) & LEAF != LEAF:
                value = row[feature & LEAF]
                if value <= thresholds[node] or (feature & MISSING_LEFT and isnan(value)):
                    node = left[node]
                else:
                    node = left[node] + 1
            total += thresholds[node]
        return total


def serialise(roots: Sequence[int], features: Sequence[int], thresholds: Sequence[float], left: Sequence[int]) -> bytes:
    """Return the layout above; the inverse of ``Trees.parse``."""
    magic = b"HHT2" if max(left, default=0) <= 0xFFFF else b"HHT1"
    data = [magic, struct.pack("<II", len(roots), len(features))]
    for kind, values in (("I", roots), ("H", features), ("f", thresholds), (_LEFT[magic], left)):
        part = array(kind, values)
        if sys.byteorder == "big":
            part.byteswap()
        data.append(part.tobytes())
    return b"".join(data)


def as_row(numbers: Sequence[float]) -> array[float]:
    """Return numbers as 32-bit floats, infinities and what is beyond them as the largest.

    Examples
    --------
    >>> as_row([0.1, float("inf"), -1e300]).tolist()
    [0.10000000149011612, 3.4028234663852886e+38, -3.4028234663852886e+38]
    """
    return array("f", [number if isnan(number) else min(max(number, -LARGEST), LARGEST) for number in numbers])


def _damaged(name: str, what: str) -> ArtefactError:
    return ArtefactError(f"model file '{name}': {what}", REINSTALL)
