"""FixCommit, InducingCommit and Label: what history says about a commit after the fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FoundBy(StrEnum):
    """How it is known that a commit introduced a bug."""

    TRAILER = "trailer"
    PHRASE = "phrase"
    REVERT = "revert"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class FixCommit:
    """A commit that repairs a bug, or takes a commit back.

    ``named`` are the commits its message names as the cause (``This reverts commit <id>``, ``Fixes: <id>``), and how.
    """

    id: str
    time: int
    is_revert: bool = False
    named: Mapping[str, FoundBy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InducingCommit:
    """A commit that introduced the bug that ``fix`` repairs; ``lines`` of it led there, 0 if the fix only names it."""

    id: str
    fix: str
    lines: int
    found_by: FoundBy = FoundBy.LINES


@dataclass(frozen=True, slots=True)
class Label:
    """Whether a commit introduced a bug, and since when (Unix seconds of the first fix) that is known.

    ``reverted`` says that a later commit takes it back by name, ``named`` that a fix names it as the cause: outcomes
    that need no traced line.
    """

    commit: str
    buggy: bool
    known_at: int | None = None
    reverted: bool = False
    named: bool = False
