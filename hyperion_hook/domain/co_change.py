"""What past commits changed together with the touched files: the evidence, and what is concluded from it."""

from __future__ import annotations

from typing import NamedTuple

from hyperion_hook.domain.light_dataclasses import dataclass


class ChangeSet(NamedTuple):
    """The files of one past commit, numbered within one history; ``flags`` are ``CommitFlag``, times Unix seconds."""

    commit: int
    time: int
    author: int
    flags: int
    files: frozenset[int]


@dataclass(frozen=True, slots=True)
class PastOfFile:
    """A touched file that has a past: its newest commits, newest first, the file itself not among their ``files``.

    Merges and bulk commits are left out.
    """

    path: str
    file: int
    changes: tuple[ChangeSet, ...]


class KnownFile(NamedTuple):
    """A file by number: its path at the base, and when the last commit changed it, Unix seconds."""

    path: str
    last_time: int


@dataclass(frozen=True, slots=True)
class CoChange:
    """A file that usually changes with the touched files and is not among them; ``file`` is its number.

    Of the last ``commits`` commits on the touched file ``beside`` (the one it goes with most), ``support`` changed it
    too; ``confidence`` is their share. ``probability`` ranks: the estimate, from all touched files together, that the
    file belongs to the change.
    """

    path: str
    file: int
    beside: str
    support: int
    commits: int
    confidence: float
    probability: float


def rule_in_words(support: int, commits: int, path: str) -> str:
    """Return in how many of a file's last commits something else changed, too.

    Examples
    --------
    >>> rule_in_words(7, 9, "a.py"), rule_in_words(1, 1, "a.py")
    ('in 7 of the last 9 changes of a.py', 'in the last change of a.py')
    """
    return f"in {support} of the last {commits} changes of {path}" if commits > 1 else f"in the last change of {path}"
