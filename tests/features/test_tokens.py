from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.change import tokens
from tests.support.changes import change, context, edit


def test_a_change_of_documents_and_tests_adds_no_code() -> None:
    judged = change(edit("README.md", "+if this"), edit("tests/test_a.py", "+if x:"))
    assert set(tokens.measure(context(judged)).values()) == {0.0}


def test_comments_and_blank_lines_are_no_code() -> None:
    judged = change(edit("src/a.py", "+# why\n+x = 1\n+    \n-y = 2\n-# gone"))
    values = tokens.measure(context(judged))
    assert (values["code_lines_added"], values["code_lines_deleted"]) == (1, 1)


def test_tokens_are_words_numbers_and_operators() -> None:
    # if ( a && b1 ) { return 10 ; }
    judged = change(edit("src/A.java", "+if (a && b1) { return 10; }"))
    values = tokens.measure(context(judged))
    assert values["tokens_added"] == 11
    assert values["control_flow_added"] == 2
    assert values["distinct_tokens_added"] == 11


def test_a_moved_line_is_moved_and_not_new() -> None:
    judged = change(edit("src/a.py", "-x = f(1)"), edit("src/b.py", "+x = f(1)\n+y = x"))
    values = tokens.measure(context(judged))
    assert (values["tokens_added"], values["tokens_deleted"]) == (9, 6)
    assert (values["tokens_moved"], values["net_new_tokens"]) == (6, 3)


def test_unread_hunks_make_every_count_missing() -> None:
    judged = change(replace(edit("src/a.py"), hunks=None))
    assert set(tokens.measure(context(judged)).values()) == {Missing("change too large to read line by line")}


def test_the_tokens_of_more_code_than_is_counted_are_taken_to_be_as_dense() -> None:
    values = tokens.measure(context(change(edit("src/a.js", "+" + "x," * 1_100_000))))
    assert (values["code_lines_added"], values["tokens_added"], values["distinct_tokens_added"]) == (1, 2_200_000, 2)


def test_code_after_the_end_of_the_patch_is_taken_to_be_like_what_was_read() -> None:
    read = edit("src/a.py", "+if x: y\n-z = 1")
    cut = replace(read, path="src/b.py", hunks=None)
    alone, both = (tokens.measure(context(change(*files))) for files in ((read,), (read, cut)))
    twice = [name for name in alone if name != "distinct_tokens_added"]
    assert [both[name] for name in twice] == [2 * alone[name] for name in twice]
    assert both["distinct_tokens_added"] == alone["distinct_tokens_added"]


PIECES = st.lists(
    st.sampled_from(
        [
            b"a",
            b"Zeta_",
            b"if",
            b"1",
            b"90",
            b"0x",
            b".",
            b"$",
            b"@",
            b"\xe9",
            b"&",
            b"|",
            b"=",
            b"!",
            b"<",
            b">",
            b"-",
            b":",
            b"(",
            b"#",
            b" ",
            b"\n",
            b"\t",
            b"\x01",
            b"\x7f",
            b"\x1c",
        ]
    )
).map(b"".join)


@pytest.mark.slow
@settings(max_examples=2_000)
@given(PIECES)
def test_the_quick_count_is_what_the_pattern_finds(code: bytes) -> None:
    assert tokens.count_tokens(code) == Counter(tokens._TOKEN.findall(code))
