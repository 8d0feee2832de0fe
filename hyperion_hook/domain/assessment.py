"""Assessment: the verdict on a change, with everything a report may show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.vector import FeatureVector


class RiskLevel(StrEnum):
    """How much attention a change deserves, by the alert rate a team can bear."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"

    @property
    def rank(self) -> int:
        """0 for LOW to 2 for HIGH, to compare levels."""
        return list(RiskLevel).index(self)


@dataclass(frozen=True, slots=True)
class Score:
    """A calibrated probability that the change introduces a bug, and its log-odds.

    ``percentile`` is the share (0..100) of the repository's last 500 changes that score lower, ``None`` when unknown.
    """

    probability: float
    log_odds: float
    level: RiskLevel
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature (or a group's remainder) adds to the log-odds, against the repository's typical change."""

    feature: str
    title: str
    value: float | None
    typical: float | None
    contribution: float
    sentence: str


@dataclass(frozen=True, slots=True)
class UnusualValue:
    """A value far from what is typical in this repository."""

    feature: str
    title: str
    value: float
    typical: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """The isolation forest's view: ``score`` in -1..1, the more negative the more unusual."""

    score: float
    is_anomaly: bool
    unusual: tuple[UnusualValue, ...] = ()


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file worth reading first, with the reason in words."""

    path: str
    reason: str


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
class ModelInfo:
    """Which model spoke."""

    name: str
    version: str
    trained_on: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that is said about one change.

    ``base_log_odds`` is the score of the repository's typical change; it and the contributions sum to the score's
    log-odds. ``explanation`` is empty when no explanation was asked for. ``advice``, ``reviewers`` and ``similar`` are
    then ``None``; empty, they say that there is nothing worth saying.
    """

    change: Change
    features: FeatureVector
    risk: Score
    anomaly: Anomaly | None
    base_log_odds: float | None
    explanation: tuple[Contribution, ...]
    files_to_read: tuple[FileToRead, ...]
    model: ModelInfo
    advice: tuple[Advice, ...] | None = None
    reviewers: tuple[Reviewer, ...] | None = None
    similar: tuple[SimilarChange, ...] | None = None
    warnings: tuple[str, ...] = ()
    timing_ms: Mapping[str, float] = field(default_factory=dict)
