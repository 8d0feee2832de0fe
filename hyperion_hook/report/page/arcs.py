"""Geometry of the picture of files that change together, and of the small pictures of trends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hyperion_hook.domain.overview import Pair
from hyperion_hook.domain.phrases import percent
from hyperion_hook.report.safe_text import printable
from hyperion_hook.report.text_width import clipped_path

WIDTH, ROW, AXIS = 560, 24, 340
MOST_LABEL = 32
"""Characters of a path, which on a phone are large."""
_WIDEST, _THINNEST = 9.0, 1.5
SPARK_WIDTH, SPARK_HEIGHT = 64, 16


class Node(NamedTuple):
    """A file: its place on the axis, as much of its path as fits, and the whole path."""

    y: int
    label: str
    path: str


class Arc(NamedTuple):
    """Two files that change together: an SVG path, its width and kind, and what it says."""

    path: str
    width: float
    kind: str
    title: str


class ArcDiagram(NamedTuple):
    """Files in a column, by path; an arc on its right joins two, the wider the more often they change together."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    height: int
    width: int = WIDTH
    axis: int = AXIS


def coupling(pairs: Sequence[Pair]) -> ArcDiagram:
    """Return the picture of pairs; what is no news is drawn first and is paler."""
    paths = sorted({path for pair in pairs for path in (pair.first, pair.second)})
    heights = {path: ROW // 2 + ROW * row for row, path in enumerate(paths)}
    most = max((pair.together for pair in pairs), default=1)
    arcs = []
    for pair in sorted(pairs, key=lambda pair: (not pair.is_expected, pair)):
        start, end = heights[pair.first], heights[pair.second]
        wide = min((end - start) / 2, WIDTH - AXIS - _WIDEST)
        width = round(max(_THINNEST, _WIDEST * pair.together / most), 1)
        share = percent(pair.together / pair.either)
        title = f"{pair.first} and {pair.second}: together in {pair.together} of {pair.either} commits ({share})"
        path = f"M{AXIS + 6} {start}A{wide:g} {(end - start) / 2:g} 0 0 1 {AXIS + 6} {end}"
        arcs.append(Arc(path, width, "near" if pair.is_expected else "apart", title))
    nodes = tuple(Node(heights[path], clipped_path(printable(path), MOST_LABEL), path) for path in paths)
    return ArcDiagram(nodes, tuple(arcs), ROW * len(paths) + ROW // 3)


def spark(counts: Iterable[int]) -> str:
    """Return the bars of a small picture as one SVG path; a quarter without a change is a line.

    Examples
    --------
    >>> spark((0, 4, 2))
    'M0 16v-1h20v1zM22 16v-16h20v16zM44 16v-8h20v8z'
    """
    values = tuple(counts)
    most, gap = max(values, default=0) or 1, 2
    wide = (SPARK_WIDTH + gap) // max(len(values), 1)
    bars = ((wide * number, max(1, round(SPARK_HEIGHT * value / most))) for number, value in enumerate(values))
    return "".join(f"M{left} {SPARK_HEIGHT}v-{high}h{wide - gap}v{high}z" for left, high in bars)
