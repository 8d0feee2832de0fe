from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.scoring.recalibration import LEAST, SPREAD, known_share, shift_of

changes = st.lists(st.tuples(st.floats(-8, 8), st.booleans(), st.floats(0, 5_000)), min_size=LEAST, max_size=120)
LONG_AGO = 10_000.0


def columns(known: list[tuple[float, bool, float]]) -> tuple[list[float], list[bool], list[float]]:
    log_odds, outcomes, days = map(list, zip(*known, strict=True))
    return log_odds, outcomes, days


@given(changes)
def test_as_many_bugs_are_expected_to_be_known_as_are_but_for_what_is_usual(
    known: list[tuple[float, bool, float]],
) -> None:
    log_odds, outcomes, days = columns(known)
    shift = shift_of(log_odds, outcomes, days)
    expected = math.fsum(
        known_share(age) / (1 + math.exp(-number - shift)) for number, age in zip(log_odds, days, strict=True)
    )
    assert expected + shift / SPREAD**2 == pytest.approx(sum(outcomes), abs=1e-4)


@given(changes)
def test_the_order_is_of_no_matter_and_more_fixes_are_more_risk(known: list[tuple[float, bool, float]]) -> None:
    log_odds, outcomes, days = columns(known)
    shift = shift_of(log_odds, outcomes, days)
    assert shift_of(*columns(sorted(known))) == pytest.approx(shift, abs=1e-6)
    all_fixed, none_fixed = ([fixed] * len(known) for fixed in (True, False))
    assert shift_of(log_odds, all_fixed, days) >= shift >= shift_of(log_odds, none_fixed, days)


def test_many_changes_outweigh_what_is_usual() -> None:
    """A tenth of changes that the model gives 50 %: log-odds of one to nine in the limit."""
    few, many = (
        shift_of([0.0] * count, [True] * (count // 10) + [False] * (count - count // 10), [LONG_AGO] * count)
        for count in (50, 20_000)
    )
    assert -math.log(9) < many < few < -0.4
    assert many == pytest.approx(-math.log(9), abs=0.05)


def test_what_was_made_yesterday_is_not_held_to_be_sound() -> None:
    silent = [False] * 100
    assert shift_of([0.0] * 100, silent, [LONG_AGO] * 100) < shift_of([0.0] * 100, silent, [1.0] * 100) < 0


def test_the_share_that_is_known_rises_from_a_tenth_to_all() -> None:
    shares = [known_share(days) for days in range(0, 4_000, 7)]
    assert shares == sorted(shares)
    assert (shares[0], known_share(-5.0), shares[-1]) == (0.1, 0.1, 1.0)


def test_too_few_changes_say_nothing() -> None:
    assert shift_of([0.0] * (LEAST - 1), [True] * (LEAST - 1), [LONG_AGO] * (LEAST - 1)) == 0.0
