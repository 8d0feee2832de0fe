"""How a setting's value is read: from TOML or from text, or a ``FaultError`` with what would be right.

Kinds are values of one plain class: every run imports them, and making a class costs more than making a value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
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
    """How a setting's value is read, from TOML and from text.

    ``expected`` completes the sentence "... is not ..."; ``read`` returns the value for one of TOML, ``parse`` a text
    as TOML would have it. ``ValueError``, ``TypeError`` and ``KeyError`` from them say that it is not what is expected.
    """

    def __init__(
        self,
        expected: str,
        read: Callable[..., Any],
        parse: Callable[[str], Any] = str,
        *,
        in_folder: bool = False,
    ) -> None:
        self.expected, self._read, self._parse, self._in_folder = expected, read, parse, in_folder

    def from_toml(self, value: Any, folder: Path | None = None) -> Any:
        """Read a value of TOML; relative paths are relative to ``folder``."""
        try:
            return self._read(value, folder) if self._in_folder else self._read(value)
        except (ValueError, TypeError, KeyError):
            raise FaultError(is_not(value, self.expected)) from None

    def from_text(self, text: str) -> Any:
        """Read a value of the environment or of a flag."""
        try:
            value = self._parse(text)
        except (ValueError, KeyError):
            raise FaultError(is_not(text, self.expected)) from None
        return self.from_toml(value)


def _need(is_right: bool) -> None:
    if not is_right:
        raise ValueError


def _if(is_right: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        _need(is_right(value))
        return value

    return read


def _bound(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def number(low: float, high: float, *, whole: bool = False, not_zero: bool = False) -> Kind:
    """Return numbers within bounds, both allowed; whole ones only when ``whole``; 0 is refused when ``not_zero``."""
    type_ = int if whole else float

    def read(value: Any) -> Any:
        _need(isinstance(value, int | type_) and not isinstance(value, bool))
        _need(low <= value <= high and not (not_zero and value == 0))
        return value

    name = "a whole number" if whole else "a number"
    return Kind(f"{name} from {_bound(low)} to {_bound(high)}{' other than 0' if not_zero else ''}", read, type_)


SEED = number(0, 2**32 - 1, whole=True)
JOBS = number(-1, 4096, whole=True, not_zero=True)
"""Of random numbers, and of processes or threads; -1 for all."""

_SWITCHES = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)
SWITCH = Kind("true or false", _if(lambda value: isinstance(value, bool)), lambda text: _SWITCHES[text.strip().lower()])
"""In text the ways people write them."""

TEXT = Kind("text, not empty", _if(lambda value: isinstance(value, str) and bool(value.strip())))


def _prefix(value: Any) -> Any:
    _need(isinstance(value, str) and all(char.isalnum() or char in "_-." for char in value))
    _need(len(value) <= 100 and value[:1] != "-")
    return value


PREFIX = Kind("at most 100 letters, digits, _, - and ., not beginning with a hyphen", _prefix)
"""What names of MLflow may begin with; empty for none."""


def _level(value: Any) -> RiskLevel | None:
    word = value.strip().upper() if isinstance(value, str) else ""
    _need(word != RiskLevel.UNKNOWN)
    return None if word == "NEVER" else RiskLevel(word)


LEVEL = Kind("one of low, medium, high, never", _level)
"""A risk level by its name in any case, or ``never``."""


def choice(*words: str) -> Kind:
    """Return one of a few words, in any case."""

    def read(value: Any) -> str:
        word = value.strip().lower() if isinstance(value, str) else ""
        _need(word in words)
        return word

    return Kind(f"one of {', '.join(words)}", read)


def _path(value: Any, folder: Path | None) -> Path:
    if isinstance(value, Path):
        return value
    _need(isinstance(value, str) and bool(value.strip()) and "\0" not in value)
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise FaultError(is_not(value, "a path whose home folder is known")) from None
    return path if folder is None else folder / path


def _paths(value: Any, folder: Path | None) -> tuple[Path, ...]:
    try:
        return tuple(PATH.from_toml(entry, folder) for entry in _entries(value))
    except FaultError:
        raise ValueError from None


PATH = Kind("a path", _path, in_folder=True)
"""Relative to the folder of the file that names it, else to where the command runs; ``~`` is the home."""
PATHS = Kind(
    "a path or a list of paths",
    _paths,
    lambda text: [part for part in text.split(os.pathsep) if part],
    in_folder=True,
)
"""In order; in text they are separated as in ``PATH``."""


def _patterns(value: Any) -> tuple[str, ...]:
    entries = _entries(value)
    _need(len(entries) <= 1000)
    _need(all(isinstance(entry, str) and entry.strip() and len(entry) <= 1000 for entry in entries))
    return tuple(entries)


def _entries(value: object) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


PATTERNS = Kind("a list of at most 1000 path patterns", _patterns, _parts)
"""In the syntax of ``.gitignore``, the last that matches decides; in text separated by commas."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least level of a change that touches a file which patterns match, written as in ``.gitignore``."""

    paths: tuple[str, ...]
    level: RiskLevel


def _floors(value: Any) -> tuple[Floor, ...]:
    _need(isinstance(value, list | tuple) and all(isinstance(entry, dict) for entry in value))
    return tuple(map(_floor, value))


def _floor(entry: dict[str, object]) -> Floor:
    level = entry.get("level")
    word = level.strip().upper() if isinstance(level, str) else ""
    if set(entry) != {"paths", "level"} or word not in {RiskLevel.MEDIUM, RiskLevel.HIGH}:
        raise FaultError(is_not(entry, "a table of 'paths' (patterns) and 'level' (medium or high)"))
    return Floor(PATTERNS.from_toml(entry["paths"]), RiskLevel(word))


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(pattern, value) for pattern, _, value in (part.rpartition("=") for part in _parts(text))]


FLOORS = Kind(
    "a list of tables, each with 'paths' (patterns) and 'level' (medium or high)",
    _floors,
    lambda text: [{"paths": pattern, "level": level} for pattern, level in _pairs(text)],
)
"""In text ``src/auth/**=high,*.sql=medium``."""


def by_pattern(numbers: Kind) -> Kind:
    """Return a number for each path pattern (``fnmatch``); in text ``src/api/*=0.6,src/admin/*=0.1``."""

    def read(value: Any) -> dict[str, Any]:
        _need(isinstance(value, dict))
        return {str(pattern): entry(pattern, share) for pattern, share in value.items()}

    def parse(text: str) -> dict[str, Any]:
        pairs = _pairs(text)
        if any(not pattern for pattern, _ in pairs):
            raise FaultError(is_not(text, f"a list 'pattern=number, ...', each {numbers.expected}"))
        return {pattern.strip(): numbers.from_text(share.strip()) for pattern, share in pairs}

    def entry(pattern: object, share: object) -> Any:
        try:
            return numbers.from_toml(share)
        except FaultError as fault:
            raise FaultError(f"'{str(pattern)[:SHOWN]}': {fault}") from None

    return Kind(f"a table from path pattern to {numbers.expected}", read, parse)


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
