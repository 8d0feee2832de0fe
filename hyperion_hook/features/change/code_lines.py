"""Changed lines with and without code, told apart line by line.

A hunk shows a few lines of a file, so a comment that began above it cannot be seen; within the hunk, comment blocks and
Python's docstrings are followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

from hyperion_hook.domain.files.languages import LANGUAGES, Comments
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass

_RETURN = late_pattern(rb"\r(?![\r\n]|\Z)")
_LIKE_C = Comments(("//",), (("/*", "*/"),))


def code_in(texts: Iterable[bytes], language: str) -> list[bytes]:
    r"""Return the stripped lines that carry code: no blank ones, no comments, no docstrings.

    ``texts`` are runs of lines joined by line feeds; a comment does not reach from one run into the next. A language of
    ``domain.files.languages`` without comments there, and any other, is read like C.

    Examples
    --------
    >>> code_in([b'x = 1\n  # why\n\n\'\'\'Say.\nmore\n\'\'\'\ny'], "Python")
    [b'x = 1', b'y']
    >>> code_in([b"/* a\n * b\n */ int x;\n// c\n*p = 1;"], "C")
    [b'*p = 1;']
    """
    return [line for line in code_by_line(texts, language) if line]


def code_by_line(texts: Iterable[bytes], language: str) -> list[bytes]:
    """Return for every line its code without white space around it, nothing for a line that carries none."""
    texts = list(texts)
    if any(b"\r" in part and _RETURN.search(part) for part in texts):
        return _by_lines_of_git(texts, language)
    marks = _marks_of(language)
    starts = marks.starts
    text = b"\n".join([_without_blocks(part, marks) if starts and starts.search(part) else part for part in texts])
    not_code = marks.not_code
    lines = [b"" if line.startswith(not_code) else line for line in map(bytes.strip, text.split(b"\n"))]
    if language == "PHP" and b"#[" in text:
        # an attribute, which only looks like a comment
        stripped = map(bytes.strip, text.split(b"\n"))
        lines = [line if line.startswith(b"#[") else code for line, code in zip(stripped, lines, strict=True)]
    if marks.has_stars and b"*" in text:
        return [b"" if line == b"*" else line for line in lines]
    return lines


def _by_lines_of_git(texts: list[bytes], language: str) -> list[bytes]:
    """Do the same for lines in which compilers see several, as they end at a carriage return alone."""
    pieces = iter(code_by_line([_RETURN.sub(b"\n", part) for part in texts], language))
    return [
        b" ".join(filter(None, islice(pieces, 1 + len(_RETURN.findall(line)))))
        for line in b"\n".join(texts).split(b"\n")
    ]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What begins a line that is no code, what begins and ends blocks of such lines, and whether stars line them."""

    not_code: tuple[bytes, ...]
    starts: re.Pattern[bytes] | None
    ends: dict[bytes, bytes]
    has_stars: bool


@cache
def _marks_of(language: str) -> _Marks:
    known = LANGUAGES.get(language)
    comments = (known.comments if known else None) or _LIKE_C
    ends = {start.encode(): end.encode() for start, end in comments.blocks}
    has_stars = b"/*" in ends
    # "* " and "*/": the middle and the end of a comment block whose start is not in the hunk
    not_code = (*(mark.encode() for mark in comments.lines), *((b"* ", b"*/") if has_stars else ()))
    return _Marks(not_code, re.compile(b"|".join(map(re.escape, ends))) if ends else None, ends, has_stars)


def _without_blocks(text: bytes, marks: _Marks) -> bytes:
    """Return a text with empty lines in place of those of comment blocks that begin a line."""
    assert marks.starts is not None  # noqa: S101 - asked only where there are some
    parts: list[bytes] = []
    end = position = 0
    while result := marks.starts.search(text, position):
        start = text.rfind(b"\n", 0, result.start()) + 1
        if text[start : result.start()].strip():
            position = _line_end(text, result.end())
            continue
        # to the end of the line: what follows a comment there is left out too
        close = text.find(marks.ends[result[0]], result.end())
        stop = len(text) if close < 0 else _line_end(text, close)
        parts += [text[end:start], b"\n" * text.count(b"\n", start, stop)]
        end = position = stop
    return b"".join([*parts, text[end:]])


def _line_end(text: bytes, position: int) -> int:
    end = text.find(b"\n", position)
    return len(text) if end < 0 else end
