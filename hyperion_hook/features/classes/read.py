"""Classes of brace languages, read from tokens: names, bases, and which members each method uses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hyperion_hook.domain.light_dataclasses import dataclass, field, replace
from hyperion_hook.features.classes.cohesion import ClassFacts, MethodUse
from hyperion_hook.features.classes.members import Member, MemberReader
from hyperion_hook.features.code.grammar import ARROW_MEMBER, MEMBER, is_word, words
from hyperion_hook.features.code.limits import Clock
from hyperion_hook.features.code.view import TokenView


@dataclass(frozen=True, slots=True)
class ClassSyntax:
    """How a language writes classes.

    ``colon`` bases follow a colon, else the words ``extends`` and ``implements``. ``implicit`` members may be used
    without ``this``. ``constructors`` are names besides the class's own, ``own`` those of the object itself,
    and ``member`` stands between an object and its member.
    """

    keywords: frozenset[str]
    colon: bool = False
    implicit: bool = True
    constructors: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset({"this"})
    member: frozenset[str] = MEMBER


_SCRIPT = ClassSyntax(
    words("class interface"), implicit=False, constructors=words("constructor"), own=words("this self")
)
CLASS_SYNTAX: dict[str, ClassSyntax] = {
    "Java": ClassSyntax(words("class interface enum record")),
    "C#": ClassSyntax(words("class interface struct record"), colon=True),
    "Kotlin": ClassSyntax(words("class interface object"), colon=True, constructors=words("constructor")),
    "C++": ClassSyntax(words("class struct"), colon=True, member=ARROW_MEMBER),
    "JavaScript": replace(_SCRIPT, keywords=words("class")),
    "TypeScript": _SCRIPT,
    "Vue": _SCRIPT,
    "PHP": ClassSyntax(
        words("class interface trait"),
        implicit=False,
        constructors=words("__construct __destruct"),
        own=words("$this self static"),
        member=ARROW_MEMBER,
    ),
    "Swift": ClassSyntax(
        words("class struct protocol actor"), colon=True, constructors=words("init deinit"), own=words("self")
    ),
    "Scala": ClassSyntax(words("class object trait"), constructors=words("this"), own=words("this self")),
}
_BODILESS = frozenset({"Kotlin", "Scala"})
"""Languages in which a class needs no body."""
_NOT_A_DECLARATION_AFTER = frozenset({".", "::", "?.", "<", ",", "(", "@", "->", "friend"})
_NO_NAMES = frozenset({"extends", "implements", "func", "var", "let", "from", "of", "in", "is", "as"})
_ACCESS = frozenset({"public", "private", "protected", "virtual", "internal"})
_HEADER_ENDS = frozenset({"{", ";", "}", ")"})
_NO_BASES = frozenset({"where", "permits", "{", ";", "by"})
_NO_HEADER = frozenset({"(", "*", "&", "=", "->"})
_GOES_ON = frozenset({":", ",", "extends", "with", "where", "private", "internal"})
_LEADS_ON = frozenset({":", ",", "extends", "with", "<", "(", "by"})
"""A header that began in the line before goes on with one of the first, or after one of the second."""
_AFTER_OTHER_NAMES = frozenset({"(", "<", "{", ":", "extends", ";", "with"})
"""What follows the name of a class that a word begins which is no keyword everywhere."""
_LONGEST_HEADER = 400
_DEEPEST = 300
_STEPS = 2_000_000
"""For the classes of one file: headers and bodies may be read again for each class that they belong to."""
_STEPS_A_MEMBER = 5


@dataclass(slots=True)
class _Class:
    """A class while it is read; ``opening`` is the index of its brace, -1 for one without a body."""

    keyword: str
    name: str
    index: int
    opening: int = -1
    closing: int = -1
    bases: list[tuple[str, str]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    is_enum: bool = False
    qualified: str = ""


def read_classes(language: str, view: TokenView) -> list[ClassFacts]:
    """Return every class, interface, record, struct, trait or object with a name, in the order of the source.

    ``language`` is one of ``CLASS_SYNTAX``. Raises ``RecursionError`` if classes are nested too deeply, and
    ``TooSlowError`` if parts of the file belong to too many of them.

    Examples
    --------
    >>> tokens = "class A extends B { int x ; int f ( ) { return x ; } }".split()
    >>> from hyperion_hook.features.code.brackets import match_brackets
    >>> facts = read_classes("Java", TokenView(tokens, [1] * len(tokens), match_brackets(tokens)))[0]
    >>> facts.name, facts.superclasses, facts.methods[0].uses
    ('A', ('B',), frozenset({'x'}))
    """
    return _ClassReader(language, view).classes()


class _ClassReader:
    def __init__(self, language: str, view: TokenView) -> None:
        self._language = language
        self._syntax = CLASS_SYNTAX[language]
        self._view = view
        self._clock = Clock(_STEPS)
        self._members = MemberReader(view, language, self._syntax.keywords)

    def classes(self) -> list[ClassFacts]:
        keywords = self._syntax.keywords
        heads = [self._head(index) for index, token in enumerate(self._view.texts) if token in keywords]
        classes = [item for item in heads if item is not None]
        enclosing: list[_Class] = []
        for item in classes:
            while enclosing and enclosing[-1].closing < item.index:
                enclosing.pop()
            if len(enclosing) > _DEEPEST:
                raise RecursionError
            item.qualified = ".".join([*(outer.name for outer in enclosing), item.name])
            if item.opening >= 0:
                enclosing.append(item)
        outside = self._definitions_outside({item.name for item in classes}) if self._language == "C++" else {}
        return [self._facts(item, outside.get(item.name, [])) for item in classes]

    def _head(self, index: int) -> _Class | None:
        view, is_cpp = self._view, self._language == "C++"
        keyword, previous, name_index = view.texts[index], view.at(index - 1), index + 1
        if previous in _NOT_A_DECLARATION_AFTER or name_index >= view.size or (is_cpp and previous == "enum"):
            return None
        if keyword == "record" and view.texts[name_index] in ("class", "struct"):
            return None
        # export macros: `class LIB_API Name {`
        while is_cpp and view.at(name_index + 1)[:1].isalpha() and view.texts[name_index + 1] != "final":
            name_index += 1
        name = view.texts[name_index]
        self._clock.check(name_index - index)
        if not (name[:1].isalpha() or name[:1] in "_$") or name in _NO_NAMES or name in self._syntax.keywords:
            return None
        if keyword in ("record", "object", "actor") and view.at(name_index + 1) not in _AFTER_OTHER_NAMES:
            return None
        item = _Class(keyword, name, index, is_enum="enum" in (keyword, previous))
        end = self._header_end(name_index + 1, item)
        self._clock.check(end - name_index)
        if view.at(end) == "{" and end in view.pairs:
            item.opening, item.closing = end, view.pairs[end]
            head = view.texts[name_index + 1 : end]
            if is_cpp and not _NO_HEADER.isdisjoint(head[: head.index(":")] if ":" in head else head):
                # a function that returns a struct, a struct that is initialised
                return None
        elif self._language not in _BODILESS:
            return None
        item.bases = _bases(self._syntax, view.texts[name_index + 1 : end])
        return item

    def _header_end(self, index: int, item: _Class) -> int:
        view = self._view
        limit = min(view.size, index + _LONGEST_HEADER)
        while index < limit and view.texts[index] not in _HEADER_ENDS:
            token = view.texts[index]
            if token == "(":
                closing = view.pairs.get(index, index)
                item.fields |= _declared_parameters(self._language, view.texts[index + 1 : closing])
                index = closing
            elif self._is_header_over(index):
                return index
            index += 1
        return index

    def _is_header_over(self, index: int) -> bool:
        texts = self._view.texts
        goes_on = texts[index] in _GOES_ON or texts[index - 1] in _LEADS_ON
        return self._language in _BODILESS and self._view.is_first(index) and not goes_on

    def _facts(self, item: _Class, elsewhere: list[Member]) -> ClassFacts:
        members: list[Member] = []
        if item.opening >= 0:
            members = self._members.members(item.opening, item.closing, is_enum=item.is_enum)
        self._clock.check(max(0, item.closing - item.opening) + _STEPS_A_MEMBER * (len(members) + len(elsewhere)))
        methods = [member for member in members if member.is_method]
        declared = len(methods)
        if elsewhere:
            defined = {member.name for member in elsewhere}
            methods = [member for member in methods if member.body or member.name not in defined] + elsewhere
            declared = max(declared, len(methods))
        return ClassFacts(
            name=item.qualified,
            start_line=self._view.lines[item.index],
            end_line=self._view.lines[item.closing if item.closing >= 0 else item.index],
            bases=tuple(name for name, _ in item.bases),
            superclasses=_superclasses(item, self._language),
            method_count=declared,
            methods=self._uses(item, members, methods),
            bodies_elsewhere=self._language == "C++" and any(not member.body for member in methods),
        )

    def _uses(self, item: _Class, members: list[Member], methods: list[Member]) -> tuple[MethodUse, ...]:
        """Return the uses of the methods that count: none without a body, no constructors, no static ones."""
        syntax = self._syntax
        fields = item.fields | {name for member in members for name in member.fields}
        names = frozenset(member.name for member in methods)
        counted = [
            (member.name, member.body)
            for member in methods
            if member.body and member.body[1] > member.body[0] and not member.is_static
            if member.name not in syntax.constructors and member.name.lstrip("~") != item.name
        ]
        self._clock.check(sum(end - start for _, (start, end) in counted))
        read = self._members.uses
        rules = {"own": syntax.own, "member": syntax.member}
        return tuple(
            MethodUse(name, read(item.name, body, fields, names, implicit=syntax.implicit, **rules))
            for name, body in counted
        )

    def _definitions_outside(self, classes: set[str]) -> dict[str, list[Member]]:
        """Return the member functions that C++ defines after their class, by class."""
        view, texts = self._view, self._view.texts
        results: dict[str, list[Member]] = {}
        for index in range(1, view.size - 2):
            if texts[index] == "::" and texts[index - 1] in classes and texts[index + 2] == "(":
                after = view.pairs.get(index + 2, -1) + 1
                while 0 < after < view.size and texts[after] not in ("{", ";", "}"):
                    after = view.after(after) if texts[after] == "(" else after + 1
                    self._clock.check(1)
                if 0 < after < view.size and texts[after] == "{" and after in view.pairs:
                    member = Member(texts[index + 1], True, False, (after + 1, view.pairs[after]))
                    results.setdefault(texts[index - 1], []).append(member)
        return results


def _declared_parameters(language: str, inside: Sequence[str]) -> set[str]:
    """Return the fields that a primary constructor declares."""
    if language == "Java":
        return {token for token, after in pairwise([*inside, ""]) if after in (",", "") and is_word(token)}
    if language == "Kotlin":
        return {after for token, after in pairwise(inside) if token in ("val", "var")}
    return {token for token, after in pairwise(inside) if language == "Scala" and after == ":" and is_word(token)}


def _bases(  # noqa: C901, PLR0912 - one branch for each sign of a header
    syntax: ClassSyntax, header: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the bases as written, each with the word or sign that introduced it; '(' marks a Kotlin superclass."""
    bases: list[tuple[str, str]] = []
    relation, name, angle, depth = "", "", 0, 0

    def keep(mark: str) -> None:
        nonlocal name
        if name and relation:
            bases.append((name, mark))
        name = ""

    for token in header:
        if token in ("(", "["):
            if not depth and not angle:
                keep("(" if relation == ":" else relation)
            depth += 1
        elif token in (")", "]"):
            depth -= 1
        elif depth > 0:
            continue
        elif token.startswith("<") and not token.endswith(">"):
            angle += token.count("<")
        elif token.strip(">") == "" and token:
            angle = max(0, angle - len(token))
        elif angle or token.startswith("<"):
            continue
        elif token in ("extends", "implements", "with") or (token == ":" and syntax.colon):
            keep(relation)
            relation = token
        elif token in _NO_BASES:
            break
        elif token == ",":
            keep(relation)
        elif token in (".", "::", "\\"):
            name += "." if name else ""
        elif relation and is_word(token) and token not in _ACCESS:
            name = name + token if name.endswith(".") else (name or token)
    keep(relation)
    return bases


def _superclasses(item: _Class, language: str) -> tuple[str, ...]:
    if item.keyword in ("interface", "trait", "protocol") or language == "C++":
        return tuple(name for name, _ in item.bases)
    if language == "Kotlin":
        return tuple(name for name, mark in item.bases if mark == "(")
    if language == "C#":
        bare = {name: name.rpartition(".")[2] for name, _ in item.bases}
        return tuple(name for name, _ in item.bases if not (bare[name][:1] == "I" and bare[name][1:2].isupper()))
    if language == "Swift":
        return tuple(name for name, _ in item.bases[:1]) if item.keyword == "class" else ()
    return tuple(name for name, mark in item.bases if mark == "extends")
