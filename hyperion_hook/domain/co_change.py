"""What past commits changed together with the touched files: the evidence, and what is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ChangeSet(NamedTuple):
    """The files of one past commit, numbered within one history; ``flags`` are ``CommitFlag``, times Unix seconds."""

    commit: int
    time: int
    author: int
    flags: int
    files: frozenset[int]


@dataclass(frozen=True, slots=True)
class PastOfFile:
    """A touched file's commits, newest first; the file itself is not among their ``files``."""

    path: str
    file: int
    changes: tuple[ChangeSet, ...]


@dataclass(frozen=True, slots=True)
class ChangedTogether:
    """What the newest commits on the touched files changed beside them, and what was changed last of all.

    Merges and bulk commits are left out. ``touched`` are the touched files that have a past, ``recent`` the newest
    commits of the repository, newest first.
    """

    touched: tuple[PastOfFile, ...] = ()
    recent: tuple[ChangeSet, ...] = ()


class KnownFile(NamedTuple):
    """A file by number: its path at the base, how many commits changed it so far, and when the last one did."""

    path: str
    commits: int
    last_time: int


@dataclass(frozen=True, slots=True)
class CoChange:
    """A file that usually changes with the touched files and is not among them.

    Of the last ``commits`` commits on the touched file ``beside`` (the one it goes with most), ``support`` changed it
    too; ``confidence`` is their share. ``probability`` ranks: the estimate, from all touched files together, that the
    file belongs to the change.
    """

    path: str
    beside: str
    support: int
    commits: int
    confidence: float
    probability: float
