"""Bytes to text: every encoding a source file comes in, and what is no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.files.text import decode_text
from hyperion_hook.domain.vector import Missing


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1\n", "x = 1\n"),
        ("é\n".encode(), "é\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("x = 'é'\n".encode("utf-16"), "x = 'é'\n"),
        (b"\xff\xfe" + "a\r\nb".encode("utf-16-le"), "a\nb"),
        (b"\xfe\xff" + "a\nb".encode("utf-16-be"), "a\nb"),
        ("a".encode("utf-32"), "a"),
        (b"caf\xe9\n", "café\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"tab\tform\x0cfeed\x1b[0m", "tab\tform\x0cfeed\x1b[0m"),
    ],
    ids=repr,
)
def test_text_is_decoded_with_line_feeds(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize(
    "data",
    [
        b"a\0b",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\xff\xfe\x00",
        b"\xff\xfe\x00\xd8",
        b"\xe9\x01",
        b"\xef\xbb\xbf\xe9\xff",
        bytes(range(256)),
    ],
    ids=repr,
)
def test_what_is_no_text_is_binary(data: bytes) -> None:
    assert decode_text(data) == Missing("binary")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_python_writes_is_read_back(text: str) -> None:
    read = decode_text(text.encode())
    expected = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")
    assert read == expected


@given(st.binary())
def test_no_bytes_are_refused_with_an_error(data: bytes) -> None:
    read = decode_text(data)
    assert isinstance(read, Missing) or ("\r" not in read and "\0" not in read)
