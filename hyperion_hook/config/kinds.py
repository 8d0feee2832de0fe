"""How a setting's value is read: from TOML or from text, or a ``FaultError`` with what would be right.

Kinds are plain classes: every run imports them, and making a dataclass costs a millisecond.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from hyperion_hook.domain.assessment import RiskLevel

RANDOM_STATE = 42
CONTAMINATION = 0.1
"""The share of ordinary changes that are called unusual; here because the hook needs it without the hyperparameters."""

SHOWN = 60
"""Characters of a faulty value that an error shows."""


class FaultError(Exception):
    """What is wrong with one value, in words; becomes one line of a ``ConfigError``."""

    def __init__(self, value: object, expected: str) -> None:
        try:
            text = repr(value)
        except (ValueError, RecursionError):
            # Python writes no whole number of more than 4,300 digits, and no table a thousand deep
            text = f"a value too {'long' if isinstance(value, int) else 'large'} to be shown"
        super().__init__(f"{text if len(text) <= SHOWN else text[:SHOWN] + '...'} is not {expected}")

    @property
    def lines(self) -> list[str]:
        """What is wrong, a line for each fault."""
        return [str(self)]


class ManyFaultsError(FaultError):
    """What is wrong with the parts of one value."""

    def __init__(self, faults: list[str]) -> None:
        Exception.__init__(self, "; ".join(faults))
        self.faults = faults

    @property
    def lines(self) -> list[str]:
        """What is wrong, a line for each fault."""
        return self.faults


class Kind(Protocol):
    """How a setting's value is read; ``expected`` completes the sentence "... is not ..."."""

    @property
    def expected(self) -> str:
        """What a right value is, in words."""

    def from_toml(self, value: object, folder: Path | None) -> object:
        """Read a value of TOML; relative paths are relative to ``folder``."""

    def from_text(self, text: str) -> object:
        """Read a value of the environment or of a flag."""


class Number:
    """A number within bounds, both allowed; whole numbers only when ``whole``; 0 is refused when ``not_zero``."""

    def __init__(self, low: float, high: float, *, whole: bool = False, not_zero: bool = False) -> None:
        self.low = low
        self.high = high
        self.whole = whole
        self.not_zero = not_zero

    @property
    def expected(self) -> str:
        """What a right value is, in words."""
        name = "a whole number" if self.whole else "a number"
        return f"{name} from {self.low:g} to {self.high:g}{' other than 0' if self.not_zero else ''}"

    def from_toml(self, value: object, folder: Path | None = None) -> float:  # noqa: ARG002 - one shape for all kinds
        """Read a TOML number."""
        allowed = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise FaultError(value, self.expected)
        assert isinstance(value, int | float)  # noqa: S101 - tells mypy what the line above made sure of
        if not self.low <= value <= self.high or (self.not_zero and value == 0):
            raise FaultError(value, self.expected)
        return value

    def from_text(self, text: str) -> float:
        """Read a number written in text."""
        try:
            value = int(text) if self.whole else float(text)
        except ValueError:
            raise FaultError(text, self.expected) from None
        return self.from_toml(value)


class Switch:
    """True or false."""

    expected = "true or false"

    def from_toml(self, value: object, folder: Path | None = None) -> bool:  # noqa: ARG002
        """Read a TOML boolean."""
        if not isinstance(value, bool):
            raise FaultError(value, self.expected)
        return value

    def from_text(self, text: str) -> bool:
        """Read a switch the ways people write them."""
        word = text.strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise FaultError(text, self.expected)


class Text:
    """Text that is not empty."""

    expected = "text, not empty"

    def from_toml(self, value: object, folder: Path | None = None) -> str:  # noqa: ARG002
        """Read a TOML string."""
        if not isinstance(value, str) or not value.strip():
            raise FaultError(value, self.expected)
        return value

    def from_text(self, text: str) -> str:
        """Read text as it stands."""
        return self.from_toml(text)


class Prefix(Text):
    """What names of MLflow may begin with; empty for none."""

    expected = "at most 100 letters, digits, _, - and ., not beginning with a hyphen"

    def from_toml(self, value: object, folder: Path | None = None) -> str:  # noqa: ARG002
        """Read a TOML string."""
        plain = isinstance(value, str) and all(char.isalnum() or char in "_-." for char in value)
        if not isinstance(value, str) or not plain or len(value) > 100 or value[:1] == "-":
            raise FaultError(value, self.expected)
        return value


class Level:
    """A risk level, or ``never``."""

    expected = "one of low, medium, high, never"

    def from_toml(self, value: object, folder: Path | None = None) -> RiskLevel | None:  # noqa: ARG002
        """Read a level by its name in any case."""
        word = value.strip().upper() if isinstance(value, str) else ""
        if word == "NEVER":
            return None
        if word not in RiskLevel.__members__ or word == RiskLevel.UNKNOWN:
            raise FaultError(value, self.expected)
        return RiskLevel(word)

    def from_text(self, text: str) -> RiskLevel | None:
        """Read a level by its name in any case."""
        return self.from_toml(text)


