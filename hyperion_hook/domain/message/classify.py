"""What a commit message says: bug fix, revert, hotfix, work of a bot, issues named, reviewers.

Bodies hold templates, changelogs and quoted releases, so a fix is read from the subject, or from a reference such as
``Fixes #12``.
"""

from __future__ import annotations

from functools import lru_cache

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message import patterns
from hyperion_hook.domain.message.programs import is_bot, is_program

CLASSIFIER_VERSION = 7
"""Raised whenever ``classify_message`` can answer differently; a history index of another version is rebuilt."""

_REVIEWS = ("review", "acked", "approve")
_SUBJECT_LIMIT = 300
_BODY_LIMIT = 20_000


@lru_cache(maxsize=16)  # one commit's message is asked about by several, one after the other
def classify_message(message: str, author: Author) -> CommitFlag:
    """Return the kind of a commit by its message and author: FIX, REVERT, HOTFIX, BOT in any combination.

    A bug fix has a word for it in its subject (*fix*, *bug*, *crash*, *regression*, ...) or names the issue it fixes
    (``Fixes #12``, ``Fixes: 1a2b3c4``) anywhere. Fixes of spelling, documents, format, tests, builds and the like are
    no bug fixes, nor are changes that name another purpose first (``docs:``, ``feat:``, *Bump*, *Merge*), changes that
    add an ability and only close the issue that asked for it (*Add x (fixes #12)*), or reverts.

    Examples
    --------
    >>> ada = Author("Ada", "ada@example.org")
    >>> classify_message("Fix crash on empty input", ada)
    <CommitFlag.FIX: 1>
    >>> classify_message("Fix typo in the docs", ada)
    <CommitFlag.NONE: 0>
    """
    flags = CommitFlag.BOT if is_bot(author) else CommitFlag.NONE
    subject, _, body = message.lstrip().partition("\n")
    subject = " ".join(subject[:_SUBJECT_LIMIT].lower().split())
    # what git made to be squashed is of the purpose of the commit it names
    subject = patterns.TO_BE_SQUASHED.sub("", subject, count=1) if "! " in subject[:10] else subject
    body = _without_html_comments(body[:_BODY_LIMIT])
    if subject.startswith("merged ") and (merged := patterns.MERGED.match(subject)):
        # a request squashed by Azure or Bitbucket: its title comes after, with the latter in the body
        subject = subject[merged.end() :] or " ".join(body[:_SUBJECT_LIMIT].lower().lstrip().partition("\n")[0].split())
    says_so = "everts " in body or "riginal commit changeset" in body
    if patterns.REVERT_SUBJECT.match(subject) or (says_so and patterns.REVERT_BODY.search(body)):
        return flags | CommitFlag.REVERT
    if ("fix" in subject or not subject.isascii() or ":amb" in subject) and patterns.HOTFIX.search(subject):
        flags |= CommitFlag.HOTFIX
    if _is_fix(subject, body):
        flags |= CommitFlag.FIX
    return flags


def _is_fix(subject: str, body: str) -> bool:
    if patterns.OTHER_PURPOSE.match(subject):
        return False
    if (subject[:1] == ":" or not subject[:1].isascii()) and patterns.MARK_OF_FIX.match(subject):
        return True
    if patterns.FIX_ELSEWHERE.search(subject):
        return patterns.COSMETIC_ELSEWHERE.search(subject) is None
    # most messages never say "fix": the costly patterns are kept from them
    rest = patterns.HARMLESS_FIX.sub(" ", subject) if "fix" in subject else subject
    if patterns.SERIOUS_WORD.search(rest):
        return True
    if patterns.COSMETIC_SUBJECT.search(subject):
        return False
    if patterns.NEW_ABILITY.match(subject):
        # "Add x (fixes #12)": the word belongs to the reference, and what is added was missed, not broken
        return bool(patterns.FIX_WORD.search(patterns.FIX_REFERENCE.sub(" ", rest)))
    if patterns.FIX_WORD.search(rest) or patterns.FIX_REFERENCE.search(subject):
        return True
    return "fix" in body.lower() and bool(patterns.FIX_REFERENCE.search(body))


def _without_html_comments(text: str) -> str:
    """Drop ``<!-- -->``, where pull-request templates hide their instructions; one pass, unlike a lazy pattern."""
    parts = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        parts.append(text[position:start])
        end = text.find("-->", start)
        position = end + 3 if end >= 0 else len(text)
    return "".join([*parts, text[position:]])


def strip_trailers(message: str) -> str:
    r"""Return a message without its closing block of trailers (``Signed-off-by:`` and the like).

    Examples
    --------
    >>> strip_trailers("Add x\n\nBecause.\n\nSigned-off-by: Ada <a@b.c>\n")
    'Add x\n\nBecause.'
    """
    lines = message.strip().split("\n")
    end = len(lines)
    while end > 1:
        start = end
        while start > 1 and lines[start - 1].strip():
            start -= 1
        block = [line for line in lines[start:end] if line.strip()]
        if any(not patterns.TRAILER_LINE.match(line) and line[:1] not in " \t" for line in block):
            break
        if block and block[0][:1] in " \t":
            break
        end = start if block else end - 1
    return "\n".join(lines[:end]).rstrip()


def issue_references(message: str) -> set[str]:
    r"""Return the issues and pull requests a message names: ``#12`` (also for ``GH-12`` and URLs) and ``KAFKA-12``.

    Examples
    --------
    >>> sorted(issue_references("KAFKA-12: x (#7)\n\nSee GH-7, https://github.com/a/b/issues/9; UTF-8 &#39;"))
    ['#7', '#9', 'KAFKA-12']
    """
    # no reference holds white space, and most words are none at a glance
    words = message[: _BODY_LIMIT + _SUBJECT_LIMIT].split()
    likely = " ".join([word for word in words if "#" in word or "-" in word or "://" in word])
    results = set()
    for match in patterns.ISSUE.finditer(likely):
        number = match["number"] or match["gh"] or match["url"]
        results.add(f"#{int(number)}" if number else match["ticket"] or match["browse"])
    return results


def trailers(message: str) -> list[tuple[str, Author]]:
    r"""Return who reviewed a commit, from its trailers: (lower-cased key, person), in order, without repetition.

    Read are ``Reviewed-by``, ``Acked-by``, ``Approved-by``, and lists such as ``Reviewers: Ada <a@b.c>, Bob <b@b.c>``.

    Examples
    --------
    >>> trailers("x\n\nReviewers: Ada <a@b.c>, Bob <b@b.c>")
    [('reviewers', Author(name='Ada', email='a@b.c')), ('reviewers', Author(name='Bob', email='b@b.c'))]
    """
    lines = message[-_BODY_LIMIT:].split("\n")
    likely = "\n".join([line for line in lines if ":" in line and any(word in line.lower() for word in _REVIEWS)])
    if not likely:
        return []
    results: dict[tuple[str, Author], None] = {}
    for match in patterns.REVIEW_LINE.finditer(likely):
        for part in patterns.PERSON_SEPARATOR.split(match[2][:2_000]):
            person = _person(part)
            if person is not None and not is_program(person):
                results[match[1].lower(), person] = None
    return list(results)


def _person(text: str) -> Author | None:
    name, opening, rest = text.partition("<")
    name = name.strip(" \t.\"'()")
    email = rest.partition(">")[0].strip() if opening else ""
    if not opening and "@" in name[1:] and " " not in name:
        name, email = "", name
    return Author(name, email) if name or email else None
