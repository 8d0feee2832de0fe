"""Changed lines with and without code, told apart line by line.

A hunk shows a few lines of a file, so a comment that began above it cannot be seen; within the hunk, comment blocks and
Python's docstrings are followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_HASH = frozenset({"Python", "Ruby", "Shell", "Perl", "R", "Elixir", "Julia", "GDScript", "Cython"})
_DASH = frozenset({"SQL", "Lua", "Haskell"})
_PERCENT = frozenset({"Erlang"})


def _line_marks(language: str) -> tuple[bytes, ...]:
    if language in _HASH:
        return (b"#",)
    if language in _DASH:
        return (b"--",)
    if language in _PERCENT:
        return (b"%",)
    if language == "PHP":
        return (b"//", b"#")
    if language == "Fortran":
        return (b"!",)
    return (b"//",)


_BLOCK_ENDS = {b"/*": b"*/", b'"""': b'"""', b"'''": b"'''", b"<!--": b"-->", b"=begin": b"=end", b"{-": b"-}"}


def _block_marks(language: str) -> tuple[bytes, ...]:
    if language in ("Python", "Cython", "Elixir", "Julia"):
        return (b'"""', b"'''")
    if language == "Ruby":
        return (b"=begin",)
    if language == "Haskell":
        return (b"{-",)
    if language in _HASH or language in _PERCENT or language == "Fortran":
        return ()
    return (b"/*", b"<!--") if language == "Vue" else (b"/*",)


def code_in(texts: Iterable[bytes], language: str) -> list[bytes]:
    r"""Return the stripped lines that carry code: no blank ones, no comments, no docstrings.

    Parameters
    ----------
    texts
        Runs of lines joined by line feeds; a comment does not reach from one run into the next.
    language
        As ``language_of`` names it.

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
    marks = _marks_of(language)
    blocks = marks.blocks
    text = b"\n".join([_without_blocks(part, blocks) if blocks and blocks.search(part) else part for part in texts])
    not_code = marks.not_code
    lines = [b"" if line.startswith(not_code) else line for line in map(bytes.strip, text.split(b"\n"))]
    if marks.has_stars and b"*" in text:
        return [b"" if line == b"*" else line for line in lines]
    return lines


@dataclass(frozen=True, slots=True)
class _Marks:
    """What begins a line that is no code, what may begin a block of them, and whether blocks are lined with stars."""

    not_code: tuple[bytes, ...]
    blocks: re.Pattern[bytes] | None
    has_stars: bool


@cache
def _marks_of(language: str) -> _Marks:
    blocks = _block_marks(language)
    has_stars = b"/*" in blocks
    # "* " and "*/": the middle and the end of a comment block whose start is not in the hunk
    not_code = (*_line_marks(language), *((b"* ", b"*/") if has_stars else ()))
    return _Marks(not_code, re.compile(b"|".join(map(re.escape, blocks))) if blocks else None, has_stars)


def _without_blocks(text: bytes, marks: re.Pattern[bytes]) -> bytes:
    """Return a text with empty lines in place of those of comment blocks that begin a line."""
    kept: list[bytes] = []
    end = position = 0
    while found := marks.search(text, position):
        start = text.rfind(b"\n", 0, found.start()) + 1
        if text[start : found.start()].strip():
            position = _line_end(text, found.end())
            continue
        # to the end of the line: what follows a comment there is left out too
        close = text.find(_BLOCK_ENDS[found[0]], found.end())
        stop = len(text) if close < 0 else _line_end(text, close)
        kept += [text[end:start], b"\n" * text.count(b"\n", start, stop)]
        end = position = stop
    return b"".join([*kept, text[end:]])


def _line_end(text: bytes, position: int) -> int:
    end = text.find(b"\n", position)
    return len(text) if end < 0 else end
