"""Sets text in columns of a terminal, where some characters take two cells and some none."""

from __future__ import annotations

import unicodedata


def width_of(text: str) -> int:
    """Return the number of terminal cells that printable text takes.

    Examples
    --------
    >>> width_of("abc"), width_of("日本"), width_of("e\u0301")
    (3, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Return text with spaces behind it up to a width."""
    return text + " " * (width - width_of(text))


def clipped(text: str, width: int) -> str:
    """Return text that fits, cut in its middle where it does not: the end of a path says most.

    Examples
    --------
    >>> clipped("src/a/very/long/path/name.py", 19)
    'src/a/ver...name.py'
    """
    if width_of(text) <= width:
        return text
    tail = _fitting(text[::-1], (width - 3) // 2 - 1)[::-1]
    return _fitting(text, width - 3 - width_of(tail)) + "..." + tail


def ended(text: str, width: int) -> str:
    """Return text that fits, cut after the last word for which there is room.

    Examples
    --------
    >>> ended("one two three", 11), ended("one two three", 13), ended("https://one", 8)
    ('one two...', 'one two three', 'https...')
    """
    if width_of(text) <= width:
        return text
    beginning = _fitting(text, width - 3)
    words = beginning.rpartition(" ")[0] if text[len(beginning)] != " " else beginning
    return (words.rstrip(" ,;:(") or beginning) + "..."


def short_path(path: str, width: int) -> str:
    """Return a path with whole folders left out in its middle so that it fits; its last name is never cut.

    Examples
    --------
    >>> short_path("src/main/java/org/apache/kafka/Coordinator.java", 34)
    'src/.../kafka/Coordinator.java'
    """
    if width_of(path) <= width or "/" not in path:
        return path
    first, *folders, name = path.split("/")
    while folders:
        folders.pop(0)
        shorter = "/".join((first, "...", *folders, name))
        if width_of(shorter) <= width:
            return shorter
    return name


def clipped_path(path: str, width: int) -> str:
    """Return a path that fits whatever it is called: as ``short_path`` shortens it, and then as ``clipped`` cuts it."""
    return clipped(short_path(path, width), width)


def with_short_paths(text: str, width: int) -> str:
    """Return text in which each path is shortened at its folders to fit a line, so that none is broken inside."""
    return " ".join(short_path(word, width) if "/" in word else word for word in text.split(" "))


def wrapped(text: str, width: int, *, whole: bool = False) -> list[str]:
    """Return text in lines that fit, broken at spaces, and within words that are longer than a line if not ``whole``.

    Examples
    --------
    >>> wrapped("one two three", 8)
    ['one two', 'three']
    >>> wrapped("long::error::x", 4)
    ['lon', 'g::e', 'rro', 'r::x']
    """
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width_of(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line.rstrip())
        rest = word
        while width_of(rest) > width and not whole:
            part = _fitting(rest, width)
            if rest[len(part) :].startswith("::") and len(part) > 1:
                part = part[:-1]  # a build server obeys a line that begins like this
            lines.append(part)
            rest = rest[len(part) :]
        line = rest
    return [*lines, line] if line or not lines else lines


def _fitting(text: str, width: int) -> str:
    """Return the longest beginning of text that fits, one character at least."""
    used = 0
    for position, char in enumerate(text):
        used += _cells(char)
        if used > width:
            return text[: max(position, 1)]
    return text
