"""Where the types of TypeScript end."""

from __future__ import annotations

from hyperion_hook.features.functions.locate import View

_PREFIXES = frozenset(["keyof", "typeof", "readonly", "unique", "infer", "asserts", "new", "abstract", "-", "?"])
_JOINTS = frozenset({"|", "&", ".", "=>"})
_LONGEST_TEMPLATE = 200


def type_end(view: View, place: int, *, before_arrow: bool = False) -> int:
    """Return the place after the type that starts at a place."""
    wanted, conditions = True, 0
    while place < view.size:
        token = view.texts[place]
        after = _group(view, place, wanted=wanted)
        if after is not None:
            if after == place:
                break
            wanted = wanted and token == "<" and view.at(after) == "("
            place = after
            continue
        if token == "=>" and before_arrow:
            break
        if token == "extends" and not wanted:
            conditions += 1
        elif token in ("?", ":") and conditions:
            conditions -= token == ":"
        elif token not in _JOINTS and not (token == "is" and not wanted and not view.is_first(place)):
            if not wanted or not _is_atom(view, place):
                break
            wanted = token in _PREFIXES
            place += 1
            continue
        wanted = True
        place += 1
    return place


def _group(view: View, place: int, *, wanted: bool) -> int | None:
    """Return the place after what is in brackets, the same place where the type ends, ``None`` at other tokens."""
    token = view.texts[place]
    if token in ("(", "[", "{"):
        return view.after(place) if wanted or (token == "[" and not view.is_first(place)) else place
    if token == "<":
        return view.angles(place)
    if token == "import" and wanted and view.at(place + 1) == "(":
        return view.after(place + 1)
    if token == "`" and wanted:
        end = place + 1
        while end < min(view.size, place + _LONGEST_TEMPLATE) and view.texts[end] != "`":
            end += 1
        return end + 1 if view.at(end) == "`" else place + 1
    return None


def _is_atom(view: View, place: int) -> bool:
    token = view.texts[place]
    return token in _PREFIXES or view.is_name(place) or token[:1] in "\"'" or token[:1].isdigit()
