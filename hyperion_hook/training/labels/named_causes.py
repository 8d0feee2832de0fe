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

from hyperion_hook.training.labels.label import FoundBy

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
    r"|earlier|previous|introduced|brought|made|git|ref|refactoring|refactor|it|me|us|i|way|back|long|several|few|days"
    r"|weeks|ago|came|coming|comes|landed|first|only|still|incorrectly|wrongly|mistakenly|initially|originally)\b"
    r"[\s:,'-]*+)"
)
_BLAME = re.compile(
    r"\b(?P<word>regress(?:ed|ions?|es)?|introduced|broken|broke|breaks|breakage|caused|causes|fallout|oversights?"
    r"|bugs?|mistakes?|typo|error|thinko|since|regressing|overlooked|missed|forgotten|forgot)\b[\s:,'-]*+"
    rf"(?P<filler>(?:{_FILLER}){{0,9}}+)[\[(<`'\"]?"
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
    r"|cherry[ -]picked|reverts?)\W*+(?:\w++\W++){0,3}\Z",
    re.IGNORECASE,
)
_DEFECT = r"(?:bugs?|regressions?|problems?|issues?|errors?|leaks?|crash|mistakes?|breakage|failures?|flaw|race|typo)"
_OF_A_DEFECT = re.compile(rf"\b{_DEFECT}\W+(?:\w++\W++){{0,5}}\Z", re.IGNORECASE)
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:fix(?:es)? (?:for [^.\n]{0,60})?|(?:features?|support|options?|ability|workarounds?|mechanisms?|types?)\W+"
    r"(?:for \w+ )?)(?:(?:was|were|is|has|been|that|which|as|it|originally|first|newly|recently)\W+){0,4}\Z",
    re.IGNORECASE,
)
"""What stands before "introduced in" where nothing broke then."""
_BROKE = re.compile(
    rf"{_NAME}[\s\])'\"`]*+(?:\([^()]{{0,200}}\))?[\s,]*+"
    rf"(?:(?:which|that|it|has|had|accidentally|inadvertently|probably|apparently|also|then)\s++){{0,4}}"
    rf"(?:broke|regressed|(?:introduced|caused)\s+(?:an?|the|this|some|another)\s+(?:[\w-]++\s+){{0,2}}?{_DEFECT})\b",
    re.IGNORECASE,
)
"""``<id> broke``, ``#12 ("subject") introduced a bug``."""
_BREAKING = ("broke", "regressed", "introduced", "caused")
_STRONG = ("regress", "broke", "break", "fallout", "oversight", "thinko")
"""How words begin that make the commit which says them a fix: something was right before."""
_MADE = frozenset({"introduced", "caused", "causes", "came"})
_NEEDS_PREPOSITION = frozenset(
    {"since", "bug", "bugs", "error", "typo", "mistake", "mistakes", "missed", "forgot", "forgotten", "overlooked"}
)


def named_causes(message: str, *, is_fix: bool, find: Callable[[str], str | None]) -> dict[str, FoundBy]:
    r"""Return the commits that a message names as the cause, each with how it does so: by a trailer or a phrase.

    Of a commit that is no fix only the trailer counts, and sentences that say what broke. ``find`` gives the id of the
    one earlier commit that an abbreviated id or ``#12`` stands for, if any.

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
        word, before = match["word"].lower(), message[max(0, match.start() - 80) : match.start()]
        if not (is_fix or word.startswith(_STRONG) or _is_defect_made(match, before)):
            continue
        if word in _NEEDS_PREPOSITION and not _is_about_a_commit(match):
            continue
        if _CONTINUES.search(before) or (word == "introduced" and _OF_SOMETHING_ELSE.search(before)):
            continue
        following: re.Match[str] | None = match
        while following:
            _note(causes, find(following["id"] or following["number"]), FoundBy.PHRASE)
            following = _NEXT.match(message, following.end())
    says_broke = any(word in message for word in _BREAKING)  # most do not, and the pattern is costly
    for match in islice(_BROKE.finditer(message), _MOST) if says_broke else ():
        _note(causes, find(match["id"] or match["number"]), FoundBy.PHRASE)
    return causes


def _is_about_a_commit(match: re.Match[str]) -> bool:
    """Whether the words before a name are more than "bug #12", which names an entry of a tracker."""
    words = match["filler"].lower().split()
    if match["word"].lower() == "since":
        return match["id"] is not None or "commit" in words
    return bool(words) and (match["id"] is not None or bool({"commit", "pr", "pull"} & set(words)))


def _is_defect_made(match: re.Match[str], before: str) -> bool:
    """Whether the words say that a defect was introduced, and not a feature."""
    if match["word"].lower() in _MADE:
        return _OF_A_DEFECT.search(before) is not None
    return match["word"].lower() != "since" and not _MADE.isdisjoint(match["filler"].lower().split())


def _note(causes: dict[str, FoundBy], commit: str | None, how: FoundBy) -> None:
    if commit is not None:
        causes.setdefault(commit, how)
