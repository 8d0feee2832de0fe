"""Which brackets belong together, and where the body of a function is."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.features.code.grammar import Grammar
from hyperion_hook.features.code.view import TokenView

_CLOSES = {")": ("(",), "]": ("[",), "}": ("{", "${")}
_NOT_AFTER_BODY = frozenset({",", "{", ">", "|", "&", "["})


def match_brackets(tokens: Sequence[str]) -> dict[int, int]:
    """Return for each bracket that has a partner where the partner is, both ways.

    Examples
    --------
    >>> match_brackets(["{", "(", ")", "}"]) == {0: 3, 3: 0, 1: 2, 2: 1}
    True
    """
    pairs: dict[int, int] = {}
    stack: list[int] = []
    # how many of each are open since the last brace, for each open brace: nothing is searched for that is not there
    scopes: list[dict[str, int]] = [{"(": 0, "[": 0, "${": 0}]
    for index, token in enumerate(tokens):
        if token in ("(", "[", "${"):
            stack.append(index)
            scopes[-1][token] += 1
        elif token == "{":
            stack.append(index)
            scopes.append({"(": 0, "[": 0, "${": 0})
        elif token in _CLOSES:
            # a brace closes what is open within it; a stray parenthesis closes nothing
            wanted = _CLOSES[token]
            if scopes[-1][wanted[-1]] or (token == "}" and len(scopes) > 1):
                opening = ""
                while opening not in wanted:
                    start = stack.pop()
                    opening = tokens[start]
                    if opening == "{":
                        scopes.pop()
                    else:
                        scopes[-1][opening] -= 1
                pairs[start], pairs[index] = index, start
    return pairs


def find_body(view: TokenView, grammar: Grammar, first: int, last: int) -> tuple[int, int]:
    """Return where the body of a function starts and ends, (-1, -1) without one.

    ``first`` and ``last`` are the tokens that lizard gives to the function: from the name, the parameters or the body
    on; for JavaScript they can end within it.
    """
    tokens, pairs = view.texts, view.pairs
    index = _after_parameters(view, first, last)
    if index == first and first and tokens[first - 1] == "{":
        # lizard hands an arrow function of JavaScript and a `sub` of Perl their tokens from the body on
        closing = pairs.get(first - 1, last)
        if closing == last or (first > 1 and tokens[first - 2] == "=>"):
            return first - 1, closing
    while index <= last:
        token = tokens[index]
        if token == "=>" or (token == "=" and grammar.expressions):
            # a file can end with the arrow
            return (index + 1, last) if index + 1 < view.size else (-1, -1)
        closing = pairs.get(index, last)
        # braces before those of the body belong to types or initialise members
        if token == "{" and (closing >= last or tokens[closing + 1] not in _NOT_AFTER_BODY):
            return index, closing
        index = view.after(index)
    return (first, last) if grammar.newline_ends and grammar.arrows and first <= last else (-1, -1)


def _after_parameters(view: TokenView, first: int, last: int) -> int:
    """Return the index after the parenthesis that closes the parameters, where they opened before ``first``."""
    index = first
    while index <= last:
        if view.texts[index] == ")" and view.pairs.get(index, index) < first:
            return index + 1
        index = view.after(index)
    return first
