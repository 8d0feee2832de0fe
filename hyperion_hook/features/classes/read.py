# ruff: noqa: S105 - tokens of source text are no passwords
"""Classes of brace languages, read from tokens: names, bases, and which members each method uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.features.classes.cohesion import ClassFacts, MethodUse
from hyperion_hook.features.classes.members import Member, read_members, uses_of
from hyperion_hook.features.code.grammar import ARROW_MEMBER, MEMBER, is_word, words
from hyperion_hook.features.code.limits import Clock


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
    by_line: bool = False
    constructors: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset({"this"})
    member: frozenset[str] = MEMBER


CLASS_SYNTAX: dict[str, ClassSyntax] = {
    "Java": ClassSyntax(words("class interface enum record")),
    "C#": ClassSyntax(words("class interface struct record"), colon=True),
    "Kotlin": ClassSyntax(words("class interface object"), colon=True, by_line=True, constructors=words("constructor")),
    "C++": ClassSyntax(words("class struct"), colon=True, member=ARROW_MEMBER),
    "JavaScript": ClassSyntax(
        words("class"), implicit=False, by_line=True, constructors=words("constructor"), own=words("this self")
    ),
    "TypeScript": ClassSyntax(
        words("class interface"),
        implicit=False,
        by_line=True,
        constructors=words("constructor"),
        own=words("this self"),
    ),
    "PHP": ClassSyntax(
        member=ARROW_MEMBER,
        keywords=words("class interface trait"),
        implicit=False,
        constructors=words("__construct __destruct"),
        own=words("$this self static"),
    ),
    "Swift": ClassSyntax(
        words("class struct protocol actor"),
        colon=True,
        by_line=True,
        constructors=words("init deinit"),
        own=words("self"),
    ),
    "Scala": ClassSyntax(words("class object trait"), by_line=True, constructors=words("this"), own=words("this self")),
}
CLASS_SYNTAX["Vue"] = CLASS_SYNTAX["TypeScript"]
_NOT_A_DECLARATION_AFTER = frozenset({".", "::", "?.", "<", ",", "(", "@", "->", "friend"})
_NO_NAMES = frozenset({"extends", "implements", "func", "var", "let", "from", "of", "in", "is", "as"})
_ACCESS = frozenset({"public", "private", "protected", "virtual", "internal"})
_HEADER_ENDS = frozenset({"{", ";", "}", ")"})
_NO_BASES = frozenset({"where", "permits", "{", ";"})
_NO_HEADER = frozenset({"(", "*", "&", "=", "->"})
_LONGEST_HEADER = 400
_DEEPEST = 300
_STEPS = 2_000_000
"""For the classes of one file: headers and bodies may be read again for each class that they belong to."""
_STEPS_A_MEMBER = 5


@dataclass(slots=True)
class _Found:
    """A class while it is read; ``opening`` is the place of its brace, -1 for one without a body."""

    keyword: str
    name: str
    place: int
    opening: int
    closing: int
    bases: list[tuple[str, str]] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    is_enum: bool = False
    qualified: str = ""


def read_classes(
    language: str, tokens: Sequence[str], lines: Sequence[int], pairs: Mapping[int, int]
) -> list[ClassFacts]:
    """Return every class, interface, record, struct, trait or object with a name, in the order of the source.

    Parameters
    ----------
    language
        One of ``CLASS_SYNTAX``.
    tokens, lines
        The file without comments, and the line of each token.
    pairs
        Matching brackets, both ways.

    Raises
    ------
    RecursionError
        If classes are nested too deeply.
    TooSlowError
        If parts of the file belong to too many classes.

    Examples
    --------
    >>> tokens = "class A extends B { int x ; int f ( ) { return x ; } }".split()
    >>> from hyperion_hook.features.code.brackets import match_brackets
    >>> facts = read_classes("Java", tokens, [1] * len(tokens), match_brackets(tokens))[0]
    >>> facts.name, facts.superclasses, facts.methods[0].uses
    ('A', ('B',), frozenset({'x'}))
    """
    syntax, clock = CLASS_SYNTAX[language], Clock(_STEPS)
    results: list[_Found] = []
    for place, token in enumerate(tokens):
        if token in syntax.keywords:
            read = _header(language, syntax, place, tokens, lines, pairs, clock)
            if read is not None:
                results.append(read)
    _qualify(results)
    outside = _definitions_outside(tokens, pairs, {item.name for item in results}, clock) if language == "C++" else {}
    return [_facts(item, language, syntax, tokens, lines, pairs, outside, clock) for item in results]


def _qualify(found: list[_Found]) -> None:
    enclosing: list[_Found] = []
    for item in found:
        while enclosing and enclosing[-1].closing < item.place:
            enclosing.pop()
        if len(enclosing) > _DEEPEST:
            raise RecursionError
        item.qualified = ".".join([*(outer.name for outer in enclosing), item.name])
        if item.opening >= 0:
            enclosing.append(item)


def _header(
    language: str,
    syntax: ClassSyntax,
    place: int,
    tokens: Sequence[str],
    lines: Sequence[int],
    pairs: Mapping[int, int],
    clock: Clock,
) -> _Found | None:
    previous = tokens[place - 1] if place else ""
    name_place = place + 1
    if previous in _NOT_A_DECLARATION_AFTER or name_place >= len(tokens) or (language == "C++" and previous == "enum"):
        return None
    if tokens[place] == "record" and tokens[name_place] in ("class", "struct"):
        return None
    name = tokens[name_place]
    # export macros: `class LIB_API Name {`
    while language == "C++" and name_place + 1 < len(tokens) and tokens[name_place + 1][:1].isalpha():
        if tokens[name_place + 1] == "final":
            break
        name_place += 1
        name = tokens[name_place]
    clock.check(name_place - place)
    if not (name[:1].isalpha() or name[:1] in "_$") or name in _NO_NAMES or name in syntax.keywords:
        return None
    following = tokens[name_place + 1] if name_place + 1 < len(tokens) else ""
    if tokens[place] in ("record", "object", "actor") and following not in ("(", "<", "{", ":", "extends", ";", "with"):
        return None
    read = _Found(tokens[place], name, place, -1, -1, is_enum=tokens[place] == "enum" or previous == "enum")
    end = _header_end(name_place + 1, read, language, tokens, lines, pairs)
    clock.check(end - name_place)
    if end < len(tokens) and tokens[end] == "{" and end in pairs:
        read.opening, read.closing = end, pairs[end]
        head = tokens[name_place + 1 : end]
        if language == "C++" and not _NO_HEADER.isdisjoint(head[: head.index(":")] if ":" in head else head):
            # a function that returns a struct, a struct that is initialised
            return None
    elif not (syntax.by_line and language in ("Kotlin", "Scala")):
        return None
    read.bases = _bases(syntax, tokens[name_place + 1 : end])
    return read


def _header_end(
    place: int, read: _Found, language: str, tokens: Sequence[str], lines: Sequence[int], pairs: Mapping[int, int]
) -> int:
    limit = min(len(tokens), place + _LONGEST_HEADER)
    bodiless = language in ("Kotlin", "Scala")
    while place < limit and tokens[place] not in _HEADER_ENDS:
        token = tokens[place]
        if token == "(":
            closing = pairs.get(place, place)
            read.fields |= _declared_parameters(language, tokens[place + 1 : closing])
            place = closing
        elif bodiless and lines[place] != lines[place - 1] and not _goes_on(tokens[place - 1], token):
            return place
        place += 1
    return place


def _goes_on(previous: str, token: str) -> bool:
    starts = (":", ",", "extends", "with", "where", "private", "internal")
    return token in starts or previous in (":", ",", "extends", "with", "<", "(", "by")


def _declared_parameters(language: str, inside: Sequence[str]) -> set[str]:
    """Return the fields that a primary constructor declares."""
    if language == "Java":
        return {token for token, after in pairwise([*inside, ""]) if after in (",", "") and is_word(token)}
    if language in ("Kotlin", "Scala"):
        if language == "Kotlin":
            return {after for token, after in pairwise(inside) if token in ("val", "var")}
        return {token for token, after in pairwise(inside) if after == ":" and is_word(token)}
    return set()


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
        elif token in _NO_BASES or token == "by":
            break
        elif token == ",":
            keep(relation)
        elif token in (".", "::", "\\"):
            name += "." if name else ""
        elif relation and is_word(token) and token not in _ACCESS:
            name = name + token if name.endswith(".") else (name or token)
    keep(relation)
    return bases


def _superclasses(item: _Found, language: str) -> tuple[str, ...]:
    if item.keyword in ("interface", "trait", "protocol") or language == "C++":
        return tuple(name for name, _ in item.bases)
    if language == "Kotlin":
        return tuple(name for name, mark in item.bases if mark == "(")
    if language == "C#":
        return tuple(name for name, _ in item.bases if not _names_an_interface(name))
    if language == "Swift":
        return tuple(name for name, _ in item.bases[:1]) if item.keyword == "class" else ()
    return tuple(name for name, mark in item.bases if mark == "extends")


def _names_an_interface(name: str) -> bool:
    bare = name.rpartition(".")[2]
    return bare[:1] == "I" and bare[1:2].isupper()


def _facts(
    item: _Found,
    language: str,
    syntax: ClassSyntax,
    tokens: Sequence[str],
    lines: Sequence[int],
    pairs: Mapping[int, int],
    outside: dict[str, list[Member]],
    clock: Clock,
) -> ClassFacts:
    members = (
        []
        if item.opening < 0
        else read_members(
            language, syntax.keywords, tokens, lines, pairs, item.opening, item.closing, is_enum=item.is_enum
        )
    )
    elsewhere = outside.get(item.name, [])
    clock.check(max(0, item.closing - item.opening) + _STEPS_A_MEMBER * (len(members) + len(elsewhere)))
    methods = [member for member in members if member.is_method]
    declared = len(methods)
    if elsewhere:
        defined = {member.name for member in elsewhere}
        methods = [member for member in methods if member.body or member.name not in defined] + elsewhere
        declared = max(declared, len(methods))
    fields = item.fields | {name for member in members for name in member.fields}
    names = frozenset(member.name for member in methods)
    counted = [member for member in methods if _counts(member, item, syntax)]
    clock.check(sum(max(0, end - start) for start, end in (member.body or (0, 0) for member in counted)))
    uses = tuple(
        MethodUse(
            member.name,
            uses_of(
                item.name,
                member.body,
                tokens,
                fields,
                names,
                own=syntax.own,
                member=syntax.member,
                implicit=syntax.implicit,
            ),
        )
        for member in counted
    )
    last = item.closing if item.closing >= 0 else item.place
    return ClassFacts(
        name=item.qualified,
        start_line=lines[item.place],
        end_line=lines[last],
        bases=tuple(name for name, _ in item.bases),
        superclasses=_superclasses(item, language),
        method_count=declared,
        methods=uses,
        bodies_elsewhere=language == "C++" and any(not member.body for member in methods),
    )


def _counts(member: Member, item: _Found, syntax: ClassSyntax) -> bool:
    if not member.body or member.body[1] <= member.body[0] or member.is_static:
        return False
    return member.name not in syntax.constructors and member.name.lstrip("~") != item.name


def _definitions_outside(
    tokens: Sequence[str], pairs: Mapping[int, int], classes: set[str], clock: Clock
) -> dict[str, list[Member]]:
    """Return the member functions that C++ defines after their class, by class."""
    results: dict[str, list[Member]] = {}
    for place in range(1, len(tokens) - 2):
        if tokens[place] == "::" and tokens[place - 1] in classes and tokens[place + 2] == "(":
            after = pairs.get(place + 2, -1) + 1
            while 0 < after < len(tokens) and tokens[after] not in ("{", ";", "}"):
                after = pairs.get(after, after) + 1 if tokens[after] == "(" else after + 1
                clock.check(1)
            if 0 < after < len(tokens) and tokens[after] == "{" and after in pairs:
                body = (after + 1, pairs[after])
                results.setdefault(tokens[place - 1], []).append(Member(tokens[place + 1], True, False, body))
    return results
