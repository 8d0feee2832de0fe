"""Texts of languages that lizard reads alone, with what its readers stumble over replaced, and what they pass over.

Its state machines lose their way at a regular expression or a macro, and then whole files of functions, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hyperion_hook.domain.late_patterns import late_pattern

_HERE_DOCUMENT = late_pattern(r"<<~?+([\"']?+)([A-Za-z_]\w*+)\1")
_FORTRAN_FREE = frozenset({"f90", "f95", "f03", "f08"})
_FORTRAN_ROWS = (
    # lizard takes an `end` and the `subroutine` of the next line for one token
    (late_pattern(r"\A(?:\d++\s++)?+end\s*+(?:procedure\b.*+)?+(?:!.*+)?+", re.IGNORECASE), "end subroutine"),
    # blocks that it does not open, but closes; and what is no end of a block
    (late_pattern(r"\A(?:\w++\s*+:\s*+)?+(?:end\s*+)?+(?:block|critical)(?:\s++\w++)?+", re.IGNORECASE), ""),
    (late_pattern(r"\Aend\s*+(?:enum|file)\b.*+", re.IGNORECASE), ""),
    # one line without an end
    (late_pattern(r"\Aforall\s*+\((?:[^()]|\([^()]*+\))*+\)[^=]*+=.*+", re.IGNORECASE), ""),
)
_MODULE_PROCEDURE = late_pattern(r"module\s++procedure\s++(?!::)", re.IGNORECASE)
_INTERFACE = late_pattern(r"(?:abstract\s++)?+(end\s*+)?+interface\b", re.IGNORECASE)
_SOLIDITY_FUNCTION = late_pattern(r"(?<=[;{}\n])([^\S\n]*+)(?=(?:constructor|receive|fallback)\s*+\()")
_SOLIDITY_MODIFIER = late_pattern(r"(?<=[;{}\n])([^\S\n]*+)modifier(\s++\w++)(\s*+\()?+")
_DECLARATION = late_pattern(r"\bf(?:unctio)?+n\s++\w++\s*+\([^;{}]{0,400}+;")
"""A function of Solidity or Zig without a body, which lizard takes for the head of the next body."""
_ZIG_TEXT = late_pattern(r"^[^\S\n]*+\\\\[^\n]*+", re.MULTILINE)
_R_LAMBDA = late_pattern(r"\\(?=\()")
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


def readable(path: str, language: str, text: str) -> str:
    r"""Return a text of as many lines, in which lizard's reader finds the functions.

    Examples
    --------
    >>> readable("a.r", "R", "f <- \\(x) x")
    'f <- function(x) x'
    """
    if language == "Perl":
        return _perl(text)
    if language == "Fortran":
        return _fortran(text, is_free=path.rpartition(".")[2].lower() in _FORTRAN_FREE)
    if language == "Solidity":
        text = _SOLIDITY_FUNCTION.sub(r"\1function ", text)
        text = _SOLIDITY_MODIFIER.sub(lambda match: f"{match[1]}function{match[2]}{match[3] or '()'}", text)
    if language == "Zig":
        text = _ZIG_TEXT.sub('""', text)
    if language in ("Solidity", "Zig"):
        return _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text)
    return _R_LAMBDA.sub("function", text) if language == "R" else text


def _perl(text: str) -> str:
    """Blank documentation, here-documents and what stands after the end."""
    rows: list[str] = []
    ends: list[str] = []
    is_documented = False
    for row in text.split("\n"):
        if ends:
            ends = ends[row.strip() == ends[0] :]
            rows.append("")
        elif is_documented or (row[:1] == "=" and row[1:2].isalpha()):
            is_documented = not row.startswith("=cut")
            rows.append("")
        elif row in ("__END__", "__DATA__"):
            break
        else:
            ends = [match[2] for match in _HERE_DOCUMENT.finditer(row)] if row.lstrip()[:1] != "#" else []
            rows.append(row)
    return text if ends else "\n".join(rows)


def _fortran(text: str, *, is_free: bool) -> str:
    rows: list[str] = []
    in_interface = False
    for row in text.split("\n"):
        code = row.strip()
        border = _INTERFACE.match(code)
        if border is not None:
            in_interface = border[1] is None
        other = next((other for pattern, other in _FORTRAN_ROWS if pattern.fullmatch(code)), None)
        procedure = None if in_interface else _MODULE_PROCEDURE.match(code)
        if procedure is not None:
            other = f"subroutine {code[procedure.end() :]}"
        # in free form a `c` in the first column begins no comment
        rows.append(row if other is None and not is_free else f" {row if other is None else other}")
    return "\n".join(rows)


def lost_head(language: str, text: str, functions: Sequence[Any]) -> int | None:
    """Return the line of the first head at which none of the functions starts, ``None`` where there is none.

    Only heads that begin a line are looked for: a file is rather measured than missing.
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
