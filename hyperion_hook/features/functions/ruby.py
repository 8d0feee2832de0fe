"""Where the methods of Ruby are: every word that opens a block is followed to its ``end``."""

from __future__ import annotations

from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.functions.locate import Definition, Located, View

_RUBY_OPENERS = frozenset({"def", "class", "module", "begin", "case", "do", "for", "if", "unless", "while", "until"})
_RUBY_MODIFIERS = frozenset({"if", "unless", "while", "until"})
_RUBY_VALUES = frozenset({"return", "break", "next", "redo", "retry", "yield", "end", "self", "nil", "true", "false"})
_RUBY_BEFORE = words("then else do and or not begin ensure elsif when in if unless while until")


class RubyLocator:
    """``def name`` up to its ``end``, or ``def name = value``; every word that opens a block is followed."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.located = Located()

    def run(self) -> Located:
        """Return the methods of the file."""
        view = self.view
        open_: list[tuple[str, int, Definition | None]] = []
        for index, token in enumerate(view.texts):
            if token == "end" and not self._is_member(index):
                if not open_:
                    self.located.lost = f"the 'end' in line {view.lines[index]} closes nothing"
                    return self.located
                definition = open_.pop()[2]
                if definition is not None:
                    definition.end = index
            elif token in _RUBY_OPENERS and not self._is_member(index):
                if token in _RUBY_MODIFIERS and not self._begins(index):
                    continue
                if (
                    token == "do"
                    and open_
                    and open_[-1][0] in ("while", "until", "for")
                    and (open_[-1][1] == view.lines[index])
                ):
                    open_[-1] = (open_[-1][0], 0, None)
                    continue
                definition = self._method(index) if token == "def" else None
                if definition is None or definition.end < 0:
                    open_.append((token, view.lines[index], definition))
        if open_:
            self.located.lost = f"the '{open_[-1][0]}' in line {open_[-1][1]} has no end"
        return self.located

    def _is_member(self, index: int) -> bool:
        before = self.view.at(index - 1)
        return (
            before == "."
            or (before == "def" and self.view.texts[index] != "def")
            or (before == "::" and not self.view.is_first(index))
        )

    def _begins(self, index: int) -> bool:
        """Return whether a condition begins here, not one that follows its statement."""
        view = self.view
        before = view.at(index - 1)
        if view.is_first(index) and view.lines[index] - 1 not in view.spliced:
            return True
        if before in _RUBY_BEFORE and not self._is_member(index - 1):
            return True
        if before[-1:] in ")]}\"'`/" and before != "/":
            return False
        return not (before[-1:].isalnum() or (before[-1:] in "_?!" and len(before) > 1)) and before not in _RUBY_VALUES

    def _method(self, index: int) -> Definition:
        view = self.view
        name = index + 1
        prefix = ""
        while view.at(name + 1) == "." and view.lines[name + 1] == view.lines[name]:
            prefix += view.texts[name] + "."
            name += 2
        here = name + 1
        bare = view.at(name)
        if not (view.is_name(name) or bare[:1].isalpha()):
            while (
                here < view.size
                and view.texts[here] not in ("(", ";")
                and not view.is_name(here)
                and (not view.is_first(here))
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
            definition.end = max(view.expression_end(here + 1, view.width(index)), here)
        self.located.functions.append(definition)
        return definition
