"""What a comment remembers, in a line that nobody sees: by it the next run finds the comment and tells what changed.

Whoever may edit comments can change the line, so it is read with distrust: what is not as we write it counts as
nothing.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.feedback import CAUSED_BUG, NOT_USEFUL
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.report.comment.brief import FEATURES, Brief

MARKER = "<!-- hyperion-hook -->"
BOXES = {NOT_USEFUL: "This was not useful", CAUSED_BUG: "This caused a bug later"}
"""What people can tick in the comment, by the name it is kept under."""

_LINE = re.compile(r"^(?:<!-- |\[//\]: # \()hyperion-hook-state: ([A-Za-z0-9_=-]{1,8000})(?: -->|\))\r?$", re.MULTILINE)
_MOST_BYTES = 20_000
_MOST_KEPT = 6
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class State:
    """What was said of a pull request."""

    level: RiskLevel
    """The verdict."""
    head: str
    """The commit that was assessed."""
    contributions: Mapping[str, float]
    """What the features that moved the score most added to the log-odds, to two digits."""
    feedback: frozenset[str] = frozenset()
    """Names of ``BOXES`` that are ticked."""
    before: State | None = None
    """What was said of an earlier commit; it remembers nothing further."""

    @classmethod
    def of(cls, brief: Brief, head: str, previous: State | None = None) -> State:
        """Return the state to remember of a brief, after an earlier one."""
        strongest = sorted(brief.contributions, key=lambda name: (-abs(brief.contributions[name]), name))[:_MOST_KEPT]
        contributions = {name: round(brief.contributions[name], 2) for name in strongest}
        feedback = previous.feedback if previous is not None else frozenset()
        return cls(brief.level, head, contributions, feedback, earlier(previous, head))


def earlier(previous: State | None, head: str) -> State | None:
    """Return the state of the commit before this one, however often this one was assessed."""
    return previous.before if previous is not None and previous.head == head else previous


def state_line(state: State) -> str:
    """Return the line that ``read_state`` reads: compressed JSON in characters that no HTML comment ends with."""
    text = json.dumps(_data(state), sort_keys=True, separators=(",", ":"))
    return f"<!-- hyperion-hook-state: {base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()} -->"


def _data(state: State) -> dict[str, Any]:
    before = None if state.before is None else {**_data(state.before), "b": None}
    return {"l": state.level.value, "h": state.head, "c": dict(state.contributions), "b": before}


def read_state(body: str) -> State | None:
    r"""Return the state that a comment holds, with its ticks; ``None`` where nothing can be made out.

    Examples
    --------
    >>> read_state("<!-- hyperion-hook -->\nnot ours") is None
    True
    """
    result = _LINE.search(body)
    if result is None:
        return None
    with suppress(ValueError, TypeError, KeyError, AttributeError, ArithmeticError, zlib.error, RecursionError):
        unpacked = zlib.decompressobj().decompress(base64.urlsafe_b64decode(result[1]), _MOST_BYTES)
        return _state(json.loads(unpacked), ticked(body))
    return None


def _state(data: Mapping[str, Any], feedback: frozenset[str] = frozenset()) -> State:
    if not _COMMIT.fullmatch(data["h"]):
        raise ValueError("no commit")
    contributions = {name: float(value) for name, value in data["c"].items() if name in FEATURES}
    if not all(map(math.isfinite, contributions.values())):
        raise ValueError("no number")
    before = None if data["b"] is None else _state({**data["b"], "b": None})
    return State(RiskLevel(data["l"]), data["h"], contributions, feedback, before)


def ticked(body: str) -> frozenset[str]:
    r"""Return the names of the boxes that are ticked in a comment.

    Examples
    --------
    >>> sorted(ticked("- [x] This was not useful\n- [ ] This caused a bug later"))
    ['not-useful']
    """
    lines = {line.strip() for line in body.splitlines()}
    return frozenset(name for name, text in BOXES.items() if lines & {f"- [x] {text}", f"- [X] {text}"})


def boxes(feedback: frozenset[str]) -> str:
    """Return the boxes as Markdown task items, those in ``feedback`` ticked."""
    return "\n".join(f"- [{'x' if name in feedback else ' '}] {text}" for name, text in BOXES.items())
