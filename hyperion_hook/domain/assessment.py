"""Assessment: the verdict on a change, with everything a report may show."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.vector import FeatureVector

if TYPE_CHECKING:
    # a silent hook does not need them
    from hyperion_hook.domain.breaks import Break
    from hyperion_hook.domain.co_change import CoChange

_ENOUGH, _HARDLY = 10, 1.2
"""Changes from which on a record is judged, and the times of the base rate that are no better than chance."""


ALERT_HIGH, ALERT_MEDIUM = 0.05, 0.20
"""Shares of changes that are HIGH, and at least MEDIUM, where nobody has set others."""


class RiskLevel(StrEnum):
    """How much attention a change deserves, by the alert rate a team can bear; UNKNOWN where nobody can tell."""

    UNKNOWN = "UNKNOWN"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"

    @property
    def rank(self) -> int:
        """0 for UNKNOWN, 1 for LOW to 3 for HIGH, to compare levels."""
        return list(RiskLevel).index(self)


@dataclass(frozen=True, slots=True)
class Score:
    """A calibrated probability that the change introduces a bug, and its log-odds.

    ``percentile`` is the share (0..100) of the changes to code among the repository's last 500 that score lower,
    ``percentile_of_size`` the share of those of about this size; ``None`` when unknown. ``size_probability`` is the
    score of a typical change of this size, ``None`` when no explanation was asked for. ``share_of_level`` is the share
    of the last 500 that have the same level.
    ``raised`` says that the level would be LOW, were it not for something that the change certainly breaks.
    """

    probability: float
    log_odds: float
    level: RiskLevel
    percentile: float | None
    percentile_of_size: float | None = None
    size_probability: float | None = None
    share_of_level: float | None = None
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """What takes the place of a score where history or content is cut off: a guess would look like a verdict.

    ``remedy`` is what to run, ``cause`` what is cut off.
    """

    remedy: str
    cause: str

    level: ClassVar[RiskLevel] = RiskLevel.UNKNOWN
    # what a score would say
    probability: ClassVar[None] = None
    log_odds: ClassVar[None] = None
    percentile: ClassVar[None] = None
    percentile_of_size: ClassVar[None] = None
    size_probability: ClassVar[None] = None
    share_of_level: ClassVar[None] = None

    @property
    def sentence(self) -> str:
        """What to do and why.

        Examples
        --------
        >>> Unknown("git fetch --unshallow", "the history is cut off at this clone's depth").sentence
        "run 'git fetch --unshallow': the history is cut off at this clone's depth."
        """
        return f"run '{self.remedy}': {self.cause}."


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to the log-odds, against what is typical of changes of this size.

    The one of group ``size`` stands for all that says how large the change is, against the repository's typical
    change; ``other`` for what is no reason a person could use.
    """

    feature: str
    title: str
    value: float | None
    typical: float | None
    contribution: float
    sentence: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class UnusualValue:
    """A value far from what is typical in this repository."""

    feature: str
    title: str
    value: float
    typical: float


@dataclass(frozen=True, slots=True)
class KnownSmell:
    """What an unusual change is known as, by which values, and who says so."""

    name: str
    condition: str
    source: str


@dataclass(frozen=True, slots=True)
class Anomaly:
    """The isolation forest's view: ``score`` in -1..1, the more negative the more unusual; smells of anomalies only."""

    score: float
    is_anomaly: bool
    unusual: tuple[UnusualValue, ...] = ()
    smells: tuple[KnownSmell, ...] = ()


@dataclass(frozen=True, slots=True)
class FileForecast:
    """How likely a touched file needs a bug fix within thirty days."""

    path: str
    probability: float


@dataclass(frozen=True, slots=True)
class BugForecast:
    """How likely any of the touched source files needs a bug fix within thirty days, and each; the likeliest first.

    ``by`` says by what, where that is not the model of many numbers.
    """

    probability: float
    files: tuple[FileForecast, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """A component (a folder, ``.`` for the top level) that the change may affect; ``strength`` in [0, 1]."""

    component: str
    reason: str
    strength: float


@dataclass(frozen=True, slots=True)
class Impact:
    """How far a change reaches.

    ``score`` is the estimated probability that within 30 days a bug fix on one of the touched files also changes
    another component. ``affected`` and ``missing_co_changes`` are those worth telling, the strongest first.
    """

    score: float
    level: RiskLevel
    affected: tuple[Affected, ...] = ()
    missing_co_changes: tuple[CoChange, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionToRead:
    """A touched function with its first changed line, and its own history in words."""

    name: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file worth reading first, with the reason in words, and the touched functions in it."""

    path: str
    reason: str
    functions: tuple[FunctionToRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who knows the touched files, with the reason in words; a name and never an address."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SimilarChange:
    """An earlier change like this one, and what was known of its outcome when this one was made."""

    commit: str
    subject: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make a change safer: what to do, what that changes, and what speaks for it in this repository."""

    action: str
    effect: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Record:
    """What became of the recent changes that had one level, by the fixes known when this one was made.

    ``base_rate`` is the share of all recent changes to code that were later fixed.
    """

    level: RiskLevel
    changes: int
    later_fixed: int
    base_rate: float

    @property
    def is_poor(self) -> bool:
        """Whether the level has meant hardly more here than chance would."""
        alarming = self.level in {RiskLevel.MEDIUM, RiskLevel.HIGH}
        known = self.changes >= _ENOUGH and self.base_rate > 0
        return alarming and known and self.later_fixed <= _HARDLY * self.base_rate * self.changes


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model spoke."""

    name: str
    version: str
    trained_on: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is said about one change.

    Where the risk is ``Unknown``, nothing else is said that rests on what is cut off.

    ``base_log_odds`` is the score of the repository's typical change; it and the contributions sum to the score's
    log-odds. ``record`` is ``None`` where too little is known of what became of earlier changes. ``explanation`` is
    empty when no explanation was asked for. ``impact``, ``advice``, ``reviewers`` and ``similar`` are then ``None``;
    empty, the last three say that there is nothing worth saying. ``breaks`` are what the change would
    break by rules, whatever the score.
    """

    change: Change
    features: FeatureVector
    risk: Score | Unknown
    anomaly: Anomaly | None
    base_log_odds: float | None
    explanation: tuple[Contribution, ...]
    files_to_read: tuple[FileToRead, ...]
    model: ModelInfo
    record: Record | None = None
    bugs: BugForecast | None = None
    impact: Impact | None = None
    advice: tuple[Advice, ...] | None = None
    reviewers: tuple[Reviewer, ...] | None = None
    similar: tuple[SimilarChange, ...] | None = None
    breaks: tuple[Break, ...] = ()
    warnings: tuple[str, ...] = ()
    timing_ms: Mapping[str, float] = field(default_factory=dict)
