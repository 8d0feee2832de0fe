"""Where the types of TypeScript end."""

from __future__ import annotations

from hyperion_hook.features.functions.locate import View

_PREFIXES = frozenset(["keyof", "typeof", "readonly", "unique", "infer", "asserts", "new", "abstract", "-", "?"])
_JOINTS = frozenset({"|", "&", ".", "=>"})
_LONGEST_TEMPLATE = 200


def type_end(view: View, index: int, *, before_arrow: bool = False) -> int:
    """Return the index after the type that starts at an index."""
    wanted, conditions = True, 0
    while index < view.size:
        token = view.texts[index]
        after = _group(view, index, wanted=wanted)
        if after is not None:
            if after == index:
                break
            wanted = wanted and token == "<" and view.at(after) == "("
            index = after
            continue
        if token == "=>" and before_arrow:
            break
        if token == "extends" and not wanted:
            conditions += 1
        elif token in ("?", ":") and conditions:
            conditions -= token == ":"
        elif token not in _JOINTS and not (token == "is" and not wanted and not view.is_first(index)):
            if not wanted or not _is_atom(view, index):
                break
            wanted = token in _PREFIXES
            index += 1
            continue
        wanted = True
        index += 1
    return index


def _group(view: View, index: int, *, wanted: bool) -> int | None:
    """Return the index after what is in brackets, the same index where the type ends, ``None`` at other tokens."""
    token = view.texts[index]
    if token in ("(", "[", "{"):
        return view.after(index) if wanted or (token == "[" and not view.is_first(index)) else index
    if token == "<":
        return view.angles(index)
    if token == "import" and wanted and view.at(index + 1) == "(":
        return view.after(index + 1)
    if token == "`" and wanted:
        end = index + 1
        while end < min(view.size, index + _LONGEST_TEMPLATE) and view.texts[end] != "`":
            end += 1
        return end + 1 if view.at(end) == "`" else index + 1
    return None


def _is_atom(view: View, index: int) -> bool:
    token = view.texts[index]
    return token in _PREFIXES or view.is_name(index) or token[:1] in "\"'" or token[:1].isdigit()
