# ruff: noqa: S105 - tokens of source text are no passwords
"""Members of a class body, read from tokens: fields, methods, and what a method uses of its own class."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.grammar import is_word, words

_BY_LINE = frozenset({"JavaScript", "TypeScript", "Vue", "Kotlin", "Swift", "Scala"})
_FUNCTION_WORDS = frozenset({"fun", "func", "function", "def"})
_FIELD_WORDS = frozenset({"val", "var", "let"})
_MODIFIERS = words(
    "public private protected internal static final const readonly abstract override virtual async declare get set"
    " export default accessor volatile transient mutable inline lazy weak unowned open lateinit"
)
_CONTINUES = words(". ?. && || ?? ? : + - * / = => -> | & , == < > ( [ extends implements")
_GOES_ON = words(". ?. && || ?? ? : + * / = => -> | & , ) ]")


@dataclass(slots=True)
class Member:
    """A member; ``body`` is the range of tokens of what it does, ``fields`` the names that it declares."""

    name: str
    is_method: bool
    is_static: bool
    body: tuple[int, int] | None = None
    fields: list[str] = field(default_factory=list)


def read_members(
    language: str,
    keywords: Collection[str],
    tokens: Sequence[str],
    lines: Sequence[int],
    pairs: Mapping[int, int],
    opening: int,
    closing: int,
    *,
    is_enum: bool,
) -> list[Member]:
    """Return the members between two braces; nested classes are left out.

    ``lines`` has the line of each token, ``pairs`` matching brackets.
    """
    place = opening + 1
    if is_enum:
        place = _after_constants(place, closing, tokens, pairs)
    by_line = language in _BY_LINE
    members = []
    while place < closing:
        if tokens[place] in (";", ",", "}", ")", "]"):
            place += 1
            continue
        span = _Span(place)
        place = max(span.read(closing, tokens, lines, pairs, by_line=by_line), place + 1)
        member = _member(language, keywords, tokens, pairs, span)
        if member is not None:
            members.append(member)
    return members


def uses_of(
    owner: str,
    body: tuple[int, int] | None,
    tokens: Sequence[str],
    fields: Collection[str],
    methods: Collection[str],
    *,
    own: Collection[str],
    member: Collection[str],
    implicit: bool,
) -> frozenset[str]:
    """Return the names of fields and methods of its own class that a body uses.

    Where ``implicit``, a declared name counts without ``this``; a local variable of the same name is taken for it.
    """
    used: set[str] = set()
    start, end = body or (0, 0)
    for place in range(start, end):
        name = tokens[place]
        if not is_word(name):
            continue
        previous = tokens[place - 1]
        if previous in member:
            # `Outer.this.x` is a member of another class
            other = tokens[place - 3] == "." and tokens[place - 4] != owner
            if tokens[place - 2] in own and not other:
                used.add(name.strip("?!$"))
            continue
        if not implicit:
            continue
        bare = name.rstrip("?!")
        if bare in fields or (bare in methods and place + 1 < end and tokens[place + 1] in ("(", "<")):
            used.add(bare)
    return frozenset(used)


class _Span:
    """The tokens of one member: where its head ends, whether it has parameters, and where its body is."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.head_end = start
        self.parameters = -1
        self.body: tuple[int, int] | None = None
        self.assigned = False

    def read(
        self, end: int, tokens: Sequence[str], lines: Sequence[int], pairs: Mapping[int, int], *, by_line: bool
    ) -> int:
        """Find the end of the member; return the place after it."""
        place = self.start
        self.head_end = -1
        while place < end:
            token = tokens[place]
            if by_line and place > self.start and lines[place] != lines[place - 1] and _line_ends(tokens, place):
                break
            if token == ";":
                break
            if token == "(" and self.head_end < 0 and self.parameters < 0:
                if not self._is_annotation(tokens, place):
                    self.parameters = place
            elif token == "{" and not self.assigned:
                closing = pairs.get(place, end)
                self._close_head(place)
                self.body = (place + 1, min(closing, end))
                following = tokens[closing + 1] if closing + 1 < end else ""
                if following != "=":
                    return closing + 1
                place = closing
            elif token in ("=", "=>") and not self.assigned:
                self._close_head(place)
                self.assigned = True
                self.body = (place + 1, end)
            place = pairs[place] + 1 if token in ("(", "[", "{") and pairs.get(place, -1) > place else place + 1
        self._close_head(place)
        if self.assigned and self.body is not None:
            self.body = (self.body[0], place)
        return place

    def _close_head(self, place: int) -> None:
        if self.head_end < 0:
            self.head_end = place

    def _is_annotation(self, tokens: Sequence[str], place: int) -> bool:
        back = place - 1
        while back > self.start and (tokens[back] == "." or tokens[back - 1] == "."):
            back -= 1
        return back >= self.start and (tokens[back].startswith("@") or (back > self.start and tokens[back - 1] == "@"))


