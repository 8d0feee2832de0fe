"""Heads of functions that lizard's reader passed over, in languages that no scanner of ours reads.

Its state machines lose their way at a regular expression or a macro, and then whole files of functions, without a word.
Only heads that stand alone at the beginning of a line are looked for: a file is rather measured than missing.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

_HEADS = {
    "Perl": re.compile(r"^sub\s++[\w:']++[^;{\n]*+\s*+\{", re.MULTILINE),
    "Lua": re.compile(r"^(?:local\s++)?function\s++[\w.:]++\s*+\(", re.MULTILINE),
    "Solidity": re.compile(r"^[ \t]*+function\s++\w++\s*+\([^;{}]{0,2000}+\{", re.MULTILINE),
    "Zig": re.compile(r"^(?:pub\s++)?(?:export\s++|inline\s++)?fn\s++\w++\s*+\([^;{}]{0,2000}+\{", re.MULTILINE),
    "GDScript": re.compile(r"^(?:static\s++)?func\s++\w++\s*+\(", re.MULTILINE),
    "R": re.compile(r"^[\w.]++\s*+(?:<-|=)\s*+function\s*+\(", re.MULTILINE),
}
_END = {"Perl": re.compile(r"^__(?:END|DATA)__$", re.MULTILINE)}


def lost_head(language: str, text: str, starts: AbstractSet[int]) -> int | None:
    """Return the line of the first head at which none of the functions starts, ``None`` where there is none.

    Parameters
    ----------
    starts
        Lines on which functions start.
    """
    if language not in _HEADS:
        return None
    end = _END[language].search(text) if language in _END else None
    line, position = 1, 0
    for head in _HEADS[language].finditer(text, 0, end.start() if end else len(text)):
        line += text.count("\n", position, head.start())
        position = head.start()
        if starts.isdisjoint(range(line, line + head[0].count("\n") + 1)):
            return line
    return None
