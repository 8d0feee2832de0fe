"""Bug-fixing commits by their message, and the commits a message names as the cause.

A revert is an outcome of its own: it names its culprit, so no line needs to be traced. Bots and merges fix nothing;
what a merge brings is recorded by the commits it merges.
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
    r"|\b(?:introduced|caused|broken|regress(?:ed|ion)) (?:by|in|since|from|with) (?:the )?(?:commit |change )?"
    r"([0-9a-f]{7,64})\b",
    re.IGNORECASE | re.MULTILINE,
)


class CommitNames:
    """Commits seen so far, found by the first seven or more digits of their ids."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, list[str]] = {}

    def add(self, commit_id: str) -> None:
        """Make a commit known."""
        self._by_prefix.setdefault(commit_id[:_SHORTEST_NAME], []).append(commit_id)

    def find(self, name: str) -> str | None:
        """Return the one commit whose id starts with ``name``, ``None`` for none or several.

        Examples
        --------
        >>> names = CommitNames()
        >>> names.add("abcdef0123")
        >>> names.find("ABCDEF01"), names.find("abcdef99")
        ('abcdef0123', None)
        """
        name = name.lower()
        found = [commit for commit in self._by_prefix.get(name[:_SHORTEST_NAME], ()) if commit.startswith(name)]
        return found[0] if len(found) == 1 else None


def fix_of(commit: Commit, known: CommitNames) -> FixCommit | None:
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
        ``None`` for merges, bots, other purposes, and reverts that do not name what they revert.
    """
    if commit.is_merge:
        return None
    flags = classify_message(commit.message, commit.author)
    if CommitFlag.BOT in flags:
        return None
    message = commit.message[:_MESSAGE_LIMIT]
    if CommitFlag.REVERT in flags:
        reverted = _resolved(_REVERTED.findall(message), known)
        return FixCommit(commit.id, commit.committed_at, is_revert=True, named=reverted) if reverted else None
    if CommitFlag.FIX in flags:
        named = [one or other for one, other in _BLAMED.findall(message)]
        return FixCommit(commit.id, commit.committed_at, named=_resolved(named, known))
    return None


def _resolved(names: list[str], known: CommitNames) -> tuple[str, ...]:
    found = (known.find(name) for name in names)
    return tuple(dict.fromkeys(commit for commit in found if commit is not None))
