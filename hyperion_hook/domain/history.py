"""History: what was known strictly before a change.

The index and the replay hand out the same object, so a feature cannot tell training from use. A history sees the
ancestors of one commit and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntFlag
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Self

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.light_dataclasses import dataclass

DAY = 86_400
MONTH = 30 * DAY
RECENT_CHANGES = 500
"""The newest changes of a repository, which say what is usual in it: percentiles, records and drift go by them."""
FILE_WINDOW = 512
"""Newest events of a file that a history hands out: bounds the cost of a file that every commit touches."""

if TYPE_CHECKING:
    # a silent hook does not need it
    from hyperion_hook.domain.co_change import KnownFile, PastOfFile


class CommitFlag(IntFlag):
    """What a commit's message says it is."""

    NONE = 0
    FIX = 1
    REVERT = 2
    HOTFIX = 4
    BOT = 8
    MERGE = 16


FIX, REVERT, HOTFIX, BOT, MERGE = (
    int(flag) for flag in (CommitFlag.FIX, CommitFlag.REVERT, CommitFlag.HOTFIX, CommitFlag.BOT, CommitFlag.MERGE)
)
"""As events hold them: an operator of the enumeration costs thirty times as much as one of numbers."""


class FileEvent(NamedTuple):
    """A non-merge commit that touched a file; ``author`` numbers authors within one history, times are Unix seconds."""

    time: int
    commit: int
    author: int
    lines_added: int | None
    lines_deleted: int | None
    flags: int


# a popular file has hundreds of events, and a replay asks for them at every commit: loops run in C where they can
_commit_of = attrgetter("commit")
_author_of = attrgetter("author")
_flags_of = attrgetter("flags")


@dataclass(frozen=True)
class FileHistory:
    """The life of one file through its renames, newest event first, at most ``FILE_WINDOW`` events.

    ``first_time`` is the time of the oldest event even when it lies outside the window; ``None`` without events.
    """

    events: tuple[FileEvent, ...]
    first_time: int | None
    event_count: int

    @classmethod
    def counted(
        cls,
        events: tuple[FileEvent, ...],
        first_time: int | None,
        event_count: int,
        *,
        commits: tuple[int, ...],
        author_counts: Mapping[int, int],
        flag_counts: Mapping[int, int],
    ) -> Self:
        """Return a life whose events were counted as they came in."""
        life = cls(events, first_time, event_count)
        life.__dict__.update(commits=commits, author_counts=author_counts, flag_counts=flag_counts)
        return life

    @cached_property
    def commits(self) -> tuple[int, ...]:
        """The commits of the events, in their order."""
        return tuple(map(_commit_of, self.events))

    @cached_property
    def author_counts(self) -> Mapping[int, int]:
        """How many of the events are each author's."""
        return Counter(map(_author_of, self.events))

    @cached_property
    def flag_counts(self) -> Mapping[int, int]:
        """How many of the events have each combination of flags."""
        return Counter(map(_flags_of, self.events))


class Tally(NamedTuple):
    """Non-merge commits of one thirty-day month (``time // MONTH``), and how many of them fix bugs."""

    month: int
    commits: int
    fixes: int


class Months(tuple[Tally, ...]):
    """Tallies of the months that have commits, oldest first.

    Examples
    --------
    >>> Months((Tally(7, 2, 1), Tally(9, 1, 0))).total
    (3, 1)
    """

    @classmethod
    def counted(cls, months: Iterable[Tally], commits: int, fixes: int) -> Self:
        """Return months whose sums are known."""
        result = cls(months)
        result.__dict__["total"] = commits, fixes
        return result

    @cached_property
    def total(self) -> tuple[int, int]:
        """Commits and fixes of all months."""
        return sum(tally.commits for tally in self), sum(tally.fixes for tally in self)


class History:
    """What was known strictly before a change; by itself nothing.

    Attributes
    ----------
    missing_reason
        Why this history is shorter than the repository's (no index yet, shallow clone), or ``None``.
    """

    missing_reason: str | None = None

    def file(self, path: str) -> FileHistory:
        """Return the life of the file that has this path at the base commit."""
        return FileHistory((), None, 0)

    def author_number(self, author: Author) -> int | None:
        """Return the number that file events carry for an author, ``None`` for one never seen."""
        return None

    def author(self, author: Author) -> Months:
        """Return an author's commits month by month, oldest first."""
        return Months()

    def author_in(self, author: Author, subsystem: str) -> Months:
        """Return an author's commits in a subsystem (top-level folder, '' for the top level) month by month."""
        return Months()

    def directory(self, directory: str) -> Months:
        """Return the commits that touched files directly in a folder ('' for the top level) month by month."""
        return Months()

    def repository(self) -> Months:
        """Return all commits month by month, oldest first."""
        return Months()

    def changed_together(self, paths: Iterable[str]) -> tuple[PastOfFile, ...]:
        """Return the other files that the newest commits on files with these paths at the base commit changed."""
        return ()

    def known_files(self, files: Iterable[int]) -> dict[int, KnownFile]:
        """Return files by number as the base commit knows them; those deleted or without path are left out."""
        return {}


class EmptyHistory(History):
    """The history before a root commit, or of a repository that cannot be read.

    Examples
    --------
    >>> EmptyHistory().file("a.py").events
    ()
    """

    def __init__(self, missing_reason: str | None = None) -> None:
        self.missing_reason = missing_reason
