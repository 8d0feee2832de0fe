"""Members of C# and Java that are told by what stands around a brace: properties, accessors, classes without a name."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from hyperion_hook.features.functions.locate import View

ACCESSORS = frozenset({"get", "set", "init", "add", "remove"})


def property_name(view: View, start: int, index: int, no_names: AbstractSet[str]) -> str:
    """Return the name of the property or indexer of C# that a head declares, '' if it declares none."""
    here = start
    while here < index:
        if view.texts[here] in ("=", "=>"):
            return ""
        here = view.after(here)
    if view.at(index - 1) == "]" and view.at(view.pairs[index - 1] - 1) == "this":
        return "Item"
    is_named = index - start > 1 and view.is_name(index - 1) and view.texts[index - 1] not in no_names
    return view.texts[index - 1] if is_named else ""


def opens_accessors(view: View, index: int, modifiers: AbstractSet[str]) -> bool:
    """Return whether the first thing within a brace is an accessor, with or without a body."""
    here = index + 1
    while view.at(here) == "[" or view.at(here) in modifiers:
        here = view.after(here)
    return view.at(here) in ACCESSORS and view.at(here + 1) in ("{", ";", "=>")


def is_creation(view: View, closing: int) -> bool:
    """Return whether a parenthesis closes the arguments of ``new``."""
    here = view.pairs.get(closing, 0) - 1
    depth = 0
    while here > 0:
        token = view.texts[here]
        depth += (token == ">") - (token == "<")
        if token == "new":
            return True
        if not depth and not view.is_name(here) and token not in (".", "<", ">") and token[0] != "<":
            return False
        here -= 1
    return False
