"""The commits that a fix names as the cause of what it repairs: the one label that no tracing makes.

Some projects ask for it (``Fixes: <id> ("subject")``), others say it in a sentence ("a regression in <id>", "broken by
#12"). A sentence counts only where its commit is a fix: by its message, or because the sentence says what broke. What
continues earlier work ("follow-up to", "amends", "complements") repairs nothing that was wrong, and is left out.

References
----------
.. [1] The Linux kernel, "Submitting patches", on the tag ``Fixes:``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from hyperion_hook.domain.label import FoundBy

_MOST = 50
_NAME = r"(?:(?P<id>[0-9a-f]{7,64})(?![\w-])|(?P<number>[#!]\d{1,9})\b)"
_TRAILER = re.compile(
    r"^[ \t]{0,8}fix(?:es|ed)?[ \t]*+:?[ \t]*+(?:commits?[ \t]++)?[\[(<`'\"]?"
    r"(?=[0-9a-f]{0,63}\d)([0-9a-f]{7,64})(?![\w-])",
    re.IGNORECASE | re.MULTILINE,
)
_FILLER = (
    r"(?:(?:by|in|into|since|from|with|of|after|at|via|to|on|was|were|got|is|has|been|the|a|an|this|my|our|pr|mr|commits?"
    r"|change|changes|changeset|revision|rev|patch|pull|merge|request|version|when|accidentally|inadvertently|recent"
    r"|earlier|previous|introduced|brought|made|git|ref|refactoring|refactor)\b[\s:,]*+)"
)
_BLAME = re.compile(
    r"\b(?P<word>regress(?:ed|ions?|es)?|introduced|broken|broke|breaks|breakage|caused|causes|fallout|oversights?"
    r"|bugs?|mistakes?|typo|error|thinko|since|regressing|overlooked|missed|forgotten|forgot)\b[\s:,]*+"
    rf"(?P<filler>(?:{_FILLER}){{0,6}}+)[\[(<`'\"]?"
    rf"(?:https?://[^\s<>()]{{3,200}}/(?:commit|pull|merge_requests)/)?+{_NAME}",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"(?:[\s,;&)`'\"\]]|\band\b|\bor\b|\bcommits?\b|\([^()\n]{{0,200}}\)){{1,8}}+[\[(<`'\"]?{_NAME}", re.IGNORECASE
)
"""What is named right after a name, with the subject of the one before in parentheses."""
_CONTINUES = re.compile(
    r"(?:follow(?:s|ed|ing)?[ -]?up|amends?|complements?|continu(?:es|ation)|see also|similar to|like|cf\.?"
    r"|backport(?:ed)?"
    r"|cherry[ -]picked|reverts?)\W*+(?:\w++\W++){0,3}\Z", re.IGNORECASE,
)
_STRONG = ("regress", "broke", "break", "fallout", "oversight", "thinko")
"""How words begin that make the commit which says them a fix: something was right before."""
_NEEDS_PREPOSITION = frozenset({"since", "bug", "bugs", "error", "typo", "mistake", "mistakes", "missed", "forgot",
                                "forgotten", "overlooked"})


def named_causes(message: str, *, is_fix: bool, find: Callable[[str], str | None]) -> dict[str, FoundBy]:
    r"""Return the commits that a message names as the cause, each with how it does so: by a trailer or a phrase.

    Parameters
    ----------
    message
        Of the commit that repairs.
    is_fix
        Whether it is a fix; of another commit only the trailer counts, and sentences that say what broke.
    find
        The id of the one earlier commit that an abbreviated id or ``#12`` stands for, if any.

    Examples
    --------
    >>> known = {"1234abc": "1234abcdef", "#12": "77aa00bb"}.get
    >>> named_causes('Fix it\n\nFixes: 1234abc ("Add x")', is_fix=True, find=known)
    {'1234abcdef': <FoundBy.TRAILER: 'trailer'>}
    >>> named_causes("Fix a regression introduced in #12", is_fix=True, find=known)
    {'77aa00bb': <FoundBy.PHRASE: 'phrase'>}
    >>> named_causes("Follow-up to 1234abc", is_fix=True, find=known)
    {}
    """
    causes: dict[str, FoundBy] = {}
    for match in islice(_TRAILER.finditer(message), _MOST):
        _note(causes, find(match[1]), FoundBy.TRAILER)
    for match in islice(_BLAME.finditer(message), _MOST):
        if not is_fix and not match["word"].lower().startswith(_STRONG):
            continue
        if match["word"].lower() in _NEEDS_PREPOSITION and not _is_about_a_commit(match):
            continue
        if _CONTINUES.search(message[max(0, match.start() - 60) : match.start()]):
            continue
        following: re.Match[str] | None = match
        while following:
            _note(causes, find(following["id"] or following["number"]), FoundBy.PHRASE)
            following = _NEXT.match(message, following.end())
    return causes


def _is_about_a_commit(match: re.Match[str]) -> bool:
    """Whether the words before a name are more than "bug #12", which names an entry of a tracker."""
    words = match["filler"].lower().split()
    if match["word"].lower() == "since":
        return match["id"] is not None or "commit" in words
    return bool(words) and (match["id"] is not None or bool({"commit", "pr", "pull"} & set(words)))


def _note(causes: dict[str, FoundBy], commit: str | None, how: FoundBy) -> None:
    if commit is not None:
        causes.setdefault(commit, how)
