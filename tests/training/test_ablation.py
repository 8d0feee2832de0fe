"""What each member and each group of features adds is measured, with everything that can be measured on offer."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("sklearn")

from hyperion_hook.features.catalogue import SPECIFIED  # noqa: E402
from hyperion_hook.training.evaluation.ablation import (  # noqa: E402
    ALL,
    DEFAULT,
    ablation,
    ablation_lines,
    ablation_rows,
)
from hyperion_hook.training.evaluation.evaluate import NAMED, TRACED  # noqa: E402
from hyperion_hook.training.models.fit import measured_features  # noqa: E402
from hyperion_hook.training.models.recipes import KAMEI, LOGISTIC, MEMBERS, Recipe  # noqa: E402
from hyperion_hook.training.rows.corpus import CorpusEntry  # noqa: E402
from hyperion_hook.training.rows.options import RetrainOptions  # noqa: E402
from tests.support.buggy import buggy_history  # noqa: E402
from tests.support.corpus_rows import corpus_rows  # noqa: E402

SMALL = Recipe("small", (MEMBERS[LOGISTIC], MEMBERS[KAMEI]), ("log_odds",))


def test_each_part_is_left_out_of_everything_that_is_offered() -> None:
    rows = corpus_rows("a", changes=700)
    offered = measured_features(rows)
    assert {feature.name for feature in SPECIFIED} <= set(offered)
    found = {item.name: item for item in ablation(rows, RetrainOptions(threads=1, folds=2), recipe=SMALL)}
    assert found[ALL].features == len(offered)
    assert found[ALL].gain == {}
    assert found["without code quality"].features == len(offered) - 12
    assert {DEFAULT, "without member logistic", "without member kamei", "without team"} <= set(found)
    areas = [item.roc_auc[TRACED] for item in found.values()]
    assert all(area.low <= area.value <= area.high for area in areas)
    assert len(ablation_lines(list(found.values()))) == len(found) + 2


def test_causes_that_fixes_name_are_ranked_beside_where_there_are_enough() -> None:
    rows = corpus_rows("a", changes=700)
    options = RetrainOptions(threads=1, folds=2)
    [named, *_] = ablation(rows.assign(named=rows["buggy"]), options, recipe=SMALL)
    assert named.roc_auc == {TRACED: named.roc_auc[TRACED], NAMED: named.roc_auc[TRACED]}
    [unnamed, *_] = ablation(rows.assign(named=0.0), options, recipe=SMALL)
    assert list(unnamed.roc_auc) == [TRACED]
    head, _, first, *_ = ablation_lines([named])
    assert (head.count(NAMED), head.count("|"), first.count("|")) == (1, 7, 7)


def test_rows_of_a_history_carry_the_metrics_of_its_code(tmp_path: Path) -> None:
    repo = buggy_history(tmp_path / "project", commits=120)
    rows = ablation_rows([CorpusEntry("project", repo.path)], RetrainOptions(threads=1))
    assert {"cyclomatic_complexity", "maintainability_index", "la", "commit_frequency"} <= set(measured_features(rows))
