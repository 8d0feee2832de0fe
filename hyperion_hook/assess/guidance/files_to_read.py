"""Which files of a change to read first, with the reason in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from hyperion_hook.domain.assessment import FileToRead, FunctionToRead
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.files.paths import FileRole, is_lock_file, role_of
from hyperion_hook.domain.history import FIX, FileEvent, History
from hyperion_hook.domain.phrases import counted

MOST = 3
LOOKED_AT = 50
"""Only the largest file changes are looked up in the history; the rest cannot come first."""

_ROLE_WEIGHT = {
    FileRole.SOURCE: 1.0,
    FileRole.CONFIGURATION: 0.4,
    FileRole.TEST: 0.3,
    FileRole.OTHER: 0.2,
    FileRole.DOCUMENT: 0.1,
    FileRole.FOREIGN: 0.05,
}


Functions = Callable[[FileChange, Sequence[FileEvent]], tuple[FunctionToRead, ...]]


def files_to_read(
    change: Change, history: History, functions: Functions = lambda _file, _events: ()
) -> tuple[FileToRead, ...]:
    """Return the files where a reviewer's time is spent best, at most three, best first, each with its functions.

    A file counts by the lines changed in it, more so the more bug fixes it has seen; tests, documents and vendored
    files count less than source, as do lock files, which nobody wrote, and files that are deleted.
    """
    largest = sorted(change.files, key=lambda file: (-_weight(file), file.path))[:LOOKED_AT]
    ranked = []
    for file in largest:
        fixes = sum(bool(event.flags & FIX) for event in history.file(file.previous_path).events)
        ranked.append((_weight(file) * math.sqrt(1 + fixes), file, fixes))
    ranked.sort(key=lambda entry: (-entry[0], entry[1].path))
    return tuple(
        FileToRead(file.path, _reason(file, fixes), functions(file, history.file(file.previous_path).events))
        for weight, file, fixes in ranked[:MOST]
        if weight > 0
    )


def _weight(file: FileChange) -> float:
    lines = (file.lines_added or 0) + 0.5 * (file.lines_deleted or 0)
    # of one that is gone nothing is left to read, and who misses it is said apart
    is_no_reading = is_lock_file(file.path) or file.status is FileStatus.DELETED
    role = FileRole.FOREIGN if is_no_reading else role_of(file.path)
    return math.sqrt(lines) * _ROLE_WEIGHT[role]


def _reason(file: FileChange, fixes: int) -> str:
    past = f", {counted(fixes, 'earlier bug fix')}" if fixes else ""
    return f"+{file.lines_added or 0:,} -{file.lines_deleted or 0:,} lines{past}"
