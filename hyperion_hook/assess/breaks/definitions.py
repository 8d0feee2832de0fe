"""Where names are defined, read by pattern from code without comments and strings, by family of languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import accumulate, islice
from typing import NamedTuple

from hyperion_hook.domain.late_patterns import late_pattern

FUNCTION, CLASS, VALUE = "function", "class", "name"


class Definition(NamedTuple):
    """A definition; ``end`` is the position after its name, ``is_top`` whether it begins its line."""

    name: str
    kind: str
    end: int
    is_top: bool


_NO_TYPE = r"(?!(?:return|new|else|throw|case|assert|await|yield|package|import|goto|delete|in|of)\b)"
_ANNOTATION = r"@(?!interface\b)\w[\w.]*+(?:\([^()\n]*+\))?"
_MODIFIERS = (
    rf"(?:(?:{_ANNOTATION}|public|protected|private|internal|static|final|abstract|synchronized|default|native|override|"
    r"open|suspend|inline|lazy|implicit|sealed|data|const)[ \t]++)*+"
)
_JAVA_METHOD = (
    rf"^[ \t]*+{_MODIFIERS}(?:<[^\n(){{}};]*?>[ \t]++(?:{_ANNOTATION}[ \t]++)*+)?{_NO_TYPE}"
    r"[\w.]++(?:<[^;={}()\n]*?>)?(?:\[\])*+[ \t]++(\w++)[ \t]*+\("
)
_SCRIPT_METHOD = (
    r"^[ \t]*+(?:(?:static|async|get|set|public|private|protected|readonly|abstract|override)[ \t]++)*+"
    r"[*#]?(?!(?:if|for|while|switch|catch|function|return)\b)([\w$]++)[ \t]*+(?:<[^>\n]*+>)?"
    r"\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)[ \t]*+(?::[^{};\n]++)?\{"
)
_SCRIPT_VALUE = (
    r"(?<![\w$])([\w$]++)[ \t]*+[:=][ \t]*+(?:async[ \t]++)?"
    r"(?:function\b|\([^()\n]*+\)[ \t]*+(?::[^=\n]{0,80}+)?=>|[\w$]++[ \t]*+=>)"
)
_C_FUNCTION = (
    r"^(?!(?:else|return|typedef)\b)"
    r"(?:(?:[A-Za-z_][\w \t*&:<>,]*?[ \t*&:~])??__attribute__[ \t]*+\(\([\w, ]*+\)\)[ \t]*+)?"
    r"(?:[A-Za-z_][\w \t*&:<>,]*?[ \t*&:~])?(\w++)[ \t]*+(?=\()"
)
_PATTERNS = {
    "python": (
        (FUNCTION, r"^[ \t]*+(?:async[ \t]++)?def[ \t]++(\w++)"),
        (CLASS, r"^[ \t]*+class[ \t]++(\w++)"),
        (VALUE, r"^([A-Za-z_]\w*+)[ \t]*+(?::[^=\n]++)?=(?!=)"),
    ),
    "jvm": (
        (CLASS, r"\b(?<!package )(?:enum[ \t]++class|class|interface|enum|record|object|trait|typealias)[ \t]++(\w++)"),
        (FUNCTION, _JAVA_METHOD),
        (FUNCTION, r"\b(?:fun|def)[ \t]++(?:<[^\n<>]*+>[ \t]*+)?(?:\w++(?:<[^\n()]{0,120}?>)?\??\.)*+(\w++)"),
        (VALUE, rf"^[ \t]*+{_MODIFIERS}{_NO_TYPE}[\w.]++(?:<[^;={{}}()\n]*?>)?(?:\[\])*+[ \t]++(\w++)[ \t]*+[=;]"),
        (VALUE, r"\b(?:val|var)[ \t]++(\w++)"),
    ),
    "go": (
        (FUNCTION, r"^func[ \t]++(?:\([^()\n]*+\)[ \t]*+)?(\w++)"),
        (CLASS, r"^(?:type[ \t]++|\t)(\w++)(?:\[[^\]\n]*+\])?[ \t]++(?:struct|interface|func|map|=)?"),
        (VALUE, r"^(?:var|const)[ \t]++(\w++)"),
        (VALUE, r"^\t(\w++)[ \t]*+(?:,[\w, \t]++)?(?:[\w.\[\]*]++[ \t]*+)?=(?!=)"),
    ),
    "script": (
        (FUNCTION, r"\bfunction[ \t]*+\*?[ \t]*+([\w$]++)"),
        (CLASS, r"\b(?:class|interface|type|enum|namespace)[ \t]++([\w$]++)"),
        (VALUE, r"\b(?:const|let|var)[ \t]++([\w$]++)"),
        (FUNCTION, _SCRIPT_METHOD),
        (FUNCTION, _SCRIPT_VALUE),
        (VALUE, r"(?:exports|prototype|\b[A-Z]\w*+)\.([\w$]++)[ \t]*+=(?!=)"),
    ),
    "c": (
        (FUNCTION, _C_FUNCTION),
        (VALUE, r"^[ \t]*+\#[ \t]*+define[ \t]++(\w++)"),
        (CLASS, r"\b(?:struct|union|enum|class)[ \t]++(\w++)(?=[^;,()*&\n]{0,200}+(?:\{|$))"),
    ),
}
_COMPILED: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {}
MOST_DEFINITIONS = 3_000
"""Of one file and kind; a file with more is generated."""
MOST_PARAMETERS = 2_000
"""Characters between brackets that are read."""
MOST_SOUGHT = 60
"""Names that are looked for one by one; for more the whole text is read."""
_C_BODY = late_pattern(r"[\s\w()]{0,300}+\{")


def patterns_of(family: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of a family, compiled when first used."""
    if family not in _COMPILED:
        _COMPILED[family] = tuple((kind, re.compile(text, re.MULTILINE)) for kind, text in _PATTERNS[family])
    return _COMPILED[family]


