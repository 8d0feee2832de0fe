"""Where the functions of a file are: what the locators of all languages share.

A locator walks the tokens once and returns definitions with a body; what it meets without one (abstract, a type, a
call) is no function. A head that it cannot place is a loss, and the file is missing rather than wrong.
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
    """One function: places of its name, of its parameters and of its body, both ends included."""

    name: str
    place: int
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

    def after_annotation(self, place: int) -> int:
        """Return the place after ``@a.b(c)``."""
        place += 2
        while self.at(place) == ".":
            place += 2
        return self.after(place) if self.at(place) == "(" else place

    def angles(self, place: int) -> int:
        """Return the place after the ``>`` that closes the ``<`` at ``place``; ``place`` itself where none does."""
        depth, here, limit = 0, place, min(self.size, place + _MAX_ANGLES)
        while here < limit:
            token = self.texts[here]
            if token == "<":
                depth += 1
            elif token == ">":
                depth -= 1
                if not depth:
                    return here + 1
            elif token in (";", "}", ")", "]"):
                return place
            here = self.after(here)
        return place

    def width(self, place: int) -> int:
        """Return how far the line of a token is indented."""
        return self.widths.get(self.lines[place], 0)

    def is_name(self, place: int) -> bool:
        """Return whether a token is a word."""
        token = self.at(place)
        return token[:1].isalpha() or (token[:1] in ("_", "$", "`", "#") and token != "`")

    def expression_end(self, place: int, indent: int) -> int:
        """Return the last place of an expression: it ends where its bracket, its statement or its indentation does."""
        self._clock.check(1)
        here = place
        while here < self.size:
            token = self.texts[here]
            if token in (";", ",", ")", "]", "}"):
                break
            if here > place and self.is_first(here) and self.width(here) <= indent and token not in _CONTINUES:
                break
            here = self.after(here)
        return min(here, self.size) - 1


def parameters_of(view: View, group: tuple[int, int]) -> Iterator[str]:
    """Yield the tokens of a parameter list as lizard takes them: what stands in inner brackets is one token."""
    place, end = group[0] + 1, group[1]
    if group == (0, 0):
        return
    if group[0] == group[1]:
        yield view.texts[group[0]]
    while place < end:
        following = view.after(place)
        if view.texts[place] == "<":
            following = max(view.angles(place), place + 1)
        yield " ".join(view.texts[place:following])
        place = following


def ternaries(view: View) -> set[int]:
    """Return the places of question marks that have their colon, at the same depth and in the same statement."""
    chosen: set[int] = set()
    stack: list[list[int]] = [[]]
    for place, token in enumerate(view.texts):
        if token in ("(", "[", "{", "${"):
            stack.append([])
        elif token in (")", "]", "}"):
            if len(stack) > 1:
                stack.pop()
        elif token == "?":
            stack[-1].append(place)
        elif token == ":":
            if stack[-1]:
                chosen.add(stack[-1].pop())
        elif token == ";" and stack[-1]:
            stack[-1].clear()
    return chosen
