from __future__ import annotations

from math import log

import pytest

from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.scoring.bugs import BugModel, columns_of
from hyperion_hook.scoring.members import TreeMember, sigmoid
from hyperion_hook.scoring.trees import LEAF, Trees, serialise

# one split: up to two fixes so far -1.0, more +0.5
TREES = Trees.parse("by hand", serialise([0], [0, LEAF, LEAF], [2.0, -1.0, 0.5], [1, 2, 3]), 1)
MODEL = BugModel(columns_of(["fixes"]), TreeMember("bugs", TREES, averaged=False, base=-0.25), 2.0, 0.1, 0.9, 0.4, 0.2)


def row(fixes: float) -> list[float]:
    return [fixes if name == "fixes" else 7.0 for name in FILE_NUMBERS]


def test_a_file_is_calibrated_leaves() -> None:
    assert MODEL.file_log_odds(row(1.0)) == pytest.approx(2.0 * -1.25 + 0.1)
    assert MODEL.file_probability(row(3.0)) == pytest.approx(sigmoid(2.0 * 0.25 + 0.1))


def test_a_change_follows_from_its_riskiest_file_and_the_number_of_files() -> None:
    assert MODEL.change_log_odds([-1.0, 0.5, -2.0]) == pytest.approx(0.9 * 0.5 + 0.4 * log(3) + 0.2)
    assert MODEL.change_log_odds([0.5]) == pytest.approx(0.9 * 0.5 + 0.2)


@pytest.mark.parametrize("names", [[], ["fixes", "fixes"], ["la"]])
def test_numbers_that_are_not_those_of_a_file_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no numbers|not in"):
        columns_of(names)
