"""What the statement reader must know of each brace language: its words for branches, and where statements end."""

from __future__ import annotations

from enum import Enum
from typing import Any

from hyperion_hook.domain.light_dataclasses import dataclass, replace

MEMBER = frozenset({".", "?.", "::", "!!."})
"""What stands between an object and its member."""
ARROW_MEMBER = MEMBER | {"->"}
"""The same where ``->`` begins no lambda."""


class Brace(Enum):
    """What a brace within an expression opens."""

    FUNCTION = "function"
    BLOCK = "block"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language: what is true of it, and its words.

    Parameters
    ----------
    bare_heads
        Conditions stand without parentheses and end at the brace of the body.
    newline_ends
        A statement ends with its line.
    ternary
        There is a ``? :`` operator.
    expressions
        Branches are expressions: ``let a = if b {1} else {2}``.
    labels
        ``name:`` starts a statement.
    jump_labels
        ``break`` and ``continue`` can name a label.
    postfix
        A condition can stand behind its statement.
    overloads
        Functions of one name can differ in their number of parameters.
    receivers
        A method names the object itself before its own name: ``func (a A) name()``.
    arrows
        Tokens between the parameters and the body of a lambda.
    arm
        The token between pattern and body in a switch whose cases carry no ``case``; '' where there is no such switch.
    member
        What stands between an object and its member.
    own
        Names of the object itself.
    braces
        What a brace opens in an expression after ``)``, after a word, and after anything else.
    """

    bare_heads: bool = False
    newline_ends: bool = False
    ternary: bool = False
    expressions: bool = False
    labels: bool = False
    jump_labels: bool = False
    postfix: bool = False
    overloads: bool = False
    receivers: bool = False
    ifs: frozenset[str] = frozenset({"if"})
    else_ifs: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset({"for", "while"})
    repeats: frozenset[str] = frozenset({"do"})
    switches: frozenset[str] = frozenset({"switch"})
    arm_switches: frozenset[str] = frozenset()
    postfix_switches: frozenset[str] = frozenset()
    tries: frozenset[str] = frozenset({"try"})
    functions: frozenset[str] = frozenset()
    plain_heads: frozenset[str] = frozenset()
    logical: frozenset[str] = frozenset({"&&", "||"})
    arrows: frozenset[str] = frozenset()
    arm: str = ""
    member: frozenset[str] = MEMBER
    own: frozenset[str] = frozenset({"this", "self", "$this"})
    braces: tuple[Brace, Brace, Brace] = (Brace.FUNCTION, Brace.LITERAL, Brace.LITERAL)


def is_word(token: str) -> bool:
    """Return whether a token is a name, a number or a literal.

    Examples
    --------
    >>> is_word("name"), is_word('"text"'), is_word("+"), is_word("")
    (True, True, False, False)
    """
    return token[:1].isalnum() or token[:1] in tuple("_$@#\"'`")


def words(text: str) -> frozenset[str]:
    """Return the set of the words of a text.

    Examples
    --------
    >>> words("if else") == {"if", "else"}
    True
    """
    return frozenset(text.split())


_ARROWS = " ".join(ARROW_MEMBER)
_BLOCKS = "block literal literal"


def _grammar(traits: str, *, arm: str = "", braces: str = "function literal literal", **sets: str) -> Grammar:
    """Return a grammar from text: what is true of it, what braces open, and its words where they are not the usual."""
    settings: dict[str, Any] = dict.fromkeys(traits.split(), True)
    settings |= {name: words(text) for name, text in sets.items()}
    after_parenthesis, after_word, elsewhere = map(Brace, braces.split())
    return Grammar(arm=arm, braces=(after_parenthesis, after_word, elsewhere), **settings)


_TYPESCRIPT = _grammar(
    "newline_ends ternary jump_labels", arrows="=>", functions="function", braces="function function literal"
)
GRAMMARS: dict[str, Grammar] = {
    "C": _grammar("ternary labels", member=_ARROWS, braces=_BLOCKS, plain_heads="extern"),
    "C++": _grammar(
        "ternary labels overloads",
        member=_ARROWS,
        own="this",
        braces=_BLOCKS,
        plain_heads="extern",
        logical="&& || and or",
    ),
    "Objective-C": _grammar(
        "ternary labels",
        member=_ARROWS,
        braces=_BLOCKS,
        functions="^",
        tries="try @try",
        plain_heads="synchronized autoreleasepool",
    ),
    "Solidity": _grammar("ternary labels", braces=_BLOCKS, plain_heads="unchecked assembly"),
    "Java": _grammar(
        "ternary labels jump_labels overloads",
        own="this",
        arrows="->",
        arm="->",
        braces="function function literal",
        plain_heads="synchronized",
    ),
    "C#": _grammar(
        "ternary labels overloads",
        own="this",
        loops="for foreach while",
        arrows="=>",
        arm="=>",
        postfix_switches="switch",
        plain_heads="lock using fixed unsafe checked unchecked",
        functions="delegate",
    ),
    "JavaScript": replace(_TYPESCRIPT, labels=True, plain_heads=words("with")),
    "TypeScript": _TYPESCRIPT,
    "Vue": _TYPESCRIPT,
    "PHP": _grammar(
        "ternary labels",
        member=_ARROWS,
        else_ifs="elseif",
        loops="for foreach while",
        arm_switches="match",
        arm="=>",
        functions="function fn",
        arrows="=>",
        logical="&& || and or xor",
        plain_heads="declare",
        braces="function literal block",
    ),
    "Go": _grammar(
        "bare_heads newline_ends labels jump_labels receivers",
        loops="for",
        repeats="",
        switches="switch select",
        tries="",
        functions="func",
    ),
    "Rust": _grammar(
        "bare_heads expressions jump_labels",
        loops="for while loop",
        repeats="",
        switches="",
        arm_switches="match",
        arm="=>",
        tries="",
        plain_heads="unsafe async const",
        braces="block literal block",
    ),
    "Kotlin": _grammar(
        "newline_ends expressions jump_labels overloads",
        own="this",
        switches="",
        arm_switches="when",
        arm="->",
        functions="fun",
        braces="function function function",
    ),
    "Scala": _grammar(
        "newline_ends expressions overloads",
        switches="",
        postfix_switches="match",
        arrows="=>",
        braces="function function block",
    ),
    "Swift": _grammar(
        "bare_heads newline_ends ternary expressions jump_labels overloads",
        ifs="if guard",
        repeats="repeat",
        tries="do",
        functions="func",
        plain_heads="defer",
        braces="function function function",
    ),
    "Zig": _grammar(
        "expressions",
        switches="",
        arm_switches="switch",
        arm="=>",
        repeats="",
        tries="",
        logical="and or",
        plain_heads="defer errdefer comptime",
        braces="block literal block",
    ),
    "R": _grammar(
        "newline_ends expressions",
        repeats="repeat",
        switches="",
        tries="",
        functions="function",
        braces="block literal block",
    ),
    "Perl": _grammar(
        "ternary postfix",
        ifs="if unless",
        else_ifs="elsif",
        loops="for foreach while until",
        switches="",
        tries="try",
        functions="sub",
        logical="&& || and or",
        braces=_BLOCKS,
    ),
}
