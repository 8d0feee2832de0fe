"""Flow: the control structure of a function, the same for every language.

Builders make it (from Python's syntax tree, from the tokens of C-like languages); cognitive complexity, NPath and
nesting are read off it, so that one definition serves all languages. Statements without control flow leave no trace in
it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """What a piece of control flow is."""

    PLAIN = 0
    """A statement that is an expression."""
    IF = 1
    LOOP = 2
    SWITCH = 3
    TRY = 4
    BLOCK = 5
    """Statements in a scope of their own that always run once: ``with``, ``synchronized``."""
    TERNARY = 6
    FUNCTION = 7
    """A function, closure or class within a function."""
    JUMP = 8
    """``goto``, or ``break`` and ``continue`` with a label."""


@dataclass(slots=True, eq=False)
class Expression:
    """What matters of an expression.

    ``operators`` counts the short-circuit operators, ``sequences`` the runs of like ones; ``parts`` are ternaries,
    functions and control structures within it.
    """

    operators: int = 0
    sequences: int = 0
    parts: list[Flow] = field(default_factory=list)


NOTHING: Final = Expression()
"""An expression without anything that matters; shared, never changed."""


@dataclass(slots=True, eq=False)
class Flow:
    """One control structure.

    ``blocks`` are the alternatives or the body: [then], [body], cases, [tried, handler, ...]. ``otherwise`` is the
    ``else`` or ``default`` part, ``None`` where there is none; ``finally_`` runs in any case. ``chained`` marks the
    ``if`` of an ``else if``.
    """

    kind: Kind
    head: Expression = NOTHING
    blocks: list[list[Flow]] = field(default_factory=list)
    otherwise: list[Flow] | None = None
    finally_: list[Flow] = field(default_factory=list)
    chained: bool = False

    def add_case(self, body: list[Flow], *, is_default: bool) -> None:
        """Add a case of a switch."""
        if is_default:
            self.otherwise = body
        else:
            self.blocks.append(body)

    def chain(self) -> tuple[list[Flow], list[Flow] | None]:
        """Return an ``if`` with every ``else if`` of it, any other structure alone, and the last ``otherwise``."""
        flows = [self]
        while (last := flows[-1].otherwise) is not None and len(last) == 1 and last[0].chained:
            flows += last
        return flows, last


_DEEPER: Final = frozenset({Kind.IF, Kind.LOOP, Kind.SWITCH, Kind.TRY})


def nesting_depth(block: list[Flow]) -> int:
    """Return how deeply control structures are nested: branches, loops, switches and ``try``, 0 without any.

    An ``else if`` is as deep as its ``if``.

    Examples
    --------
    >>> nesting_depth([Flow(Kind.LOOP, blocks=[[Flow(Kind.IF, blocks=[[]])]])])
    2
    """
    deepest = 0
    for flow in block:
        flows, otherwise = flow.chain()
        below = nesting_depth(otherwise) if otherwise else 0
        for own in flows:
            # what is in the head stands beside the structure, not below it
            if own.head.parts:
                deepest = max(deepest, nesting_depth(own.head.parts))
            for part in (*own.blocks, own.finally_):
                if part:
                    below = max(below, nesting_depth(part))
        deepest = max(deepest, below + (flow.kind in _DEEPER))
    return deepest
