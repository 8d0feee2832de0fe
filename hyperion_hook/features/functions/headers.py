"""Where the functions of C, C++, Java and C# are: what stands before a brace tells what the brace opens."""

from __future__ import annotations

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.grammar import words
from hyperion_hook.features.functions.locate import Definition, Located, View, ternaries
from hyperion_hook.features.functions.members import ACCESSORS, is_creation, opens_accessors, property_name

_TYPES = frozenset({"class", "struct", "union", "interface", "record", "enum", "@interface"})
_DECLARING = frozenset({"top", "type", "enum"})
_NO_NAMES = words("if for while switch catch return do else throw new case void int char long short float double")
_NO_NAMES_OF = {
    "Java": _NO_NAMES | {"synchronized", "boolean", "byte"},
    "C#": _NO_NAMES
    | words(
        "foreach lock using fixed when await bool byte delegate base this is and or not checked unchecked "
        "where public private protected internal static async readonly override virtual sealed unsafe extern "
        "partial ref abstract required file"
    ),
    "C++": _NO_NAMES
    | words(
        "__attribute__ __attribute __declspec decltype alignas _Alignas alignof noexcept requires explicit asm "
        "__asm__ sizeof typeof __typeof__ unsigned signed bool auto typedef defined static_assert"
    ),
}
_BEGIN_LOCAL = words("void int char long short float double bool byte static async unsafe extern ref")
"""Words with which a function of C# within another can begin."""
_SPECIFIERS = words(
    "static inline extern const virtual constexpr friend consteval constinit register __inline __inline__ "
    "volatile template export"
)
_AFTER_PARAMETERS = frozenset(
    {"const", "noexcept", "override", "final", "volatile", "&", "&&", "->", "try", "__attribute__"}
)
_ACCESS = frozenset({"public", "private", "protected", "slots", "signals", "Q_SIGNALS", "Q_SLOTS"})
_JAVA_MODIFIERS = frozenset({"public", "private", "protected"})
_STATEMENTS = frozenset({"if", "for", "while", "switch", "do", "else", "foreach"})
_MAX_OLD_PARAMETERS = 16
_LONGEST_HEADER = 2_000
_Function = tuple[int, tuple[int, int]]
"""Places of a name and of the brackets around the parameters."""


@dataclass(slots=True)
class _Scope:
    kind: str
    close: int
    start: int
    name: str = ""
    definition: Definition | None = None
    earlier: list[int] = field(default_factory=list)
    """Where the last statements started, for the parameters of old C."""


