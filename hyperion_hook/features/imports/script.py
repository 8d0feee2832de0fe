"""Imports of JavaScript, TypeScript and Vue: the text between the quotes."""

from __future__ import annotations

import re

_SCRIPT_WORD = re.compile(r"(?:import|export|require)(?![\w$])")
_CLAUSE = re.compile(r"(?:import|export)\b([\w\s{},*$/@.-]*+)(?:(['\"])([^'\"\n]{1,500})\2)?")
"""A clause and the name after it; matches without a name too, to tell how far the clause goes."""
_CALL = re.compile(r"(?:require|import)\s*+\(\s*+(?:/\*[^*]{0,200}+\*/\s*+)?(['\"`])([^'\"`$\n]{1,500})\1\s*+[,)]")
_FROM = re.compile(r"(?<!\w)from$")
_BEFORE = 200
"""Characters before a word in which the end of the last statement is looked for; a line may be the whole file."""


def read_script(text: str) -> list[str]:
    """Return the imports, re-exports, ``require`` calls and dynamic imports of a JavaScript-like source."""
    specs = []
    line_start, first_at, clause_end = -1, 0, 0
    for word in _SCRIPT_WORD.finditer(text):
        start = word.start()
        if start and (text[start - 1] in "_.$" or text[start - 1].isalnum()):
            continue
        line = text.rfind("\n", max(line_start, 0), start) + 1 or max(line_start, 0)
        if line != line_start:
            line_start, first_at = line, start - len(text[line:start].lstrip())
        first = text[first_at : min(first_at + 2, start)]
        last = text[max(line_start, start - _BEFORE) : start].rstrip()[-1:]
        call = _CALL.match(text, start)
        if call is not None:
            # a type in a comment, {import('./x').T}, is an import all the same; commented-out code is not
            if first != "//" and (not first.startswith(("*", "/*")) or last == "{"):
                specs.append(call[2])
        elif start >= clause_end and (not first or last in (";", "}", ">")) and (clause := _CLAUSE.match(text, start)):
            # a word inside a clause has the same end
            clause_end = clause.end(1)
            words = clause[1].rstrip()
            if clause[3] and (_FROM.search(words, max(len(words) - 5, 0)) if words else word[0] == "import"):
                specs.append(clause[3])
    return [spec for spec in specs if " " not in spec]
