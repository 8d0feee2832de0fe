"""What keeps a hostile or monstrous file from costing more than its share."""

from __future__ import annotations

from hyperion_hook.domain.change import MAX_FILE_BYTES
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.vector import Missing

IN_LFS = Missing("its content is in Git LFS, not in the repository")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: ``max_bytes`` of UTF-8, ``max_line`` in characters, ``steps`` of about a token each."""

    max_bytes: int = MAX_FILE_BYTES
    max_line: int = 20_000
    steps: int = 1_500_000


DEFAULT = Limits()


def limits_for(max_bytes: int) -> Limits:
    """Return the limits of one file where files of so many bytes are measured; smaller ones cost no less for it.

    Examples
    --------
    >>> limits_for(10) == DEFAULT, limits_for(2_000_000).steps
    (True, 3000000)
    """
    most = max(max_bytes, DEFAULT.max_bytes)
    return replace(DEFAULT, max_bytes=most, steps=DEFAULT.steps * most // DEFAULT.max_bytes)


class TooSlowError(Exception):
    """A file takes more time or memory than it may: its text is the reason; caught where it is measured."""


class Clock:
    """Counts steps, not seconds: however busy the machine, the same file gets the same answer."""

    __slots__ = ("_left", "_steps")

    def __init__(self, steps: int) -> None:
        self._left = self._steps = steps

    def check(self, steps: int) -> None:
        """Count steps; raise ``TooSlowError`` when there are too many."""
        self._left -= steps
        if self._left < 0:
            raise TooSlowError(f"reading it takes more than {self._steps:,} steps")


_ANGLE = late_pattern(r"<([^<>]*)")
_MAX_STEPS = 20_000_000
_MAX_EXTENDS = 12


_QUOTES = ('"""', "'''")
_OF_PYTHON = ("Python", "GDScript")
"""Languages that lizard reads with the patterns of Python."""
_MAX_ESCAPES = 12


def too_hard_to_tokenise(text: str, language: str) -> bool:
    """Return whether lizard's token pattern would scan this text for very long.

    A regular expression cannot be interrupted, so what makes lizard's backtrack is looked for beforehand: comments,
    and raw strings of C++ that are opened again and again and never closed (each costs a scan to the end),
    question marks after ``<`` (quadratic), ``extends`` between ``<`` and ``>`` (exponential).

    Examples
    --------
    >>> too_hard_to_tokenise("a < b ? c : d > e", "Java"), too_hard_to_tokenise("/* " * 10_000, "Java")
    (False, True)
    """
    size = len(text)
    if max(_unclosed(text, "/*", "*/"), _unclosed(text, 'R"(', ')"')) * size > _MAX_STEPS:
        return True
    if "<" in text and "?" in text:
        steps = 0
        for match in _ANGLE.finditer(text):
            run = match.group(1)
            if "?" in run:
                steps += run.count("?") * len(run)
                if run.count("extends") > _MAX_EXTENDS:
                    return True
        if steps > _MAX_STEPS:
            return True
    # each backslash in a string that three quotes open and none close doubles the time
    return language in _OF_PYTHON and any(
        text.count("\\", text.rfind(quotes)) > _MAX_ESCAPES for quotes in _QUOTES if quotes in text
    )


def _unclosed(text: str, opening: str, closing: str) -> int:
    return text.count(opening, text.rfind(closing) + 1)
