"""How a setting's value is read: from TOML or from text, or a ``FaultError`` with what would be right.

Kinds are plain classes: every run imports them, and making a dataclass costs a millisecond.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass

RANDOM_STATE = 42
CONTAMINATION = 0.1
"""The share of ordinary changes that are called unusual; here because the hook needs it without the hyperparameters."""

SHOWN = 60
"""Characters of a faulty value that an error shows."""


class FaultError(Exception):
    """What is wrong with a value, or with each of its parts; every argument becomes one line of a ``ConfigError``."""

    def __str__(self) -> str:
        return "; ".join(self.args)


def is_not(value: object, expected: str) -> str:
    """Return the sentence that a value is not what is expected."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python writes no whole number of more than 4,300 digits, and no table a thousand deep
        text = f"a value too {'long' if isinstance(value, int) else 'large'} to be shown"
    return f"{text if len(text) <= SHOWN else text[:SHOWN] + '...'} is not {expected}"


class Kind:
    """How a setting's value is read; ``expected`` completes the sentence "... is not ..."."""

    expected: str

    def from_toml(self, value: Any, folder: Path | None = None) -> Any:  # noqa: ARG002 - paths need it
        """Read a value of TOML; relative paths are relative to ``folder``."""
        try:
            return self._read(value)
        except (ValueError, TypeError, KeyError):
            raise FaultError(is_not(value, self.expected)) from None

    def from_text(self, text: str) -> Any:
        """Read a value of the environment or of a flag."""
        try:
            value = self._parse(text)
        except (ValueError, KeyError):
            raise FaultError(is_not(text, self.expected)) from None
        return self.from_toml(value)

    def _read(self, value: Any) -> Any:
        """Return the value; ``ValueError``, ``TypeError`` and ``KeyError`` say that it is not what is expected."""
        raise NotImplementedError

    def _parse(self, text: str) -> Any:
        """Return a text as the value that TOML would have; ``ValueError`` and ``KeyError`` say that there is none."""
        return text


def _need(is_right: bool) -> None:
    if not is_right:
        raise ValueError


def _plain(bound: float) -> str:
    return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"


class Number(Kind):
    """A number within bounds, both allowed; whole numbers only when ``whole``; 0 is refused when ``not_zero``."""

    def __init__(self, low: float, high: float, *, whole: bool = False, not_zero: bool = False) -> None:
        self.low, self.high = low, high
        self.type = int if whole else float
        self.not_zero = not_zero
        name = "a whole number" if whole else "a number"
        self.expected = f"{name} from {_plain(low)} to {_plain(high)}{' other than 0' if not_zero else ''}"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, int | self.type) and not isinstance(value, bool))
        _need(self.low <= value <= self.high and not (self.not_zero and value == 0))
        return value

    def _parse(self, text: str) -> Any:
        return self.type(text)


SEED = Number(0, 2**32 - 1, whole=True)
JOBS = Number(-1, 4096, whole=True, not_zero=True)
"""Of random numbers, and of processes or threads; -1 for all."""
_SWITCHES = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


class Switch(Kind):
    """True or false, in text the ways people write them."""

    expected = "true or false"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, bool))
        return value

    def _parse(self, text: str) -> Any:
        return _SWITCHES[text.strip().lower()]


class Text(Kind):
    """Text that is not empty."""

    expected = "text, not empty"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, str) and bool(value.strip()))
        return value


class Prefix(Kind):
    """What names of MLflow may begin with; empty for none."""

    expected = "at most 100 letters, digits, _, - and ., not beginning with a hyphen"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, str) and all(char.isalnum() or char in "_-." for char in value))
        _need(len(value) <= 100 and value[:1] != "-")
        return value


class Level(Kind):
    """A risk level by its name in any case, or ``never``."""

    expected = "one of low, medium, high, never"

    def _read(self, value: Any) -> Any:
        word = value.strip().upper() if isinstance(value, str) else ""
        _need(word != RiskLevel.UNKNOWN)
        return None if word == "NEVER" else RiskLevel(word)


