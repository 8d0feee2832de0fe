"""Import statements of Python, read by pattern; the grammar would be ten times slower and refuse newer syntax.

A specification is ``a.b`` for ``import a.b`` and ``a.b:c,d`` for ``from a.b import c, d``; leading dots are kept.
"""

from __future__ import annotations

import re

_STATEMENT = re.compile(
    r"^[ \t]*+(?:from[ \t]++(?P<module>\.*+[ \t]*+(?:(?!import[ \t(*])[\w.]++)?+)[ \t]*+(?<=[ \t.])import[ \t]*+"
    # a list without its end is consumed up to what no list holds, so that no text is scanned twice
    r"(?P<names>\((?:[\w\s,.*\\]++|\#[^\n]*+)*+\)?|(?:[^\n;#\\]++|\\\n)*+)"
    r"|import[ \t]++(?P<modules>(?:[^\n;#\\]++|\\\n)++))"
    r"|;[ \t]*+import[ \t]++(?P<more>[^\n;#\\]++)",
    re.MULTILINE,
)
_STRINGS = re.compile(
    r"\#[^\n]*"
    r'|(?P<triple>"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*+(?:\'\'\')?)'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?',
    re.DOTALL,
)
_COMMENT = re.compile(r"#[^\n]*")
_MODULE = re.compile(r"\.*[^\W\d][\w.]*|\.+")


def read(text: str) -> list[str]:
    """Return the imports of a Python source in the order of the text."""
    if "import" not in text:
        return []
    results = list(_STATEMENT.finditer(text))
    if results and ('"""' in text or "'''" in text):
        results = _outside_strings(text, results)
    specs: list[str] = []
    for match in results:
        modules = match["modules"] or match["more"]
        if modules is not None:
            specs += (name for part in modules.split(",") if (name := _module(part)))
        elif (module := _module(match["module"])) and (names := _names(match["names"])):
            specs.append(f"{module}:{names}")
    return specs


def _outside_strings(text: str, found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Leave out what stands in a docstring; examples in documents are no imports."""
    end = found[-1].start()
    spans = [match.span() for match in _STRINGS.finditer(text, 0, len(text)) if match["triple"] and match.start() < end]
    kept, place = [], 0
    for match in found:
        while place < len(spans) and spans[place][1] <= match.start():
            place += 1
        if place == len(spans) or match.start() < spans[place][0]:
            kept.append(match)
    return kept


def _module(part: str) -> str:
    words = part.replace("\\\n", " ").split()
    if not words or (len(words) > 1 and words[1] != "as" and words[0].strip(".")):
        return ""
    name = "".join(words) if not words[0].strip(".") else words[0]
    return name if _MODULE.fullmatch(name) else ""


def _names(text: str) -> str:
    if text.startswith("("):
        # a half-written list ends with its line
        text = _COMMENT.sub("", text[1:-1] if text.endswith(")") else text[1:].partition("\n")[0])
    names = []
    for part in text.replace("\\\n", " ").split(","):
        words = part.split()
        if words and (words[0].isidentifier() or words[0] == "*"):
            names.append(words[0])
    return ",".join(names)
