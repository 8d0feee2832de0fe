"""No regular expression of the package takes more than linear time for a text, whoever wrote it."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support import pattern_attacks
from tests.support.pattern_attacks import FACTORIES, ROOT, Found, calls_of_re, fault_of, modules_with_patterns

OF_WORDS = {
    ("features.graph.packed_imports", "paths_mentioning"),
    ("features.functions.scan", "_skip_documents"),
}
"""Functions that look for escaped words, which cannot backtrack."""


def test_no_pattern_backtracks() -> None:
    done = subprocess.run(
        [sys.executable, pattern_attacks.__file__],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT.parent)},
    )
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("FAULT")] == []
    assert lines[-1:] == ["done"], lines[-1:] + done.stderr.splitlines()[-5:]
    assert sum(line.startswith("try") for line in lines) > 100


def _functions_that_compile() -> Iterator[tuple[str, str]]:
    for name, tree in modules_with_patterns():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in calls_of_re(function):
                    if not isinstance(call.args[0], ast.Constant):
                        yield name, function.name


def test_every_pattern_that_is_made_from_data_is_tried() -> None:
    assert set(_functions_that_compile()) == {*FACTORIES, *OF_WORDS}
    for path in ROOT.rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"^\s*(?:from re import|import re as|import re,)", text, re.MULTILINE), path
        # by modules alone, as they are imported
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        inside = (node for function in functions for node in ast.walk(function))
        assert not any(isinstance(node, ast.Name) and node.id == "late_pattern" for node in inside), path


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:a+)+b",
        r"(?s)/\*.*?\*/",
        r"\s*$",
        r"(?m)^import[ \t]*\(([^)]*)\)",
        r"a[ \t(]+x?[ \t]*b",
        r"<([^>\n]*)> \d",
        r"(?m)^use[ \t]+([^;]{1,20000});",
        r'"""(?:[^"\\]|\\.|"(?!""))*"""',
        r"([0-7]+) ([^\0]+)\0",
        r"(\w+\s?)*;",
        r".*,.*,.*x",
        r"(?m)^# -{24} >8 -{24}\n(?:# .*\n)+diff",
    ],
)
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a pattern cannot be stopped here")
def test_what_is_known_to_backtrack_is_seen(pattern: str) -> None:
    assert fault_of(Found("", re.compile(pattern), frozenset({"search"})))


@pytest.mark.parametrize("pattern", [r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?", r"\w+", r"(?m)^[ \t]*+as[ \t]++(\w++)"])
def test_what_is_linear_passes(pattern: str) -> None:
    assert not fault_of(Found("", re.compile(pattern), frozenset({"search"})))
