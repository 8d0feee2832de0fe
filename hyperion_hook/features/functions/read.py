"""Where the functions of a file begin and end. In: text and its language. Out: lizard's function records.

What a condition is comes from lizard's reader, and the record of a function is lizard's; where functions start and end
comes from a locator. A file whose brackets do not match, or whose functions cannot all be placed, is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from lizard_core.function_info import FunctionInfo  # type: ignore[import-untyped]

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.view import TokenView
from hyperion_hook.features.functions.headers import HeaderLocator
from hyperion_hook.features.functions.keyword_languages import (
    GoLocator,
    KotlinLocator,
    PhpLocator,
    RustLocator,
    ScalaLocator,
    SwiftLocator,
)
from hyperion_hook.features.functions.locate import Definition, Located, View, parameters_of
from hyperion_hook.features.functions.objective_c import ObjectiveCLocator
from hyperion_hook.features.functions.ruby import RubyLocator
from hyperion_hook.features.functions.scan import scan
from hyperion_hook.features.functions.script import ScriptLocator


class _Locator(Protocol):
    def run(self) -> Located: ...


_MORE_CONDITIONS = {"C#": ("foreach",), "Ruby": ("unless", "in"), "PHP": ("and", "or", "AND", "OR")}
"""Words for branches that lizard leaves out."""
_BEFORE_PATTERNS = frozenset({"if", "guard", "while", "for", ",", "goto"})
"""After these a ``case`` of Swift, Scala or C# is no label of a switch."""
_ARMS = {"Rust": ("match", "=>"), "Kotlin": ("when", "->"), "C#": ("switch", "=>"), "PHP": ("match", "=>")}
_LOCATORS: dict[str, Callable[[View], _Locator]] = {
    "Rust": RustLocator,
    "Kotlin": KotlinLocator,
    "Scala": ScalaLocator,
    "PHP": PhpLocator,
    "Ruby": RubyLocator,
    "Go": GoLocator,
    "Swift": SwiftLocator,
    "Objective-C": ObjectiveCLocator,
}
_CLOSING = {")": ("(",), "]": ("[",), "}": ("{", "${")}
_DEEPEST = 300


Placed = tuple[Any, int, int, tuple[int, int] | None]
"""A function as lizard's record, the indexes of its first and last token, and those of its body where it is known."""


def read_functions(
    path: str, syntax: str, text: str, conditions: Collection[str], clock: Clock
) -> tuple[TokenView, list[Placed]] | Missing:
    """Return the tokens and the functions of a file, ``Missing`` where functions could be lost."""
    tokens = scan(text, syntax, clock)
    conditions = {*conditions, *_MORE_CONDITIONS.get(syntax, ())} - {"match"}
    if syntax == "Swift":
        _rename_labels(tokens.texts, conditions)
    if tokens.unclosed:
        return Missing(f"{tokens.unclosed} in it never ends")
    pairs = _matched(tokens.texts)
    if pairs is None:
        return Missing("its brackets do not match: no code that could be read")
    view = View(tokens, pairs, clock)
    located = _locate(syntax, view)
    if located.lost:
        return Missing(located.lost)
    extra = dict(tokens.conditions)
    _count_arms(view, syntax, extra)
    return view, _counted(path, syntax, view, extra, located, conditions)


