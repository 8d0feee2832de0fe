"""What a change is for, as far as its message and its moment say."""

from __future__ import annotations

import re

from hyperion_hook.domain.author import LATEST, Author
from hyperion_hook.domain.change import ChangeKind
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.message.classify import classify_message, issue_references, strip_trailers
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context

_REFACTORING = late_pattern(
    r"\b(?:refactor\w*|renam(?:e[ds]?|ing)|mov(?:e[ds]?|ing)|clean(?:s|ed|ing)?[ -]?ups?|simplif(?:y|ies|ied|ying)"
    r"|extract(?:s|ed|ing)?|restructur\w+|reorgani[sz]\w+|tidy|dedup\w*)\b",
    re.IGNORECASE,
)
UNWRITTEN = Missing("the message is not written yet")
SEVERAL = Missing("a range has no message of its own")
UNDATED = Missing("the author's date is none")
_FROM_MESSAGE = ("fix", "is_revert", "is_refactoring", "message_words", "issue_references")
_DAY = 86_400


def measure(context: Context) -> dict[str, Value]:
    """Return flags and counts of the message, and the author's local hour in [0, 24) and weekday (Monday 0)."""
    change = context.change
    local = change.authored_at + change.utc_offset * 60
    without = SEVERAL if change.kind is ChangeKind.RANGE else UNWRITTEN
    values: dict[str, Value] = dict.fromkeys(_FROM_MESSAGE, without)
    is_dated = 0 < change.authored_at < LATEST
    values |= {
        "hour_of_day": local % _DAY // 3600 + 0.0 if is_dated else UNDATED,
        # 1 January 1970 was a Thursday
        "day_of_week": (local // _DAY + 3) % 7 + 0.0 if is_dated else UNDATED,
    }
    if change.message is None:
        return values
    flags = classify_message(change.message, change.author or Author("", ""))
    return values | {
        "fix": float(CommitFlag.FIX in flags),
        "is_revert": float(CommitFlag.REVERT in flags),
        "is_refactoring": float(bool(_REFACTORING.search(change.message.lstrip().partition("\n")[0][:500]))),
        "message_words": float(len(strip_trailers(change.message).split())),
        "issue_references": float(len(issue_references(change.message))),
    }
