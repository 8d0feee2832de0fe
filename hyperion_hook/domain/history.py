"""History: what was known strictly before a change.

The index and the replay hand out the same object, so a feature cannot tell training from use. A history sees the
ancestors of one commit and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from typing import NamedTuple, Protocol

from hyperion_hook.domain.co_change import ChangedTogether, KnownFile
from hyperion_hook.domain.commit import Author

DAY = 86_400
MONTH = 30 * DAY
FILE_WINDOW = 512
"""Newest events of a file that a history hands out: bounds the cost of a file that every commit touches."""


class CommitFlag(IntFlag):
    """What a commit's message says it is."""

    NONE = 0
    FIX = 1
    REVERT = 2
    HOTFIX = 4
    BOT = 8
    MERGE = 16


class FileEvent(NamedTuple):
    """A non-merge commit that touched a file; ``author`` numbers authors within one history, times are Unix seconds."""

    time: int
    commit: int
    author: int
    lines_added: int | None
    lines_deleted: int | None
    flags: int


@dataclass(frozen=True, slots=True)
class FileHistory:
    """The life of one file through its renames, newest event first, at most ``FILE_WINDOW`` events.

    ``first_time`` is the time of the oldest event even when it lies outside the window; ``None`` without events.
    """

    events: tuple[FileEvent, ...]
    first_time: int | None
    event_count: int


class Tally(NamedTuple):
    """Non-merge commits of one thirty-day month (``time // MONTH``), and how many of them fix bugs."""

    month: int
    commits: int
    fixes: int


class History(Protocol):
    """What was known strictly before a change."""

    @property
    def missing_reason(self) -> str | None:
        """Why this history is shorter than the repository's (no index yet, shallow clone), or ``None``."""

    def file(self, path: str) -> FileHistory:
        """Return the life of the file that has this path at the base commit."""

    def author_number(self, author: Author) -> int | None:
        """Return the number that file events carry for an author, ``None`` for one never seen."""

    def author(self, author: Author) -> tuple[Tally, ...]:
        """Return an author's commits month by month, oldest first."""

    def author_in(self, author: Author, subsystem: str) -> tuple[Tally, ...]:
        """Return an author's commits in a subsystem (top-level folder, '' for the top level) month by month."""

    def directory(self, directory: str) -> tuple[Tally, ...]:
        """Return the commits that touched files directly in a folder ('' for the top level) month by month."""

    def repository(self) -> tuple[Tally, ...]:
        """Return all commits month by month, oldest first."""

    def changed_together(self, paths: Iterable[str]) -> ChangedTogether:
        """Return what the newest commits on files with these paths at the base commit changed beside them."""

    def known_files(self, files: Iterable[int]) -> dict[int, KnownFile]:
        """Return what the base commit knows of files by number; one that lost its path to another is left out."""


@dataclass(frozen=True, slots=True)
class EmptyHistory:
    """The history before a root commit, or of a repository that cannot be read.

    Examples
    --------
    >>> EmptyHistory().file("a.py").events
    ()
    """

    missing_reason: str | None = None

    def file(self, path: str) -> FileHistory:  # noqa: D102
        return FileHistory((), None, 0)

    def author_number(self, author: Author) -> int | None:  # noqa: D102
        return None

    def author(self, author: Author) -> tuple[Tally, ...]:  # noqa: D102
        return ()

    def author_in(self, author: Author, subsystem: str) -> tuple[Tally, ...]:  # noqa: D102
        return ()

    def directory(self, directory: str) -> tuple[Tally, ...]:  # noqa: D102
        return ()

    def repository(self) -> tuple[Tally, ...]:  # noqa: D102
        return ()

    def changed_together(self, paths: Iterable[str]) -> ChangedTogether:  # noqa: ARG002, D102
        return ChangedTogether()

    def known_files(self, files: Iterable[int]) -> dict[int, KnownFile]:  # noqa: ARG002, D102
        return {}


