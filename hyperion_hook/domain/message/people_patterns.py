"""The patterns that tell people in messages; few, so that a hook can afford them.

Every pattern works on bounded text and has no nested repetition, so a hostile message costs nothing.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.late_patterns import late_pattern

REVIEW_LINE = late_pattern(
    r"^[ \t]*(reviewed-by|acked-by|approved-by|reviewers?|approvers?)[ \t]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE
)
PERSON_SEPARATOR = late_pattern(r"[,;]| and (?![^<>]{0,320}+>)")
