"""When which file was touched by a bug fix, under whatever name it had then."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.commit import MOST_FILES_OF_A_FIX, Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.features.history.file_bug_features import is_judged
from hyperion_hook.training.labels.known_commits import KnownCommits

_MOST_RENAMES = 3


class FixTimes:
    """Gathers fixes commit by commit; asked after ``settle``."""

    def __init__(self) -> None:
        self._fixes: defaultdict[str, list[int]] = defaultdict(list)
        self._renames: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self._known = KnownCommits()

    def advance(self, commit: Commit) -> None:
        """Note a commit; merges and bots fix nothing, and a fix that is carried to another branch counts once."""
        if commit.is_merge:
            return
        for file in commit.files:
            if file.status is FileStatus.RENAMED:
                self._renames[file.previous_path].append((commit.committed_at, file.path))
        flags = classify_message(commit.message, commit.author)
        if CommitFlag.FIX in flags and CommitFlag.BOT not in flags and not self._known.is_copy(commit):
            paths = [file.previous_path for file in commit.files if is_judged(file)]
            if len(paths) <= MOST_FILES_OF_A_FIX:
                for path in paths:
                    self._fixes[path].append(commit.committed_at)
        self._known.add(commit)

    def settle(self) -> None:
        """Put everything in order of time, once all commits are noted."""
        for times in self._fixes.values():
            times.sort()

    def fixed(self, path: str, start: int, end: int, *, renames: int = _MOST_RENAMES) -> bool:
        """Return whether a fix touched a file after ``start`` and up to ``end`` (Unix seconds)."""
        times = self._fixes.get(path, ())
        index = bisect_right(times, start)
        if index < len(times) and times[index] <= end:
            return True
        return renames > 0 and any(
            self.fixed(later, time, end, renames=renames - 1)
            for time, later in self._renames.get(path, ())
            if start < time <= end
        )
