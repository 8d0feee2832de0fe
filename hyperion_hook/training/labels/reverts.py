"""Reverts: which commits take changes back, and the changes that they name.

By id, by the number of a request, or by the title they quote.
"""

from __future__ import annotations

import re
from itertools import islice

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.training.labels.known_commits import KnownCommits, number_in

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
