"""What is written: tokens and control flow in the added and deleted code.

Measured on unseen repositories these carry more than file-level metrics: added code lines first, then branches and
loops added, then how many tokens are new rather than moved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.change.changed_code import changed_code
from hyperion_hook.features.change.code_lines import code_in
from hyperion_hook.features.context import Context

_TOKEN = re.compile(rb"[A-Za-z_\x80-\xff$@][\w\x80-\xff$]*|\d[\w.]*|&&|\|\||[=!<>]=|[-=]>|::|[^\w\s]")
"""What a token is. Most text is counted by quicker means that agree, see ``count_tokens``."""
_CONTROL = frozenset(
    b"if elif elsif else for foreach while until unless do switch case when match select catch except rescue try "
    b"throw raise goto break continue and or && ||".split()
)
NAMES = tuple(
    "code_lines_added code_lines_deleted control_flow_added control_flow_deleted tokens_added tokens_deleted "
    "distinct_tokens_added tokens_moved net_new_tokens".split()
)
MAX_CODE_BYTES = 2_000_000
"""Code a side whose tokens are counted; of more they are taken to be as dense as in these, the largest files first."""


def measure(context: Context) -> dict[str, Value]:
    """Return counts of code lines, tokens and control-flow words over source files that are no tests.

    All counts are non-negative; a change without code truly adds none. Files of which nobody can tell the code are left
    out; where there are only such, all is missing for the reason of the first of them by path. Beyond the limits (of
    the patch, and of the code whose tokens are counted) totals are estimated from what was read.
    """
    unread: dict[str, Missing] = {}
    added, deleted = _Side(), _Side()
    for file in sorted(context.change.files, key=lambda file: (-file.lines_changed, file.path)):
        code = changed_code(context, file)
        if isinstance(code, Missing):
            if file.unread:
                return dict.fromkeys(NAMES, code)
            unread[file.path] = code
            if file.hunks is None:
                added.unread_lines += file.lines_added or 0
                deleted.unread_lines += file.lines_deleted or 0
        elif code is not None:
            added.read(code.added, code.lines_added, code.language)
            deleted.read(code.deleted, code.lines_deleted, code.language_before)
    if unread and not added.files:
        return dict.fromkeys(NAMES, unread[min(unread)])
    return _values(added, deleted)


@dataclass(slots=True)
class _Side:
    """The code of one side: its lines, how many lines hold them, and how many more lines were not read."""

    code: list[bytes] = field(default_factory=list)
    files: int = 0
    read_lines: int = 0
    unread_lines: int = 0

    def read(self, texts: list[bytes], lines: int, language: str) -> None:
        self.files += 1
        self.read_lines += lines
        self.code += code_in(texts, language)

    def counted(self) -> tuple[dict[bytes, int], float, float]:
        """Return tokens of the code that is counted, and by what the numbers of lines and of tokens are multiplied."""
        lines = 1 + self.unread_lines / self.read_lines if self.read_lines else 1.0
        text = b"\n".join(self.code)
        end = len(text)
        if end > MAX_CODE_BYTES:
            end = max(text.rfind(b"\n", 0, MAX_CODE_BYTES), 0) or MAX_CODE_BYTES
        return count_tokens(text[:end]), lines, lines * len(text) / end if end else 1.0


def _values(added: _Side, deleted: _Side) -> dict[str, Value]:
    new, more_lines, more_new = added.counted()
    old, more_old_lines, more_old = deleted.counted()
    total = sum(new.values())
    moved = sum(min(new[token], old[token]) for token in new.keys() & old.keys())
    more_moved = min(more_new, more_old)
    values = {
        "code_lines_added": len(added.code) * more_lines,
        "code_lines_deleted": len(deleted.code) * more_old_lines,
        "control_flow_added": _control_flow(new) * more_new,
        "control_flow_deleted": _control_flow(old) * more_old,
        "tokens_added": total * more_new,
        "tokens_deleted": sum(old.values()) * more_old,
        "distinct_tokens_added": len(new),
        "tokens_moved": moved * more_moved,
        "net_new_tokens": total * more_new - moved * more_moved,
    }
    return {name: float(round(value)) for name, value in values.items()}


def _control_flow(tokens: Mapping[bytes, int]) -> int:
    return sum(map(tokens.__getitem__, _CONTROL & tokens.keys()))


_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$@0123456789" + bytes(range(0x80, 0x100))
_SPACE = b" \t\n\r\v\f"
_SIGNS = bytes(set(range(0x100)) - {*_WORDS, *_SPACE})
_NO_SIGNS = bytes.maketrans(_SIGNS, b" " * len(_SIGNS))
_NO_OPERATORS = bytes(byte if byte in b"&|=!<>-:" else 0x20 for byte in range(0x100))
_DIGITS = b"0123456789"
_SHAPES = bytes(ord("0" if byte in _DIGITS else "." if byte in _WORDS + b"." else " ") for byte in range(0x100))
_ODD_NUMBER = b"0."


def count_tokens(code: bytes) -> dict[bytes, int]:
    """Return how often each token occurs; what ``_TOKEN`` finds, in a third of the time.

    White space and signs part words, so words are split off without a pattern. Only a number may hold a point, or end
    where a word begins: lines in which a digit is followed by a letter or a point go to the pattern.

    Examples
    --------
    >>> count_tokens(b"if (a >= 1.5) a->b();") == Counter(b"if ( a >= 1.5 ) a -> b ( ) ;".split())
    True
    """
    if not code:
        return {}
    shapes = code.translate(_SHAPES)
    if _ODD_NUMBER not in shapes:
        return _counted(code)
    simple, others = [], []
    end = 0
    while (position := shapes.find(_ODD_NUMBER, end)) >= 0:
        start = code.rfind(b"\n", end, position) + 1 or end
        stop = code.find(b"\n", position) + 1 or len(code)
        simple.append(code[end:start])
        others.append(code[start:stop])
        end = stop
    simple.append(code[end:])
    counts = _counted(b"".join(simple))
    counts.update(_TOKEN.findall(b"".join(others)))
    return counts


def _counted(code: bytes) -> Counter[bytes]:
    words = code.translate(_NO_SIGNS)
    counts = Counter((words.replace(b"@", b" @") if b"@" in words else words).split())
    signs = Counter(code.translate(None, _WORDS + _SPACE))
    for run, times in Counter(code.translate(_NO_OPERATORS).split()).items():
        if len(run) > 1:
            for operator in _operators(run):
                counts[operator] += times
                for sign in operator:
                    signs[sign] -= times
    # no word is a sign, so nothing needs to be added up
    dict.update(counts, {_BYTES[sign]: times for sign, times in signs.items() if times})
    return counts


_BYTES = [bytes([byte]) for byte in range(0x100)]


@lru_cache(maxsize=1024)
def _operators(run: bytes) -> list[bytes]:
    """Return the operators of two signs in a run of signs."""
    return [token for token in _TOKEN.findall(run) if len(token) == 2]
