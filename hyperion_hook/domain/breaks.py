"""Break: something that others rely on and that a change takes away or weakens, told by a rule and not by a model."""

from __future__ import annotations

from enum import StrEnum

from hyperion_hook.domain.light_dataclasses import dataclass


class BreakKind(StrEnum):
    """What kind of break it is; the value names its rule in reports."""

    MODULE = "missing-module"
    NAME = "missing-name"
    SIGNATURE = "changed-signature"
    DEPENDENCY = "weaker-dependency"
    COUNTERPART = "missing-counterpart"
    SAFETY = "safety-off"


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that a change would break."""

    kind: BreakKind
    """The rule that speaks."""
    sentence: str
    """What would break, in one sentence."""
    evidence: str
    """The places or the text that show it."""
    path: str
    line: int
    """Where to look, a file of the tree after the change and a line of it from 1."""
    is_certain: bool
    """Whether the rule leaves no room for another reading; else it is likely."""

    @property
    def confidence(self) -> str:
        """``certain`` or ``likely``."""
        return "certain" if self.is_certain else "likely"
