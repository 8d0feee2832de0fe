"""Mined rows are validated before they are learned from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hyperion_hook.errors import TrainingError
from hyperion_hook.training.validation.row_checks import checked

pytestmark = pytest.mark.train

ROWS = 200


def rows(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "repository": "r",
            "commit": [f"{number:08x}" for number in range(ROWS)],
            "la": np.arange(ROWS) % 7.0,
            "entropy": np.linspace(0, 1, ROWS),
            "buggy": [0, 0, 0, 1] * (ROWS // 4),
            **columns,
        }
    )


def test_good_rows_are_passed_without_a_word() -> None:
    assert checked(rows(), ["la", "entropy"]) == ()


def test_long_tails_and_equal_vectors_are_usual_in_changes() -> None:
    assert checked(rows(la=[1.0, 2.0] * 99 + [1e6, 1e7], entropy=[0.1, 0.4] * 100), ["la", "entropy"]) == ()


def test_what_is_odd_is_told_and_what_is_not_learned_from_is_not_looked_at() -> None:
    table = rows(entropy=[np.nan] * 60 + [0.5, 7.0] * 70, ld=np.inf)
    assert checked(table, ["la", "entropy"]) == (
        "values in under 80 % of the rows: entropy (70 %)",
        "values that the feature cannot have: entropy (70 outside of 0 to 1)",
    )


def test_what_cannot_be_learned_from_is_one_line() -> None:
    table = rows(la=np.inf, commit="c")
    with pytest.raises(TrainingError, match=r"rows that cannot be learned from: infinite, .*; 199 commits twice; "):
        checked(table, ["la", "entropy"])


@pytest.mark.parametrize("table", [rows().head(5), rows(buggy=0)], ids=["few rows", "no bugs"])
def test_too_little_history_is_told_by_those_who_need_it(table: pd.DataFrame) -> None:
    assert checked(table, ["la"]) == ()