class Choice:
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    @property
    def expected(self) -> str:
        """What a right value is, in words."""
        return f"one of {', '.join(self.words)}"

    def from_toml(self, value: object, folder: Path | None = None) -> str:  # noqa: ARG002
        """Read a word in any case."""
        word = value.strip().lower() if isinstance(value, str) else ""
        if word not in self.words:
            raise FaultError(value, self.expected)
        return word

    def from_text(self, text: str) -> str:
        """Read a word in any case."""
        return self.from_toml(text)


class OnePath:
    """A path; ``~`` is the home folder."""

    expected = "a path"

    def from_toml(self, value: object, folder: Path | None = None) -> Path:
        """Read a path, relative to the folder of the file that names it."""
        if isinstance(value, Path):
            return value
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise FaultError(value, self.expected)
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            raise FaultError(value, "a path whose home folder is known") from None
        return path if folder is None else folder / path

    def from_text(self, text: str) -> Path:
        """Read a path, relative to where the command runs."""
        return self.from_toml(text)


class Paths:
    """Paths in order; in text they are separated as in ``PATH``."""

    expected = "a path or a list of paths"

    def from_toml(self, value: object, folder: Path | None = None) -> tuple[Path, ...]:
        """Read one path or a list of them."""
        entries = value if isinstance(value, list | tuple) else [value]
        one = OnePath()
        try:
            return tuple(one.from_toml(entry, folder) for entry in entries)
        except FaultError:
            raise FaultError(value, self.expected) from None

    def from_text(self, text: str) -> tuple[Path, ...]:
        """Read paths separated by the system's separator."""
        return self.from_toml([part for part in text.split(os.pathsep) if part])


class Patterns:
    """Path patterns in the syntax of ``.gitignore``, the last that matches decides; in text separated by commas."""

    expected = "a list of at most 1000 path patterns"

    def from_toml(self, value: object, folder: Path | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Read a list of patterns."""
        entries = value if isinstance(value, list | tuple) else [value]
        texts = tuple(entry for entry in entries if isinstance(entry, str) and entry.strip() and len(entry) <= 1000)
        if len(texts) != len(entries) or len(texts) > 1000:
            raise FaultError(value, self.expected)
        return texts

    def from_text(self, text: str) -> tuple[str, ...]:
        """Read patterns separated by commas."""
        return self.from_toml([part.strip() for part in text.split(",") if part.strip()])


class Floor(NamedTuple):
    """The least level of a change that touches a file which patterns match, written as in ``.gitignore``."""

    paths: tuple[str, ...]
    level: RiskLevel


class Floors:
    """Tables ``paths``, ``level``; in text ``src/auth/**=high,*.sql=medium``."""

    expected = "a list of tables, each with 'paths' (patterns) and 'level' (medium or high)"

    def from_toml(self, value: object, folder: Path | None = None) -> tuple[Floor, ...]:  # noqa: ARG002
        """Read an array of tables."""
        if not isinstance(value, list | tuple) or not all(isinstance(entry, dict) for entry in value):
            raise FaultError(value, self.expected)
        return tuple(self._entry(entry) for entry in value)

    def from_text(self, text: str) -> tuple[Floor, ...]:
        """Read pairs separated by commas."""
        pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
        return tuple(self._entry({"paths": pattern, "level": level}) for pattern, _, level in pairs)

    def _entry(self, entry: dict[str, object]) -> Floor:
        level = entry.get("level")
        word = level.strip().upper() if isinstance(level, str) else ""
        if set(entry) != {"paths", "level"} or word not in {RiskLevel.MEDIUM, RiskLevel.HIGH}:
            raise FaultError(entry, "a table of 'paths' (patterns) and 'level' (medium or high)")
        return Floor(Patterns().from_toml(entry["paths"]), RiskLevel(word))


class ByPattern:
    """A number for each path pattern (``fnmatch``); in text ``src/api/*=0.6,src/admin/*=0.1``."""

    def __init__(self, number: Number) -> None:
        self.number = number

    @property
    def expected(self) -> str:
        """What a right value is, in words."""
        return f"a table from path pattern to {self.number.expected}"

    def from_toml(self, value: object, folder: Path | None = None) -> dict[str, float]:  # noqa: ARG002
        """Read a TOML table."""
        if not isinstance(value, dict):
            raise FaultError(value, self.expected)
        return {str(pattern): self._entry(pattern, number) for pattern, number in value.items()}

    def from_text(self, text: str) -> dict[str, float]:
        """Read pairs separated by commas."""
        pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
        if any(not pattern for pattern, _, _ in pairs):
            raise FaultError(text, f"a list 'pattern=number, ...', each {self.number.expected}")
        return {pattern.strip(): self.number.from_text(number.strip()) for pattern, _, number in pairs}

    def _entry(self, pattern: object, number: object) -> float:
        try:
            return self.number.from_toml(number)
        except FaultError as fault:
            message = str(fault)
            fault.args = (f"'{str(pattern)[:SHOWN]}': {message}",)
            raise


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
