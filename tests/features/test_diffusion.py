from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.features.change import diffusion
from hyperion_hook.features.change.diffusion import change_entropy
from tests.support.changes import change, context, edit


def test_an_empty_change_is_spread_over_nothing() -> None:
    values = diffusion.measure(context(change()))
    assert set(values.values()) == {0.0}


def test_folders_files_and_languages_are_counted() -> None:
    judged = change(
        edit("a/x/one.py", "+1"),
        edit("a/y/two.py", "+1"),
        edit("b/three.js", "+1"),
        edit("four.txt", "+1"),
        edit("b/test/five_test.go", "+1", FileStatus.ADDED),
        edit("b/six.c", "", old_path="b/old.c"),
    )
    values = diffusion.measure(context(judged))
    assert (values["ns"], values["nd"], values["nf"]) == (3, 5, 6)
    assert (values["files_added"], values["files_renamed"]) == (1, 1)
    assert (values["source_files"], values["test_files"], values["language_count"]) == (4, 1, 4)


def test_entropy_equals_shannons_formula_worked_by_hand() -> None:
    # p = 1/2, 1/4, 1/4: 1.5 bits of log2(3) possible
    assert change_entropy([2, 1, 1]) == pytest.approx(1.5 / 1.584962500721156)


def test_negative_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="-1 is negative"):
        change_entropy([3, -1])


@given(st.lists(st.integers(0, 10_000), max_size=20), st.randoms())
def test_entropy_lies_in_its_range_and_ignores_order_and_empty_files(lines: list[int], random: object) -> None:
    value = change_entropy(lines)
    shuffled = [*lines, 0]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert 0.0 <= value <= 1.0
    assert change_entropy(shuffled) == value
