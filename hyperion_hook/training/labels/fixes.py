"""Bug-fixing commits by their message, the commits that it names as the cause, and the changes that reverts take back.

A revert is an outcome of its own: it names its culprit, so no line needs to be traced. It does so by id, by the number
of a request, or by the title it quotes. Bots and merges fix nothing; what a merge brings is recorded by the commits it
merges. A fix that was picked onto a release branch counts once.
"""

from __future__ import annotations

import re
from itertools import islice

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.training.labels.known_commits import KnownCommits, number_in
from hyperion_hook.training.labels.label import FixCommit, FoundBy
from hyperion_hook.training.labels.named_causes import named_causes

MESSAGE_LIMIT = 20_000
_MOST_VERBS = 50
_TAKES_BACK = re.compile(
    r"\b(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]?out|roll(?:s|ed|ing)?[ -]?back(?: of)?|undo"
    r"|reappl(?:y|ies|ied)|original commit changeset:)(?!\w)",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"[\s,;:&]*+(?:(?:the|of|commits?|changesets?|changes?(?: made| introduced)?(?: of| from| in| by)?|prs?|mrs?|pull"
    r"|merge|requests?|and)\b[\s,;:&]*+)*+"
    r"(?:(?P<id>[0-9a-f]{7,64})\b|https?://[^\s<>()]{3,200}/(?P<kind>pull|merge_requests)/(?P<there>\d{1,9})\b"
    r"|[\w./-]{0,200}+(?P<number>[#!]\d{1,9})\b|gh-(?P<gh>\d{1,9})\b)",
    re.IGNORECASE,
)
"""What is named right after that word, and after what is named there: ids, ``o/r#12``, ``!12``, pages."""
_QUOTED = re.compile(
    r".{0,60}?\b(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]?out|roll(?:s|ed|ing)?[ -]?back|undo)(?: of)?:? "
    r"(?:\"(.{1,900})\"|'(.{1,900})'|`(.{1,900})`|\u201c(.{1,900})\u201d|\u2018(.{1,900})\u2019)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r".{0,60}?\brevert(?:s|ed|ing)?(?:\]|\([^()]{0,80}\))?!?:? (.{1,900})", re.IGNORECASE)
_BETWEEN_TITLES = re.compile(r"[\"'`\u201d\u2019](?:,? and |, )[\"'`\u201c\u2018]")
_FOOTER = re.compile(r"^refs?: *((?:[0-9a-f]{7,64}(?:, *|\b))+)", re.IGNORECASE | re.MULTILINE)
"""Of a "revert:" as Conventional Commits have it: the ids of what is taken back."""
_AGAIN = re.compile(r'(?:reapply|re-apply|reland|revert(?:s|ed|ing)?:? "?revert(?:s|ed|ing)?)\b', re.IGNORECASE)


def taken_back(commit: Commit, known: KnownCommits) -> tuple[str, ...]:
    """Return the changes that a revert takes back: by ids, else by numbers of requests, else by the title it quotes.

    A merge stands for what it brought. What is not known is left out.
    """
    message = commit.message[:MESSAGE_LIMIT]
    ids, numbers = _named_in(message)
    quoted = _QUOTED.match(commit.subject) or _PLAIN.match(commit.subject)
    title = next(filter(None, quoted.groups()), "") if quoted else ""
    titles = _BETWEEN_TITLES.split(title)
    own_numbers = [number for number in map(number_in, titles) if number is not None]
    footers = [name for footer in _FOOTER.findall(message) for name in re.split(", *", footer) if name]
    for names in (ids, numbers, own_numbers, footers):
        changes = tuple(dict.fromkeys(change for name in names for change in known.find_all(name)))
        if changes:
            return changes
    return tuple(dict.fromkeys(change for part in titles if part for change in known.titled(part)))


def _named_in(message: str) -> tuple[list[str], list[str]]:
    """Return the ids and the numbers of requests that a message says to take back."""
    ids, numbers = [], []
    for verb in islice(_TAKES_BACK.finditer(message), _MOST_VERBS):
        position = verb.end()
        while target := _TAKEN_BACK.match(message, position):
            position = target.end()
            if target["id"]:
                ids.append(target["id"])
            else:
                mark = "!" if target["kind"] == "merge_requests" else "#"
                numbers.append(target["number"] or f"{mark}{target['gh'] or target['there']}")
    return ids, numbers


def takes_back(commit: Commit, known: KnownCommits) -> bool:
    """Return whether a commit takes changes back, and does not bring one again by taking back a revert."""
    if commit.is_merge or CommitFlag.REVERT not in classify_message(commit.message, commit.author):
        return False
    named = taken_back(commit, known)
    return not known.reverts.issuperset(named) if named else _AGAIN.match(commit.subject) is None


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
    """Return the fix that a commit is, ``None`` where its message names no repair.

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
    """Return the repair of tests, builds, scripts or pipelines that a commit is, rather than of the product."""
    if commit.is_merge or not _is_repair(commit.subject) or known.is_copy(commit):
        return None
    flags = classify_message(commit.message, commit.author)
    return None if flags & (CommitFlag.BOT | CommitFlag.REVERT) else given_fix(commit, known)


def _is_repair(subject: str) -> bool:
    subject = subject[:_SUBJECT_LIMIT]
    return _REPAIR.search(subject) is not None and _COSMETIC.search(subject) is None


def given_fix(commit: Commit, known: KnownCommits) -> FixCommit:
    """Return the fix that a commit is which is known to be one, whatever its message says."""
    flags = classify_message(commit.message, commit.author)
    if CommitFlag.REVERT in flags:
        taken = dict.fromkeys(taken_back(commit, known), FoundBy.REVERT)
        return FixCommit(commit.id, commit.committed_at, is_revert=True, named=taken)
    is_fix = CommitFlag.FIX in flags or _is_repair(commit.subject)
    named = named_causes(commit.message[:MESSAGE_LIMIT], is_fix=is_fix, find=known.find)
    return FixCommit(commit.id, commit.committed_at, named=named)
