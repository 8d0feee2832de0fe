from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.features.change.code_lines import code_by_line, code_in

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
    "attributes of PHP": (
        "PHP",
        ["#[Route('/')]", "# gone", "  #[Pure] function f() {}"],
        ["#[Route('/')]", "#[Pure] function f() {}"],
    ),
    "comments between tags": ("JavaScript", ["{/* gone", " gone */}", "<p>x</p>", "{/* gone */}"], ["<p>x</p>"]),
    "long brackets of Lua": ("Lua", ["--[==[ gone", "]] gone", "]==]", "x = 1"], ["x = 1"]),
    "blocks of Octave": ("Octave", ["%{", "gone", "%}", "x = 1;"], ["x = 1;"]),
    "ruby block": ("Ruby", ["=begin", "gone", "=end", "a = 1"], ["a = 1"]),
    "sql": ("SQL", ["-- gone", "select 1"], ["select 1"]),
}


@pytest.mark.parametrize(("language", "lines", "expected"), CASES.values(), ids=CASES.keys())
def test_code_is_told_from_comments(language: str, lines: list[str], expected: list[str]) -> None:
    found = code_in(["\n".join(lines).encode()], language)
    assert [line.decode() for line in found] == expected


LANGUAGES = ("Python", "Java", "Vue", "Ruby", "Haskell", "SQL", "PHP", "Erlang", "Fortran", "Shell")
PIECES = (
    b"a",
    b" ",
    b"\n",
    b"\n",
    b"/*",
    b"*/",
    b"*",
    b"//",
    b"#",
    b'"""',
    b"'''",
    b"<!--",
    b"-->",
    b"=begin",
    b"=end",
    b"{-",
    b"-}",
    b"--",
    b"\t",
    b"\r",
    b"%",
    b"!",
    b"\x0b",
    b"/",
)


def code_line_by_line(text: bytes, language: str) -> list[bytes]:
    """What ``code_by_line`` says, told one line after the other; one of git may be several to a compiler."""
    parts = [re.split(rb"\r+", line.rstrip(b"\r")) for line in text.split(b"\n")]
    told = iter(_told(list(map(bytes.strip, itertools.chain(*parts))), language))
    return [b" ".join(filter(None, itertools.islice(told, len(part)))) for part in parts]


def _told(lines: list[bytes], language: str) -> list[bytes]:
    blocks = {b"/*": b"*/"} if language in ("Java", "Vue", "PHP", "SQL") else {}
    blocks |= {b"<!--": b"-->"} if language == "Vue" else {}
    blocks |= {b'"""': b'"""', b"'''": b"'''"} if language == "Python" else {}
    blocks |= {"Ruby": {b"=begin": b"=end"}, "Haskell": {b"{-": b"-}"}}.get(language, {})
    marks = {"SQL": (b"--",), "Haskell": (b"--",), "Erlang": (b"%",), "Fortran": (b"!",), "PHP": (b"//", b"#")}
    hashes = (b"#",) if language in ("Python", "Ruby", "Shell") else (b"//",)
    found: list[bytes] = []
    end: bytes | None = None
    for line in lines:
        found.append(b"")
        if end is not None:
            end = None if end in line else end
        elif b"/*" in blocks and line[:1] == b"*" and line[1:2] in (b"", b" ", b"/"):
            pass
        elif mark := next((mark for mark in blocks if line.startswith(mark)), b""):
            end = None if blocks[mark] in line[len(mark) :] else blocks[mark]
        elif not line.startswith(marks.get(language, hashes)):
            found[-1] = line
    return found


@pytest.mark.slow
@settings(max_examples=1_000)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), max_size=3), st.sampled_from(LANGUAGES))
def test_code_is_the_same_told_line_by_line(texts: list[bytes], language: str) -> None:
    expected = [line for text in texts for line in code_line_by_line(text, language)]
    assert [line for line in code_by_line(texts, language) if line] == [line for line in expected if line]
    assert not texts or code_by_line(texts, language) == expected
