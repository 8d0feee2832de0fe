# ruff: noqa: S105 - tokens of source text are no passwords
"""Where the functions of a file are: what every locator shares, and the languages that say ``fun``, ``def`` or ``fn``.

A locator walks the tokens once and returns definitions with a body; what it meets without one (abstract, a type, a
call) is no function. A head that it cannot place is a loss, and the file is missing rather than wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hyperion_hook.features.source_scan import Tokens

ANONYMOUS = "(anonymous)"
_MAX_ANGLES = 400
_CONTINUES = frozenset(
    ". ?. :: && || ?? ?: ? : + - * / % = == != === !== <= >= => -> | & ^ ) ] } , else catch finally yield with extends "
    "and or instanceof in is as match do then".split()
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
    """The functions of a file; ``types`` are question marks that decide nothing, ``lost`` says where the way was lost."""

    functions: list[Definition] = field(default_factory=list)
    decisions: set[int] | None = None
    """Places of the question marks that choose; ``None`` where a language has none."""
    lost: str = ""


class View:
    """The tokens of a file with their brackets, and how to step over what belongs together."""

    def __init__(self, tokens: Tokens, pairs: dict[int, int]) -> None:
        self.texts, self.lines, self.widths, self.pairs = tokens.texts, tokens.lines, tokens.widths, pairs
        self.spliced = tokens.spliced
        self.size = len(tokens.texts)

    def at(self, place: int) -> str:
        """Return the token at a place, '' outside the file."""
        return self.texts[place] if 0 <= place < self.size else ""

    def after(self, place: int) -> int:
        """Return the place after a token, or after what it opens."""
        return max(self.pairs.get(place, place), place) + 1

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

    def is_first(self, place: int) -> bool:
        """Return whether a token is the first of its line."""
        return place == 0 or self.lines[place] != self.lines[place - 1]

    def is_name(self, place: int) -> bool:
        """Return whether a token is a word."""
        token = self.at(place)
        return token[:1].isalpha() or token[:1] in ("_", "$", "`", "#") and token != "`"

    def expression_end(self, place: int, indent: int) -> int:
        """Return the last place of an expression: it ends where its bracket, its statement or its indentation does."""
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


class KeywordLocator:
    """Languages in which a word begins every function."""

    word = "fun"

    def __init__(self, view: View) -> None:
        self.view = view
        self.located = Located()

    def run(self) -> Located:
        """Return the functions of the file."""
        texts, word = self.view.texts, self.word
        place = -1
        while True:
            try:
                place = texts.index(word, place + 1)
            except ValueError:
                break
            self.head(place)
        self.others()
        return self.located

    def head(self, place: int) -> None:
        """Read the head that begins at a word."""
        raise NotImplementedError

    def others(self) -> None:
        """Look for functions that begin otherwise."""

    def add(self, name: str, place: int, parameters: tuple[int, int], body: int) -> None:
        """Note a function whose body starts at a brace or is an expression."""
        view = self.view
        opened = view.texts[body] == "{" if body < view.size else False
        end = view.pairs.get(body, view.size - 1) if opened else view.expression_end(body, view.width(place))
        self.located.functions.append(Definition(name, place, parameters, body, end))

    def lose(self, place: int) -> None:
        """Note that the head at a place was not understood."""
        self.located.lost = self.located.lost or f"the function in line {self.view.lines[place]} has no end"


class RustLocator(KeywordLocator):
    """``fn name<T>(a: T) -> T where ... {``."""

    word = "fn"

    def head(self, place: int) -> None:
        """Read a function; a type, a declaration and the template of a macro are none."""
        view = self.view
        name = place + 1
        if not view.is_name(name):
            return
        here = view.angles(name + 1) if view.at(name + 1) == "<" else name + 1
        if view.at(here) != "(":
            return
        group = (here, view.pairs.get(here, here))
        here = group[1] + 1
        while here < view.size and view.texts[here] not in ("{", ";", "}"):
            here = view.after(here)
        if view.at(here) == "{":
            self.add(view.texts[name].removeprefix("r#"), place, group, here)


class KotlinLocator(KeywordLocator):
    """``fun <T> List<T>.name(a: Int): Int {`` or ``=``; secondary constructors and accessors."""

    word = "fun"

    def head(self, place: int) -> None:
        """Read a function with its receiver, or one without a name."""
        view = self.view
        here = place + 1
        if view.at(here) == "interface":
            return
        name = ANONYMOUS
        while here < view.size and not (view.texts[here] == "(" and view.at(view.after(here)) not in (".", "?.")):
            token = view.texts[here]
            if token in ("{", "}", ";", "=", ")"):
                return self.lose(place)
            if view.is_name(here):
                name = token.strip("`")
            here = max(view.angles(here), here + 1) if token == "<" else view.after(here)
        return self._rest(name, place, here)

    def _rest(self, name: str, place: int, here: int) -> None:
        view = self.view
        group = (here, view.pairs.get(here, here))
        here = group[1] + 1
        while here < view.size:
            token = view.texts[here]
            if token == "{":
                return self.add(name, place, group, here)
            if token == "=":
                return self.add(name, place, group, here + 1)
            if token in ("}", ";", ")", ","):
                return None
            starts = view.is_first(here) and token not in (":", "where", "->", ".", ",", "<")
            if starts and view.at(here - 1) not in (":", ",", "->", "<", "where"):
                return None
            here = max(view.angles(here), here + 1) if token == "<" else view.after(here)
        return None

    def others(self) -> None:
        """Read constructors and accessors."""
        view = self.view
        for place, token in enumerate(view.texts):
            if token in ("get", "set", "constructor") and view.at(place + 1) == "(" and view.at(place - 1) != ".":
                if token == "constructor" and not self._is_secondary(place):
                    continue
                if token != "constructor" and not self._is_accessor(place):
                    continue
                self._rest(token, place, place + 1)

    def _is_accessor(self, place: int) -> bool:
        view = self.view
        closing = view.pairs.get(place + 1, place + 1)
        plain = closing - place <= (2 if view.texts[place] == "get" else 6)
        return plain and view.at(closing + 1) in ("{", "=", ":") and view.at(place - 1) not in ("=", "(", "return")

    def _is_secondary(self, place: int) -> bool:
        view = self.view
        before = place - 1
        while view.at(before) in ("public", "private", "protected", "internal"):
            before -= 1
        if view.at(before) in ("{", "}", ";"):
            return True
        closing = view.pairs.get(place + 1, place + 1)
        return view.is_first(before + 1) and view.at(before - 1) not in ("class", "@") and (
            view.at(closing + 1) == "{" or (view.at(closing + 1) == ":" and view.at(closing + 2) in ("this", "super"))
        )


class ScalaLocator(KeywordLocator):
    """``def name[T](a: Int)(b: Int): Int = body``; bodies by braces or by indentation."""

    word = "def"

    def head(self, place: int) -> None:
        """Read a method; one without ``=`` and without braces is abstract."""
        view = self.view
        name = place + 1
        if name >= view.size or view.texts[name] in ("(", "{", "}", ")", "="):
            return
        here, group = name + 1, (0, 0)
        while view.at(here) in ("[", "(") and (here == name + 1 or not view.is_first(here) or view.at(here) == "("):
            if view.texts[here] == "(" and group == (0, 0):
                group = (here, view.pairs.get(here, here))
            here = view.after(here)
        bare = view.at(name).strip("`")
        if view.at(here) == "{":
            return self.add(bare, place, group, here)
        while here < view.size:
            token = view.texts[here]
            if token == "=":
                return self.add(bare, place, group, here + 1)
            if token in ("}", ";", ")", ",", "]"):
                return None
            starts = view.is_first(here) and view.width(here) <= view.width(place)
            if starts and token not in (":", "=", "with", "=>", "{", "."):
                return None
            here = view.after(here)
        return None

    def add(self, name: str, place: int, parameters: tuple[int, int], body: int) -> None:
        """Note a function; what follows a closing brace on its line belongs to it."""
        view = self.view
        end = view.expression_end(body, view.width(place))
        self.located.functions.append(Definition(name, place, parameters, body, max(end, body - 1)))


class PhpLocator(KeywordLocator):
    """``function &name(?int $a): ?int {``, methods and closures; question marks of types decide nothing."""

    word = "function"

    def head(self, place: int) -> None:
        """Read a function, a method or a closure."""
        view = self.view
        if view.at(place - 1) in ("->", "::", "?->", "use") or view.at(place + 1) in ("=>", "::"):
            return
        here = place + 1 + (view.at(place + 1) == "&")
        name, start = ANONYMOUS, place
        if view.at(here) != "(":
            name, start, here = view.at(here), here, here + 1
        if view.at(here) != "(":
            return
        group = (here, view.pairs.get(here, here))
        here = group[1] + 1
        while here < view.size and view.texts[here] not in ("{", ";", "}"):
            here = view.after(here)
        if view.at(here) == "{":
            self.add(name, start, group, here)

    def others(self) -> None:
        """Tell ternaries from types, and put the names of classes before those of methods."""
        self.located.decisions = ternaries(self.view)


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


_RUBY_OPENERS = frozenset({"def", "class", "module", "begin", "case", "do", "for", "if", "unless", "while", "until"})
_RUBY_MODIFIERS = frozenset({"if", "unless", "while", "until"})
_RUBY_VALUES = frozenset({"return", "break", "next", "redo", "retry", "yield", "end", "self", "nil", "true", "false"})
_RUBY_BEFORE = frozenset(
    "then else do and or not begin ensure elsif when in if unless while until".split()
)


class RubyLocator:
    """``def name`` up to its ``end``, or ``def name = value``; every word that opens a block is followed."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.located = Located()

    def run(self) -> Located:
        """Return the methods of the file."""
        view = self.view
        open_: list[tuple[str, int, Definition | None]] = []
        for place, token in enumerate(view.texts):
            if token == "end" and not self._is_member(place):
                if not open_:
                    self.located.lost = f"the 'end' in line {view.lines[place]} closes nothing"
                    return self.located
                definition = open_.pop()[2]
                if definition is not None:
                    definition.end = place
            elif token in _RUBY_OPENERS and not self._is_member(place):
                if token in _RUBY_MODIFIERS and not self._begins(place):
                    continue
                if token == "do" and open_ and open_[-1][0] in ("while", "until", "for") and (
                    open_[-1][1] == view.lines[place]
                ):
                    open_[-1] = (open_[-1][0], 0, None)
                    continue
                definition = self._method(place) if token == "def" else None
                if definition is None or definition.end < 0:
                    open_.append((token, view.lines[place], definition))
        if open_:
            self.located.lost = f"the '{open_[-1][0]}' in line {open_[-1][1]} has no end"
        return self.located

    def _is_member(self, place: int) -> bool:
        before = self.view.at(place - 1)
        return before == "." or (before == "def" and self.view.texts[place] != "def") or (
            before == "::" and not self.view.is_first(place)
        )

    def _begins(self, place: int) -> bool:
        """Return whether a condition begins here, not one that follows its statement."""
        view = self.view
        before = view.at(place - 1)
        if view.is_first(place) and view.lines[place] - 1 not in view.spliced:
            return True
        if before in _RUBY_BEFORE:
            return True
        if before[-1:] in ")]}\"'`/" and before != "/":
            return False
        return not (before[-1:].isalnum() or before[-1:] in "_?!" and len(before) > 1) and before not in _RUBY_VALUES

    def _method(self, place: int) -> Definition:
        view = self.view
        name = place + 1
        prefix = ""
        while view.at(name + 1) == "." and view.lines[name + 1] == view.lines[name]:
            prefix += view.texts[name] + "."
            name += 2
        here = name + 1
        bare = view.at(name)
        if not (view.is_name(name) or bare[:1].isalpha()):
            while here < view.size and view.texts[here] not in ("(", ";") and not view.is_name(here) and (
                not view.is_first(here)
            ):
                bare += view.texts[here]
                here += 1
        group = (0, 0)
        if view.at(here) == "(":
            group = (here, view.pairs.get(here, here))
            here = group[1] + 1
        definition = Definition(prefix + bare, min(name, view.size - 1), group, here)
        if view.at(here) == "=" and not view.is_first(here):
            definition.body = here + 1
            definition.end = max(view.expression_end(here + 1, view.width(place)), here)
        self.located.functions.append(definition)
        return definition
