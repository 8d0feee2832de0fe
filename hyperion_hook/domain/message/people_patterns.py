"""The patterns that tell people in messages; few, so that a hook can afford them.

Every pattern works on bounded text and has no nested repetition, so a hostile message costs nothing.
"""

from __future__ import annotations

import re

REVIEW_LINE = re.compile(
    r"^[ \t]*(reviewed-by|acked-by|approved-by|reviewers?|approvers?)[ \t]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE
)
PERSON_SEPARATOR = re.compile(r"[,;]| and (?![^<>]{0,320}+>)")
