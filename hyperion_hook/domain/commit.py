"""Commit: a recorded fact, and the change that it makes."""

from __future__ import annotations

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import BULK_FILES, Change, ChangeKind, FileChange
from hyperion_hook.domain.light_dataclasses import dataclass

MOST_FILES_OF_A_FIX = 20
"""A fix of more files than this proves nothing about the changes before it: it repairs no single bug in each of them.

What it counts differs: labels and the bug predictor its source files without those it deletes (shares of the blame, by
``SzzRules.shared``, the files of whichever role it has most of), the track record and similar changes all files.
"""


@dataclass(frozen=True, slots=True)
class Commit:
    """One recorded commit.

    ``files`` holds the change against the first parent; for a merge it may be left empty by readers that
    do not ask for it. Times are Unix seconds, ``utc_offset`` is the author's, in minutes.
    """

    id: str
    parents: tuple[str, ...]
    author: Author
    committer: Author
    authored_at: int
    committed_at: int
    utc_offset: int
    message: str
    files: tuple[FileChange, ...] = ()

    @property
    def is_merge(self) -> bool:
        """Whether the commit has more than one parent."""
        return len(self.parents) > 1

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.lstrip().partition("\n")[0].strip()


def change_of_commit(commit: Commit, bulk_files: int = BULK_FILES) -> Change:
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
        bulk_files=bulk_files,
    )
