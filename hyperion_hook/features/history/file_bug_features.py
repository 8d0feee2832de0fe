"""What one file's past says about its next bug: the numbers the bug predictor looks at.

The same function serves the hook, for the touched files, and the training, for every file of a month: it takes what a
``History`` says of the file, of its folder and of the repository, and the moment.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.files.paths import FileRole, directory_of, role_of
from hyperion_hook.domain.history import (
    DAY,
    FILE_WINDOW,
    FIX,
    HOTFIX,
    MONTH,
    REVERT,
    FileEvent,
    FileHistory,
    History,
    Tally,
)

PAST_VERSION = 1
"""Raised whenever a number can change for the same past; mined rows and models of another version are not used."""

FILE_NUMBERS = tuple(
    "age commits commits_30 commits_90 commits_180 commits_365 fixes fixes_30 fixes_90 fixes_180 fixes_365 "
    "days_since_commit days_since_fix decayed_commits decayed_fixes decayed_fixes_slow fix_share reverts "
    "hotfixes authors authors_90 authors_365 top_author_share lines_30 lines_90 lines_365 lines_now "
    "directory_commits directory_commits_90 directory_fixes directory_fixes_90 directory_fix_share "
    "repository_commits repository_commits_90 repository_fixes repository_fixes_90 repository_fix_share "
    "share_of_commits share_of_fixes share_of_recent_fixes".split()
)
"""In the order of a row. Times are in days, ``_90`` and the like count the last so many days (of folders and the
repository: the current thirty-day month and the two or eleven before); without a number it is the whole window of 512
events, for folders and the repository twelve months. ``share_of_`` is the file's part of the repository's."""

MOST_FILES = 50
"""Files of one change that are looked at."""

_WINDOWS = (30.0, 90.0, 180.0, 365.0)
_FAST, _SLOW = 90.0, 365.0
"""Days in which the weight of an event falls to 1 / e."""
_NOBODY = -1


def judged_files(files: Sequence[FileChange]) -> list[FileChange]:
    """Return the files of a change that are looked at: source files that stay, at most ``MOST_FILES``, by path.

    Tests, documents, configuration and foreign files are touched by fixes, but not repaired by them. Where there are
    too many the most changed are taken.
    """
    judged = [file for file in files if is_judged(file)]
    if len(judged) > MOST_FILES:
        judged.sort(key=lambda file: (-(file.lines_added or 0) - (file.lines_deleted or 0), file.path))
    return sorted(judged[:MOST_FILES], key=lambda file: file.path)


def is_judged(file: FileChange) -> bool:
    """Whether a fix of this file is the repair of a bug in it: source code, and no link or submodule."""
    return file.status is not FileStatus.DELETED and file.is_regular and role_of(file.path) is FileRole.SOURCE


def numbers_after(
    files: Sequence[FileChange], history: History, time: int, author: int | None
) -> Iterator[list[float]]:
    """Yield the numbers of touched files as they are once the change is made; a new file has one commit, this one.

    ``time`` is when the change is made, Unix seconds; ``author`` the number that file events carry for its author,
    ``None`` for somebody new.
    """
    repository = history.repository()
    for file in files:
        life = FileHistory((), None, 0) if file.status is FileStatus.COPIED else history.file(file.previous_path)
        yield file_numbers(
            _touched(life, file, time, author), history.directory(directory_of(file.path)), repository, time
        )


def _touched(life: FileHistory, file: FileChange, time: int, author: int | None) -> FileHistory:
    # whether the change is a fix is left open: a staged one has no message yet, and shall be judged as it will be later
    event = FileEvent(time, -1, _NOBODY if author is None else author, file.lines_added, file.lines_deleted, 0)
    first = time if life.first_time is None else life.first_time
    return FileHistory((event, *life.events[: FILE_WINDOW - 1]), first, life.event_count + 1)


def file_numbers(life: FileHistory, directory: Sequence[Tally], repository: Sequence[Tally], now: int) -> list[float]:
    """Return the numbers of one file at one moment, in the order of ``FILE_NUMBERS``, NaN where unknown.

    They are counts, days, lines and shares, none negative. A file that was never fixed has no ``days_since_fix``; lines
    that were not counted (yet) are unknown.

    Parameters
    ----------
    life
        The file's events so far, newest first.
    directory, repository
        Commits and fixes by month of the file's folder and of the repository, oldest first.
    now
        Unix seconds; later events count as of now (clocks run wrong).

    Examples
    --------
    >>> life = FileHistory((FileEvent(9 * DAY, 1, 1, 5, 0, 1), FileEvent(0, 0, 1, 20, 0, 0)), 0, 2)
    >>> row = dict(zip(FILE_NUMBERS, file_numbers(life, (), (), 10 * DAY), strict=True))
    >>> row["age"], row["fixes"], row["days_since_fix"], row["lines_now"]
    (10.0, 1.0, 1.0, 25.0)
    """
    own = _own(life, now)
    month = now // MONTH
    folder, whole = _months(directory, month), _months(repository, month)
    commits, fixes, recent = own[5], own[10], own[8]
    return [
        *own,
        *folder,
        *whole,
        commits / whole[0] if whole[0] else math.nan,
        fixes / whole[2] if whole[2] else math.nan,
        recent / whole[3] if whole[3] else math.nan,
    ]


def _own(life: FileHistory, now: int) -> list[float]:
    """Return the numbers of the file's own events."""
    events, seen = life.events, len(life.events)
    days = [(now - event[0]) / DAY if event[0] < now else 0.0 for event in events]
    fixed = [day for day, event in zip(days, events, strict=True) if event[5] & FIX]
    authors = Counter([event[2] for event in events])
    return [
        0.0 if life.first_time is None else max(0, now - life.first_time) / DAY,
        float(life.event_count),
        *_counts(days),
        float(len(fixed)),
        *_counts(fixed),
        days[0] if days else math.nan,
        fixed[0] if fixed else math.nan,
        _decayed(days, _FAST),
        _decayed(fixed, _FAST),
        _decayed(fixed, _SLOW),
        len(fixed) / seen if seen else math.nan,
        float(sum(event[5] & REVERT > 0 for event in events)),
        float(sum(event[5] & HOTFIX > 0 for event in events)),
        float(len(authors)),
        *(
            float(len({event[2] for event, day in zip(events, days, strict=True) if day <= window}))
            for window in (90.0, 365.0)
        ),
        max(authors.values()) / seen if seen else math.nan,
        *(_lines_since(events, days, window) for window in (30.0, 90.0, 365.0)),
        _lines_now(life),
    ]


