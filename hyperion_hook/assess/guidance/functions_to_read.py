"""The functions of a file that a change touches, each with what its own lines went through before.

A function is followed back by the positions of hunks: its lines before a commit are its lines after it, less what the
hunks above it added. That is what ``git log -L`` computes from texts, at a hundredth of the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest

from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.assessment import FunctionToRead
from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.history import DAY, FIX, FileEvent
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.snapshot import SourceText
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import FunctionMetrics
from hyperion_hook.git.diffs.hunks import Position, read_positions
from hyperion_hook.git.run import PATIENT_SECONDS
from hyperion_hook.store.history.commits_before import Past

MOST_FUNCTIONS = 3
MOST_EVENTS = 60
"""Newest commits on a file that are looked at."""
_MOST_TOUCHED = 100
"""Touched functions of a file that are followed back, those with the most changed lines."""
_PENDING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Touches:
    """What a function went through: commits that touched it, those of them that fix bugs, and the newest's time."""

    commits: int = 0
    fixes: int = 0
    last: int | None = None


def functions_of(
    measurer: StoreMeasurer, change: Change, file: FileChange, events: Sequence[FileEvent]
) -> tuple[FunctionToRead, ...]:
    """Return the touched functions of a file with their history; none where its functions cannot be read."""
    sources = measurer.sources_of(change)
    after = _functions(measurer, sources.after(file))
    if not file.hunks or not after:
        return ()
    before, events = _functions(measurer, sources.before(file)), events[:MOST_EVENTS]
    past = measurer.past(change.base) if before else None
    seconds = _PENDING_SECONDS if change.is_pending else PATIENT_SECONDS
    by_commit = positions_of(measurer, file.previous_path, past, events, seconds)
    return functions_to_read(file, before, after, events, by_commit, change.time, recorded=not change.is_pending)


def positions_of(
    measurer: StoreMeasurer, path: str, past: Past | None, events: Sequence[FileEvent], seconds: float = PATIENT_SECONDS
) -> dict[int, tuple[Position, ...]]:
    """Return the hunks of a file in its commits by number; what the index of hunks lacks is read within some time."""
    ids = past.ids(event.commit for event in events) if past is not None else []
    known = measurer.hunks.positions(
        path, ids, lambda absent: read_positions(measurer.repository, path, absent, seconds)
    )
    return {event.commit: known.get(commit, ()) for event, commit in zip(events, ids, strict=False)}


def _functions(measurer: StoreMeasurer, source: SourceText | Missing) -> Sequence[FunctionMetrics]:
    if isinstance(source, Missing):
        return ()
    metrics = measurer.measure_source(source.path, source.blob, source.text)
    return () if isinstance(metrics, Missing) else metrics.functions


def functions_to_read(
    file: FileChange,
    before: Sequence[FunctionMetrics],
    after: Sequence[FunctionMetrics],
    events: Sequence[FileEvent],
    positions: Mapping[int, tuple[Position, ...]],
    now: int,
    *,
    recorded: bool,
) -> tuple[FunctionToRead, ...]:
    """Return the functions that a change touches, those with the most fixes and changed lines first.

    ``events`` are the newest commits on the file, ``positions`` their hunks by commit. ``recorded`` says whether the
    change is in the history, so that days are counted back from its own date and not from today.
    """
    old = {function.name: function for function in before}
    ranked = []
    for function, lines in nlargest(_MOST_TOUCHED, _touched(file, after), key=lambda touched: len(touched[1])):
        was = old.get(function.name)
        past = past_of(was.start_line, was.end_line, events, positions) if was is not None else None
        fixes = past.fixes if past else 0
        days = None if past is None or past.last is None else max(0, (now - past.last) // DAY)
        entry = FunctionToRead(function.name.replace("::", "."), lines[0], _reason(function, was, past, days, recorded))
        ranked.append((-(1 + fixes) * len(lines), lines[0], entry))
    return tuple(entry for _, _, entry in sorted(ranked)[:MOST_FUNCTIONS])


def _touched(file: FileChange, functions: Sequence[FunctionMetrics]) -> Iterable[tuple[FunctionMetrics, list[int]]]:
    """Yield functions with the changed lines whose innermost function with a name they are.

    One without a name cannot be told from its like in an earlier version, and nobody could look it up.
    """
    by_function: dict[int, list[int]] = {}
    # the next to begin is at the end; of those that begin on one line the first in the list counts as the innermost
    named = [index for index, function in enumerate(functions) if not function.is_anonymous]
    ahead = sorted(named, key=lambda index: (-functions[index].start_line, index))
    around: list[int] = []
    for hunk in sorted(file.hunks or (), key=lambda hunk: hunk.new_start):
        # where lines only went, the line before them is what is left to look at
        for line in range(hunk.new_start, hunk.new_start + max(hunk.added_count, 1)):
            while ahead and functions[ahead[-1]].start_line <= line:
                around.append(ahead.pop())
            while around and functions[around[-1]].end_line < line:
                around.pop()
            if around:
                by_function.setdefault(around[-1], []).append(line)
    for index, lines in by_function.items():
        yield functions[index], lines


def past_of(
    start: int, end: int, events: Sequence[FileEvent], positions: Mapping[int, tuple[Position, ...]]
) -> Touches:
    """Return the past of some lines, followed back from the newest commit that is looked at.

    Examples
    --------
    >>> event = FileEvent(9, 1, 0, 1, 0, FIX)
    >>> past_of(5, 9, [event], {1: (Position(2, 0, 3, 2), Position(5, 1, 7, 1))})
    Touches(commits=1, fixes=1, last=9)
    """
    commits = fixes = 0
    last: int | None = None
    for event in events:
        hunks = positions.get(event.commit, ())
        touched = [hunk for hunk in hunks if hunk.new_start + max(hunk.new_count, 1) > start and hunk.new_start <= end]
        if event is not events[-1] and touched and touched[0].old_start == 0:
            # it came under this path from another, whose lines are not followed
            break
        if touched:
            commits += 1
            fixes += bool(event.flags & FIX)
            last = event.time if last is None else last
        above = [hunk for hunk in hunks if hunk.new_start + max(hunk.new_count, 1) <= start]
        moved, grown = (sum(hunk.new_count - hunk.old_count for hunk in those) for those in (above, touched))
        start, end = start - moved, end - moved - grown
        if end < start or start < 1:
            # all of its lines came with this commit
            break
    return Touches(commits, fixes, last)


def _reason(
    now: FunctionMetrics, was: FunctionMetrics | None, past: Touches | None, days: int | None, recorded: bool
) -> str:
    parts = ["new"] if was is None else []
    if past and past.fixes:
        parts.append(counted(past.fixes, "earlier bug fix"))
    if days is not None:
        span = counted(days, "day")
        then = f"{span} before" if recorded else f"{span} ago"
        parts.append(f"last changed {then if days else 'the same day' if recorded else 'today'}")
    grown = f"{was.cyclomatic} to " if was is not None and was.cyclomatic != now.cyclomatic else ""
    parts.append(f"complexity {grown}{now.cyclomatic}")
    return ", ".join(parts)
