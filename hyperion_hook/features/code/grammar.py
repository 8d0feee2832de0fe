"""What the statement reader must know of each brace language: its words for branches, and where statements end."""

from __future__ import annotations

from enum import Enum

from hyperion_hook.domain.light_dataclasses import dataclass

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
    """One language.

    Parameters
    ----------
    bare_heads
        Conditions stand without parentheses and end at the brace of the body.
    ternary
        There is a ``? :`` operator.
    expressions
        Branches are expressions: ``let a = if b {1} else {2}``.
    arrows
        Tokens between the parameters and the body of a lambda.
    arm
        The token between pattern and body in a switch whose cases carry no ``case``; '' where there is no such switch.
    labels
        ``name:`` starts a statement.
    overloads
        Functions of one name can differ in their number of parameters.
    member
        What stands between an object and its member.
    own
        Names of the object itself.
    receivers
        A method names the object itself before its own name: ``func (a A) name()``.
    after_parenthesis, after_word, elsewhere
        What a brace opens in an expression after ``)``, after a word, and after anything else.
    """

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
    bare_heads: bool = False
    newline_ends: bool = False
    ternary: bool = True
    expressions: bool = False
    arrows: frozenset[str] = frozenset()
    arm: str = ""
    labels: bool = True
    jump_labels: bool = False
    postfix: bool = False
    overloads: bool = False
    member: frozenset[str] = MEMBER
    own: frozenset[str] = frozenset({"this", "self", "$this"})
    receivers: bool = False
    after_parenthesis: Brace = Brace.FUNCTION
    after_word: Brace = Brace.LITERAL
    elsewhere: Brace = Brace.LITERAL


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


_C = Grammar(member=ARROW_MEMBER, after_parenthesis=Brace.BLOCK, plain_heads=words("extern"))
_JAVASCRIPT = Grammar(
    newline_ends=True,
    arrows=words("=>"),
    functions=words("function"),
    jump_labels=True,
    after_word=Brace.FUNCTION,
    plain_heads=words("with"),
)
_TYPESCRIPT = Grammar(
    newline_ends=True,
    arrows=words("=>"),
    functions=words("function"),
    jump_labels=True,
    after_word=Brace.FUNCTION,
    labels=False,
)

GRAMMARS: dict[str, Grammar] = {
    "C": _C,
    "C++": Grammar(
        member=ARROW_MEMBER,
        overloads=True,
        own=words("this"),
        after_parenthesis=Brace.BLOCK,
        plain_heads=words("extern"),
        logical=words("&& || and or"),
    ),
    "Objective-C": Grammar(
        member=ARROW_MEMBER,
        after_parenthesis=Brace.BLOCK,
        functions=words("^"),
        tries=words("try @try"),
        plain_heads=words("synchronized autoreleasepool"),
    ),
    "Solidity": Grammar(after_parenthesis=Brace.BLOCK, plain_heads=words("unchecked assembly")),
    "Java": Grammar(
        overloads=True,
        own=words("this"),
        arrows=words("->"),
        arm="->",
        jump_labels=True,
        after_word=Brace.FUNCTION,
        plain_heads=words("synchronized"),
    ),
    "C#": Grammar(
        overloads=True,
        own=words("this"),
        loops=words("for foreach while"),
        arrows=words("=>"),
        arm="=>",
        postfix_switches=words("switch"),
        plain_heads=words("lock using fixed unsafe checked unchecked"),
        functions=words("delegate"),
    ),
    "JavaScript": _JAVASCRIPT,
    "TypeScript": _TYPESCRIPT,
    "Vue": _TYPESCRIPT,
    "PHP": Grammar(
        member=ARROW_MEMBER,
        else_ifs=words("elseif"),
        loops=words("for foreach while"),
        arm_switches=words("match"),
        arm="=>",
        functions=words("function fn"),
        arrows=words("=>"),
        logical=words("&& || and or xor"),
        plain_heads=words("declare"),
        elsewhere=Brace.BLOCK,
    ),
    "Go": Grammar(
        loops=words("for"),
        repeats=frozenset(),
        switches=words("switch select"),
        tries=frozenset(),
        functions=words("func"),
        bare_heads=True,
        newline_ends=True,
        ternary=False,
        jump_labels=True,
        receivers=True,
    ),
    "Rust": Grammar(
        loops=words("for while loop"),
        repeats=frozenset(),
        switches=frozenset(),
        arm_switches=words("match"),
        tries=frozenset(),
        plain_heads=words("unsafe async const"),
        bare_heads=True,
        ternary=False,
        expressions=True,
        arm="=>",
        labels=False,
        jump_labels=True,
        elsewhere=Brace.BLOCK,
        after_parenthesis=Brace.BLOCK,
    ),
    "Kotlin": Grammar(
        overloads=True,
        own=words("this"),
        switches=frozenset(),
        arm_switches=words("when"),
        functions=words("fun"),
        newline_ends=True,
        ternary=False,
        expressions=True,
        arm="->",
        labels=False,
        jump_labels=True,
        after_word=Brace.FUNCTION,
        elsewhere=Brace.FUNCTION,
    ),
    "Scala": Grammar(
        overloads=True,
        switches=frozenset(),
        postfix_switches=words("match"),
        newline_ends=True,
        ternary=False,
        expressions=True,
        arrows=words("=>"),
        arm="",
        labels=False,
        after_word=Brace.FUNCTION,
        elsewhere=Brace.BLOCK,
    ),
    "Swift": Grammar(
        overloads=True,
        ifs=words("if guard"),
        repeats=words("repeat"),
        tries=words("do"),
        functions=words("func"),
        bare_heads=True,
        newline_ends=True,
        expressions=True,
        labels=False,
        jump_labels=True,
        plain_heads=words("defer"),
        after_word=Brace.FUNCTION,
        elsewhere=Brace.FUNCTION,
    ),
    "Zig": Grammar(
        switches=frozenset(),
        arm_switches=words("switch"),
        repeats=frozenset(),
        tries=frozenset(),
        logical=words("and or"),
        ternary=False,
        expressions=True,
        arm="=>",
        labels=False,
        elsewhere=Brace.BLOCK,
        after_parenthesis=Brace.BLOCK,
        plain_heads=words("defer errdefer comptime"),
    ),
    "R": Grammar(
        repeats=words("repeat"),
        switches=frozenset(),
        tries=frozenset(),
        functions=words("function"),
        newline_ends=True,
        ternary=False,
        expressions=True,
        labels=False,
        after_parenthesis=Brace.BLOCK,
        elsewhere=Brace.BLOCK,
    ),
    "Perl": Grammar(
        ifs=words("if unless"),
        else_ifs=words("elsif"),
        loops=words("for foreach while until"),
        switches=frozenset(),
        tries=words("try"),
        functions=words("sub"),
        logical=words("&& || and or"),
        postfix=True,
        labels=False,
        after_parenthesis=Brace.BLOCK,
    ),
}