def _counts(days: Sequence[float]) -> list[float]:
    return [float(sum([day <= window for day in days])) for window in _WINDOWS]


def _decayed(days: Sequence[float], pace: float) -> float:
    return sum([math.exp(-day / pace) for day in days])


def _lines_since(events: Sequence[FileEvent], days: Sequence[float], window: float) -> float:
    lines = 0
    for event, day in zip(events, days, strict=True):
        if day <= window:
            if event[3] is None or event[4] is None:
                return math.nan
            lines += event[3] + event[4]
    return float(lines)


def _lines_now(life: FileHistory) -> float:
    """Return the lines that all events leave, unknown if they are not all there or not all counted."""
    lines = 0
    for event in life.events:
        if event[3] is None or event[4] is None:
            return math.nan
        lines += event[3] - event[4]
    return float(max(0, lines)) if len(life.events) == life.event_count else math.nan


def _months(tallies: Sequence[Tally], month: int) -> list[float]:
    """Return commits and fixes in twelve and in three months, and the share of fixes in the twelve."""
    commits = fixes = late = late_fixes = 0
    for at, made, fixed in reversed(tallies):
        if at <= month - 12:
            break
        commits += made
        fixes += fixed
        if at > month - 3:
            late += made
            late_fixes += fixed
    return [float(commits), float(late), float(fixes), float(late_fixes), fixes / commits if commits else math.nan]
