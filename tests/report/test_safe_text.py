from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.report.safe_text import markdown_code, markdown_text, printable, valid_unicode

ANY_TEXT = st.text(st.characters(), max_size=200)
HOSTILE = [
    ("a\x1b[31mred\x1b[0m", "a\\x1b[31mred\\x1b[0m"),
    ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
    ("one\ntwo\r\tthree", "one\\ntwo\\r\\tthree"),
    ("a\u202egnp.exe", "a\\u202egnp.exe"),
    ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
    ("\x9b31m", "\\x9b31m"),
    ("line\u2028sep", "line\\u2028sep"),
    ("caf\udce9.py", "caf\\xe9.py"),
    ("nul\0", "nul\\x00"),
    ("\U000e0041tag", "\\U000e0041tag"),
]


@pytest.mark.parametrize("text", ["", "src/app.py", "a b", "日本語.py", "naïve — ☃"])
def test_text_that_can_be_seen_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_what_acts_or_cannot_be_seen_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANY_TEXT)
def test_any_text_becomes_one_line_that_can_be_seen_and_encoded(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert all(unicodedata.category(char)[0] != "C" for char in shown)


def test_endless_text_is_cut() -> None:
    assert printable("x" * 5000) == "x" * 997 + "..."


@given(ANY_TEXT)
def test_text_for_json_survives_strict_utf_8_and_keeps_all_that_is_valid(text: str) -> None:
    shown = valid_unicode(text)
    assert json.loads(json.dumps(shown).encode("ascii")) == shown
    assert shown.encode("utf-8").decode("utf-8") == shown
    if not any(0xD800 <= ord(char) < 0xE000 for char in text):
        assert shown == text


def rendered(markdown: str) -> str:
    """Undo what a Markdown renderer undoes: escapes of punctuation, entities, zero-width spaces."""
    out, index = [], 0
    while index < len(markdown):
        char = markdown[index]
        if char == "\\" and index + 1 < len(markdown):
            index += 1
            char = markdown[index]
        out.append(char)
        index += 1
    plain = "".join(out).replace("\u200b", "")
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(st.text(st.sampled_from("ab \\`*_[]()<>#|~!@:/.w&;\n\x1b"), max_size=60))
def test_markdown_shows_the_text_and_holds_no_bare_markup(text: str) -> None:
    shown = markdown_text(text)
    assert rendered(shown) == printable(text)
    bare = shown.replace("\\\\", "")
    for mark in "`*_[]|~!#":
        assert f"\\{mark}" in bare or mark not in bare
        assert bare.count(mark) == bare.count("\\" + mark)
    assert "<" not in bare
    assert ">" not in bare


@pytest.mark.parametrize("text", ["@ada look", "see #12", "http://evil.example", "www.evil.example", "owner/repo#7"])
def test_a_code_host_makes_no_link_or_mention_of_it(text: str) -> None:
    shown = markdown_text(text)
    assert not re.search(r"@\w|#\d|https?://|www\.", shown.replace("\\", ""))


@given(ANY_TEXT)
def test_no_text_gets_out_of_a_code_span(text: str) -> None:
    span = markdown_code(text)
    fence = span[: len(span) - len(span.lstrip("`"))]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence
    runs = set("".join(char if char == "`" else " " for char in inner).split())
    assert fence not in runs
    assert inner.strip(" ") == printable(text).strip(" ")
