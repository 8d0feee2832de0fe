"""What a commit message says: bug fix, revert, hotfix, work of a bot, issues named, reviewers.

Bodies hold templates, changelogs and quoted releases, so a fix is read from the subject, or from a reference such as
``Fixes #12``. Every pattern works on bounded text and has no nested repetition, so a hostile message costs nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hyperion_hook.domain.commit import Author
from hyperion_hook.domain.history import CommitFlag

CLASSIFIER_VERSION = 1
"""Raised whenever ``classify_message`` can answer differently; a history index of another version is rebuilt."""

_SUBJECT_LIMIT = 300
_BODY_LIMIT = 20_000

_FIX = r"(?:hot|bug)?-?fix(?:e[sd]|ing|up|ups)?"
_COSMETIC = (
    r"(?:typos?|mispell\w*|misspell\w*|spelling|grammar|wording|docs?|doc-?strings?|documentation|javadocs?|rustdocs?"
    r"|comments?|read-?me(?:\.\w+)?|change-?logs?|changes|release notes|format|formatting|indent|indents|indentation"
    r"|white-?spaces?|code style|styles?|styling|lints?|linter|linting|flake8|pep-?8|pyflakes|pylint|mypy|eslint|jshint"
    r"|rubocop|check-?style|spotless|rustfmt|clippy|gofmt|black|isort|prettier|typing|type (?:hints?|annotations?)|ci"
    r"|travis|appveyor|jenkins|github actions?|workflows?|pipelines?|builds?|compilation|compiler warnings?|warnings?"
    r"|tests?|test cases?|unit tests?|test-?suites?|links?|urls?|licen[cs]es?|copyrights?|headers?|imports|import order"
    r"|version|version numbers?|(?:merge )?conflicts?|badges?|examples?|nits?)"
)
_FILLER = (
    r"(?:(?:an?|the|some|few|minor|small|various|more|trivial|broken|failing|flaky|wrong|bad|missing|incorrect|invalid"
    r"|dead|several|all|remaining|new|another|other|up) ){0,3}"
)
_SERIOUS = (
    r"bugs?(?!(?: |-)?(?:report|track|template|zilla|bount))|buggy|bug-?fix(?:es)?|defects?"
    r"|crash(?:e[sd]|ing)?(?! ?report)|regress(?:ions?(?! tests?)|ed|es)|faults?(?!(?: |-)?(?:toleran|inject))|faulty"
    r"|npes?|nullpointerexceptions?|seg-?faults?|dead-?locks?|race conditions?|leak(?:s|ed|ing)?(?! detect)"
    r"|use[- ]after[- ]free|buffer overflows?|infinite loops?"
)
_SERIOUS_WORD = re.compile(rf"\b(?:{_SERIOUS})\b", re.IGNORECASE)
_FIX_WORD = re.compile(
    rf"\b(?:{_FIX}|broken|wrong|wrongly|incorrect|incorrectly|fails|(?:can|may|could) fail|fail (?:to|on|if|when|with)"
    r"|hangs?|stuck|corrupt(?:s|ed|ion)?|(?:do(?:es)?n't|does not|not) work(?:ing)?)\b",
    re.IGNORECASE,
)
_HARMLESS_FIX = re.compile(
    # "fix typo in x", "fix the parser tests": a cosmetic noun, and after it an end or a preposition
    rf"\b{_FIX} {_FILLER}(?:(?!(?:{_SERIOUS})\b)[\w./'`-]+ )?(?:{_COSMETIC} ){{0,2}}{_COSMETIC}(?![\w-])"
    r"(?=$|[^\w ]| (?:in|of|for|and|on|from|to|at|by|with|within|after|due|when|that|which|about|under|inside|per|again"
    r"|across|caused|reported|\W))"
    # "typo fixes", "doc and test fixes"
    rf"|(?<![\w-]){_COSMETIC}(?:(?: and |, ?| & |/){_COSMETIC})?[ -]{_FIX}\b",
    re.IGNORECASE,
)
_COSMETIC_SUBJECT = re.compile(
    r"\b(?:typos?|spelling|grammar|white-?spaces?|docs?|doc-?fix|doc-?strings?|documentation|javadocs?|read-?me|flaky"
    r"|quick-?start|tutorials?|tests|(?:unit|system|integration) test|flake8|pep-?8|lint|linter|linting|eslint|rubocop"
    r"|check-?style|rustfmt|clippy|gofmt|ci|jenkinsfile)\b",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"(?:docs?|style|tests?|ci|build|feat|feature|refactor|release)(?:\([^()]{0,80}\))?!?:"
    r"|fix\((?:docs?|tests?|ci|lint|build|examples?|style|typos?|readme)\)!?:"
    r"|(?:bump|release|prepare|merged?|merging|version|changelog)\b"
    r"|(?:add|adds|added|improve|write|more|new)\b[^:]*\btests?\b",
    re.IGNORECASE,
)
_FIX_REFERENCE = re.compile(
    r"\bfix(?:e[sd])?:? +(?:(?:issue|bug):? +)?(?:[\w.-]{1,60}/[\w.-]{1,60})?(?:#\d|gh-\d|[A-Z][A-Z0-9]{1,9}-\d"
    r"|https?://[^\s<>]{3,200}/(?:issues|browse|pull)/)"
    r"|^fixes: [0-9a-f]{7,40}\b",
    re.IGNORECASE | re.MULTILINE,
)
_REVERT_SUBJECT = re.compile(r"(?:[A-Z][A-Z0-9]+-\d+:? *|\[[^\]]{1,40}\] *)?revert(?:s|ed|ing)?\b", re.IGNORECASE)
_REVERT_BODY = re.compile(r"^this reverts commit [0-9a-f]{7,64}\b", re.IGNORECASE | re.MULTILINE)
_HOTFIX = re.compile(r"\b(?:hot[- ]?fix(?:e[sd]|ing)?|emergency fix|urgent fix)\b", re.IGNORECASE)
_BOT = re.compile(
    r"\[bot\]|(?:^|[\s._+-])bot$|(?:^|[\s._+-])bot@"
    r"|\b(?:dependabot|renovate|greenkeeper|pre-commit-ci|github-actions|snyk-bot|pyup-bot|allcontributors"
    r"|semantic-release-bot|imgbot|mergify|bors|homu|buildbot|jenkins|travis ?ci|weblate|transifex|k8s-ci-robot)\b",
    re.IGNORECASE,
)
_TRAILER_LINE = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,30}){1,5}|authors?|reviewers?|fixes|closes|refs|bug|committer"
    r"|approvers?|ticket|issue|see)\s?:\s|\(cherry picked from commit ",
    re.IGNORECASE,
)
_REVIEW_LINE = re.compile(r"^[ \t]*(reviewed-by|acked-by|approved-by|reviewers?|approvers?)[ \t]*:[ \t]*(\S.*)$",
                          re.IGNORECASE | re.MULTILINE)
_PERSON_SEPARATOR = re.compile(r"[,;]| and (?=[^<>]*(?:<|$))")
_ISSUE = re.compile(
    r"(?<![\w&/#-])(?:[\w.-]{1,60}/[\w.-]{1,60})?#(?P<number>\d{1,9})\b"
    r"|(?<![\w-])GH-(?P<gh>\d{1,9})\b"
    r"|(?<![\w/.-])(?!(?:UTF|SHA|ISO|RFC|PEP|CVE|HTTP|TLS|MD|AES|BASE|X|GPL|LGPL|AGPL|BSD|RSA|ECMA|ES|JEP|JSR)-)"
    r"(?P<ticket>[A-Z][A-Z0-9]{1,9}-\d{1,7})\b(?!-)"
    r"|https?://[^\s<>()]{3,200}?/(?:(?:issues|pull|pulls|merge_requests)/(?P<url>\d{1,9})"
    r"|browse/(?P<browse>[A-Z][A-Z0-9]{1,9}-\d{1,7}))\b"
)


def classify_message(message: str, author: Author) -> CommitFlag:
    """Return what a commit's message and author say it is: FIX, REVERT, HOTFIX, BOT in any combination.

    A bug fix has a word for it in its subject (*fix*, *bug*, *crash*, *regression*, ...) or names the issue it fixes
    (``Fixes #12``, ``Fixes: 1a2b3c4``) anywhere. Fixes of spelling, documents, format, tests, builds and the like are
    no bug fixes, nor are changes that name another purpose first (``docs:``, ``feat:``, *Bump*, *Merge*) or reverts.

    Examples
    --------
    >>> ada = Author("Ada", "ada@example.org")
    >>> classify_message("Fix crash on empty input", ada)
    <CommitFlag.FIX: 1>
    >>> classify_message("Fix typo in the docs", ada)
    <CommitFlag.NONE: 0>
    """
    flags = CommitFlag.BOT if _is_bot(author) else CommitFlag.NONE
    subject, _, body = message.lstrip().partition("\n")
    subject = " ".join(subject[:_SUBJECT_LIMIT].split())
    body = _without_html_comments(body[:_BODY_LIMIT])
    if _REVERT_SUBJECT.match(subject) or ("everts commit" in body and _REVERT_BODY.search(body)):
        return flags | CommitFlag.REVERT
    if _HOTFIX.search(subject):
        flags |= CommitFlag.HOTFIX
    if _is_fix(subject, body):
        flags |= CommitFlag.FIX
    return flags


@lru_cache(maxsize=4_096)
def _is_bot(author: Author) -> bool:
    return bool(_BOT.search(author.name[:200]) or _BOT.search(author.email[:200]))


def _is_fix(subject: str, body: str) -> bool:
    if _OTHER_PURPOSE.match(subject):
        return False
    # most messages never say "fix": the costly patterns are kept from them
    told = _HARMLESS_FIX.sub(" ", subject) if "fix" in subject.lower() else subject
    if _SERIOUS_WORD.search(told):
        return True
    if _COSMETIC_SUBJECT.search(subject):
        return False
    if _FIX_WORD.search(told) or _FIX_REFERENCE.search(subject):
        return True
    return "fix" in body.lower() and bool(_FIX_REFERENCE.search(body))


def _without_html_comments(text: str) -> str:
    """Drop ``<!-- -->``, where pull-request templates hide their instructions; one pass, unlike a lazy pattern."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        kept.append(text[position:start])
        end = text.find("-->", start)
        position = end + 3 if end >= 0 else len(text)
    kept.append(text[position:])
    return "".join(kept)


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
        if any(not _TRAILER_LINE.match(line) and line[:1] not in " \t" for line in block):
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
    found = set()
    for match in _ISSUE.finditer(message[: _BODY_LIMIT + _SUBJECT_LIMIT]):
        number = match["number"] or match["gh"] or match["url"]
        found.add(f"#{int(number)}" if number else match["ticket"] or match["browse"])
    return found


def trailers(message: str) -> list[tuple[str, Author]]:
    r"""Return who reviewed a commit, from its trailers: (lower-cased key, person), in order, without repetition.

    Read are ``Reviewed-by``, ``Acked-by``, ``Approved-by``, and lists such as ``Reviewers: Ada <a@b.c>, Bob <b@b.c>``.

    Examples
    --------
    >>> trailers("x\n\nReviewers: Ada <a@b.c>, Bob <b@b.c>")
    [('reviewers', Author(name='Ada', email='a@b.c')), ('reviewers', Author(name='Bob', email='b@b.c'))]
    """
    found: dict[tuple[str, Author], None] = {}
    for match in _REVIEW_LINE.finditer(message[-_BODY_LIMIT:]):
        for part in _PERSON_SEPARATOR.split(match[2][:2_000]):
            person = _person(part)
            if person is not None:
                found[match[1].lower(), person] = None
    return list(found)


def _person(text: str) -> Author | None:
    name, opening, rest = text.partition("<")
    name = name.strip(" \t.\"'()")
    email = rest.partition(">")[0].strip() if opening else ""
    if not opening and "@" in name[1:] and " " not in name:
        name, email = "", name
    return Author(name, email) if name or email else None
