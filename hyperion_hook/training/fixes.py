"""Bug-fixing commits by their message, and the commits a message names as the cause.

A revert is an outcome of its own: it names its culprit, so no line needs to be traced. Bots and merges fix nothing;
what a merge brings is recorded by the commits it merges. A fix that was picked onto a release branch counts once.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.label import FixCommit
from hyperion_hook.domain.messages import classify_message

_MESSAGE_LIMIT = 20_000
_SHORTEST_NAME = 7
"""Shorter hexadecimal words are words, numbers or colours."""

_REVERTED = re.compile(r"\breverts? (?:the )?commits?[ \n]+([0-9a-f]{7,64})\b", re.IGNORECASE)
_BLAMED = re.compile(
    r"^fixes: ([0-9a-f]{7,40})\b"
    r"|\b(?:introduced|caused|broken|broke|breakage|fallout|regress(?:ed|ions?)?)\s+(?:\w+\s+){0,2}?"
    r"(?:by|in|since|from|with|of|after|at|via)\s+(?:the\s+)?(?:commit\s+|change\s+|revision\s+|pr\s+|pull request\s+)?"
    r"[\[(`]?([0-9a-f]{7,64}\b|#\d{1,9}\b)",
    re.IGNORECASE | re.MULTILINE,
)
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)", re.MULTILINE)
_PULL_REQUEST = re.compile(r"\(#(\d{1,9})\)\s*$")
"""The number that a host appends to the subject of a squashed pull request."""


class KnownCommits:
    """Commits seen so far, found by the first seven or more digits of their ids, or by their pull request's number."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, list[str]] = {}
        self._by_number: dict[str, list[str]] = {}
        self._made: set[tuple[str, int, str]] = set()

    def add(self, commit: Commit) -> None:
        """Make a commit known."""
        self._by_prefix.setdefault(commit.id[:_SHORTEST_NAME], []).append(commit.id)
        subject = commit.subject
        self._made.add(_making(commit, subject))
        number = _PULL_REQUEST.search(subject)
        if number:
            self._by_number.setdefault(number[1], []).append(commit.id)

    def find(self, name: str) -> str | None:
        """Return the one commit whose id starts with ``name``, or of ``#12``; ``None`` for none or several.

        Examples
        --------
        >>> from hyperion_hook.domain.commit import Author
        >>> ada = Author("Ada", "a@b.c")
        >>> known = KnownCommits()
        >>> known.add(Commit("abcdef0123", (), ada, ada, 0, 0, 0, "Add x (#12)"))
        >>> known.find("ABCDEF01"), known.find("#12"), known.find("abcdef99")
        ('abcdef0123', 'abcdef0123', None)
        """
        if name.startswith("#"):
            found = self._by_number.get(name[1:], [])
        else:
            name = name.lower()
            found = [commit for commit in self._by_prefix.get(name[:_SHORTEST_NAME], ()) if commit.startswith(name)]
        return found[0] if len(found) == 1 else None

    def is_copy(self, commit: Commit) -> bool:
        """Whether a commit was made before and is here a second time, as on a release branch: picked or rebased."""
        picked = _PICKED.findall(commit.message[:_MESSAGE_LIMIT])
        return _making(commit, commit.subject) in self._made or any(self.find(name) for name in picked)


def _making(commit: Commit, subject: str) -> tuple[str, int, str]:
    return commit.author.identity, commit.authored_at, subject


def fix_of(commit: Commit, known: KnownCommits) -> FixCommit | None:
    """Return what a commit repairs, ``None`` where its message names no repair.

    Parameters
    ----------
    commit
        The commit to judge.
    known
        The commits before it; a name that is not among them is ignored.

    Returns
    -------
    FixCommit | None
        ``None`` for merges, bots, other purposes, copies of a fix that was seen, and reverts that do not name what they
        revert.
    """
    if commit.is_merge:
        return None
    flags = classify_message(commit.message, commit.author)
    if CommitFlag.BOT in flags or not flags & (CommitFlag.REVERT | CommitFlag.FIX) or known.is_copy(commit):
        return None
    fix = given_fix(commit, known)
    return None if fix.is_revert and not fix.named else fix


def given_fix(commit: Commit, known: KnownCommits) -> FixCommit:
    """Return what a commit repairs that is known to be a fix, whatever it says."""
    message = commit.message[:_MESSAGE_LIMIT]
    if CommitFlag.REVERT in classify_message(commit.message, commit.author):
        reverted = _resolved(_REVERTED.findall(message), known)
        return FixCommit(commit.id, commit.committed_at, is_revert=True, named=reverted)
    blamed = [one or other for one, other in _BLAMED.findall(message)]
    return FixCommit(commit.id, commit.committed_at, named=_resolved(blamed, known))


def _resolved(names: list[str], known: KnownCommits) -> tuple[str, ...]:
    found = (known.find(name) for name in names)
    return tuple(dict.fromkeys(commit for commit in found if commit is not None))
