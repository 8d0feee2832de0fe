"""Strength, score and reasons of impact, computed by hand and by their properties."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.co_change import ChangeSet, PastOfFile
from hyperion_hook.scoring.impact import (
    CONSTANTS,
    HIGH_FROM,
    MEDIUM_FROM,
    ImpactEvidence,
    affected_components,
    impact_level,
    impact_score,
)

NAMES = {2: "tests/test_app.py", 3: "docs/guide.md", 4: "src/other.py"}


def evidence(
    *changes: tuple[int, ...],
    importers: Mapping[str, Sequence[str]] | None = None,
    reach: float = 0.0,
    commits: int = 0,
    fixes: int = 0,
) -> ImpactEvidence:
    sets = tuple(ChangeSet(number, 0, 1, 0, frozenset(others)) for number, others in enumerate(changes))
    return ImpactEvidence(["src/app.py"], [PastOfFile("src/app.py", 1, sets)], NAMES, importers, reach, commits, fixes)


def test_where_nothing_is_known_nothing_is_affected() -> None:
    assert affected_components(evidence()) == []
    assert impact_score(evidence(), []) == pytest.approx(1 / (1 + math.exp(-CONSTANTS[False, False][0])))


def test_strength_of_what_changed_together_is_the_faded_share() -> None:
    fade = 0.5 ** (1 / 20)
    [tests, docs] = affected_components(evidence((2, 4), (2, 3), ()))
    whole = 1 + 1 + fade + fade**2
    assert (tests.component, tests.reason) == ("tests", "changed in 2 of the last 3 changes of src/app.py")
    assert tests.strength == pytest.approx((1 + fade) / whole)
    assert docs.strength == pytest.approx(fade / whole)


def test_importing_modules_count_more_while_history_is_thin() -> None:
    importers = {"src/app.py": ["cli/a.py", "cli/b.py", "run.py"]}
    thin = affected_components(evidence(importers=importers))
    assert [(entry.component, entry.reason) for entry in thin] == [
        ("cli", "imports src/app.py (2 modules)"),
        (".", "imports src/app.py (1 module)"),
    ]
    assert thin[0].strength == pytest.approx(2 / 7)
    rich = affected_components(evidence(*[()] * 30, importers=importers))
    assert rich[0].strength == pytest.approx(2 / 62)


def test_both_reasons_are_told_the_stronger_first() -> None:
    [tests] = affected_components(evidence((2,), importers={"src/app.py": ["tests/test_app.py"]}))
    assert tests.reason == "changed in the last change of src/app.py; imports src/app.py (1 module)"
    assert tests.strength == pytest.approx(1 - (1 - 1 / 2) * (1 - 1 / 6))


def test_own_components_are_left_out() -> None:
    assert affected_components(evidence((4,), importers={"src/app.py": ["src/other.py"]})) == []


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("rich", [True, False])
def test_each_context_has_its_constants(known: bool, rich: bool) -> None:
    seen = evidence(*[(2,)] * (30 if rich else 3), importers={} if known else None, reach=0.5, commits=7, fixes=2)
    affected = affected_components(seen)
    intercept, *weights = CONSTANTS[known, rich]
    terms = (math.log1p(affected[0].strength), 0.5, math.log(3), math.log(8))
    logit = intercept + sum(weight * term for weight, term in zip(weights, terms, strict=True))
    assert impact_score(seen, affected) == pytest.approx(1 / (1 + math.exp(-logit)))


def test_constants_say_that_more_is_more() -> None:
    assert all(weight >= 0 for constants in CONSTANTS.values() for weight in constants[1:])


def test_levels_begin_at_the_documented_scores() -> None:
    levels = [impact_level(score).value for score in (0.0, MEDIUM_FROM, HIGH_FROM, 1.0)]
    assert levels == ["LOW", "MEDIUM", "HIGH", "HIGH"]
    assert 0 < MEDIUM_FROM < HIGH_FROM < 1


@given(
    st.lists(st.sets(st.sampled_from((2, 3, 4, 9))).map(tuple), max_size=40),
    st.dictionaries(st.sampled_from(["src/app.py", "src/b.py"]), st.lists(st.sampled_from(["x/a.py", "y/b.py"]))),
    st.floats(0, 1),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_strengths_and_scores_lie_between_none_and_one(
    changes: list[tuple[int, ...]], importers: dict[str, list[str]], reach: float, commits: int, fixes: int
) -> None:
    seen = evidence(*changes, importers=importers, reach=reach, commits=commits, fixes=fixes)
    affected = affected_components(seen)
    assert all(0 < entry.strength < 1 and entry.reason for entry in affected)
    assert [entry.strength for entry in affected] == sorted((e.strength for e in affected), reverse=True)
    assert 0 < impact_score(seen, affected) <= 1
