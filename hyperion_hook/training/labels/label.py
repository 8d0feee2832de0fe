"""FixCommit, InducingCommit and Label: what history says about a commit after the fact."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hyperion_hook.domain.light_dataclasses import dataclass, field


class FoundBy(StrEnum):
    """How it is known that a commit introduced a bug."""

    TRAILER = "trailer"
    PHRASE = "phrase"
    REVERT = "revert"
    LINES = "lines"
    FEEDBACK = "feedback"


class Outcome(StrEnum):
    """What can become known of a commit after the fact.

    ``TRACED``: it introduced a bug, by the message of a fix or its lines of source code. ``SHARED``: it is among the
    candidates of a repair of code, tests, builds, configuration or data; each weighs its share. ``NAMED``: a fix names
    it as the cause. ``REVERTED``: a later commit takes it back by name.
    """

    TRACED = "traced"
    SHARED = "traced_shared"
    NAMED = "named"
    REVERTED = "reverted"


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
    """A commit that introduced the bug that ``fix`` repairs; ``lines`` of it led there, 0 if the fix only names it.

    ``share`` (0..1) is its part of the blame where a fix has several candidates.
    """

    id: str
    fix: str
    lines: int
    found_by: FoundBy = FoundBy.LINES
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Since when (Unix seconds) an outcome is known, how it was found, and how much it weighs (0..1)."""

    known_at: int
    found_by: FoundBy
    weight: float = 1.0

    def or_better(self, other: Finding | None) -> Finding:
        """Return the one that weighs more; of equals the earlier."""
        return self if other is None else min(self, other, key=lambda one: (-one.weight, one.known_at))


@dataclass(frozen=True, slots=True)
class Label:
    """What became of a commit, outcome by outcome; what is not there is not known."""

    commit: str
    findings: Mapping[Outcome, Finding]

    @property
    def known_at(self) -> int | None:
        """Since when it is known to have introduced a bug, ``None`` if it is not."""
        traced = self.findings.get(Outcome.TRACED)
        return None if traced is None else traced.known_at
