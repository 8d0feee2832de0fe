"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from hyperion_hook.domain.late_patterns import late_pattern


def test_a_late_pattern_answers_as_one_that_is_compiled_and_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    compiled = re.compile(r"(A+)b?", re.IGNORECASE)
    monkeypatch.setattr(re, "compile", lambda *given: made.append(given) or compiled)
    late = late_pattern(r"(A+)b?", re.IGNORECASE)
    assert not made
    text = "aab xx Ab"
    for _ in range(2):
        assert late.findall(text) == compiled.findall(text) == ["aa", "A"]
        assert [match.span() for match in late.finditer(text)] == [(0, 3), (7, 9)]
        assert late.sub("-", text) == "- xx -"
        assert late.match("x") is late.fullmatch("aac") is None
        assert late.search("xa")[1] == "a"  # type: ignore[index]
        assert (late.pattern, late.flags, late.groups) == (compiled.pattern, compiled.flags, 1)
    assert len(made) == 1


def test_a_late_pattern_with_a_fault_says_so_when_it_is_used() -> None:
    with pytest.raises(re.error):
        late_pattern("(").search("")
