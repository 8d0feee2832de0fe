"""Imports of JavaScript, TypeScript and Vue: the text between the quotes."""

from __future__ import annotations

import re

_SCRIPT_WORD = re.compile(r"(?:import|export|require)(?![\w$])")
_CLAUSE = re.compile(r"(?:import|export)\b[\w\s{},*$/@.-]{0,4000}?\bfrom\s*(['\"])([^'\"\n]{1,500})\1")
_BARE = re.compile(r"import\s*(['\"])([^'\"\n]{1,500})\1")
_CALL = re.compile(
    r"(?:require|import)\s*\(\s*(?:/\*[^*]{0,200}\*/\s*)?(['\"`])([^'\"`$\n]{1,500})\1\s*[,)]"
)


def read_script(text: str) -> list[str]:
    """Return the imports, re-exports, ``require`` calls and dynamic imports of a JavaScript-like source."""
    specs = []
    for word in _SCRIPT_WORD.finditer(text):
        start = word.start()
        if start and (text[start - 1] in "_.$" or text[start - 1].isalnum()):
            continue
        line = text[text.rfind("\n", 0, start) + 1 : start].strip()
        call = _CALL.match(text, start)
        if call is not None:
            # a type in a comment, {import('./x').T}, is an import all the same; commented-out code is not
            if not line.startswith("//") and (not line.startswith(("*", "/*")) or line.endswith("{")):
                specs.append(call[2])
        elif not line or line[-1] in ";}>":
            clause = _BARE.match(text, start) or _CLAUSE.match(text, start)
            if clause is not None:
                specs.append(clause[2])
    return [spec for spec in specs if " " not in spec]
