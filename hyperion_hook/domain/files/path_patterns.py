"""Path patterns as git writes them in ``.gitignore`` and ``.gitattributes``, matched without starting git.

No pattern can make matching slow: a segment is an ``fnmatch`` pattern, whose stars never backtrack into each other,
and of several ``**`` only the last one is ever moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass

_POSIX = {
    "[:digit:]": "0-9",
    "[:alpha:]": "a-zA-Z",
    "[:alnum:]": "a-zA-Z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:space:]": " \t",
    "[:xdigit:]": "0-9a-fA-F",
}
_ESCAPED = late_pattern(r"\\(.)")
_MOST_CHARACTERS = 4096  # of a pattern, as of a path: to translate a longer one takes time that grows with its square
_ANY_FOLDERS = None
_Segment = Callable[[str], object] | None


@dataclass(frozen=True, slots=True)
class PathPattern:
    """One pattern: its segments (``None`` stands for ``**``), and whether it names folders only or takes back."""

    segments: tuple[_Segment, ...]
    folders_only: bool = False
    negated: bool = False

    def matches(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether the pattern names this very path."""
        if self.folders_only and not is_folder:
            return False
        return _match(path.split("/"), self.segments)


def parse_pattern(line: str) -> PathPattern | None:
    r"""Return the pattern of one line of a ``.gitignore``, ``None`` for a comment or an empty line.

    Examples
    --------
    >>> parse_pattern("*.pb.go").matches("api/v1/x.pb.go"), parse_pattern("/gen/**").matches("src/gen/a.py")
    (True, False)
    """
    text = line.rstrip(" \t\r")
    if text.endswith("\\"):
        text += line[len(text) : len(text) + 1]  # a space that is escaped
    if not text or text[0] == "#":
        return None
    negated = text[0] == "!"
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    parts = text.removeprefix("/").split("/")
    if not anchored:
        parts = ["**", *parts]
    if parts[-1] == "**" and anchored:
        parts.append("*")  # "a/**" names what is inside, at any depth
    if not any(parts) or len(text) > _MOST_CHARACTERS:
        return None
    return PathPattern(
        tuple(
            _ANY_FOLDERS if part == "**" and number < len(parts) - 1 else _segment(part)
            for number, part in enumerate(parts)
        ),
        folders_only,
        negated,
    )


def parse_patterns(lines: Iterable[str]) -> tuple[PathPattern, ...]:
    """Return the patterns of lines, comments left out."""
    return tuple(pattern for line in lines if (pattern := parse_pattern(line)) is not None)


def is_ignored(path: str, patterns: tuple[PathPattern, ...]) -> bool:
    """Return whether patterns exclude a file as a ``.gitignore`` at the top would: by itself or with its folder.

    Examples
    --------
    >>> rules = parse_patterns(["gen/", "!gen/keep.py", "*.min.js"])
    >>> [is_ignored(path, rules) for path in ("gen/keep.py", "a/gen/x.py", "a.min.js", "gen.py")]
    [True, True, True, False]
    """
    end = path.find("/")
    while True:
        part = path if end < 0 else path[:end]
        last = next((rule for rule in reversed(patterns) if rule.matches(part, is_folder=end >= 0)), None)
        if last is not None and not last.negated:
            return True
        if end < 0:
            return False
        end = path.find("/", end + 1)


def _segment(text: str) -> _Segment:
    for name, characters in _POSIX.items():
        text = text.replace(name, characters)
    text = _ESCAPED.sub(lambda escape: f"[{escape[1]}]" if escape[1] in "*?[" else escape[1], text).replace("[^", "[!")
    # a bracket that none closes is a letter; ``translate`` would look for its end from each one on
    end = text.rfind("]") + 1
    return re.compile(translate(text[:end] + text[end:].replace("[", "[[]"))).match


def _match(names: list[str], segments: tuple[_Segment, ...]) -> bool:
    """Match names with segments; on a mismatch the last ``**`` takes one more name, as ``*`` does in a word."""
    name = segment = 0
    back: tuple[int, int] | None = None
    while name < len(names):
        if segment < len(segments) and segments[segment] is _ANY_FOLDERS:
            back = segment + 1, name
            segment += 1
        elif segment < len(segments) and segments[segment](names[name]):  # type: ignore[misc]
            name, segment = name + 1, segment + 1
        elif back is not None:
            back = back[0], back[1] + 1
            segment, name = back
        else:
            return False
    return segment == len(segments)
