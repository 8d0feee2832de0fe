"""The table of settings: name, kind, environment variable and meaning; ``config show`` and the documents follow it.

A kind reads a value from TOML or from text and raises ``FaultError`` with what would be right. Kinds are plain classes:
every run imports them, and making a dataclass costs a millisecond.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from hyperion_hook.domain.assessment import RiskLevel

SHOWN = 60
"""Characters of a faulty value that an error shows."""


class FaultError(Exception):
    """What is wrong with one value, in words; becomes one line of a ``ConfigError``."""

    def __init__(self, value: object, wanted: str) -> None:
        try:
            text = repr(value)
        except (ValueError, RecursionError):
            # Python writes no whole number of more than 4,300 digits, and no table a thousand deep
            text = f"a value too {'long' if isinstance(value, int) else 'large'} to be shown"
        super().__init__(f"{text if len(text) <= SHOWN else text[:SHOWN] + '...'} is not {wanted}")


class Kind(Protocol):
    """How a setting's value is read; ``wanted`` completes the sentence "... is not ..."."""

    @property
    def wanted(self) -> str:
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
    def wanted(self) -> str:
        """What a right value is, in words."""
        name = "a whole number" if self.whole else "a number"
        return f"{name} from {self.low:g} to {self.high:g}{' other than 0' if self.not_zero else ''}"

    def from_toml(self, value: object, folder: Path | None = None) -> float:  # noqa: ARG002 - one shape for all kinds
        """Read a TOML number."""
        allowed = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise FaultError(value, self.wanted)
        assert isinstance(value, int | float)  # noqa: S101 - tells mypy what the line above made sure of
        if not self.low <= value <= self.high or (self.not_zero and value == 0):
            raise FaultError(value, self.wanted)
        return value

    def from_text(self, text: str) -> float:
        """Read a number written in text."""
        try:
            value = int(text) if self.whole else float(text)
        except ValueError:
            raise FaultError(text, self.wanted) from None
        return self.from_toml(value)


class Switch:
    """True or false."""

    wanted = "true or false"

    def from_toml(self, value: object, folder: Path | None = None) -> bool:  # noqa: ARG002
        """Read a TOML boolean."""
        if not isinstance(value, bool):
            raise FaultError(value, self.wanted)
        return value

    def from_text(self, text: str) -> bool:
        """Read a switch the ways people write them."""
        word = text.strip().lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise FaultError(text, self.wanted)


class Text:
    """Text that is not empty."""

    wanted = "text, not empty"

    def from_toml(self, value: object, folder: Path | None = None) -> str:  # noqa: ARG002
        """Read a TOML string."""
        if not isinstance(value, str) or not value.strip():
            raise FaultError(value, self.wanted)
        return value

    def from_text(self, text: str) -> str:
        """Read text as it stands."""
        return self.from_toml(text)


class Level:
    """A risk level, or ``never``."""

    wanted = "one of low, medium, high, never"

    def from_toml(self, value: object, folder: Path | None = None) -> RiskLevel | None:  # noqa: ARG002
        """Read a level by its name in any case."""
        word = value.strip().upper() if isinstance(value, str) else ""
        if word == "NEVER":
            return None
        if word not in RiskLevel.__members__:
            raise FaultError(value, self.wanted)
        return RiskLevel(word)

    def from_text(self, text: str) -> RiskLevel | None:
        """Read a level by its name in any case."""
        return self.from_toml(text)


class OnePath:
    """A path; ``~`` is the home folder."""

    wanted = "a path"

    def from_toml(self, value: object, folder: Path | None = None) -> Path:
        """Read a path, relative to the folder of the file that names it."""
        if isinstance(value, Path):
            return value
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise FaultError(value, self.wanted)
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

    wanted = "a path or a list of paths"

    def from_toml(self, value: object, folder: Path | None = None) -> tuple[Path, ...]:
        """Read one path or a list of them."""
        entries = value if isinstance(value, list | tuple) else [value]
        one = OnePath()
        try:
            return tuple(one.from_toml(entry, folder) for entry in entries)
        except FaultError:
            raise FaultError(value, self.wanted) from None

    def from_text(self, text: str) -> tuple[Path, ...]:
        """Read paths separated by the system's separator."""
        return self.from_toml([part for part in text.split(os.pathsep) if part])


