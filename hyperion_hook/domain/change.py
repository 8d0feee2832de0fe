"""Change, FileChange and Hunk: what is judged.

Paths are text decoded as UTF-8 with ``surrogateescape``, so any byte survives; only reports make them safe to print.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.files.paths import FileRole, is_lock_file, is_of_tests, role_of
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass, replace

MOST_PATCH_BYTES = 50_000_000
"""The largest patch that is applied to be assessed."""
SYMLINK_MODE = 0o120000
SUBMODULE_MODE = 0o160000
_SPECIAL_MODES = frozenset({SYMLINK_MODE, SUBMODULE_MODE})
MAX_FILE_BYTES = 1_000_000
"""The largest file whose code is measured, unless a setting says otherwise."""
BULK_FILES = 300
"""Files of one change that are looked into, unless configured otherwise."""

_SERVED = (".html", ".htm", ".css", ".scss", ".svg")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".bmp", ".pdf", ".drawio", ".puml")


_CI = late_pattern(
    r"^(?:\.(?:github|circleci|buildkite|woodpecker|gitlab)/|\.(?:gitlab-ci|travis|cirrus|drone|appveyor)\.ya?ml$"
    r"|(?:appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$|Jenkinsfile$)"
)


class ChangeKind(StrEnum):
    """Where a change comes from."""

    STAGED = "staged"
    WORKTREE = "worktree"
    PATCH = "patch"
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
    counted. ``hunks`` is ``None`` when the patch was not read (names only, too large) and empty when there is no text.
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

    @property
    def lines_changed(self) -> int:
        """Added and deleted lines, 0 where they were not counted."""
        return (self.lines_added or 0) + (self.lines_deleted or 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What is judged: what is staged or in the work tree, a patch, a commit or a range.

    ``base`` is the commit that was there before (``None`` for a root), ``time`` the committer's Unix seconds (for a
    staged change: now, or what git would record), ``message`` is ``None`` while it is not known.
    ``unreadable`` says why not even its files are known. All patches are read, but of more than ``bulk_files`` files
    only a sample is looked into as a whole. ``excluded`` are the paths of files that it touches too and that are left
    out of ``files``.
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
    bulk_files: int = BULK_FILES
    unreadable: str = ""
    excluded: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_pending(self) -> bool:
        """Whether no commit records the change yet, so that somebody may wait for the answer."""
        return self.kind not in {ChangeKind.COMMIT, ChangeKind.RANGE}

    @property
    def is_merge(self) -> bool:
        """Whether the change is a merge, judged against its first parent."""
        return len(self.parents) > 1

    @property
    def bulk(self) -> bool:
        """Whether there are too many files to look into each."""
        return len(self.files) > self.bulk_files

    def sample(self) -> tuple[FileChange, ...]:
        """Return the files that are looked into: all, or of too many the source files with the most changed lines.

        A file that joins the change can only take the place of a smaller one, so what is summed over the sample does
        not shrink as a change grows.
        """
        if not self.bulk:
            return self.files
        order = sorted(
            self.files, key=lambda file: (role_of(file.path) is not FileRole.SOURCE, -file.lines_changed, file.path)
        )
        return tuple(order[: self.bulk_files])

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


def is_no_code(change: Change) -> bool:
    """Return whether all files are documents, pictures, locks and what runs in CI: no code, configuration or web page.

    Examples
    --------
    >>> files = [FileChange(path, FileStatus.MODIFIED) for path in ("README.md", "docs/conf.py", "logo.png", "a.html")]
    >>> is_no_code(Change(ChangeKind.STAGED, tuple(files[:3]), None, 0, 0))
    True
    >>> is_no_code(Change(ChangeKind.STAGED, tuple(files), None, 0, 0))
    False
    >>> paths = ("uv.lock", ".github/workflows/a.yml", "pyproject.toml")
    >>> files = [FileChange(path, FileStatus.MODIFIED) for path in paths]
    >>> [is_no_code(Change(ChangeKind.STAGED, tuple(files[:count]), None, 0, 0)) for count in (2, 3)]
    [True, False]
    """
    return bool(change.files) and all(_is_no_code(file.path) for file in change.files)


def without_tests(change: Change) -> Change | None:
    """Return a change without its tests and their data, ``None`` where that is all of it or no code.

    Examples
    --------
    >>> files = [FileChange(path, FileStatus.MODIFIED) for path in ("a.py", "tests/test_a.py", "tests/a.json")]
    >>> bare = without_tests(Change(ChangeKind.STAGED, tuple(files), None, 0, 0))
    >>> [file.path for file in bare.files], without_tests(bare)
    (['a.py'], None)
    """
    bare = replace(change, files=tuple(file for file in change.files if not is_of_tests(file.path)))
    return None if not bare.files or len(bare.files) == len(change.files) or is_no_code(bare) else bare


def _is_no_code(path: str) -> bool:
    role = role_of(path)
    if is_lock_file(path) or (_CI.search(path) and role is not FileRole.SOURCE):
        return True
    return (role is FileRole.DOCUMENT and not path.lower().endswith(_SERVED)) or (
        role is FileRole.OTHER and path.lower().endswith(_PICTURES)
    )