class HeaderLocator:
    """Walks the tokens once; a brace is judged by what stands before it in its statement."""

    def __init__(self, view: View, language: str) -> None:
        self.view = view
        self._language = language
        self._c = language in ("C", "C++")
        self._no_names = _NO_NAMES_OF["C++" if self._c else language]
        self.located = Located(decisions=ternaries(view) if language == "C#" else None)
        self._scopes = [_Scope("top", view.size, 0)]

    def run(self) -> Located:
        """Return the functions of the file."""
        texts, index, size = self.view.texts, 0, self.view.size
        while index < size:
            token, scope = texts[index], self._scopes[-1]
            if index == scope.close:
                self._leave(index)
            elif token == "{":
                index = self._brace(index)
            elif token in ("(", "${"):
                self._scopes.append(_Scope("group", self.view.pairs.get(index, size), index + 1))
            elif token == ";" and scope.kind != "group":
                if scope.kind == "enum":
                    scope.kind = "type"
                if scope.kind == "top":
                    scope.earlier = [*scope.earlier[-_MAX_OLD_PARAMETERS:], scope.start]
                scope.start = index + 1
            elif token == ":" and texts[index - 1] in _ACCESS and scope.kind == "type":
                scope.start = index + 1
            elif token == "#include":
                scope.start = index + 2
            elif token == "," and scope.kind == "enum":
                scope.start = index + 1
            elif token == "=>" and self._language == "C#" and scope.kind != "group":
                index = self._expression(index)
            index += 1
        return self.located

    def _leave(self, index: int) -> None:
        scope = self._scopes.pop()
        if scope.definition is not None:
            scope.definition.end = index
            view = self.view
            while self._c and view.at(scope.definition.end + 1) == "catch":
                # the handlers of a body that is a `try`
                opening = view.after(scope.definition.end + 2)
                if view.at(opening) != "{":
                    break
                scope.definition.end = view.pairs[opening]
        if scope.kind != "group":
            outer = self._scopes[-1]
            outer.start = index + 1
            outer.earlier = []

    def _enter(self, kind: str, index: int, name: str = "", definition: Definition | None = None) -> int:
        close = self.view.pairs.get(index, self.view.size)
        self._scopes.append(_Scope(kind, close, index + 1, name, definition))
        return index

    def _brace(self, index: int) -> int:
        """Decide what a brace opens; return the index of the last token that is done with."""
        view, scope = self.view, self._scopes[-1]
        start, previous = scope.start, view.at(index - 1)
        if self._language == "Java" and previous == ")" and is_creation(view, index - 1):
            return self._enter("type", index, "(anonymous)")
        if self._language == "Java" and previous == "default":
            # the values of an annotation's element
            return self._enter("block", index)
        if scope.kind == "accessors":
            return self._enter("block", index, "", self._accessor(index))
        if scope.kind not in _DECLARING:
            kind, name = self._local_type(start, index)
            if kind:
                return self._enter(kind, index, name)
            if self._language == "C#" and scope.kind != "group":
                definition = self._local_function(start, index)
                if definition is not None:
                    return self._enter("block", index, "", definition)
            return self._enter("block", index)
        if scope.kind == "enum":
            return self._enter("type", index, scope.name)
        return self._declared(start, index)

    def _declared(self, start: int, index: int) -> int:
        view, scope = self.view, self._scopes[-1]
        kind, name, function = self._header(start, index)
        if function is None and not kind and start == index and view.at(index - 1) == ";" and self._language == "C":
            function = self._old_style(index)
        if kind:
            return self._enter(kind, index, name)
        if function is not None and self._language == "C#" and view.texts[function[0]] == "extension":
            return self._enter("type", index)
        if function is not None:
            between = view.texts[function[1][1] + 1 : index]
            if self._language == "C++" and view.at(index - 1) not in (")", "}", "try") and ":" in between:
                # `a{1}` initialises a member: the body is still to come
                return view.after(index) - 1
            definition = self._define(function, index)
            return self._enter("block", index, "", definition)
        if (
            self._language == "Java"
            and scope.kind == "type"
            and index > start
            and view.at(index - 1) == scope.name
            and all(view.texts[here] in _JAVA_MODIFIERS or view.texts[here] == "@" for here in range(start, index - 1))
        ):
            return self._enter("block", index, "", self._define((index - 1, (0, 0)), index))
        if self._language == "C#" and scope.kind == "type" and opens_accessors(view, index, self._no_names):
            return self._enter("accessors", index, property_name(view, start, index, self._no_names))
        if start < index and view.texts[start] in _STATEMENTS and (self._language != "C#" or scope.kind != "top"):
            line = view.lines[start]
            self.located.lost = self.located.lost or f"the statement in line {line} stands outside all functions"
        return self._enter("block", index)

    # -- what stands before a brace -----------------------------------------------------------------------------------

    def _header(self, start: int, index: int) -> tuple[str, str, _Function | None]:
        """Return kind and name of the type or scope, or the name and parameters of the function."""
        view, texts = self.view, self.view.texts
        kind, type_name = "", ""
        candidates: list[_Function] = []
        here = max(start, index - _LONGEST_HEADER)
        while here < index:
            token = texts[here]
            if token in ("=", "=>"):
                return "", "", None
            if token == "operator" and self._language != "Java":
                self._operator(candidates, here, index)
                break
            if (token == ":" and (candidates or kind)) or (token == "where" and candidates):
                break
            if token == "@" and view.at(here + 1) != "interface":
                here = view.after_annotation(here)
                continue
            if token == "<" and view.angles(here) > here:
                here = self._after_angles(candidates, here)
                continue
            if token == "(" and here > start:
                self._group(candidates, here)
            elif token in ("namespace", "extern") and not candidates and self._names_scope(here, index):
                return "top", "".join(texts[here + 1 : index]) if token == "namespace" else "", None
            elif token in _TYPES and not kind and not (candidates and not self._c) and self._names_type(here):
                kind = "enum" if token == "enum" and view.at(here + 1) not in ("class", "struct") else "type"
                if not self._c:
                    return kind, texts[here + 1 + (texts[here + 1] in _TYPES)], None
                type_name = self._c_type_name(here + 1, index)
            here = view.after(here)
        function = self._choose(candidates, start, index, in_type=bool(kind))
        if function is not None:
            return "", "", function
        return ("block" if kind == "enum" else kind), type_name, None

    def _operator(self, candidates: list[_Function], here: int, index: int) -> None:
        view = self.view
        after = here + 1
        after += 2 if view.at(after) == "(" and view.at(after + 1) == ")" else 0
        while after < index and view.texts[after] != "(":
            after += 1
        if after < index:
            candidates.append((here, (after, view.pairs.get(after, after))))

    def _after_angles(self, candidates: list[_Function], here: int) -> int:
        """Step over type arguments; a name before them and a parenthesis after them may be a function."""
        view, after = self.view, self.view.angles(here)
        if view.at(after) == "(" and view.is_name(here - 1) and view.texts[here - 1] != "template":
            self._candidate(candidates, here - 1, after)
        return after

    def _group(self, candidates: list[_Function], here: int) -> None:
        """Note the name before a parenthesis, or that within one: `int (*name(void))(int)` returns a pointer."""
        view, inner, name = self.view, here + 1, here - 1
        while self._c and view.is_name(inner) and view.at(inner + 1) == "::":
            inner += 2
        while self._c and view.at(name) == "]" and view.at(view.pairs[name] + 1) == "[":
            name = view.pairs[name] - 1  # `name [[attribute]] (`
        if self._c and view.at(inner) == "*" and view.at(view.after(here)) in ("(", "["):
            if view.is_name(inner + 1) and view.at(inner + 2) == "(":
                self._candidate(candidates, inner + 1, inner + 2)
        elif view.is_name(name):
            self._candidate(candidates, name, here)

    def _names_scope(self, here: int, index: int) -> bool:
        view = self.view
        return view.texts[here] == "namespace" or (view.texts[here + 1][:1] == '"' and here + 2 == index)

    def _names_type(self, here: int) -> bool:
        return self._c or (self.view.is_name(here + 1) and self.view.at(here + 2) != ";")

    def _c_type_name(self, here: int, index: int) -> str:
        view, name = self.view, ""
        while here < index and view.texts[here] not in (":", "final", "<"):
            if view.is_name(here):
                name = view.texts[here]
            here = view.after(here)
        return name

    def _candidate(self, candidates: list[_Function], name: int, group: int) -> None:
        if self.view.texts[name] not in self._no_names and not self.view.texts[name][0].isdigit():
            candidates.append((name, (group, self.view.pairs.get(group, group))))

    def _choose(self, candidates: list[_Function], start: int, index: int, *, in_type: bool) -> _Function | None:
        """Return the candidate that is the function; macros with arguments stand before it or after it."""
        texts = self.view.texts
        if not candidates:
            return None
        if not self._c:
            return candidates[0]
        chosen = candidates[0]
        for candidate in candidates[1:]:
            if texts[candidate[0] - 1] in (".", "->"):
                break
            if not set(texts[start : chosen[0]]) - _SPECIFIERS or texts[candidate[0]] == "operator":
                chosen = candidate
                start = candidates[0][1][1] + 1 if texts[candidate[0]] != "operator" else start
        if in_type:
            rest = [token for token in texts[chosen[1][1] + 1 : index] if token not in _AFTER_PARAMETERS]
            if rest:
                return None
        return chosen

    def _old_style(self, index: int) -> _Function | None:
        """Return the function whose parameters are declared between its head and its body, as in old C."""
        view = self.view
        for start in reversed(self._scopes[-1].earlier):
            end = start
            while end < index and view.texts[end] != ";":
                end = view.after(end)
            _, _, function = self._header(start, end)
            if function is not None:
                return function if function[1][1] + 1 < end and view.is_name(function[1][1] + 1) else None
        return None

    def _local_type(self, start: int, index: int) -> tuple[str, str]:
        if self._language == "C":
            return "", ""
        texts = self.view.texts
        here = start
        while here < index and here < start + 12:
            token = texts[here]
            if token in _TYPES and self._names_type(here):
                if self._language == "C++" and ("=" in texts[here:index] or ")" in texts[here:index]):
                    return "", ""
                name = self._c_type_name(here + 1, index) if self._c else texts[here + 1]
                return ("enum" if token == "enum" and self._language == "Java" else "type"), name
            if token in ("(", "=", "{"):
                break
            here = self.view.after(here)
        return "", ""

    # -- functions ----------------------------------------------------------------------------------------------------

    def _local_function(self, start: int, index: int) -> Definition | None:
        """Return a function of C# within another: a type, a name and parameters, nothing else."""
        view = self.view
        head = view.texts[start:index]
        if not head or head[0] in self._no_names - _BEGIN_LOCAL:
            return None
        if view.at(start) in ("else", "do", "try", "return", "yield", "await", "goto"):
            return None
        here = start
        while here < index:
            if view.texts[here] in ("=", "new"):
                return None
            here = view.after(here)
        kind, _, function = self._header(start, index)
        if kind or function is None or function[0] == start or view.at(function[0] - 1) in (".", "?.", "::"):
            return None
        after, before = view.at(function[1][1] + 1), view.texts[start : function[0]]
        if after not in ("{", "=>", "where") or not {"when", "is", "or", "and", "not"}.isdisjoint(before):
            return None
        return self._define(function, index)

    def _expression(self, index: int) -> int:
        """Read a member of C# with an arrow for a body; return the index of the last token that is done with."""
        scope, view = self._scopes[-1], self.view
        end = index + 1
        while end < view.size and view.texts[end] not in (";", "}"):
            end = view.after(end)
        if scope.kind == "accessors":
            definition = self._accessor(index)
        elif scope.kind not in _DECLARING:
            definition = self._local_function(scope.start, index)
        else:
            kind, _, function = self._header(scope.start, index)
            definition = None if kind or function is None else self._define(function, index + 1)
            name = property_name(view, scope.start, index, self._no_names)
            if definition is None and not kind and name and scope.kind == "type":
                definition = self._add(f"get_{name}", index - 1, (0, 0), index + 1)
        if definition is not None:
            definition.body, definition.end = index + 1, end
        return end - 1 if scope.kind in _DECLARING else index

    def _accessor(self, index: int) -> Definition | None:
        word = self.view.at(index - 1)
        if word not in ACCESSORS:
            return None
        return self._add(f"{word}_{self._scopes[-1].name}", index - 1, (0, 0), index, -2)

    def _is_macro(self, index: int) -> bool:
        scope, view = self._scopes[-1], self.view
        named = view.is_name(index + 2) and view.texts[index + 2] not in self._no_names
        return index == scope.start and scope.kind == "top" and named

    def _define(self, function: _Function, body: int) -> Definition:
        texts = self.view.texts
        index, group = function
        name = " ".join(texts[index : group[0]]) if texts[index] == "operator" else texts[index]
        if self._c and body - group[1] == 1 and group[1] - group[0] == 2 and self._is_macro(index):
            # `TEST(name) {`: the macro makes a function of its argument
            index = group[0] + 1
            name = texts[index]
        if self._language != "Java" and texts[index - 1] == "~":
            index -= 1
            name = "~" + name
        before = index - 1
        while texts[before] == "::" and before > 0:
            owner = before - 1
            if texts[owner] == ">":
                while owner > 0 and texts[owner] != "<":
                    owner -= 1
                owner -= 1
            name = f"{texts[owner]}::{name}"
            before = owner - 1
        return self._add(name, index, group, body)

    def _add(self, name: str, index: int, group: tuple[int, int], body: int, owner: int = -1) -> Definition:
        names = [scope.name for scope in self._scopes if scope.name]
        if self._language != "C++":
            names = names[owner:][:1]
        definition = Definition("::".join([*names, name]), index, group, body)
        self.located.functions.append(definition)
        return definition
