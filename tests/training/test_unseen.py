from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from hyperion_hook.domain.history import DAY
from hyperion_hook.training.evaluation import leave_one_out as unseen
from hyperion_hook.training.evaluation.leave_one_out import OTHERS_ONLY, OWN_TOO, compared, leave_each_out, summary
from hyperion_hook.training.evaluation.leave_one_out_report import as_data, comparison_lines, repository_lines
from hyperion_hook.training.models.fit import FittedRecipes
from hyperion_hook.training.models.recipes import BLEND, Recipe
from hyperion_hook.training.rows.dataset import FEATURES
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.time_split import cut_at
from tests.support.corpus_rows import corpus_rows, with_labels_moved_in_blocks

pytestmark = pytest.mark.train

OPTIONS = RetrainOptions(threads=1, folds=2, pool_rows=10_000)


def figures(**values: float) -> dict[str, dict[str, float]]:
    return {name: {"roc_auc": value} for name, value in values.items()}


def test_means_and_differences_are_taken_repository_by_repository() -> None:
    found = compared("bugs", [figures(la=0.6, new=0.7), {}, figures(la=0.8, new=0.8)], ["la"])
    assert found.repositories == 2
    assert found.means["new"]["roc_auc"].value == pytest.approx(0.75)
    gain = found.gains["la"]["new"]["roc_auc"]
    assert (gain.value, gain.low, gain.high) == pytest.approx((0.05, 0.0, 0.1))
    assert "la" not in found.gains["la"]


def test_a_repository_without_a_figure_is_left_out_of_that_mean() -> None:
    found = compared("bugs", [figures(la=0.6), figures(la=math.nan)], ["la"])
    assert found.means["la"]["roc_auc"].value == pytest.approx(0.6)


def test_no_repository_at_all_gives_no_figures() -> None:
    found = compared("bugs", [{}, {}], ["la"])
    assert (found.repositories, found.means, found.gains) == (0, {}, {})


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return corpus_rows()


@pytest.fixture(scope="module")
def watched(rows: pd.DataFrame) -> tuple[list[unseen.LeftOut], list[pd.DataFrame]]:
    """Return what was found, and all rows that were learned from, in turn."""
    learned: list[pd.DataFrame] = []
    fit = unseen.fit_rows

    def watching(train: pd.DataFrame, recipes: Sequence[Recipe], options: RetrainOptions) -> FittedRecipes:
        learned.append(train)
        return fit(train, recipes, options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unseen, "fit_rows", watching)
        done, warnings = leave_each_out(rows, OPTIONS)
    assert warnings == ()
    return done, learned


@pytest.fixture(scope="module")
def found(watched: tuple[list[unseen.LeftOut], list[pd.DataFrame]]) -> list[unseen.LeftOut]:
    return watched[0]


def test_every_repository_is_ranked_on_the_half_after_its_cut(rows: pd.DataFrame, found: list[unseen.LeftOut]) -> None:
    assert [item.name for item in found] == ["a", "b", "c"]
    for item in found:
        own = rows[rows["repository"] == item.name]
        late = own[own["time"] > cut_at(own, 0.5)]
        assert (item.changes, item.buggy, item.named_causes, item.reverts) == (
            len(late),
            *(late[outcome].sum() for outcome in ("buggy", "named", "reverted")),
        )


def test_what_drives_bugs_elsewhere_ranks_them_here(found: list[unseen.LeftOut]) -> None:
    traced, named, reverted, own = summary(found)
    assert traced.means[BLEND.name]["roc_auc"].value > 0.65
    assert traced.means["la"]["roc_auc"].value > 0.65
    assert named.means[BLEND.name]["roc_auc"].value > 0.6, "every third bug is named"
    assert abs(reverted.means[BLEND.name]["roc_auc"].value - 0.5) < 0.1, "chance has no pattern"
    assert named.means[BLEND.name]["roc_auc"].value > 0.6
    assert set(own.means) == {OWN_TOO, OTHERS_ONLY}


def test_the_report_holds_what_was_found_in_words_and_as_data(found: list[unseen.LeftOut]) -> None:
    comparisons = summary(found)
    text = "\n".join([*comparison_lines(comparisons), *repository_lines(found, (BLEND.name, "la"))])
    value = comparisons[0].means[BLEND.name]["roc_auc"].value
    assert f"{value:.3f}" in text
    data = as_data(found, comparisons)
    assert data["comparisons"][0]["means"][BLEND.name]["roc_auc"][0] == pytest.approx(value, abs=1e-4)
    assert [entry["name"] for entry in data["repositories"]] == ["a", "b", "c"]


def test_nothing_is_learned_from_the_repository_or_from_what_was_known_later(
    rows: pd.DataFrame, watched: tuple[list[unseen.LeftOut], list[pd.DataFrame]]
) -> None:
    learned = watched[1]
    for number, name in enumerate("abc"):
        cut = cut_at(rows[rows["repository"] == name], 0.5)
        for train in learned[3 * number : 3 * number + 1]:
            assert name not in set(train["repository"])
            assert (train["time"] <= cut - 180 * DAY).all()
            assert (train.loc[train["buggy"] == 1, "known_at"] <= cut).all()
        own, others = learned[3 * number + 1 : 3 * number + 3]
        assert name in set(own["repository"])
        assert name not in set(others["repository"])


def test_what_comes_after_the_cut_changes_nothing_that_is_learned(
    rows: pd.DataFrame, found: list[unseen.LeftOut]
) -> None:
    """The others' futures are scrambled: the unseen repository is ranked by the very same models as before."""
    cut = cut_at(rows[rows["repository"] == "c"], 0.7)  # the later of the two moments of training
    before = found[2]
    assert left_out("c", scrambled(rows, after=cut)) == before
    assert left_out("c", scrambled(rows, after=cut // 4)) != before


def left_out(name: str, rows: pd.DataFrame) -> unseen.LeftOut | str:
    return unseen._left_out(unseen._task(name, rows, OPTIONS), OPTIONS)


def scrambled(rows: pd.DataFrame, *, after: int) -> pd.DataFrame:
    """Return the rows with features and labels of the other repositories' later changes turned to nonsense."""
    later = (rows["repository"] != "c") & (rows["time"] > after)
    buggy = rows["buggy"].where(~later, 1 - rows["buggy"])
    known_at = rows["known_at"].where(~later, rows["time"].where(buggy == 1))
    nonsense = rows[list(FEATURES)].where(~later, rows[list(FEATURES)].iloc[::-1].to_numpy())
    return rows.assign(buggy=buggy, known_at=known_at, **{name: nonsense[name] for name in FEATURES})


def test_labels_moved_about_in_time_cannot_be_ranked(rows: pd.DataFrame) -> None:
    """Whatever still ranks them would know a label from somewhere else than the features."""
    aucs = [
        item.traced[BLEND.name]["roc_auc"] for item in leave_each_out(with_labels_moved_in_blocks(rows), OPTIONS)[0]
    ]
    assert abs(float(np.mean(aucs)) - 0.5) < 0.06


def test_a_repository_that_cannot_be_ranked_is_named_with_the_reason() -> None:
    rows = corpus_rows("ab", changes=300)
    rows.loc[rows["repository"] == "b", ["buggy", "known_at"]] = [0, math.nan]
    found, warnings = leave_each_out(rows, OPTIONS)
    assert found == []
    assert warnings[0].startswith("left aside: a: nothing to learn from the others' changes before 19")
    assert warnings[1] == "left aside: b: 0 of its 149 later changes introduced a bug; 5 are needed"
