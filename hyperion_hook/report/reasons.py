"""The reasons of a score as people read them: the size, what is special beside it, and what is left."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hyperion_hook.domain.assessment import Contribution, Score, Unknown
from hyperion_hook.domain.phrases import finely
from hyperion_hook.features.feature import Group

MOST_REASONS = 3
TELLING = 0.1
"""Log-odds that a reason must move to be told."""
SIZE = Group.SIZE.value
_NO_REASONS = frozenset((SIZE, "other"))


def size_line(explanation: Iterable[Contribution]) -> str:
    """Return how risky a change of this size is, '' without an explanation."""
    line = next((entry.sentence for entry in explanation if entry.group == SIZE), "")
    return f"{line[:1].upper()}{line[1:]}"


def reasons(explanation: Iterable[Contribution], most: int = MOST_REASONS) -> list[Contribution]:
    """Return the reasons beside a change's size, largest first: at most one a group.

    What hardly moves the risk is none, nor is what is not known.
    """
    leading: dict[str, Contribution] = {}
    for entry in sorted(explanation, key=lambda entry: (-abs(entry.contribution), entry.feature)):
        if abs(entry.contribution) >= TELLING and entry.value is not None and entry.group not in _NO_REASONS:
            leading.setdefault(entry.group or entry.feature, entry)
    return list(leading.values())[:most]


def why_heading(shown: Iterable[Contribution]) -> str:
    """Return the heading above the reasons, which says who the peers are where one names them."""
    peers = any("peers" in entry.sentence for entry in shown)
    return "Why (peers are recent changes about as large)" if peers else "Why"


def own_line(risk: Score | Unknown, explanation: Iterable[Contribution], shown: Iterable[Contribution]) -> str:
    """Return the change's own probability, and what all reasons that are not ``shown`` multiply the odds by."""
    if isinstance(risk, Unknown):
        return ""
    names = {entry.feature for entry in shown}
    rest = (entry for entry in explanation if entry.group != SIZE and entry.feature not in names)
    left = [entry.contribution for entry in rest if entry.contribution]
    others = "all other reasons together" if len(left) > 1 else "another reason"
    if not names and len(left) > 1:
        others = "no reason stands out, all together"
    rest_of_it = f"; {others} {factor(math.fsum(left))}" if left else ""
    return f"This change: {finely(risk.probability)} by the model{rest_of_it}"


def way(contribution: float) -> str:
    """Return which way a reason moves the risk."""
    return "raises it" if contribution > 0 else "lowers it"


def factor(contribution: float) -> str:
    """Return how much a contribution multiplies the odds of the risk, which for a small risk is the risk itself.

    Examples
    --------
    >>> factor(math.log(1.8)), factor(-math.log(2)), factor(9.0), factor(-10.0)
    ('x1.8', 'x0.50', 'x8,103', 'x0.00005')
    """
    value = math.exp(min(contribution, 50.0))
    if value < 1e-6:
        return f"x{value:.1g}"
    if value < 0.01:
        return f"x{value:.{-math.floor(math.log10(value))}f}"
    return f"x{value:.2f}" if value < 0.995 else f"x{value:.1f}" if value < 99.5 else f"x{value:,.0f}"
