"""The patterns that tell people and programs in messages and identities; few, so that a hook can afford them.

Every pattern works on bounded text and has no nested repetition, so a hostile message costs nothing.
"""

from __future__ import annotations

import re

BOT = re.compile(
    r"\[bot\]|(?:^|[\s._+-])bot$|(?:^|[\s._+-])bot@"
    r"|\b(?:dependabot|renovate|greenkeeper|pre-commit-ci|github-actions|snyk-bot|pyup-bot|allcontributors"
    r"|semantic-release-bot|imgbot|mergify|bors|homu|buildbot|jenkins|travis ?ci|weblate|transifex|k8s-ci-robot)\b",
    re.IGNORECASE,
)
REVIEW_LINE = re.compile(r"^[ \t]*(reviewed-by|acked-by|approved-by|reviewers?|approvers?)[ \t]*:[ \t]*(\S.*)$",
                          re.IGNORECASE | re.MULTILINE)
PERSON_SEPARATOR = re.compile(r"[,;]| and (?![^<>]{0,320}+>)")
