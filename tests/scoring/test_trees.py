"""A walk by hand through one tree, and the row as the libraries see it."""

from __future__ import annotations

import struct
from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.scoring.trees import LARGEST, LEAF, MISSING_LEFT, Trees, as_row, serialise

# 0: x0 <= 1.5 ? 1 : 2, missing right;  1: leaf 10;  2: x1 <= -0.5 ? 3 : 4, missing left;  3: leaf 20;  4: leaf 30
ROOTS, FEATURES = [0], [0, LEAF, 1 | MISSING_LEFT, LEAF, LEAF]
THRESHOLDS, LEFT = [1.5, 10.0, -0.5, 20.0, 30.0], [1, 2, 3, 4, 5]
TREE = Trees.parse("by hand", serialise(ROOTS, FEATURES, THRESHOLDS, LEFT), 2)


@pytest.mark.parametrize(
    ("row", "leaf"),
    [
        ([1.0, 0.0], 10.0),
        ([1.5, 0.0], 10.0),
        ([-inf, 0.0], 10.0),
        ([1.6, 0.0], 30.0),
        ([inf, -1.0], 20.0),
        ([2.0, -0.5], 20.0),
        ([2.0, -0.0], 30.0),
        ([nan, 0.0], 30.0),
        ([nan, nan], 20.0),
        ([2.0, nan], 20.0),
        ([1.0, nan], 10.0),
        ([2.0, 5e-324], 30.0),
        ([2.0, 1e300], 30.0),
        ([2.0, -1e300], 20.0),
    ],
)
def test_a_row_reaches_the_leaf_that_it_belongs_to(row: list[float], leaf: float) -> None:
    assert TREE.total(as_row(row)) == leaf


def test_the_leaves_of_all_trees_are_added() -> None:
    twice = serialise([0, 5], FEATURES * 2, THRESHOLDS * 2, [*LEFT, *(child + 5 for child in LEFT)])
    assert Trees.parse("twice", twice, 2).total(as_row([2.0, 0.0])) == 60.0


def test_trees_of_a_single_leaf_are_trees() -> None:
    for count in (1, 2, 3):
        data = serialise(range(count), [LEAF] * count, [0.25] * count, range(1, count + 1))
        assert Trees.parse("leaves", data, 0).total([]) == 0.25 * count


def test_the_layout_is_the_documented_one() -> None:
    data = serialise(ROOTS, FEATURES, THRESHOLDS, LEFT)
    assert data == b"HHT2" + struct.pack("<II I 5H 5f 5H", 1, 5, *ROOTS, *FEATURES, *THRESHOLDS, *LEFT)


def test_files_of_format_1_and_of_many_nodes_are_read() -> None:
    older = b"HHT1" + struct.pack("<II I 5H 5f 5I", 1, 5, *ROOTS, *FEATURES, *THRESHOLDS, *LEFT)
    trees = Trees.parse("older", older, 2)
    assert [list(part) for part in (trees.roots, trees.features, trees.thresholds, trees.left)] == [
        list(part) for part in (TREE.roots, TREE.features, TREE.thresholds, TREE.left)
    ]
    for count, magic in ((65_535, b"HHT2"), (65_536, b"HHT1")):
        data = serialise([0], [LEAF] * count, [0.25] * count, range(1, count + 1))
        assert data.startswith(magic)
        assert list(Trees.parse("many", data, 1).left) == list(range(1, count + 1))


def test_columns_that_no_tree_splits_on_are_not_used() -> None:
    assert TREE.columns == {0, 1}


@given(st.floats())
def test_a_row_holds_what_a_32_bit_float_can(number: float) -> None:
    (kept,) = as_row([number])
    if isnan(number):
        assert isnan(kept)
    else:
        assert abs(kept) <= LARGEST
        assert kept == struct.unpack("<f", struct.pack("<f", min(max(number, -LARGEST), LARGEST)))[0]
