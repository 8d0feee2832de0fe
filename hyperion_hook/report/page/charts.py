"""Geometry of the page's pictures: numbers to places in an SVG, all in its own units. Nothing is drawn here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.overview import HotSpot, ScoredChange
from hyperion_hook.domain.phrases import counted, day, percent

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 40
_DAY = 86_400
_MONTH = 30 * _DAY


class Tick(NamedTuple):
    """A mark on an axis: its place and its label."""

    at: float
    label: str


class Dot(NamedTuple):
    """A point; ``kind`` names its colour, ``title`` says what it is."""

    x: float
    y: float
    r: float
    kind: str
    title: str
    key: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: dots, a line through some of them, and the marks of both axes."""

    dots: tuple[Dot, ...]
    line: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


class Scale:
    """Values between two bounds to places between two others; ``root`` spreads the small ones."""

    def __init__(self, low: float, high: float, start: float, end: float, *, root: bool = False) -> None:
        self._low, self._span = low, (high - low) or 1.0
        self._start, self._end = start, end
        self._root = root

    def __call__(self, value: float) -> float:
        """Return the position of a value; values beyond the bounds lie on them."""
        share = min(1.0, max(0.0, (value - self._low) / self._span))
        share = math.sqrt(share) if self._root else share
        return round(self._start + share * (self._end - self._start), 1)


def risk_over_time(changes: Sequence[ScoredChange]) -> Chart:
    """Return each change by time and probability, and the median of each ``median_days`` as a line."""
    first, last = changes[0].time, changes[-1].time
    highest = max(change.probability for change in changes)
    x = Scale(first, last, LEFT, WIDTH - RIGHT)
    y = Scale(0.0, highest, HEIGHT - BOTTOM, TOP, root=True)
    dots = tuple(
        Dot(
            x(change.time),
            y(change.probability),
            3.5 if change.level is RiskLevel.HIGH else 2.5,
            change.level.value.lower(),
            f"{day(change.time)} {change.subject[:120]}: {percent(change.probability)}",
        )
        for change in changes
    )
    span = median_days(changes) * _DAY
    spans: dict[int, list[float]] = {}
    for change in changes:
        spans.setdefault(change.time // span, []).append(change.probability)
    middles = {number: min(last, max(first, number * span + span // 2)) for number in sorted(spans)}
    points = [f"{x(middle)},{y(median(spans[number]))}" for number, middle in middles.items()]
    ticks = _share_ticks((0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8), highest, y)
    return Chart(dots, " ".join(points), time_ticks(first, last, x), ticks)


def median_days(changes: Sequence[ScoredChange]) -> int:
    """Return over how many days a median is taken: thirty, or seven where that would leave a line of few points."""
    return 30 if changes and changes[-1].time - changes[0].time > 10 * _MONTH else 7


def time_ticks(first: int, last: int, x: Scale, most: int = 6) -> tuple[Tick, ...]:
    """Return evenly spaced days of a span of time, as months where it is long."""
    if last <= first:
        return (Tick(x(first), day(first)),)
    text = month if last - first > 6 * _MONTH else day
    times = (first + (last - first) * step // (most - 1) for step in range(most))
    first_of: dict[str, int] = {}
    for time in times:
        first_of.setdefault(text(time), time)
    return tuple(Tick(x(time), label) for label, time in first_of.items())


def hot_spots(spots: Sequence[HotSpot]) -> Chart:
    """Return files by changes and complexity; the size is that of the file, the colour how often it was fixed."""
    measured = [(number, spot) for number, spot in enumerate(spots) if spot.complexity is not None]
    most_changes = max((spot.changes for _, spot in measured), default=1)
    most_complex = max((spot.complexity or 0 for _, spot in measured), default=1)
    most_lines = max((spot.lines or 1 for _, spot in measured), default=1)
    x = Scale(0, most_changes, LEFT, WIDTH - RIGHT - 10, root=True)
    y = Scale(0, most_complex, HEIGHT - BOTTOM, TOP + 10, root=True)
    dots = tuple(
        Dot(
            x(spot.changes),
            y(spot.complexity or 0),
            round(4 + 14 * math.sqrt((spot.lines or 0) / most_lines), 1),
            heat(spot),
            f"{spot.path}: {counted(spot.changes, 'change')}, {spot.fixes} of them fixes, complexity {spot.complexity}",
            number,
        )
        for number, spot in sorted(measured, key=lambda entry: -(entry[1].lines or 0))
    )
    return Chart(dots, "", _number_ticks(most_changes, x), _number_ticks(most_complex, y))


def heat(spot: HotSpot) -> str:
    """Return how often a file's changes were bug fixes: ``cool``, ``warm`` or ``hot``."""
    share = spot.fixes / spot.changes if spot.changes else 0.0
    return "hot" if share >= 0.4 else "warm" if share >= 0.15 else "cool"


def calibration(table: Sequence[tuple[float, float, int]]) -> Chart:
    """Return how often bugs came against how often they were expected: (expected, observed, changes) of each group."""
    highest = max([0.01, *(max(expected, observed) for expected, observed, _ in table)])
    x = Scale(0.0, highest, LEFT, WIDTH - RIGHT, root=True)
    y = Scale(0.0, highest, HEIGHT - BOTTOM, TOP, root=True)
    dots = tuple(
        Dot(
            x(expected),
            y(observed),
            5.0,
            "medium",
            f"of {counted(count, 'change')} {expected:.1%} were expected to introduce a bug, {observed:.1%} did",
        )
        for expected, observed, count in table
    )
    corner = f"{x(0.0)},{y(0.0)} {x(highest)},{y(highest)}"
    x_ticks, y_ticks = (_share_ticks((0.01, 0.05, 0.1, 0.2, 0.4, 0.8), highest, scale) for scale in (x, y))
    return Chart(dots, corner, x_ticks, y_ticks)


def _share_ticks(shares: Sequence[float], highest: float, scale: Scale) -> tuple[Tick, ...]:
    return tuple(Tick(scale(s), percent(s)) for s in [share for share in shares if share <= highest] or [highest])


def _number_ticks(highest: float, scale: Scale) -> tuple[Tick, ...]:
    step = 10 ** math.floor(math.log10(highest)) if highest >= 1 else 1
    values = [value for value in (0, step // 4, step, 2 * step, 5 * step, 10 * step) if value <= highest]
    return tuple(Tick(scale(value), f"{value:,}") for value in dict.fromkeys(values))


def month(moment: int) -> str:
    """Return a month, in UTC.

    Examples
    --------
    >>> month(0)
    'Jan 1970'
    """
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%b %Y")