class ByPattern:
    """A number for each path pattern (``fnmatch``); in text ``src/api/*=0.6,src/admin/*=0.1``."""

    def __init__(self, number: Number) -> None:
        self.number = number

    @property
    def wanted(self) -> str:
        """What a right value is, in words."""
        return f"a table from path pattern to {self.number.wanted}"

    def from_toml(self, value: object, folder: Path | None = None) -> dict[str, float]:  # noqa: ARG002
        """Read a TOML table."""
        if not isinstance(value, dict):
            raise FaultError(value, self.wanted)
        return {str(pattern): self._entry(pattern, number) for pattern, number in value.items()}

    def from_text(self, text: str) -> dict[str, float]:
        """Read pairs separated by commas."""
        pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
        if any(not pattern for pattern, _, _ in pairs):
            raise FaultError(text, f"a list 'pattern=number, ...', each {self.number.wanted}")
        return {pattern.strip(): self.number.from_text(number.strip()) for pattern, _, number in pairs}

    def _entry(self, pattern: object, number: object) -> float:
        try:
            return self.number.from_toml(number)
        except FaultError as fault:
            message = str(fault)
            fault.args = (f"'{str(pattern)[:SHOWN]}': {message}",)
            raise


class Setting(NamedTuple):
    """One entry: field name, kind, meaning, and the specification's variable where it has one.

    ``from_file_folder`` says that a relative path in a file is relative to that file.
    """

    name: str
    kind: Kind
    meaning: str
    variable: str = ""
    from_file_folder: bool = False

    @property
    def key(self) -> str:
        """The name in configuration files and, with two hyphens before it, of the flag."""
        return self.name.replace("_", "-")


_SHARE = Number(0, 1)
_COUNT = Number(1, 10**12, whole=True)

SETTINGS: tuple[Setting, ...] = (
    Setting("models", OnePath(), "folder of the models to use; the bundled ones by default", from_file_folder=True),
    Setting("fail_on", Level(), "risk level from which commands exit 1 and hooks block; never by default"),
    Setting("strict", Switch(), "hooks block when they cannot assess a change, instead of letting it pass"),
    Setting("explain", Switch(), "say what moves the score"),
    Setting("deadline", Number(0.05, 3600), "seconds for measuring a change; what is not measured by then is missing"),
    Setting("max_file_bytes", _COUNT, "largest file whose code is measured"),
    Setting("bulk_files", _COUNT, "files from which a change is read without its lines"),
    Setting("index_auto_limit", Number(0, 10**9, whole=True),
            "commits that a hook may add to the history index by itself; more is left to 'index'"),
    Setting("alert_high", _SHARE, "share of the repository's recent changes that are HIGH"),
    Setting("alert_medium", _SHARE, "share of the repository's recent changes that are at least MEDIUM"),
    Setting("traffic", ByPattern(_SHARE), "share of the traffic that passes the files of a path pattern"),
    Setting("revenue", ByPattern(_SHARE), "weight of revenue that depends on the files of a path pattern"),
    Setting("criticality", ByPattern(Number(1, 5, whole=True)), "criticality of the files of a path pattern, 1 to 5"),
    Setting("coverage_before", Paths(), "coverage reports before the change (Cobertura XML, LCOV, coverage.py JSON)"),
    Setting("coverage_after", Paths(), "coverage reports after the change"),
    Setting("mlflow_tracking_uri", Text(), "where MLflow keeps runs", "MLFLOW_TRACKING_URI"),
    Setting("mlflow_experiment_name", Text(), "MLflow experiment", "MLFLOW_EXPERIMENT_NAME"),
    Setting("feature_store_ttl_hours", Number(0, 10**6), "hours that stored features are served",
            "FEATURE_STORE_TTL_HOURS"),
    Setting("feature_store_cache_size", _COUNT, "vectors that the feature store keeps in memory",
            "FEATURE_STORE_CACHE_SIZE"),
    Setting("ml_random_state", Number(0, 2**32 - 1, whole=True), "seed of everything random in training",
            "ML_RANDOM_STATE"),
    Setting("ml_n_jobs", Number(-1, 4096, whole=True, not_zero=True), "processes for training; -1 for all",
            "ML_N_JOBS"),
    Setting("ml_cv_folds", Number(2, 100, whole=True), "folds of cross-validation in training", "ML_CV_FOLDS"),
)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` with the closest of the known words, '' when none is close.

    Examples
    --------
    >>> suggestion("fail_on", ["fail-on", "strict"])
    "; did you mean 'fail-on'?"
    >>> suggestion("zzz", ["fail-on"])
    ''
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only needed when something is wrong

    close = get_close_matches(word[:80], list(known), n=1, cutoff=0.7)
    return f"; did you mean '{close[0]}'?" if close else ""
