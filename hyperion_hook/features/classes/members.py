"""Members of a class body, read from tokens: fields, methods, and what a method uses of its own class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.code.grammar import is_word, words
from hyperion_hook.features.code.view import TokenView

_SCRIPT = frozenset({"JavaScript", "TypeScript", "Vue"})
_DECLARING = frozenset({"Kotlin", "Swift", "Scala"})
"""Languages in which a word declares a field."""
_BY_LINE = _SCRIPT | _DECLARING
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


class _Span:
    """The tokens of one member: where its head ends, where its parameters open, and where its body is."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.head_end = self.parameters = -1
        self.body: tuple[int, int] | None = None
        self.assigned = False

    def open_body(self, index: int, end: int) -> None:
        """Note a body that begins after a token."""
        self.head_end = index if self.head_end < 0 else self.head_end
        self.body = (index + 1, end)


class MemberReader:
    """Reads the members of one class after another; ``keywords`` begin a class."""

    def __init__(self, view: TokenView, language: str, keywords: Collection[str]) -> None:
        self._view = view
        self._language = language
        self._keywords = keywords

    def members(self, opening: int, closing: int, *, is_enum: bool) -> list[Member]:
        """Return the members between two braces; nested classes are left out."""
        view, index = self._view, opening + 1
        while is_enum and index < closing and view.texts[index] != ";":
            index = view.after(index)
        members = []
        while index < closing:
            if view.texts[index] in (";", ",", "}", ")", "]"):
                index += 1
                continue
            span = _Span(index)
            index = max(self._read(span, closing), index + 1)
            member = self._member(span)
            if member is not None:
                members.append(member)
        return members

    def _read(self, span: _Span, end: int) -> int:
        """Find the end of a member; return the index after it."""
        view, index = self._view, span.start
        by_line = self._language in _BY_LINE
        while index < end:
            token = view.texts[index]
            if token == ";" or (by_line and index > span.start and view.is_first(index) and self._line_ends(index)):
                break
            if token == "(" and span.head_end < 0 and span.parameters < 0:
                if not self._is_annotation(span.start, index):
                    span.parameters = index
            elif token == "{" and not span.assigned:
                closing = view.pairs.get(index, end)
                span.open_body(index, min(closing, end))
                if closing + 1 >= end or view.texts[closing + 1] != "=":
                    return closing + 1
                index = closing
            elif token in ("=", "=>") and not span.assigned:
                span.open_body(index, end)
                span.assigned = True
            index = index + 1 if token == "${" else view.after(index)
        span.head_end = index if span.head_end < 0 else span.head_end
        if span.assigned and span.body is not None:
            span.body = (span.body[0], index)
        return index

    def _is_annotation(self, start: int, index: int) -> bool:
        texts, back = self._view.texts, index - 1
        while back > start and (texts[back] == "." or texts[back - 1] == "."):
            back -= 1
        return back >= start and (texts[back].startswith("@") or (back > start and texts[back - 1] == "@"))

    def _line_ends(self, index: int) -> bool:
        previous, token = self._view.texts[index - 1], self._view.texts[index]
        if token in _GOES_ON or (token == "{" and previous in (")", "]", ">")):
            return False
        return previous not in _CONTINUES and not (previous == "}" and token == "{")

    def _member(self, span: _Span) -> Member | None:
        texts, language = self._view.texts, self._language
        head = texts[span.start : span.head_end]
        before = texts[span.start : span.parameters if span.parameters >= 0 else span.head_end]
        # the last word is the member's name, and `A.class` a value
        begins_class = any(
            token in self._keywords and before[index - 1] != "." for index, token in enumerate(before[:-1])
        )
        if begins_class or "enum" in before:
            return None
        is_static = "static" in before or "abstract" in before
        field_word = next((index for index, token in enumerate(before) if token in _FIELD_WORDS), -1)
        if field_word >= 0 and language in _DECLARING and _FUNCTION_WORDS.isdisjoint(before):
            names = [token.rstrip("?") for token in head[field_word + 1 : field_word + 2]]
            return Member("", False, is_static, None, names)
        name = texts[span.parameters - 1] if span.parameters > span.start else ""
        if is_word(name):
            fields = _parameter_properties(
                texts[span.parameters : self._view.pairs.get(span.parameters, span.parameters)]
            )
            return Member(name.lstrip("$"), True, is_static, span.body, fields)
        if name == ">":
            name = _before_generics(before)
            return Member(name, True, is_static, span.body) if name else None
        if span.assigned and span.body is not None and self._is_arrow(span.body):
            return Member(_script_name(head), True, is_static, span.body)
        return Member("", False, is_static, None, _field_names(language, head))

    def _is_arrow(self, body: tuple[int, int]) -> bool:
        """Return whether a JavaScript field holds an arrow function: a method in all but name."""
        texts = self._view.texts
        return self._language in _SCRIPT and texts[body[0]] in ("(", "async") and "=>" in texts[body[0] : body[1]]

    def uses(
        self,
        owner: str,
        body: tuple[int, int],
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
        texts, (start, end) = self._view.texts, body
        used: set[str] = set()
        for index in range(start, end):
            name = texts[index]
            if not is_word(name):
                continue
            if texts[index - 1] in member:
                # `Outer.this.x` is a member of another class
                other = texts[index - 3] == "." and texts[index - 4] != owner
                if texts[index - 2] in own and not other:
                    used.add(name.strip("?!$"))
            elif implicit:
                bare = name.rstrip("?!")
                if bare in fields or (bare in methods and index + 1 < end and texts[index + 1] in ("(", "<")):
                    used.add(bare)
        return frozenset(used)


def _before_generics(before: Sequence[str]) -> str:
    depth = 0
    for token in reversed(before):
        depth += token.count(">") - token.count("<")
        if depth == 0 and is_word(token):
            return token
    return ""


def _parameter_properties(group: Sequence[str]) -> list[str]:
    """Return the fields that a TypeScript constructor declares among its parameters."""
    return [
        after.rstrip("?")
        for token, after in pairwise(group)
        if token in ("private", "public", "protected", "readonly") and after not in _MODIFIERS
    ]


def _script_name(head: Sequence[str]) -> str:
    return next((token.rstrip("?") for token in head if is_word(token) and token not in _MODIFIERS), "")


def _after_brackets(head: Sequence[str], index: int) -> str:
    """Return the token after the dimensions of an array: ``int[] a`` declares no ``int``."""
    depth = 0
    while index < len(head) and (depth or head[index] == "["):
        depth += (head[index] == "[") - (head[index] == "]")
        index += 1
    return head[index] if index < len(head) else ""


def _field_names(language: str, head: Sequence[str]) -> list[str]:
    if language in _SCRIPT:
        name = _script_name(head)
        return [name] if name else []
    if language == "PHP":
        return [token.lstrip("$") for token in head if token.startswith("$")]
    names = []
    depth = 0
    for index, token in enumerate(head):
        depth += token.count("<") - token.count(">")
        if depth <= 0 and is_word(token) and _after_brackets(head, index + 1) in ("", ","):
            names.append(token)
    return names
