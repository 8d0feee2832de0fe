from __future__ import annotations

import pytest

from hyperion_hook.features.code_lines import code_lines

CASES = {
    "nothing": ("C", [], []),
    "line comments of C": ("C", ["int a; // kept", "// gone", "  //", ""], ["int a; // kept"]),
    "block comment over lines": ("Java", ["/*", "gone", "*/", "x();"], ["x();"]),
    "block comment on one line": ("Java", ["/* gone */", "x();"], ["x();"]),
    "javadoc whose start is not in the hunk": ("Java", [" * gone", " */", "x();"], ["x();"]),
    "dereference is code": ("C", ["*p = 1;", "**q = 2;"], ["*p = 1;", "**q = 2;"]),
    "docstring": ("Python", ['"""One."""', "x", '"""Two', "lines", '"""', "y"], ["x", "y"]),
    "a string in an assignment is code": ("Python", ['s = """a', "b = 2"], ['s = """a', "b = 2"]),
    "hash is no comment in C": ("C", ["#include <a.h>"], ["#include <a.h>"]),
    "hash and slashes in PHP": ("PHP", ["# gone", "// gone", "$a = 1;"], ["$a = 1;"]),
    "ruby block": ("Ruby", ["=begin", "gone", "=end", "a = 1"], ["a = 1"]),
    "sql": ("SQL", ["-- gone", "select 1"], ["select 1"]),
}


@pytest.mark.parametrize(("language", "lines", "expected"), CASES.values(), ids=CASES.keys())
def test_code_is_told_from_comments(language: str, lines: list[str], expected: list[str]) -> None:
    found = code_lines([line.encode() for line in lines], language)
    assert [line.decode() for line in found] == expected
