from __future__ import annotations

import math
from dataclasses import replace

import pytest

from hyperion_hook.domain.deadline import Deadline
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.catalogue import CATALOGUE, KAMEI_FOURTEEN, SPECIFIED, find_feature
from hyperion_hook.features.extract import MODULES, NOT_ASKED, extract
from hyperion_hook.features.feature import Category
from tests.support.changes import change, context, edit


def test_the_specifications_thirty_five_and_kameis_fourteen_are_in_the_table() -> None:
    assert len(SPECIFIED) == 35
    assert len(KAMEI_FOURTEEN) == 14
    by_category = [sum(f.category is category for f in CATALOGUE) for category in list(Category)[:5]]
    assert by_category == [12, 8, 4, 6, 5]


def test_names_are_unique_in_both_languages() -> None:
    names = [name for feature in CATALOGUE for name in {feature.name, feature.french}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_entry_is_complete_and_found_by_either_name(feature) -> None:
    assert find_feature(feature.name) is find_feature(feature.french) is feature
    assert feature.module in MODULES
    assert feature.meaning
    assert feature.title
    assert feature.unit
    assert feature.low < feature.high
    assert feature.direction in (-1, 0, 1)
    assert feature.reference or feature.category is not Category.JUST_IN_TIME


def test_a_vector_holds_every_feature_in_the_tables_order() -> None:
    vector = extract(context(change(edit("a.py", "+x = 1"))))
    assert list(vector) == [feature.name for feature in CATALOGUE]


@pytest.mark.parametrize("asked", ["", "1"])
def test_a_failing_module_costs_its_own_features_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    def explode(context: object) -> dict[str, float]:
        raise RecursionError("too deep")

    monkeypatch.setenv("HYPERION_HOOK_TRACEBACK", asked)
    monkeypatch.setattr("hyperion_hook.features.change.tokens.measure", explode)
    vector = extract(context(change(edit("a.py", "+x = 1"))))
    assert vector["tokens_added"] == Missing("could not be measured: RecursionError")
    assert vector["la"] == 1.0
    assert ("in explode" in capsys.readouterr().err) == bool(asked)


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
def test_a_value_outside_its_range_is_missing(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    monkeypatch.setattr("hyperion_hook.features.change.size.measure", lambda context: {"la": value})
    vector = extract(context(change(edit("a.py", "+x = 1"))))
    assert isinstance(vector["la"], Missing)
    assert vector["ld"] == Missing("not measured by size")


def test_only_the_modules_that_are_needed_run() -> None:
    vector = extract(context(change(edit("a.py", "+x = 1"))), only={"la"})
    assert vector["la"] == 1.0
    assert vector["tokens_added"] == NOT_ASKED


def test_past_the_time_budget_the_rest_is_missing() -> None:
    moments = iter([0.0, 0.5, 1.5])
    deadline = Deadline(1, lambda: next(moments, 2.0))
    vector = extract(replace(context(change(edit("a.py", "+x = 1"))), deadline=deadline))
    assert vector["la"] == 1.0
    assert vector["nf"] == Missing("the time budget of 1 s was used up")
