"""Patterns that hold names of the code that is read, all made in one place so that all can be tried for their time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_BARE = r"(?<![\w.$>])(?<!new )"
FORMS = {
    "package": r"(?<![\w-])%0(?![\w-])",
    "gem by code": r"['\"]%0['\"][ \t]*+,[ \t]*+(?:[A-Z(*]|\w++[ \t]*+[?(\[.])",
    "import": r"^[ \t]*+(?:from|import)[ \t]++\.*+%0(?!\w)",
    "quoted": r"['\"<](?:\./)?%0['\".>]",
    "word": r"(?<![\w$])%0(?![\w$])",
    "free word": r"(?<![\w$.])%0(?![\w$])",
    "call": _BARE + r"%0(?=\s*+\()",
    "own call": r"(?:(?<![\w.])this\.|(?<![\w.:])(?<!new ))%0(?=\s*+\()",
    "own Python call": r"\bself\.%0(?=\s*+\()",
    "set": r"\.%0[ \t]*+(?::[^=\n]{0,80}+)?=(?!=)|\bsetattr\([^\n]{0,80}?['\"]%0['\"]",
    "Go function": r"(?<![\w.])%0(?=\()",
    "Go name": r"(?<![\w.])%0(?![\w:])(?![ \t]++(?:\w|\*\w|\[))",
    "Go hides": r"(?<![\w.])%0(?:, \w++){0,5}+[ \t]*+:?=(?!=)|[(,][ \t]*+%0[ \t]++[\w*\[.]",
    "Go list": r"^[ \t]++(?:var[ \t]++)?+(?:\w++, ){0,5}%0(?:, \w++){1,5}+[ \t]++[\w*\[]",
    "Scala brings": r"^[ \t]*+import[ \t][^\n]*?(?:\._|\.\*|(?<!\w)%0(?!\w))|\btype[ \t]++%0(?!\w)",
    "member": r"(?<![\w.])(?:this\.)?+%0\.%1(?!\w)",
    "member call": r"(?<![\w.])(?:this\.)?+%0\.%1(?=\s*+\()",
    "Java class": r"(?<![\w.@])%0(?![\w`])(?![ \t]*+=)",
    "on a line of its own": r"[\w>\]]\n[ \t]++%0[ \t]*+\(",
    "declared with": r"\b%0(?:<[^;(){}<>]{0,100}+>)?+[ \t]++(\w++)[ \t]*+[=;,):]",
    "type of": r"(?<![\w.])(?!return|new|else|throw|case|in\b)(\w++)(?:<[^;(){}<>]{0,100}+>)?+[ \t]++%0[ \t]*+[=;,):]",
    "enum constant": r"(?:^|[{,])[ \t]*+%0[ \t]*+(?:[,;{(]|$)",
    "inherits": r"\b(?:class|interface|trait|object)[ \t]++%0\b(?:<[^{>]{0,99}+>)?[ \t]*+(?:\([^(){]{0,300}+\))?\s*+"
    r"(?:extends\b|:(?!:))",
}
"""What is looked for, by name: ``%0`` and ``%1`` are names from the code."""


@lru_cache(maxsize=512)
def pattern_of(form: str, *words: str | tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of ``FORMS`` with names in it; a tuple of names stands for any of them.

    Examples
    --------
    >>> pattern_of("member", ("a", "b"), "c").findall("a.c x.c b.c b.cd")
    ['a.c', 'b.c']
    """
    text = FORMS[form]
    for number, word in enumerate(words):
        names: Iterable[str] = (word,) if isinstance(word, str) else word
        text = text.replace(f"%{number}", f"(?:{'|'.join(map(re.escape, names))})")
    return re.compile(text, re.MULTILINE)