def _line_ends(tokens: Sequence[str], place: int) -> bool:
    previous, token = tokens[place - 1], tokens[place]
    if token in _GOES_ON or (token == "{" and previous in (")", "]", ">")):
        return False
    return previous not in _CONTINUES and not (previous == "}" and token == "{")


def _after_constants(place: int, closing: int, tokens: Sequence[str], pairs: Mapping[int, int]) -> int:
    while place < closing and tokens[place] != ";":
        place = pairs[place] + 1 if pairs.get(place, -1) > place else place + 1
    return place


def _member(
    language: str, keywords: Collection[str], tokens: Sequence[str], pairs: Mapping[int, int], span: _Span
) -> Member | None:
    head = tokens[span.start : span.head_end]
    limit = span.parameters if span.parameters >= 0 else span.head_end
    before = tokens[span.start : limit]
    # the last word is the member's name, and `A.class` a value
    begins_class = any(token in keywords and before[place - 1] != "." for place, token in enumerate(before[:-1]))
    if begins_class or "enum" in before:
        return None
    is_static = "static" in before or "abstract" in before
    function_word = next((place for place, token in enumerate(before) if token in _FUNCTION_WORDS), -1)
    field_word = next((place for place, token in enumerate(before) if token in _FIELD_WORDS), -1)
    if field_word >= 0 and function_word < 0 and language in ("Kotlin", "Swift", "Scala"):
        names = [token.rstrip("?") for token in head[field_word + 1 : field_word + 2]]
        return Member("", False, is_static, None, names)
    if span.parameters > span.start and is_word(tokens[span.parameters - 1]):
        fields = _parameter_properties(tokens[span.parameters : pairs.get(span.parameters, span.parameters)])
        return Member(tokens[span.parameters - 1].lstrip("$"), True, is_static, span.body, fields)
    if span.parameters > span.start and tokens[span.parameters - 1] == ">":
        name = _before_generics(before)
        return Member(name, True, is_static, span.body) if name else None
    if span.assigned and span.body is not None and _is_arrow(language, tokens, span.body):
        return Member(_script_name(head), True, is_static, span.body)
    return Member("", False, is_static, None, _field_names(language, head))


def _is_arrow(language: str, tokens: Sequence[str], body: tuple[int, int]) -> bool:
    """Return whether a JavaScript field holds an arrow function: a method in all but name."""
    if language not in ("JavaScript", "TypeScript", "Vue") or tokens[body[0]] not in ("(", "async"):
        return False
    return "=>" in tokens[body[0] : body[1]]


def _before_generics(before: Sequence[str]) -> str:
    depth = 0
    for token in reversed(before):
        depth += token.count(">") - token.count("<")
        if depth == 0 and is_word(token):
            return token
    return ""


def _parameter_properties(group: Sequence[str]) -> list[str]:
    """Return the fields that a TypeScript constructor declares among its parameters."""
    names = []
    for place, token in enumerate(group[:-1]):
        if token in ("private", "public", "protected", "readonly") and group[place + 1] not in _MODIFIERS:
            names.append(group[place + 1].rstrip("?"))
    return names


def _script_name(head: Sequence[str]) -> str:
    return next((token.rstrip("?") for token in head if is_word(token) and token not in _MODIFIERS), "")


def _after_brackets(head: Sequence[str], place: int) -> str:
    """Return what follows the dimensions of an array: ``int[] a`` declares no ``int``."""
    depth = 0
    while place < len(head) and (depth or head[place] == "["):
        depth += (head[place] == "[") - (head[place] == "]")
        place += 1
    return head[place] if place < len(head) else ""


def _field_names(language: str, head: Sequence[str]) -> list[str]:
    if language in ("JavaScript", "TypeScript", "Vue"):
        name = _script_name(head)
        return [name] if name else []
    if language == "PHP":
        return [token.lstrip("$") for token in head if token.startswith("$")]
    names = []
    depth = 0
    for place, token in enumerate(head):
        depth += token.count("<") - token.count(">")
        if depth <= 0 and is_word(token) and _after_brackets(head, place + 1) in ("", ","):
            names.append(token)
    return names
