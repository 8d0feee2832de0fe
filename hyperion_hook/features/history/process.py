"""How the touched files, their folders and the repository have changed so far.

Files that were fixed and changed often and lately are where the next bug is; the past of a file says more about it
than its code. Files that did not exist before are left out of means; counts of the past are zero for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

from hyperion_hook.domain.files.paths import directory_of
from hyperion_hook.domain.history import DAY, FIX, HOTFIX, REVERT, FileEvent
from hyperion_hook.domain.remedies import INDEX, PASSING, Note
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.history.touched_files import (
    ONLY_NEW_FILES,
    Lives,
    commits_since,
    covers,
    flagged,
    lives_of,
    month_of,
)

_flags_of = attrgetter("flags")
_WEEKS = 26
MINIMUM_COMMITS = 5
"""A share of fewer commits says nothing."""

UNCOUNTED = Missing(Note("lines of earlier commits are not counted yet", run=INDEX, kind=PASSING))


def measure(context: Context) -> dict[str, Value]:
    """Return the process features of a change.

    Ages count from the change's own time and are 0 where clocks ran backwards. "So far" looks at the newest 512
    commits of a file (``file_commits`` and ``file_age`` at all of them). A history that was cut short gives what its
    reach covers; the rest is missing for its reason.

    References
    ----------
    .. [1] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    """
    lives = lives_of(context)
    return _so_far(context, lives) | _lately(context, lives) | _surroundings(context)


def _so_far(context: Context, lives: Lives) -> dict[str, Value]:
    """Return the features of the whole life of the files, and of their last commits."""
    now = context.change.time
    past = lives.seen
    distinct = lives.distinct_events
    flags = past[0].flag_counts if len(past) == 1 else Counter(map(_flags_of, distinct))
    fixes = [flagged(life.flag_counts, FIX) for life in past]
    shares = [
        count / len(life.events) for count, life in zip(fixes, past, strict=True) if len(life.events) >= MINIMUM_COMMITS
    ]
    whole_life: dict[str, Value] = {
        "file_age": _mean([days_between(now, life.first_time or 0) for life in past]),
        "file_commits": float(max((life.event_count for life in past), default=0)),
        "past_bug_count": float(max(fixes, default=0)),
        "hotfix_count": float(flagged(flags, HOTFIX)),
        "rollback_frequency": flagged(flags, REVERT) / len(distinct) if distinct else ONLY_NEW_FILES,
        "file_bug_share": max(shares) if shares else Missing(f"no touched file has {MINIMUM_COMMITS} commits yet"),
    }
    last: dict[str, Value] = {
        "age": _mean([days_between(now, life.events[0].time) for life in past]),
        "nuc": float(len({life.events[0].commit for life in past})),
    }
    if lives.unknown is not None:
        whole_life = dict.fromkeys(whole_life, lives.unknown)
        if len(past) < len(lives.existing):
            last = dict.fromkeys(last, lives.unknown)
    return whole_life | last


def _lately(context: Context, lives: Lives) -> dict[str, Value]:
    """Return the features of the last months of the files."""
    now = context.change.time
    longest, bugs_since, quarter = now - _WEEKS * 7 * DAY, now - 180 * DAY, now - 90 * DAY
    # the longest window first: the others look at what is left, not at the whole life again
    recent = [[event for event in life.events if event.time >= longest] for life in lives.existing]
    fixes = [event for events in recent for event in events if event.flags & FIX and event.time >= bugs_since]
    values: dict[str, tuple[int, Value]] = {
        "commit_frequency": (longest, _mean([len(events) / _WEEKS for events in recent])),
        "file_volatility": (longest, _volatility(recent, lives.textual)),
        "recent_commits": (quarter, float(sum(event.time >= quarter for events in recent for event in events))),
        "recent_bug_count": (bugs_since, float(len(fixes))),
    }
    if lives.unknown is None:
        return {name: value for name, (_, value) in values.items()}
    return {name: covers(context, start) or value for name, (start, value) in values.items()}


def _surroundings(context: Context) -> dict[str, Value]:
    """Return the past of the touched folders and of the repository, by thirty-day months.

    The last twelve months are the current one and the eleven before.
    """
    month = month_of(context.change.time) - 11
    directories = sorted({directory_of(file.path) for file in context.change.files})
    tallies = [context.history.directory(directory) for directory in directories]
    shares = [fixes / commits for commits, fixes in (tally.total for tally in tallies) if commits]
    commits, fixes = commits_since(context.history.repository(), month)
    reason = context.history.missing_reason
    year = covers(context, month * 30 * DAY)
    return {
        "directory_bug_share": Missing(reason) if reason else _mean(shares, Missing("only new folders")),
        "directory_commits": year or _mean([float(commits_since(tally, month)[0]) for tally in tallies]),
        "repository_bug_share": year or (fixes / commits if commits else Missing("no commits in the last year")),
    }


def _volatility(recent: Sequence[Sequence[FileEvent]], textual: Sequence[bool]) -> Value:
    """Return lines changed a commit, mean over files; a file at rest has 0, a binary one no value.

    While the lines of a text are not counted yet, as in an index that was only extended by a hook, nothing is known.
    """
    means = []
    for events, is_text in zip(recent, textual, strict=True):
        counted = [
            event.lines_added + event.lines_deleted
            for event in events
            if event.lines_added is not None and event.lines_deleted is not None
        ]
        if len(counted) < len(events) and (counted or is_text):
            return UNCOUNTED
        if counted or not events:
            means.append(sum(counted) / len(counted) if counted else 0.0)
    return _mean(means, UNCOUNTED if recent else ONLY_NEW_FILES)


def days_between(now: int, then: int) -> float:
    """Return the days from one moment to another (Unix seconds), 0 where clocks ran backwards."""
    return max(0, now - then) / DAY


def _mean(values: Sequence[float], otherwise: Missing = ONLY_NEW_FILES) -> Value:
    # sorted, so that the last bit of the sum cannot depend on the order of the files
    return sum(sorted(values)) / len(values) if values else otherwise
