"""Bytes of a file to text, where they are text."""

from __future__ import annotations

import codecs
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.vector import Missing

BINARY = Missing("binary")
HOLDS_NUL = Missing("a text that holds a NUL")
"""Not a binary file, though git takes it for one: hardly a character of it is none of a text."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT = 20  # characters for each control character, at least, in what a person wrote
_CONTROL = late_pattern(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode_text(data: bytes) -> str | Missing:
    r"""Return a file's text with line feeds as line ends, ``Missing`` where it is binary.

    UTF-8 first, byte order marks honoured; Latin-1 only for what has no control bytes, because it would read anything.

    Examples
    --------
    >>> decode_text(b"a\r\nb"), decode_text("é".encode("utf-16")), decode_text(b"caf\xe9")
    ('a\nb', 'é', 'café')
    >>> decode_text(b"a\0b"), decode_text(b"print('a line that ends in a \0')")
    (Missing(reason='binary'), Missing(reason='a text that holds a NUL'))
    """
    text = decode_lines(data)
    return text if isinstance(text, Missing) else text[0]


def decode_lines(data: bytes) -> tuple[str, tuple[int, ...]] | Missing:
    r"""Return a file's text as ``decode_text`` does, and where its lines are not those of git.

    Git ends lines at line feeds alone, compilers at a carriage return alone too. It comes with the number of git's line
    for each break within it.

    Examples
    --------
    >>> decode_lines(b"a\rb\rc\r\nd\re\r"), decode_lines(b"a\r\nb")
    (('a\nb\nc\nd\ne\n', (1, 1, 2)), ('a\nb', ()))
    """
    text = _decoded(data)
    if isinstance(text, Missing):
        return BINARY
    if "\0" in text:
        return HOLDS_NUL if len(_CONTROL.findall(data)) * _TEXT < len(data) else BINARY
    if "\r" not in text or "\r" not in (text := text.replace("\r\n", "\n")):
        return text, ()
    rows = text.split("\n")
    # a return at the very end begins no line
    rows[-1] = rows[-1].removesuffix("\r")
    breaks = (number for number, row in enumerate(rows, 1) for _ in range(row.count("\r")))
    return text.replace("\r", "\n"), tuple(breaks)


def lines_as_read(first: int, last: int, breaks: Sequence[int]) -> tuple[int, int]:
    """Return the lines of a text that a run of git's lines holds; ``breaks`` are those of ``decode_lines``.

    Examples
    --------
    >>> lines_as_read(1, 1, (1, 1, 2)), lines_as_read(2, 3, (1, 1, 2)), lines_as_read(2, 3, ())
    ((1, 3), (4, 6), (2, 3))
    """
    return first + bisect_left(breaks, first), last + bisect_right(breaks, last)


def _decoded(data: bytes) -> str | Missing:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                return BINARY
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return BINARY if _CONTROL.search(data) else data.decode("latin-1")


def without_comments(text: str, opening: str = "/*", closing: str = "*/") -> str:
    """Return a text with a space for each block comment; one that is not closed stays.

    Examples
    --------
    >>> without_comments("a/* b */c /* d")
    'a c /* d'
    """
    parts = []
    position = 0
    while (start := text.find(opening, position)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        parts.append(text[position:start])
        position = end + len(closing)
    return " ".join([*parts, text[position:]]) if parts else text


def line_count(text: str) -> int:
    r"""Return the number of lines of a text; a last line without a line feed counts.

    Examples
    --------
    >>> line_count(""), line_count("a\n"), line_count("a\nb")
    (0, 1, 2)
    """
    return text.count("\n") + (0 if text.endswith("\n") or not text else 1)
