"""Bug-fixing commits by their message, and the commits a message names as the cause.

A revert is an outcome of its own (``reverts``): it names its culprit, so no line needs to be traced. Bots and merges
fix nothing; what a merge brings is recorded by the commits it merges. A fix that was picked onto a release branch
counts once.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.training.labels.known_commits import KnownCommits
from hyperion_hook.training.labels.label import FixCommit, FoundBy
from hyperion_hook.training.labels.named_causes import named_causes
from hyperion_hook.training.labels.reverts import MESSAGE_LIMIT, taken_back

_SUBJECT_LIMIT = 300
_REPAIR = re.compile(
    r"\b(?:(?:un|hot|bug)?fix(?:e[sd]|ing)?|repair(?:s|ed)?|unbreak|broken|wrong|fail(?:s|ing|ed|ures?)?)\b",
    re.IGNORECASE,
)
_COSMETIC = re.compile(
    r"\b(?:typos?|spelling|grammar|wording|docs?|doc-?strings?|documentation|comments?|read-?me|change-?logs?|format|styl(?:es?|ing)"
    r"|formatting|indent(?:ation)?|white-?spaces?|lint(?:er|ing|s)?|clippy|rubocop|eslint|licen[cs]es?|copyrights?"
    r"|warnings?|nits?|conflicts?|badges?|links?|examples?|bump|release)\b",
    re.IGNORECASE,
)


def fix_of(commit: Commit, known: KnownCommits) -> FixCommit | None:
    """Return what a commit repairs, ``None`` where its message names no repair.

    A name that is not among the commits before it is ignored. ``None`` for merges, bots, other purposes, copies of a
    fix that was seen, and reverts that do not name what they revert.
    """
    if commit.is_merge:
        return None
    flags = classify_message(commit.message, commit.author)
    if CommitFlag.BOT in flags or known.is_copy(commit):
        return None
    fix = given_fix(commit, known)
    if not fix.is_revert:
        # who names what broke repairs it, whatever the message calls that
        return fix if CommitFlag.FIX in flags or fix.named else None
    # what takes back a revert brings a change again, and repairs nothing
    return fix if fix.named and not known.reverts.issuperset(fix.named) else None


def repair_of(commit: Commit, known: KnownCommits) -> FixCommit | None:
    """Return what a commit repairs that is no bug of the product itself: broken tests, builds, scripts, pipelines."""
    if commit.is_merge or not _is_repair(commit.subject) or known.is_copy(commit):
        return None
    flags = classify_message(commit.message, commit.author)
    return None if flags & (CommitFlag.BOT | CommitFlag.REVERT) else given_fix(commit, known)


def _is_repair(subject: str) -> bool:
    subject = subject[:_SUBJECT_LIMIT]
    return _REPAIR.search(subject) is not None and _COSMETIC.search(subject) is None


def given_fix(commit: Commit, known: KnownCommits) -> FixCommit:
    """Return what a commit repairs that is known to be a fix, whatever it says."""
    flags = classify_message(commit.message, commit.author)
    if CommitFlag.REVERT in flags:
        taken = dict.fromkeys(taken_back(commit, known), FoundBy.REVERT)
        return FixCommit(commit.id, commit.committed_at, is_revert=True, named=taken)
    is_fix = CommitFlag.FIX in flags or _is_repair(commit.subject)
    named = named_causes(commit.message[:MESSAGE_LIMIT], is_fix=is_fix, find=known.find)
    return FixCommit(commit.id, commit.committed_at, named=named)