def _matched(texts: Sequence[str]) -> dict[int, int] | None:
    """Return the partner of each bracket, both ways; ``None`` where one has none."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    matches = True
    for index, token in enumerate(texts):
        if token in ("(", "[", "{", "${"):
            stack.append(index)
            if len(stack) > _DEEPEST:
                raise RecursionError
        elif token in _CLOSING and matches:
            if not stack or texts[stack[-1]] not in _CLOSING[token]:
                matches = False
                continue
            start = stack.pop()
            pairs[start], pairs[index] = index, start
    return pairs if matches and not stack else None


def _rename_labels(texts: list[str], conditions: Collection[str]) -> None:
    """Mark the labels of arguments that are also words for branches: ``move(for: x)``."""
    for index in range(1, len(texts) - 1):
        if texts[index] in conditions and texts[index + 1] == ":" and texts[index - 1] in ("(", ","):
            texts[index] = "_" + texts[index]


def _locate(syntax: str, view: View) -> Located:
    if syntax in ("JavaScript", "TypeScript", "TSX", "Vue"):
        return ScriptLocator(view, typed=syntax != "JavaScript").run()
    return _LOCATORS[syntax](view).run() if syntax in _LOCATORS else HeaderLocator(view, syntax).run()


def _counted(
    path: str, syntax: str, view: View, extra: Mapping[int, int], located: Located, conditions: Collection[str]
) -> list[Placed]:
    """Give every token to the innermost function that it stands in, and count as lizard does."""
    definitions = sorted(located.functions, key=lambda item: (item.index, -item.end))
    texts, lines = view.texts, view.lines
    placed: list[Placed] = []
    open_: list[tuple[Definition, Any]] = []
    following, previous_line = 0, 0
    for index, token in enumerate(texts):
        while open_ and open_[-1][0].end < index:
            open_.pop()
        fresh = lines[index] != previous_line
        named = following < len(definitions) and definitions[following].index == index
        if open_:
            definition, record = open_[-1]
            record.token_count += not named or syntax == "Go"
            record.nloc += fresh + token.count("\n")
            if index >= definition.body and token in conditions and _decides(view, index, located, syntax):
                record.cyclomatic_complexity += 1
            if index in extra:
                record.cyclomatic_complexity += extra[index]
        previous_line = lines[index]
        while following < len(definitions) and definitions[following].index == index:
            definition = definitions[following]
            following += 1
            if definition.end < index:
                continue
            record = FunctionInfo(definition.name, path, lines[index])
            record.end_line = lines[min(definition.end, view.size - 1)]
            record.full_parameters = _parameters(view, definition, syntax)
            body = (definition.body, definition.end)
            placed.append((record, min(index + 1, definition.end), definition.end, body))
            open_.append((definition, record))
    return placed


def _parameters(view: View, definition: Definition, syntax: str) -> list[str]:
    record = FunctionInfo("", "")
    for token in parameters_of(view, definition.parameters):
        if token != "void" or syntax not in ("C", "C++"):
            record.add_parameter(token)
    return list(record.full_parameters)


def _decides(view: View, index: int, located: Located, syntax: str) -> bool:
    """Return whether a condition of lizard's is one: no type's mark, no name of a member, no closure's parameters."""
    token = view.texts[index]
    if token == "?":
        return located.decisions is None or index in located.decisions
    if token == "in":
        return view.is_first(index)
    if token == "case" and view.at(index - 1) in _BEFORE_PATTERNS:
        return False
    if token[0].isalpha():
        members = (".", "?.", "&.", "::", "->", "?->") if syntax == "PHP" else (".", "?.", "&.", "::")
        return view.at(index - 1) not in members and view.at(index + 1) != ":"
    return token != "||" or syntax != "Rust" or not _begins_closure(view, index)


def _begins_closure(view: View, index: int) -> bool:
    """Return whether two bars are the empty parameters of a closure of Rust: no value stands before them."""
    before = view.at(index - 1)
    return before in ("move", "return", "async", "else", "in", "}") or not (
        before[-1:].isalnum() or before[-1:] in ("_", ")", "]", "?", '"', "'", "!")
    )


def _count_arms(view: View, syntax: str, extra: dict[int, int]) -> None:
    """Note the arms of ``match`` and ``when`` beyond the first, as lizard counts them."""
    word, arrow = _ARMS.get(syntax, ("", ""))
    if not word:
        return
    texts = view.texts
    for index, token in enumerate(texts):
        if token != word or view.at(index - 1) in (".", "->", "?->", "::", "function"):
            continue
        if syntax == "C#" and view.at(index + 1) != "{":
            continue  # a statement, whose labels count by themselves
        here = index + 1
        while here < view.size and texts[here] not in ("{", ";", "}", word):
            here = view.after(here)
        if view.at(here) != "{":
            continue
        end, seen, here = view.pairs[here], False, here + 1
        while here < end:
            if texts[here] == arrow:
                if seen:
                    extra[here] = extra.get(here, 0) + 1
                seen = True
            here = view.after(here)
