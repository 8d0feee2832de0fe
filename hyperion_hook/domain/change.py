"""Change, FileChange and Hunk: what is judged.

Paths are text decoded as UTF-8 with ``surrogateescape``, so any byte survives; only reports make them safe to print.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from hyperion_hook.domain.commit import Author, Commit
from hyperion_hook.domain.light_dataclasses import dataclass, replace

SYMLINK_MODE = 0o120000
SUBMODULE_MODE = 0o160000
_SPECIAL_MODES = frozenset({SYMLINK_MODE, SUBMODULE_MODE})


class ChangeKind(StrEnum):
    """Where a change comes from."""

    STAGED = "staged"
    COMMIT = "commit"
    RANGE = "range"


class FileStatus(StrEnum):
    """What happened to a file, by git's letter."""

    ADDED = "A"
    MODIFIED = "M"
    DELETED = "D"
    RENAMED = "R"
    COPIED = "C"
    TYPE_CHANGED = "T"


class _HunkFields(NamedTuple):
    old_start: int
    new_start: int
    deleted_count: int
    added_count: int
    body: bytes


class Hunk(_HunkFields):
    r"""One run of changed lines without context, lines as bytes without their line feed.

    ``old_start`` and ``new_start`` are git's one-based numbers; where a count is 0 the start is the line before.
    ``body`` is what git prints of the lines, each with its sign before it, deleted ones first, without a last line
    feed: most hunks of a history are only counted, so lines are made on demand.

    Examples
    --------
    >>> hunk = Hunk(3, 3, (b"old",), (b"new", b""))
    >>> hunk.body, hunk.added_text, hunk.deleted
    (b'-old\n+new\n+', b'new\n', (b'old',))
    """

    __slots__ = ()

    def __new__(cls, old_start: int, new_start: int, deleted: Sequence[bytes], added: Sequence[bytes]) -> Self:
        """Put a hunk together from its lines."""
        body = b"\n".join([*(b"-" + line for line in deleted), *(b"+" + line for line in added)])
        return super().__new__(cls, old_start, new_start, len(deleted), len(added), body)

    @classmethod
    def of_patch(cls, old_start: int, new_start: int, deleted_count: int, added_count: int, body: bytes) -> Self:
        """Return a hunk as git prints it; the body must hold so many lines."""
        return tuple.__new__(cls, (old_start, new_start, deleted_count, added_count, body))

    @property
    def deleted_text(self) -> bytes:
        """The deleted lines, joined by line feeds."""
        end = self.body.find(b"\n+") if self.added_count else len(self.body)
        return self.body[1:end].replace(b"\n-", b"\n") if self.deleted_count else b""

    @property
    def added_text(self) -> bytes:
        """The added lines, joined by line feeds."""
        start = self.body.find(b"\n+") + 1 if self.deleted_count else 0
        return self.body[start + 1 :].replace(b"\n+", b"\n") if self.added_count else b""

    @property
    def deleted(self) -> tuple[bytes, ...]:
        """The deleted lines."""
        return tuple(self.deleted_text.split(b"\n")) if self.deleted_count else ()

    @property
    def added(self) -> tuple[bytes, ...]:
        """The added lines."""
        return tuple(self.added_text.split(b"\n")) if self.added_count else ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a change does to one file.

    ``lines_added`` and ``lines_deleted`` are ``None`` where lines have no meaning (binary, submodule) or were not
    counted. ``hunks`` is ``None`` when the patch was not read (names only, bulk path) and empty when there is no text.
    ``unread`` says why where it was wanted and is not too large: objects are missing or damaged.
    """

    path: str
    status: FileStatus
    old_path: str | None = None
    old_mode: int = 0
    new_mode: int = 0
    old_blob: str | None = None
    new_blob: str | None = None
    lines_added: int | None = None
    lines_deleted: int | None = None
    is_binary: bool = False
    hunks: tuple[Hunk, ...] | None = None
    unread: str = ""

    @property
    def previous_path(self) -> str:
        """The path before the change; the same path unless renamed or copied."""
        return self.old_path or self.path

    @property
    def is_regular(self) -> bool:
        """Whether the file is an ordinary one on the sides where it exists: no symlink, no submodule."""
        return self.old_mode not in _SPECIAL_MODES and self.new_mode not in _SPECIAL_MODES


@dataclass(frozen=True, slots=True)
class Change:
    """What is judged: the staged change, a commit or a range.

    ``base`` is the commit that was there before (``None`` for a root), ``time`` the committer's Unix seconds (for a
    staged change: now, or what git would record), ``message`` is ``None`` while it is not known.
    ``bulk`` says that the change was too large to read line by line, ``unreadable`` why not even its files are known.
    """

    kind: ChangeKind
    files: tuple[FileChange, ...]
    base: str | None
    time: int
    authored_at: int
    utc_offset: int = 0
    revision: str | None = None
    author: Author | None = None
    committer: Author | None = None
    message: str | None = None
    parents: tuple[str, ...] = ()
    commit_count: int = 1
    bulk: bool = False
    unreadable: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_merge(self) -> bool:
        """Whether the change is a merge, judged against its first parent."""
        return len(self.parents) > 1

    @property
    def lines_added(self) -> int:
        """Lines added over all files that have lines."""
        return sum(file.lines_added or 0 for file in self.files)

    @property
    def lines_deleted(self) -> int:
        """Lines deleted over all files that have lines."""
        return sum(file.lines_deleted or 0 for file in self.files)

    def without_message(self) -> Change:
        """Return the change as it stands before its message is written."""
        return replace(self, message=None)


def change_of_commit(commit: Commit) -> Change:
    """Return the change that a recorded commit makes to its first parent."""
    return Change(
        kind=ChangeKind.COMMIT,
        files=tuple(sorted(commit.files, key=lambda file: file.path)),
        base=commit.parents[0] if commit.parents else None,
        time=commit.committed_at,
        authored_at=commit.authored_at,
        utc_offset=commit.utc_offset,
        revision=commit.id,
        author=commit.author,
        committer=commit.committer,
        message=commit.message,
        parents=commit.parents,
    )
