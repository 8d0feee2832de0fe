"""NPath against Nejmeh's rules, construct by construct, computed by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import SourceMetrics
from hyperion_hook.features.flow.flow import Expression, Flow, Kind
from hyperion_hook.features.flow.npath import npath
from hyperion_hook.features.source.measure import measure_source

RULES = [
    ("", 1),
    ("x();", 1),
    ("x(); y();", 1),
    ("if (a) x();", 2),
    ("if (a) { x(); } else { y(); }", 2),
    ("if (a && b) x();", 3),
    ("if (a && b || c) x(); else y();", 4),
    ("if (a) x(); if (b) y(); if (c) z();", 8),
    ("if (a) { if (b) x(); }", 3),
    ("if (a) x(); else if (b) y(); else z();", 3),
    ("while (a) x();", 2),
    ("while (a && b) { if (c) x(); }", 4),
    ("do { x(); } while (a && b);", 3),
    ("for (i = 0; i < 9; i++) x();", 2),
    ("for (i = 0; i < 9 && a; i++) { if (b) x(); }", 4),
    ("switch (a) { case 1: x(); break; case 2: y(); break; default: z(); }", 3),
    ("switch (a) { case 1: x(); break; case 2: y(); }", 3),
    ("switch (a) { case 1: if (b) x(); break; default: z(); }", 3),
    ("v = a ? b : c;", 2),
    ("v = a && b ? c : d;", 3),
    ("return a && b && c;", 2),
    ("return a;", 1),
    ("if (a) return; x();", 2),
    # Nejmeh's point: linear growth in cyclomatic complexity, exponential in paths
    ("if (a) x(); " * 20, 2**20),
]
WRAPPED = {
    "a.c": "int f(int a) {{ {} }}",
    "a.cpp": "int A::f(int a) {{ {} }}",
    "a.java": "class A {{ int f(int a) {{ {} }} }}",
    "a.cs": "class A {{ int f(int a) {{ {} }} }}",
    "a.js": "function f(a) {{ {} }}",
    "a.ts": "function f(a: number): number {{ {} }}",
    "a.php": "<?php function f($a) {{ {} }}",
}


def paths(path: str, text: str) -> int:
    metrics = measure_source(path, text)
    assert isinstance(metrics, SourceMetrics), metrics
    value = metrics.functions[0].npath
    assert not isinstance(value, Missing), value
    return round(10**value)


@pytest.mark.parametrize("path", WRAPPED)
@pytest.mark.parametrize(("body", "expected"), RULES)
def test_c_like_languages_follow_the_rules(path: str, body: str, expected: int) -> None:
    assert paths(path, WRAPPED[path].format(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", 1),
        ("x()\ny()", 1),
        ("if a:\n x()", 2),
        ("if a and b:\n x()\nelse:\n y()", 3),
        ("if a:\n x()\nelif b:\n y()\nelse:\n z()", 3),
        ("if a: x()\nif b: y()\nif c: z()", 8),
        ("while a or b:\n x()", 3),
        ("for i in a:\n if b:\n  x()", 3),
        ("for i in a:\n x()\nelse:\n if b:\n  y()", 3),
        ("v = 1 if a else 2", 2),
        ("return a and b and c", 2),
        ("match a:\n case 1:\n  x()\n case 2 if b and c:\n  y()\n case _:\n  z()", 4),
        ("match a:\n case 1:\n  x()", 2),
        ("try:\n if a: x()\nexcept A:\n y()\nexcept B:\n z()", 4),
        ("try:\n x()\nexcept A:\n y()\nelse:\n if a: z()\nfinally:\n if b: w()", 6),
        ("with a:\n if b: x()", 2),
        ("def g():\n  if a: x()\nif b: y()", 2),
        ("v = [i for i in a if i and b]", 1),
        ("\n".join("if a: x()" for _ in range(60)), 2**60),
    ],
)
def test_python_follows_the_rules(body: str, expected: int) -> None:
    text = "def f(a):\n" + "\n".join(" " + line for line in body.split("\n")) + "\n"
    assert paths("a.py", text) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.go", "package a\nfunc f(a int) {\n if a && b {\n  x()\n } else {\n  y()\n }\n for a {\n  z()\n }\n}\n", 6),
        (
            "a.go",
            "package a\nfunc f(a int) {\n switch a {\n case 1:\n  x()\n case 2, 3:\n  y()\n default:\n  z()\n }\n}\n",
            3,
        ),
        ("a.rs", "fn f(a: u32) { let v = if a > 1 { 1 } else { 2 }; if b { x(); } }", 4),
        ("a.rs", "fn f(a: u32) -> u32 { match a { 1 | 2 => x(), n if n > 3 && b => y(), _ => 0 } }", 4),
        ("a.kt", "fun f(a: Int): Int {\n val v = if (a > 1) 1 else 2\n if (b) x()\n return v\n}\n", 4),
        ("a.kt", "fun f(a: Int) = when (a) {\n 1 -> x()\n 2 -> y()\n else -> z()\n}\n", 3),
        (
            "a.scala",
            "object A {\n def f(a: Int) = {\n a match {\n case 1 => x()\n case 2 => y()\n case _ => z()\n }\n }\n}\n",
            3,
        ),
        ("a.swift", "func f(a: Int) {\n guard a > 1 else { return }\n if b && c {\n x()\n }\n}\n", 6),
        (
            "a.java",
            "class A { int f(int a) { return switch (a) { case 1 -> x(); case 2 -> y(); default -> 0; }; } }",
            3,
        ),
        ("a.java", "class A { void f(int a) { try { if (b) x(); } catch (E e) { y(); } finally { if (c) z(); } } }", 6),
        ("a.cs", "class A { int f(int a) => a switch { 1 => x(), 2 => y(), _ => 0 }; }", 3),
    ],
)
def test_other_languages_follow_the_same_idea(path: str, text: str, expected: int) -> None:
    assert paths(path, text) == expected


def test_where_it_is_not_defined_it_is_missing_and_says_for_which_language() -> None:
    metrics = measure_source("a.rb", "def f(a)\n  return 1 if a\nend\n")
    assert isinstance(metrics, SourceMetrics)
    assert metrics.functions[0].npath == Missing("NPath is not defined here for Ruby")


def test_a_count_far_beyond_any_float_keeps_its_logarithm() -> None:
    metrics = measure_source("a.c", "int f(int a) {\n" + "if (a) x();\n" * 2000 + "}")
    assert isinstance(metrics, SourceMetrics)
    assert metrics.functions[0].npath == pytest.approx(2000 * math.log10(2))


flows = st.recursive(
    st.builds(lambda n: Flow(Kind.PLAIN, Expression(operators=n)), st.integers(0, 3)),
    lambda inner: st.builds(
        lambda kind, operators, body, rest: Flow(kind, Expression(operators), [body], rest),
        st.sampled_from([Kind.IF, Kind.LOOP, Kind.SWITCH, Kind.TRY, Kind.BLOCK]),
        st.integers(0, 3),
        st.lists(inner, max_size=3),
        st.none() | st.lists(inner, max_size=2),
    ),
    max_leaves=12,
)


@given(st.lists(flows, max_size=4), st.lists(flows, max_size=4))
def test_consecutive_statements_multiply_and_nothing_has_less_than_one_path(
    first: list[Flow], second: list[Flow]
) -> None:
    assert npath(first + second) == npath(first) * npath(second)
    assert npath(first) >= 1
