"""Brackets are matched in one pass, however many of them have no partner."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.features.code.brackets import match_brackets


def searched(tokens: list[str]) -> dict[int, int]:
    """Match by searching all that is open, which says what is meant and takes quadratic time."""
    wanted = {")": ("(",), "]": ("[",), "}": ("{", "${")}
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for place, token in enumerate(tokens):
        if token in ("(", "[", "{", "${"):
            stack.append(place)
        elif token in wanted:
            within = next((d for d in reversed(range(len(stack))) if tokens[stack[d]] in (*wanted[token], "{")), None)
            if within is not None and tokens[stack[within]] in wanted[token]:
                pairs[stack[within]], pairs[place] = place, stack[within]
                del stack[within:]
    return pairs


@given(tokens=st.lists(st.sampled_from(["(", ")", "[", "]", "{", "}", "${", "a"]), max_size=30))
def test_a_bracket_closes_what_is_open_in_its_braces(tokens: list[str]) -> None:
    assert match_brackets(tokens) == searched(tokens)


@pytest.mark.parametrize("piece", ["] ] a (", "} (", ") [", "} ${ (", "{ ) ]", ") } {"])
def test_stray_brackets_cost_no_search(piece: str) -> None:
    tokens = piece.split() * 50_000
    started = time.process_time()
    match_brackets(tokens)
    assert time.process_time() - started < 5