class Choice(Kind):
    """One of a few words, in any case."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.expected = f"one of {', '.join(words)}"

    def _read(self, value: Any) -> Any:
        word = value.strip().lower() if isinstance(value, str) else ""
        _need(word in self.words)
        return word


class OnePath(Kind):
    """A path, relative to the folder of the file that names it, else to where the command runs; ``~`` is the home."""

    expected = "a path"

    def from_toml(self, value: Any, folder: Path | None = None) -> Path:
        """Read a path."""
        if isinstance(value, Path):
            return value
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise FaultError(is_not(value, self.expected))
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            raise FaultError(is_not(value, "a path whose home folder is known")) from None
        return path if folder is None else folder / path


class Paths(Kind):
    """Paths in order; in text they are separated as in ``PATH``."""

    expected = "a path or a list of paths"

    def from_toml(self, value: Any, folder: Path | None = None) -> tuple[Path, ...]:
        """Read one path or a list of them."""
        try:
            return tuple(OnePath().from_toml(entry, folder) for entry in _entries(value))
        except FaultError:
            raise FaultError(is_not(value, self.expected)) from None

    def _parse(self, text: str) -> Any:
        return [part for part in text.split(os.pathsep) if part]


class Patterns(Kind):
    """Path patterns in the syntax of ``.gitignore``, the last that matches decides; in text separated by commas."""

    expected = "a list of at most 1000 path patterns"

    def _read(self, value: Any) -> Any:
        entries = _entries(value)
        _need(len(entries) <= 1000)
        _need(all(isinstance(entry, str) and entry.strip() and len(entry) <= 1000 for entry in entries))
        return tuple(entries)

    def _parse(self, text: str) -> Any:
        return _parts(text)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least level of a change that touches a file which patterns match, written as in ``.gitignore``."""

    paths: tuple[str, ...]
    level: RiskLevel


class Floors(Kind):
    """Tables ``paths``, ``level``; in text ``src/auth/**=high,*.sql=medium``."""

    expected = "a list of tables, each with 'paths' (patterns) and 'level' (medium or high)"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, list | tuple) and all(isinstance(entry, dict) for entry in value))
        return tuple(self._entry(entry) for entry in value)

    def _parse(self, text: str) -> Any:
        pairs = [part.rpartition("=") for part in _parts(text)]
        return [{"paths": pattern, "level": level} for pattern, _, level in pairs]

    def _entry(self, entry: dict[str, object]) -> Floor:
        level = entry.get("level")
        word = level.strip().upper() if isinstance(level, str) else ""
        if set(entry) != {"paths", "level"} or word not in {RiskLevel.MEDIUM, RiskLevel.HIGH}:
            raise FaultError(is_not(entry, "a table of 'paths' (patterns) and 'level' (medium or high)"))
        return Floor(Patterns().from_toml(entry["paths"]), RiskLevel(word))


class ByPattern(Kind):
    """A number for each path pattern (``fnmatch``); in text ``src/api/*=0.6,src/admin/*=0.1``."""

    def __init__(self, number: Number) -> None:
        self.number = number
        self.expected = f"a table from path pattern to {number.expected}"

    def _read(self, value: Any) -> Any:
        _need(isinstance(value, dict))
        return {str(pattern): self._entry(pattern, number) for pattern, number in value.items()}

    def _parse(self, text: str) -> Any:
        pairs = [part.rpartition("=") for part in _parts(text)]
        if any(not pattern for pattern, _, _ in pairs):
            raise FaultError(is_not(text, f"a list 'pattern=number, ...', each {self.number.expected}"))
        return {pattern.strip(): self.number.from_text(number.strip()) for pattern, _, number in pairs}

    def _entry(self, pattern: object, number: object) -> Any:
        try:
            return self.number.from_toml(number)
        except FaultError as fault:
            raise FaultError(f"'{str(pattern)[:SHOWN]}': {fault}") from None


def _entries(value: object) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` with the closest of the known words, '' when none is close.

    Examples
    --------
    >>> suggestion("fail_on", ["fail-on", "strict"])
    "; did you mean 'fail-on'?"
    >>> suggestion("zzz", ["fail-on"])
    ''
    """
    from difflib import get_close_matches

    close = get_close_matches(word[:80], list(known), n=1, cutoff=0.7)
    return f"; did you mean '{close[0]}'?" if close else ""
