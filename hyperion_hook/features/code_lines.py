"""Changed lines with and without code, told apart line by line.

A hunk shows a few lines of a file, so a comment that began above it cannot be seen; within the hunk, comment blocks and
Python's docstrings are followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def code_lines(lines: Iterable[bytes], language: str) -> Iterator[bytes]:
    """Yield the stripped lines that carry code: no blank ones, no comments, no docstrings.

    Examples
    --------
    >>> list(code_lines([b"x = 1", b"  # why", b"", b'\"\"\"Say.', b"more", b'\"\"\"', b"y"], "Python"))
    [b'x = 1', b'y']
    >>> list(code_lines([b"/* a", b" * b", b" */ int x;", b"// c", b"*p = 1;"], "C"))
    [b'*p = 1;']
    """
    line_marks, block_marks = _line_marks(language), _block_marks(language)
    c_like = b"/*" in block_marks
    end: bytes | None = None
    for raw in lines:
        line = raw.strip()
        if end is not None:
            if end in line:
                end = None
            continue
        if not line or line.startswith(line_marks):
            continue
        # the middle of a comment block whose start is not in the hunk
        if c_like and line[:1] == b"*" and (line[1:2] in b" /" or len(line) == 1):
            continue
        if block_marks and line.startswith(block_marks):
            mark = next(mark for mark in block_marks if line.startswith(mark))
            if _BLOCK_ENDS[mark] not in line[len(mark) :]:
                end = _BLOCK_ENDS[mark]
            continue
        yield line
