"""Author and Commit: recorded facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperion_hook.domain.light_dataclasses import dataclass

if TYPE_CHECKING:
    from hyperion_hook.domain.change import FileChange

LATEST = 253_402_300_799
"""The last second of the year 9999; later times and those before 1970 are clock faults and are clamped."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person as git records one."""

    name: str
    email: str

    @property
    def identity(self) -> str:
        """What tells authors apart: the lower-cased email, else the lower-cased name.

        Examples
        --------
        >>> Author("Ada", "Ada@Example.org").identity
        'ada@example.org'
        >>> Author(" Ada ", "").identity
        'ada'
        """
        return (self.email.strip() or self.name.strip()).lower()


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
