"""What people said of an assessment afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass

NOT_USEFUL = "not-useful"
CAUSED_BUG = "caused-bug"
TICKS = (NOT_USEFUL, CAUSED_BUG)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What people ticked in the comment on a pull request."""

    number: int
    """The pull request."""
    level: RiskLevel
    """What the comment said."""
    commits: tuple[str, ...]
    """The commit that was assessed last, and what it became on its base where that is known."""
    ticks: Mapping[str, int]
    """Since when (Unix seconds) each of ``TICKS`` that is ticked is known to be."""


def blamed_commits(feedback: Mapping[int, Feedback]) -> dict[str, int]:
    """Return since when each commit is known to have caused a bug, Unix seconds, by what people ticked.

    Examples
    --------
    >>> ticked = Feedback(7, RiskLevel.HIGH, ("a" * 40,), {CAUSED_BUG: 1_600_000_000})
    >>> blamed_commits({7: ticked}) == {"a" * 40: 1_600_000_000}
    True
    """
    known: dict[str, int] = {}
    for entry in feedback.values():
        if CAUSED_BUG in entry.ticks:
            since = entry.ticks[CAUSED_BUG]
            known |= {commit: min(since, known.get(commit, since)) for commit in entry.commits}
    return known


def ticked_by_level(feedback: Mapping[int, Feedback]) -> dict[RiskLevel, dict[str, int]]:
    """Return for each level on how many pull requests it was told, and how often each box is ticked there.

    Examples
    --------
    >>> ticked = Feedback(7, RiskLevel.HIGH, ("a" * 40,), {NOT_USEFUL: 1_600_000_000})
    >>> ticked_by_level({7: ticked})[RiskLevel.HIGH]
    {'told': 1, 'not-useful': 1, 'caused-bug': 0}
    """
    return {
        level: {"told": len(of), **{name: sum(name in entry.ticks for entry in of) for name in TICKS}}
        for level in RiskLevel
        for of in [[entry for entry in feedback.values() if entry.level is level]]
    }
