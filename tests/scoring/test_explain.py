from __future__ import annotations

import math
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.scoring.bundle import Bundle, load_bundle
from hyperion_hook.scoring.coalitions import coalition_values, coalitions
from hyperion_hook.scoring.shapley import explain, shapley
from hyperion_hook.scoring.trees import as_row
from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION
from tests.support.models import NAMES, write_bundle

GROUPS = {feature.name: feature.group.value for feature in CATALOGUE}
NUMBER = st.one_of(st.none(), st.floats(0, 200, width=32))


@pytest.fixture(scope="module", params=[SPECIFICATION, BLEND], ids=lambda recipe: recipe.name)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder: Path = tmp_path_factory.mktemp("bundle") / "models"
    write_bundle(folder, request.param)
    return load_bundle(folder)


def vector_of(values: list[float | None]) -> FeatureVector:
    return FeatureVector(
        {name: Missing("not drawn") if value is None else value for name, value in zip(NAMES, values, strict=True)}
    )


def typical_of(values: list[float | None]) -> dict[str, float]:
    return {name: value for name, value in zip(NAMES, values, strict=True) if value is not None}


@settings(max_examples=25, deadline=None)
@given(values=st.lists(NUMBER, min_size=8, max_size=8), usual=st.lists(NUMBER, min_size=8, max_size=8))
def test_base_and_contributions_sum_to_the_score(
    bundle: Bundle, values: list[float | None], usual: list[float | None]
) -> None:
    vector, typical = vector_of(values), typical_of(usual)
    found = explain(bundle.risk, vector, typical, GROUPS)
    _, log_odds = bundle.risk.score(vector)
    assert found.base_log_odds + math.fsum(found.contributions.values()) == pytest.approx(log_odds, abs=1e-9)
    assert found.base_log_odds == pytest.approx(bundle.risk.score(FeatureVector(typical))[1], abs=1e-9)
    for name, value, other in zip(NAMES, values, usual, strict=True):
        if value == other:
            assert found.contributions[name] == 0.0


def test_the_typical_change_needs_no_explanation(bundle: Bundle) -> None:
    values = [3.0] * 8
    found = explain(bundle.risk, vector_of(values), typical_of(values), GROUPS)
    assert set(found.contributions.values()) == {0.0}


@settings(max_examples=15, deadline=None)
@given(values=st.lists(NUMBER, min_size=8, max_size=8), usual=st.lists(NUMBER, min_size=8, max_size=8))
def test_every_coalition_is_worth_what_the_model_says_of_the_mixture(
    bundle: Bundle, values: list[float | None], usual: list[float | None]
) -> None:
    one = as_row([math.nan if value is None else value for value in values])
    other = as_row([math.nan if value is None else value for value in usual])
    players = [[0, 1], [2], [5, 7]]
    found = coalition_values(bundle.risk, one, other, players)
    for coalition in range(8):
        mixture = list(other)
        for player, columns in enumerate(players):
            if coalition >> player & 1:
                for column in columns:
                    mixture[column] = one[column]
        assert found[coalition] == pytest.approx(bundle.risk.log_odds(mixture), abs=1e-9)
    alone = coalition_values(bundle.risk, one, other, players, alone=True)
    assert alone == pytest.approx([found[coalition] for coalition in coalitions(3, alone=True)], abs=1e-9)


@given(st.lists(st.floats(-10, 10), min_size=16, max_size=16))
def test_shapley_values_are_the_mean_over_all_orders(worth: list[float]) -> None:
    found = shapley(worth, 4)
    for player in range(4):
        gains = []
        for order in permutations(range(4)):
            before = sum(1 << other for other in order[: order.index(player)])
            gains.append(worth[before | 1 << player] - worth[before])
        assert found[player] == pytest.approx(sum(gains) / len(gains), abs=1e-9)


def test_groups_get_their_exact_shapley_values(bundle: Bundle) -> None:
    vector = vector_of([150.0, 1.0, 40.0, 0.9, 2.0, 0.0, 1.0, 30.0])
    typical = typical_of([10.0, 3.0, 2.0, 0.2, 30.0, 50.0, 0.0, 4.0])
    found = explain(bundle.risk, vector, typical, GROUPS)
    names = sorted({GROUPS[name] for name in bundle.risk.features})
    columns = [[c for c, name in enumerate(bundle.risk.features) if GROUPS[name] == group] for group in names]
    one = as_row([vector.number(name) for name in bundle.risk.features])
    other = as_row([typical[name] for name in bundle.risk.features])
    expected = shapley(coalition_values(bundle.risk, one, other, columns), len(names))
    for group, value in zip(names, expected, strict=True):
        total = sum(found.contributions[name] for name in bundle.risk.features if GROUPS[name] == group)
        assert total == pytest.approx(value, abs=1e-9)
