"""What is written: tokens and control flow in the added and deleted code.

Measured on unseen repositories these carry more than file-level metrics: added code lines first, then branches and
loops added, then how many tokens are new rather than moved.
"""

from __future__ import annotations

import re
from collections import Counter

from hyperion_hook.domain.paths import FileRole, language_of, role_of
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.code_lines import code_lines
from hyperion_hook.features.context import Context
from hyperion_hook.features.size import TOO_LARGE

_TOKEN = re.compile(rb"[A-Za-z_\x80-\xff$@][\w\x80-\xff$]*|\d[\w.]*|&&|\|\||[=!<>]=|[-=]>|::|[^\w\s]")
_CONTROL = frozenset(
    b"if elif elsif else for foreach while until unless do switch case when match select catch except rescue try "
    b"throw raise goto break continue and or && ||".split()
)
NAMES = (
    "code_lines_added", "code_lines_deleted", "control_flow_added", "control_flow_deleted", "tokens_added",
    "tokens_deleted", "distinct_tokens_added", "tokens_moved", "net_new_tokens",
)
MAX_CODE_BYTES = 2_000_000
"""Code beyond this many bytes a side is a generated dump: its tokens say nothing and cost seconds."""


def measure(context: Context) -> dict[str, Value]:
    """Return counts of code lines, tokens and control-flow words over source files that are no tests.

    All counts are non-negative; a change without source files truly adds none. Order of files is irrelevant.
    """
    files = [
        file
        for file in context.change.files
        if role_of(file.path) is FileRole.SOURCE and file.is_regular and not file.is_binary
    ]
    if any(file.hunks is None for file in files):
        return dict.fromkeys(NAMES, TOO_LARGE)
    added_lines: list[bytes] = []
    deleted_lines: list[bytes] = []
    for file in files:
        language = language_of(file.path) or ""
        before = language_of(file.previous_path) or ""
        for hunk in file.hunks or ():
            added_lines += code_lines(hunk.added, language)
            deleted_lines += code_lines(hunk.deleted, before)
    values: dict[str, Value] = {
        "code_lines_added": float(len(added_lines)),
        "code_lines_deleted": float(len(deleted_lines)),
    }
    if sum(map(len, added_lines)) > MAX_CODE_BYTES or sum(map(len, deleted_lines)) > MAX_CODE_BYTES:
        return dict.fromkeys(NAMES, Missing(f"more than {MAX_CODE_BYTES:,} bytes of code changed")) | values
    added = Counter(_TOKEN.findall(b"\n".join(added_lines)))
    deleted = Counter(_TOKEN.findall(b"\n".join(deleted_lines)))
    moved = (added & deleted).total()
    return values | {
        "control_flow_added": _control_flow(added),
        "control_flow_deleted": _control_flow(deleted),
        "tokens_added": float(added.total()),
        "tokens_deleted": float(deleted.total()),
        "distinct_tokens_added": float(len(added)),
        "tokens_moved": float(moved),
        "net_new_tokens": float(added.total() - moved),
    }


def _control_flow(tokens: Counter[bytes]) -> float:
    return float(sum(tokens[word] for word in _CONTROL))
