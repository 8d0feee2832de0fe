"""What became of the HIGH changes, and which of them are too young to tell."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.overview import Overview, ScoredChange
from hyperion_hook.domain.phrases import counted

MOST_LISTED = 40
_MOST_FIXES = 3
_DAY = 86_400
_SOON = 30
"""Days within which most fixes come; an earlier silence tells nothing."""


class Outcome(NamedTuple):
    """A HIGH change with what became of it, and the first commits that fixed it."""

    change: ScoredChange
    text: str
    fixes: tuple[str, ...]


def outcomes(overview: Overview) -> tuple[Outcome, ...]:
    """Return the outcomes of the HIGH changes to code, newest first."""
    times = {change.commit: change.time for change in overview.changes}
    high = [change for change in reversed(overview.changes) if change.level is RiskLevel.HIGH]
    return tuple(
        Outcome(change, _outcome(change, times, overview.time), change.fixed_by[:_MOST_FIXES])
        for change in high
        if change.fixed_by is not None
    )


def _outcome(change: ScoredChange, times: dict[str, int], now: int) -> str:
    days = days_to_fix(change, times)
    if days is not None:
        return f"fixed after {counted(days, 'day')}" if days else "fixed the same day"
    if change.fixed_by:
        return "fixed"
    age = max(0, now - change.time) // _DAY
    return f"no fix in {counted(age, 'day')}" if age >= _SOON else f"too new to tell ({counted(age, 'day')} old)"


def days_to_fix(change: ScoredChange, times: dict[str, int]) -> int | None:
    """Return after how many days the first fix came, ``None`` without one whose time is known."""
    first = next((times[fix] for fix in change.fixed_by or () if fix in times), None)
    return None if first is None else max(0, first - change.time) // _DAY


def youngest(overview: Overview) -> str:
    """Return how long fixes take here and how many HIGH changes are younger; '' where no fix is known."""
    times = {change.commit: change.time for change in overview.changes}
    days = [result for change in overview.changes if (result := days_to_fix(change, times)) is not None]
    if not days:
        return ""
    half = max(1, round(median(days)))
    young = sum(
        entry.change.time > overview.time - half * _DAY and not entry.change.fixed_by for entry in outcomes(overview)
    )
    some = f"{counted(young, 'HIGH change')} without a fix {'is' if young == 1 else 'are'}"
    return f"Half of the fixes came within {counted(half, 'day')}; {some if young else 'no HIGH change is'} younger."
