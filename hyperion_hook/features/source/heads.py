"""Heads of functions that lizard's reader passed over, in languages that no scanner of ours reads.

Its state machines lose their way at a regular expression or a macro, and then whole files of functions, without a word.
Only heads that begin a line are looked for: a file is rather measured than missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hyperion_hook.domain.late_patterns import late_pattern

_LINE, _GAP, _MORE = r"^[^\S\n]*+", r"[^\S\n]++", r"\s*+\([^;{}]{0,400}+\{"
_RESULT = (
    r"(?:(?:pure|impure|elemental|recursive|module|integer|real|logical|complex|character|type|double\s++precision)\b"
    r"(?:\*\d++)?+(?:[^\S\n]*+\([^()\n]{0,100}+\))?+[^\S\n]*+)*+"
)
_HEADS = {
    "Perl": late_pattern(rf"{_LINE}sub{_GAP}([\w:']++)[^;{{\n]*+\s{{0,9}}+\{{", re.MULTILINE),
    "Lua": late_pattern(rf"{_LINE}(?:local{_GAP})?+function{_GAP}([\w.:]++)[^\S\n]*+\(", re.MULTILINE),
    "Solidity": late_pattern(rf"{_LINE}function{_GAP}(\w++){_MORE}", re.MULTILINE),
    "Zig": late_pattern(rf"{_LINE}(?:pub{_GAP})?+(?:(?:export|inline){_GAP})?+fn{_GAP}(\w++){_MORE}", re.MULTILINE),
    "GDScript": late_pattern(rf"{_LINE}(?:static{_GAP})?+func{_GAP}(\w++)[^\S\n]*+\(", re.MULTILINE),
    "R": late_pattern(rf"{_LINE}([\w.]++)[^\S\n]*+(?:<-|=)\s{{0,9}}+function\s{{0,9}}+\(", re.MULTILINE),
    "Fortran": late_pattern(rf"{_LINE}{_RESULT}(?:function|subroutine){_GAP}(\w++)", re.MULTILINE | re.IGNORECASE),
}


def lost_head(language: str, text: str, functions: Sequence[Any]) -> int | None:
    """Return the line of the first head at which none of the functions starts, ``None`` where there is none.

    A function that starts alone at a head gets the name that stands there: lizard's readers for Perl and R take words
    of the line before for a part of it.
    """
    if language not in _HEADS:
        return None
    starts: dict[int, list[Any]] = {}
    for function in functions:
        starts.setdefault(function.start_line, []).append(function)
    line, position = 1, 0
    for head in _HEADS[language].finditer(text):
        line += text.count("\n", position, head.start())
        position = head.start()
        begun = [item for here in range(line, line + head[0].count("\n") + 1) for item in starts.get(here, ())]
        if not begun:
            return line
        if len(begun) == 1 and language in ("Perl", "R"):
            owner = begun[0].name.rpartition("::")[0] if language == "Perl" and "::" not in head[1] else ""
            begun[0].name = f"{owner}::{head[1]}" if owner else head[1]
    return None