def definitions(family: str, code: str, names: Collection[str]) -> Iterator[Definition]:
    """Yield the definitions of some names in code, in C only those with a body; none goes over the end of a line."""
    rows = rows_with(code, names) if len(names) <= MOST_SOUGHT else [(0, len(code))]
    for kind, pattern in patterns_of(family):
        matches = (match for start, end in rows for match in pattern.finditer(code, start, end))
        for match in islice(matches, MOST_DEFINITIONS):
            if match[1] not in names or (family == "c" and kind == FUNCTION and not _has_body(code, match.end(1))):
                continue
            is_top = match.start() == match.start(1) or not code[match.start() : match.start() + 1].isspace()
            yield Definition(match[1], kind, match.end(1), is_top)


def rows_with(text: str, names: Collection[str]) -> list[tuple[int, int]]:
    r"""Return where each line that one of the names stands in begins and ends.

    Examples
    --------
    >>> rows_with("ab\nc\nabc", ["ab", "bc"])
    [(0, 2), (5, 8)]
    """
    rows = set()
    for name in names:
        start = text.find(name)
        while start >= 0:
            end = text.find("\n", start)
            rows.add((text.rfind("\n", 0, start) + 1, end if end >= 0 else len(text)))
            start = text.find(name, end) if end >= 0 else -1
    return sorted(rows)


def defined_names(family: str, text: str) -> set[str]:
    """Return every name that a text may define."""
    return {
        match[1] for _, pattern in patterns_of(family) for match in islice(pattern.finditer(text), MOST_DEFINITIONS)
    }


def functions_on(family: str, text: str, lines: Iterable[tuple[int, int]], plain: Callable[[str], str]) -> set[str]:
    """Return the functions whose names or parameters stand on some lines of a text, however they are laid out.

    ``lines`` are the first and the last of each run, in order; ``plain`` returns code without comments and strings.
    """
    ends = [0, *accumulate(map(len, text.split("\n")))]
    # each line but the first begins behind as many line feeds as there are lines before it
    bounds = [ends[line] + line for run in lines for line in (min(run[0], len(ends)) - 1, min(run[1], len(ends) - 1))]
    names: set[str] = set()
    done = 0
    for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
        above = max(done, text.rfind("\n", 0, max(0, begin - MOST_PARAMETERS)) + 1)
        done = max(above, end - 1)
        for kind, pattern in patterns_of(family):
            for match in pattern.finditer(text, above, done) if kind == FUNCTION else ():
                # a list that is closed before the next run reaches none behind it
                if _is_open(plain(text[match.end(1) : begin])):
                    names.add(match[1])
    return names


def _is_open(code: str) -> bool:
    """Return whether the brackets after a name do not close within code."""
    return not code.strip() or ("(" in code and arguments_after(code, 0) is None)


def defines(family: str, line: str, name: str) -> bool:
    """Return whether a line, comments and all, may define a name; a prototype of C does not."""
    for kind, pattern in patterns_of(family):
        for match in pattern.finditer(line):
            if match[1] == name and not (family == "c" and kind == FUNCTION and ";" in line[match.end() :]):
                return True
    return False


def arguments_after(code: str, position: int) -> tuple[str, int] | None:
    """Return the text in the brackets that open at or after a position, and the position behind them.

    Examples
    --------
    >>> arguments_after("f (a, g(b)) + 1", 1)
    ('a, g(b)', 11)
    """
    while code[position : position + 1] in ("\t", "\n", " "):
        position += 1
    if not code.startswith("(", position):
        return None
    depth = 0
    for end, letter in enumerate(code[position : position + MOST_PARAMETERS], position):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            return code[position + 1 : end], end + 1
    return None


def _has_body(code: str, position: int) -> bool:
    inside = arguments_after(code, position)
    return inside is not None and _C_BODY.match(code, inside[1]) is not None
