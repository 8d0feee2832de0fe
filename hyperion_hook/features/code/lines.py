"""Which lines of a file are code, comment and blank, for every language, and radon's raw counts for Python.

Strings are read as strings, so that a comment mark in one is not a comment. A comment line carries a comment and no
code; a blank line stays blank inside a comment, so that the three always add up to the lines of the file.
"""

from __future__ import annotations

import re
from functools import cache

from hyperion_hook.domain.light_dataclasses import dataclass

# a closing mark is optional everywhere: without one the rest is taken, so that no text is scanned more than once
_DOUBLE, _SINGLE = r'"(?:[^"\\\n]|\\.)*+"?', r"'(?:[^'\\\n]|\\.)*+'?"
_BLOCK, _LINE, _HASH = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?", r"//[^\n]*+", r"\#[^\n]*+"
_BACKTICK = r"`(?:[^`\\]|\\.)*+`?"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
_TRIPLES = rf"(?:{_TRIPLE}|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?)"
_DASH, _PERCENT, _BANG = r"--[^\n]*+", r"%[^\n]*+", r"![^\n]*+"

_C = [_BLOCK, _LINE]
_SCRIPT = ([rf"\{{{_BLOCK}\}}", *_C], [_DOUBLE, _SINGLE, _BACKTICK])
_SYNTAX: dict[str, tuple[list[str], list[str]]] = {
    **{name: (_C, [_DOUBLE, _SINGLE]) for name in ("C", "C++", "Objective-C", "Solidity")},
    **{name: (_C, [_TRIPLE, _DOUBLE, _SINGLE]) for name in ("Java", "Kotlin", "Dart", "Groovy")},
    **{name: ([_HASH], [_TRIPLE, _DOUBLE, _SINGLE]) for name in ("R", "Julia", "GDScript", "Cython", "Elixir")},
    "Zig": ([_LINE], [_DOUBLE, _SINGLE]),
    "C#": (_C, [r'@"(?:[^"]|"")*+"?', _TRIPLE, _DOUBLE, _SINGLE]),
    "Scala": (_C, [_TRIPLE, _DOUBLE, r"'(?:[^'\\\n]|\\.)'"]),
    "Swift": (_C, [_TRIPLE, _DOUBLE]),
    "Go": (_C, [_DOUBLE, _SINGLE, r"`[^`]*+`?"]),
    # a quote before a lifetime opens nothing
    "Rust": (
        _C,
        [r'r(\#*)"(?:[^"]|"(?!\1))*+(?:"\1)?', r'"(?:[^"\\]|\\.)*+"?', r"'(?:[^'\\\n]|\\.[^'\n]*)'"],
    ),
    "JavaScript": _SCRIPT,
    "TypeScript": _SCRIPT,
    "Vue": ([r"<!--(?:[^-]|-(?!->))*+(?:-->)?", _BLOCK, r"(?<!:)//[^\n]*+"], [_DOUBLE, _BACKTICK]),
    "PHP": ([_BLOCK, _LINE, r"\#(?!\[)[^\n]*+"], [r'"(?:[^"\\]|\\.)*+"?', r"'(?:[^'\\]|\\.)*+'?"]),
    "Ruby": (
        [r"^=begin\b(?:[^\n]|\n(?!=end\b))*+(?:\n=end\b[^\n]*)?", r"(?<![\w$])\#(?!\{)[^\n]*+"],
        [_DOUBLE, _SINGLE],
    ),
    "Shell": ([r"(?<![\w$\{])\#[^\n]*+"], [r'"(?:[^"\\]|\\.)*+"?', r"'[^']*+'?"]),
    "Perl": (
        [r"^=(?!cut)\w(?:[^\n]|\n(?!=cut\b))*+(?:\n=cut\b[^\n]*)?", r"(?<![\w$@%\{])\#[^\n]*+"],
        [_DOUBLE, _SINGLE],
    ),
    "Lua": ([r"--\[(=*)\[(?:[^\]]|\](?!\1\]))*+(?:\]\1\])?", _DASH], [_DOUBLE, _SINGLE]),
    "SQL": ([_BLOCK, _DASH], [r"'(?:[^']|'')*+'?", r'"[^"\n]*+"?']),
    "Haskell": ([r"\{-(?:[^-]|-(?!\}))*+(?:-\})?", r"--[^\n]*+"], [_DOUBLE]),
    "OCaml": ([r"\(\*(?:[^*]|\*(?!\)))*+(?:\*\))?"], [_DOUBLE]),
    "Erlang": ([_PERCENT], [_DOUBLE, r"(?<!\$)'(?:[^'\\\n]|\\.)*+'?"]),
    # what its own reader cannot parse; a string that stands alone is a docstring
    "Python": ([_HASH, rf"^[^\S\n]*+[bBrRuU]?{_TRIPLES}[^\S\n]*$"], [_TRIPLES, _DOUBLE, _SINGLE]),
    "Fortran": ([_BANG, r"^[cC*][^\n]*+"], [r'"[^"\n]*+"?', r"'[^'\n]*+'?"]),
}


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Lines of a file; ``lines`` is the sum of the other three."""

    lines: int
    code: int
    comment: int
    blank: int


def count_lines(text: str, language: str) -> LineCounts:
    r"""Return how many lines are code, comment and blank.

    ``language`` is a name of ``domain.files.paths``; of one without an entry here every line that is not blank is code.
    A line with code and a comment is code; a blank line is blank even inside a comment.

    Examples
    --------
    >>> count_lines('int a; // b\n/* c\n\n d */\nchar *s = "//";\n', "C")
    LineCounts(lines=5, code=2, comment=2, blank=1)
    """
    lines = text.count("\n") + (not text.endswith("\n") and bool(text))
    blank = lines - len(_FILLED.findall(text))
    pattern = _pattern(language)
    code = lines - blank
    if pattern is not None:
        without = pattern.sub(_blanked, text)
        code = len(_FILLED.findall(without))
    return LineCounts(lines, code, lines - blank - code, blank)


_FILLED = re.compile(r"^[^\S\n]*+\S", re.MULTILINE)


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    if language not in _SYNTAX:
        return None
    comments, strings = _SYNTAX[language]
    # a back reference counts groups from the start of the whole pattern
    parts = [part.replace(r"\1", r"\2") for part in comments]
    shift = 2 + sum(part.count("(=*)") for part in comments)
    parts_of_strings = [part.replace(r"\1", rf"\{shift}") for part in strings]
    return re.compile(rf"({'|'.join(parts)})|{'|'.join(parts_of_strings)}", re.MULTILINE | re.DOTALL)


def _blanked(match: re.Match[str]) -> str:
    comment = match.group(1)
    if comment is None:
        # what a string holds does not matter, but each of its lines is code
        return match.group() if "\n" not in match.group() else re.sub(r"\S+", "s", match.group())
    return "\n" * comment.count("\n")
