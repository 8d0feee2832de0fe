"""Code, comment and blank lines of every language, and radon's raw counts."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from radon.raw import analyze

from hyperion_hook.domain.files.languages import BY_ENDING
from hyperion_hook.features.code.lines import LineCounts, count_lines
from hyperion_hook.features.code.lines_python import python_lines

SAMPLES = {
    "C": ('int a; // b\n/* c\n\n   d */ int e;\n// f\n\nchar *g = "/* no */";\nchar h = \'"\'; // i\n', (4, 2, 2)),
    "Java": ('String a = """\n // text\n""";\n/** doc */\nint b; /* c */\n', (4, 1, 0)),
    "JavaScript": ("const a = `\n// text\n`;\n// b\nconst c = 'it\\'s // no';\n", (4, 1, 0)),
    "Go": ("a := `\n/* raw */\n`\n// b\n", (3, 1, 0)),
    "Rust": ('let a = r#"\n// raw " still\n"#;\n/// doc\nfn f<\'a>(x: &\'a str) {} // b\n', (4, 1, 0)),
    "C#": ('var a = @"c:\\";\n// b\nvar d = "\\" // no";\n', (2, 1, 0)),
    "PHP": ("<?php\n# a\n#[Attribute]\n// b\n$c = '# no';\n", (3, 2, 0)),
    "Ruby": ('=begin\ndoc\n\n=end\na = "#{b} # no"\n# c\nd = 1 # e\n', (2, 4, 1)),
    "Lua": ("--[[ a\n b ]]\nc = 1 -- d\n--[==[ e ]] f\n]==] g = 2\n-- h\n", (2, 4, 0)),
    "SQL": ("-- a\nSELECT '--no' /* b */ FROM c;\n/* d */\n", (1, 2, 0)),
    "Shell": ('#!/bin/sh\n# a\necho ${#b} "# no" # c\n', (1, 2, 0)),
    "Haskell": ("{- a\n b -}\nc = 1 -- d\n", (1, 2, 0)),
    "Erlang": ("% a\nb() -> ok. % c\n", (1, 1, 0)),
    "Kotlin": ('val a = """\n// text\n"""\n/* b */\n', (3, 1, 0)),
    "Vue": ("<!-- a\n b -->\n<p>http://c</p>\n<script>\n// d\nlet e = 1\n</script>\n", (4, 3, 0)),
    "OCaml": ("(* a\n b *)\nlet c = 1\n", (1, 2, 0)),
    "Perl": ("=pod\n\na\n\n=cut\nmy $b = 1; # c\n# d\n", (1, 4, 2)),
    # what Python cannot parse
    "Python": (
        '# a\nprint \'b\' # c\ndef d():\n    """Say.\n\n    # e\n    """\n    f = """\n# g\n"""\n    r\'\'\'h\'\'\' \n',
        (5, 5, 1),
    ),
    "Fortran": ("! a\nx = 1 ! b\n", (1, 1, 0)),
}


@pytest.mark.parametrize("language", SAMPLES)
def test_each_line_is_code_comment_or_blank(language: str) -> None:
    text, (code, comment, blank) = SAMPLES[language]
    assert count_lines(text, language) == LineCounts(code + comment + blank, code, comment, blank)


def test_nothing_has_no_lines() -> None:
    assert count_lines("", "C") == LineCounts(0, 0, 0, 0)
    assert python_lines("").lines == 0


def test_a_language_without_rules_counts_every_filled_line_as_code() -> None:
    assert count_lines("// a\n\nb\n", "Assembly") == LineCounts(3, 2, 0, 1)


LANGUAGES = st.sampled_from(sorted(set(BY_ENDING.values())))


@given(st.text(alphabet="a \n\t\"'`/*#-%!{}()[]<>=\\:r@", max_size=80), LANGUAGES)
def test_the_three_kinds_always_add_up(text: str, language: str) -> None:
    counted = count_lines(text, language)
    assert counted.lines == counted.code + counted.comment + counted.blank
    assert counted.lines == text.count("\n") + (bool(text) and not text.endswith("\n"))
    assert min(counted.code, counted.comment, counted.blank) >= 0


@pytest.mark.parametrize("module", [ast, inspect, json, json.decoder, textwrap, pytest, python_lines])
def test_python_lines_equal_the_raw_counts_of_radon(module: object) -> None:
    text = inspect.getsource(inspect.getmodule(module))  # type: ignore[arg-type]
    raw, counted = analyze(text), python_lines(text)
    assert (counted.logical, counted.source, counted.comments, counted.multi) == (
        raw.lloc,
        raw.sloc,
        raw.comments,
        raw.multi,
    )
    assert counted.lines == raw.loc
    assert counted.blank == raw.blank


@pytest.mark.parametrize(
    ("text", "code", "comment", "blank"),
    [
        ("# a\nb = 1  # c\n\n", 1, 1, 1),
        ('"""A\n\nb."""\nc = """\n# no\n"""\n', 3, 2, 1),
        ("a = (\n    1,  # one\n    # two\n    2,\n)\n", 4, 1, 0),
        ("a = '#' + \"'#'\"\n", 1, 0, 0),
        ("def f():\n    r'''Say.'''\n    return 1\n", 2, 1, 0),
        ("if a: b(); c()\n", 1, 0, 0),
    ],
)
def test_docstrings_are_comments_and_other_strings_are_code(text: str, code: int, comment: int, blank: int) -> None:
    counted = python_lines(text)
    assert (counted.code, counted.comment, counted.blank) == (code, comment, blank)


def test_code_lines_are_counted_up_to_each_line() -> None:
    assert list(python_lines("a\n\n# b\nc\n").code_before) == [0, 1, 1, 1, 2]


def test_a_comment_between_tags_is_no_code() -> None:
    counted = count_lines("f(<p>\n  {/* why\n   not */}\n</p>)\n{/* a */ b()}\n", "JavaScript")
    assert (counted.code, counted.comment) == (3, 2)
