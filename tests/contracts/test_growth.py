"""No reader of ours takes more than linear time for what is repeated; patterns have ``test_patterns``."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from hyperion_hook.features.code.brackets import match_brackets
from hyperion_hook.features.code.notebooks import read_notebook
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.imports.read import read_imports
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.features.structure.interface_python import breakages
from hyperion_hook.git.diffs.parse_diff import parse_difference

SIZE = 1_500
"""Characters; four times as many must not take more than some four times as long."""
STEEPEST = 9.0
SHORTEST = 0.08
"""Seconds of the processor below which a measurement says nothing."""
PIECES = (
    "]]a(\n",
    "}}}a{\n",
    "(((\n",
    "<a<b\n",
    "a>>b<c\n",
    "else if (a) b;\n",
    "x ? y :\n",
    "a && b ||\n",
    "class A {\n",
    "class A(B) { void f() { x; } }\n",
    "f() { g();\n",
    "a.b(() =>\n",
    "case 1: x;\n",
    "'\n",
    '"a\n',
    "`${\n",
    "/*\n",
    "#if A\n#else\n",
    "def f(a): return a\n",
    "@a\n",
    "fn f() {}\n",
    "<<A\n",
    'R"(\n',
    "private a;\n",
    "|a|\n",
)
"""What is repeated; each is a step of some scanner, or makes it look back or ahead."""
PATHS = tuple(
    f"a.{ending}"
    for ending in ("py", "java", "cpp", "ts", "rb", "m", "zig", "sol", "pl", "lua", "r", "f90", "erl", "gd", "sql")
)
"""Every language whose tokens are lizard's, and one for each of the other readers."""


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started


def growth_of(work: Callable[[int], object]) -> float:
    """Return how many times as long four times as much takes, 0 for no time; a bound ends the growth."""
    if _seconds(work, 4 * SIZE) < SHORTEST:
        return 0.0
    return min(_seconds(work, 4 * size) / max(_seconds(work, size), 1e-6) for size in (SIZE, 4 * SIZE))


def _measure(path: str, piece: str) -> Callable[[int], object]:
    # a number makes each line another, so that nothing is remembered
    return lambda size: measure_source(path, f"x{size}\n" + piece * (size // len(piece)))


@pytest.mark.parametrize("path", PATHS)
def test_code_is_measured_in_linear_time(path: str) -> None:
    steep = {piece: growth for piece in PIECES if (growth := growth_of(_measure(path, piece))) > STEEPEST}
    assert not steep


def _modules(line: str) -> Callable[[int], object]:
    def work(size: int) -> object:
        graph = LiveGraph()
        texts = {f"src/m{number}/a{number}.py": line.format(number) * 3 for number in range(size // 3)}
        graph.update({path: read_imports(path, text) for path, text in texts.items()})
        return graph.parts()

    return work


INTERFACES = (
    "def f{}(a, *, b=1): ...\n",
    "class C{}: x: int\n",
    "class C(C): ...\n",
    "@a\ndef f(): ...\n",
)
OTHERS: dict[str, Callable[[int], object]] = {
    **{
        f"brackets {text}": lambda size, text=text: match_brackets(list(text * size * 2))  # type: ignore[misc]
        for text in ("]]a(", "(<", "<a>", "}{(", "[)")
    },
    **{
        f"interface {text}": lambda size, text=text: breakages(  # type: ignore[misc]
            "a = 1\n", "".join(text.format(at) for at in range(size))
        )
        for text in INTERFACES
    },
    **{
        f"imports {text}": _modules(text)
        for text in ("import src.m{}.a\n", "from . import *\n", "from src import m{}\n", "import a.b.c.d.e\n")
    },
    **{
        f"classes {text}": lambda size, path=path, text=text: measure_source(path, text * (size // 3))  # type: ignore[misc]
        for path, text in (
            ("a.cpp", "class\n"),
            ("a.cpp", "class A{};A::f(){}\n"),
            ("a.cpp", "void A::f() { x; }\nclass A { int x; };\n"),
            ("a.kt", "class A :\n"),
        )
    },
    "script": lambda size: read_imports("a.js", "import {a} from './b'\n" * size),
    "rust": lambda size: read_imports("a.rs", "use a::{b::{" * size),
    "notebook": lambda size: read_notebook(
        '{"cells": [' + '{"cell_type": "code", "source": ["a\\n"]},\n' * size + "{}]}"
    ),
    "patch": lambda size: parse_difference(
        b":100644 100644 1 2 M\ta\n\ndiff --git a/a b/a\n" + b"@@ -1 +1 @@\n-a\n\\ No newline\n+b\n" * size * 4
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_readers_take_linear_time(name: str) -> None:
    assert growth_of(OTHERS[name]) <= STEEPEST


def test_what_is_quadratic_is_seen() -> None:
    assert growth_of(lambda size: [index for index in range(size // 2) for _ in range(size // 2)]) > STEEPEST
