"""Where the functions of a file are: what the locators of all languages share.

A locator walks the tokens once and returns definitions with a body; what it meets without one (abstract, a type, a
call) is no function. A head that it cannot index is a loss, and the file is missing rather than wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.functions.scan import Tokens

ANONYMOUS = "(anonymous)"
_MAX_ANGLES = 200
_CONTINUES = words(
    ". ?. :: && || ?? ?: ? : + - * / % = == != === !== <= >= => -> | & ^ ) ] } , else catch finally yield with "
    "extends and or instanceof in is as match do then"
)
"""Tokens that go on with the statement of the line before."""


@dataclass(slots=True, eq=False)
class Definition:
    """One function: indexes of its name, of its parameters and of its body, both ends included."""

    name: str
    index: int
    parameters: tuple[int, int]
    """Places of the brackets around them; (0, 0) where there are none."""
    body: int
    end: int = -1


@dataclass(slots=True)
class Located:
    """The functions of a file; ``lost`` says where the way was lost."""

    functions: list[Definition] = field(default_factory=list)
    decisions: set[int] | None = None
    """Places of the question marks that choose; ``None`` where a language has none."""
    lost: str = ""


class View(TokenView):
    """The tokens of a file with their brackets, and how to step over what belongs together."""

    def __init__(self, tokens: Tokens, pairs: dict[int, int], clock: Clock) -> None:
        super().__init__(tokens.texts, tokens.lines, pairs)
        self.widths, self.spliced = tokens.widths, tokens.spliced
        self._clock = clock

    def after_annotation(self, index: int) -> int:
        """Return the index after ``@a.b(c)``."""
        index += 2
        while self.at(index) == ".":
            index += 2
        return self.after(index) if self.at(index) == "(" else index

    def angles(self, index: int) -> int:
        """Return the index after the ``>`` that closes the ``<`` at ``index``; ``index`` itself where none does."""
        depth, here, limit = 0, index, min(self.size, index + _MAX_ANGLES)
        while here < limit:
            token = self.texts[here]
            if token == "<":
                depth += 1
            elif token == ">":
                depth -= 1
                if not depth:
                    return here + 1
            elif token in (";", "}", ")", "]"):
                return index
            here = self.after(here)
        return index

    def width(self, index: int) -> int:
        """Return how far the line of a token is indented."""
        return self.widths.get(self.lines[index], 0)

    def is_name(self, index: int) -> bool:
        """Return whether a token is a word."""
        token = self.at(index)
        return token[:1].isalpha() or (token[:1] in ("_", "$", "`", "#") and token != "`")

    def expression_end(self, index: int, indent: int) -> int:
        """Return the last index of an expression: it ends where its bracket, its statement or its indentation does."""
        self._clock.check(1)
        here = index
        while here < self.size:
            token = self.texts[here]
            if token in (";", ",", ")", "]", "}"):
                break
            if here > index and self.is_first(here) and self.width(here) <= indent and token not in _CONTINUES:
                break
            here = self.after(here)
        return min(here, self.size) - 1


def parameters_of(view: View, group: tuple[int, int]) -> Iterator[str]:
    """Yield the tokens of a parameter list as lizard takes them: what stands in inner brackets is one token."""
    index, end = group[0] + 1, group[1]
    if group == (0, 0):
        return
    if group[0] == group[1]:
        yield view.texts[group[0]]
    while index < end:
        following = view.after(index)
        if view.texts[index] == "<":
            following = max(view.angles(index), index + 1)
        yield " ".join(view.texts[index:following])
        index = following


def ternaries(view: View) -> set[int]:
    """Return the indexes of question marks that have their colon, at the same depth and in the same statement."""
    chosen: set[int] = set()
    stack: list[list[int]] = [[]]
    for index, token in enumerate(view.texts):
        if token in ("(", "[", "{", "${"):
            stack.append([])
        elif token in (")", "]", "}"):
            if len(stack) > 1:
                stack.pop()
        elif token == "?":
            stack[-1].append(index)
        elif token == ":":
            if stack[-1]:
                chosen.add(stack[-1].pop())
        elif token == ";" and stack[-1]:
            stack[-1].clear()
    return chosen
