"""Overview: what a whole repository looks like, for a page that people read rather than for one change."""

from __future__ import annotations

from typing import NamedTuple

from hyperion_hook.domain.assessment import Contribution, Record, RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass

QUARTERS = 8
"""Of which the changes to a file are counted: two years."""


@dataclass(frozen=True, slots=True)
class ScoredChange:
    """A recent change with its score; ``time`` in Unix seconds, ``probability`` in 0..1.

    ``fixed_by`` are the later fixes that trace back to it, oldest first; ``None`` where that is not known, and for a
    change that touches no code.
    """

    commit: str
    time: int
    author: str
    subject: str
    probability: float
    level: RiskLevel
    fixed_by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ExplainedChange:
    """One of the riskiest recent changes, with what raised its score most."""

    change: ScoredChange
    reasons: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A source file that is changed often."""

    path: str
    """At the newest commit."""
    changes: int
    fixes: int
    """Commits within a year of the newest one that touched it, and those of them that fix bugs."""
    authors: int
    """People who made them."""
    complexity: int | None = None
    """Cyclomatic complexity summed over its functions, ``None`` where the language is not measured."""
    lines: int | None = None
    """Lines of code, ``None`` likewise."""
    quarters: tuple[int, ...] = ()
    """Commits of each quarter of the two years before the newest commit, oldest first; shorter where not all of a
    file's commits are known."""
    is_new: bool = False
    """Whether all of its commits are of the last year."""

    @property
    def trend(self) -> str:
        """Whether it changed more in the last year than in the one before, beyond what chance does.

        Two counts of one rate differ by more than twice the root of their sum in one case of twenty.

        Examples
        --------
        >>> [HotSpot("a.py", 0, 0, 0, quarters=(4, 4, 4, 4, last, 4, 4, 4)).trend for last in (4, 20, 17)]
        ['steady', 'rising', 'steady']
        """
        if self.is_new:
            return "new"
        if len(self.quarters) < QUARTERS:
            return "not known"
        before, last = sum(self.quarters[: QUARTERS // 2]), sum(self.quarters[QUARTERS // 2 :])
        if (last - before) ** 2 <= 4 * (last + before):
            return "steady"
        return "rising" if last > before else "falling"


class HotFunction(NamedTuple):
    """One of the most complex functions of a hot file.

    ``touched`` counts those of the file's newest ``looked_at`` commits that changed its lines, ``fixes`` those of them
    that fix bugs.
    """

    path: str
    name: str
    line: int
    complexity: int
    lines: int
    touched: int
    fixes: int
    looked_at: int


class Pair(NamedTuple):
    """Two source files that change together: in ``together`` of the ``either`` commits on one or both of them.

    ``is_expected`` tells that they lie in one folder or bear one name.
    """

    first: str
    second: str
    together: int
    either: int
    is_expected: bool


class Coupling(NamedTuple):
    """The files that change together most, in the newest ``commits`` commits, the oldest of which is of ``since``."""

    pairs: tuple[Pair, ...] = ()
    commits: int = 0
    since: int = 0


@dataclass(frozen=True, slots=True)
class Area:
    """A folder, with who knows it."""

    folder: str
    """'' for the top level."""
    files: int
    commits: int
    """Source files in it, and how often they were touched, the newest 512 commits of each file."""
    authors: int
    """People who touched them."""
    bus_factor: int
    """The smallest number of people who made more than half of that."""
    known_by: tuple[tuple[str, float], ...]
    """Names with their shares, the largest first."""
    lost: float
    """Share of it made by people who made no commit in the repository for a year."""


@dataclass(frozen=True, slots=True)
class Knower:
    """A person, with what they know."""

    name: str
    """Without an address."""
    share: float
    """Of all that was made in the source files, 0..1."""
    leads: tuple[tuple[str, float], ...]
    """Folders in which nobody made more, with their share of it; the one with most of their commits first."""
    months: int
    """Since their newest commit in the repository."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to see of a repository.

    ``commits`` counts non-merge commits. ``changes`` are the newest 500 of them at most, oldest first. ``whole`` is the
    area of all source files, ``None`` without any. ``outcomes`` tell what became of the changes to code of each level,
    the highest first; none where that is not known. What could not be had is in ``warnings``.
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
    outcomes: tuple[Record, ...] = ()
    functions: tuple[HotFunction, ...] = ()
    coupling: Coupling = Coupling()
