"""Overview: what a whole repository looks like, for a page that people read rather than for one change."""

from __future__ import annotations

import math

from hyperion_hook.domain.assessment import Contribution, RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoredChange:
    """A recent change with its score; ``time`` in Unix seconds, ``probability`` in 0..1."""

    commit: str
    time: int
    author: str
    subject: str
    probability: float
    level: RiskLevel


@dataclass(frozen=True, slots=True)
class ExplainedChange:
    """One of the riskiest recent changes, with what raised its score most."""

    change: ScoredChange
    reasons: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A source file that is changed often.

    Attributes
    ----------
    path
        At the newest commit.
    changes, fixes
        Commits within a year of the newest one that touched it, and those of them that fix bugs.
    authors
        People who made them.
    complexity
        Cyclomatic complexity summed over its functions, ``None`` where the language is not measured.
    lines
        Lines of code, ``None`` likewise.
    """

    path: str
    changes: int
    fixes: int
    authors: int
    complexity: int | None
    lines: int | None

    @property
    def heat(self) -> float:
        """What hot spots are ranked by: changes times complexity, each fix counted as one change more."""
        return (self.changes + self.fixes) * math.sqrt(self.complexity or 1)


@dataclass(frozen=True, slots=True)
class Area:
    """A folder, with who knows it.

    Attributes
    ----------
    folder
        '' for the top level.
    files, commits
        Source files in it, and how often they were touched, the newest 512 commits of each file.
    authors
        People who touched them.
    bus_factor
        The smallest number of people who made more than half of that.
    known_by
        Names with their shares, the largest first.
    lost
        Share of it made by people who made no commit in the repository for a year.
    """

    folder: str
    files: int
    commits: int
    authors: int
    bus_factor: int
    known_by: tuple[tuple[str, float], ...]
    lost: float


@dataclass(frozen=True, slots=True)
class Knower:
    """A person, with what they know.

    Attributes
    ----------
    name
        Without an address.
    share
        Of all that was made in the source files, 0..1.
    leads
        Folders in which nobody made more, with their share of it; the one with most of their commits first.
    months
        Since their newest commit in the repository.
    """

    name: str
    share: float
    leads: tuple[tuple[str, float], ...]
    months: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to see of a repository.

    ``commits`` counts non-merge commits. ``changes`` are the newest 500 of them at most, oldest first. ``whole`` is the
    area of all source files, ``None`` without any. What could not be had is in ``warnings``.
    """

    name: str
    head: str
    time: int
    commits: int
    changes: tuple[ScoredChange, ...]
    riskiest: tuple[ExplainedChange, ...]
    hot_spots: tuple[HotSpot, ...]
    whole: Area | None
    areas: tuple[Area, ...]
    people: tuple[Knower, ...]
    warnings: tuple[str, ...] = ()
