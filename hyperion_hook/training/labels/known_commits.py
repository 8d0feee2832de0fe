"""The commits of a history by what messages call them: ids, numbers of pull and merge requests, titles, merges."""

from __future__ import annotations

import heapq
import re

from hyperion_hook.domain.commit import Commit

_MESSAGE_LIMIT = 20_000
_SHORTEST_NAME = 7
"""Shorter hexadecimal words are words, numbers or colours."""
_MOST_BROUGHT = 100
"""A merge that brought more commits is no change that one revert tells about."""

_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{7,64})\)", re.MULTILINE)
_SQUASHED = re.compile(r"(?<!\s)\s*+\((?:pull request )?+([#!]\d{1,9})\)\s*+$")
"""The number that a host appends to the subject of a squashed pull request."""
_MERGED = re.compile(
    r"(?:Merge pull request|Merged PR|Merged in [^\n]{1,200} \(pull request|(?:Auto )?merge(?: of)?) #?(\d{1,9})\b"
    r"((?: #\d{1,9})*)",
    re.IGNORECASE,
)
_OF_REQUEST = re.compile(r"^See merge request [\w./-]{0,200}(!\d{1,9})\s*$", re.MULTILINE)


_TITLED = re.compile(r"Merged PR (\d{1,9}): ")
"""Of a request that Azure squashed, whose reverts call it ``!12``."""


class KnownCommits:
    """Commits seen so far, parents before children."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, list[str]] = {}
        self._by_number: dict[str, list[str]] = {}
        self._by_title: dict[str, str] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        self._order: dict[str, int] = {}
        self._made: set[tuple[str, int, str]] = set()
        self.reverts: set[str] = set()
        """Commits that take others back."""

    def add(self, commit: Commit) -> None:
        """Make a commit known."""
        subject = commit.subject
        self._by_prefix.setdefault(commit.id[:_SHORTEST_NAME], []).append(commit.id)
        self._by_title[title_of(subject)] = commit.id
        self._parents[commit.id] = commit.parents
        self._order[commit.id] = len(self._order)
        self._made.add(_making(commit, subject))
        for number in _numbers(commit, subject):
            self._by_number.setdefault(number, []).append(commit.id)

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
        if name[0] in "#!":
            named = self._by_number.get(name, [])
            commits = self.changes(named[0]) if len(named) == 1 else ()
            return commits[0] if len(commits) == 1 else None
        return self._with_prefix(name)

    def find_all(self, name: str) -> tuple[str, ...]:
        """Return the changes that an id or ``#12`` stands for; of commits with one number those of the newest."""
        numbered = self._by_number.get(name)
        commit = numbered[-1] if numbered else self._with_prefix(name)
        return () if commit is None else self.changes(commit)

    def titled(self, title: str) -> tuple[str, ...]:
        """Return the changes of the newest commit with a title."""
        commit = self._by_title.get(title_of(title))
        return () if commit is None else self.changes(commit)

    def changes(self, commit: str) -> tuple[str, ...]:
        """Return the commits that a merge brought, itself for a commit that is none; nothing for a merge of very many.

        As git does it: commits are visited children first, and what the first parent leads to was there before.
        """
        first, *others = self._parents[commit] or ("",)
        if not others:
            return (commit,)
        was_there = dict.fromkeys(others, False) | {first: True}
        queue = [(-self._order[name], name) for name in was_there if name in self._order]
        heapq.heapify(queue)
        brought: list[str] = []
        unsettled = sum(not was_there[name] for _, name in queue)
        while unsettled and len(brought) <= _MOST_BROUGHT:
            _, name = heapq.heappop(queue)
            unsettled -= not was_there[name]
            if not was_there[name] and len(self._parents[name]) < 2:
                brought.append(name)
            for parent in self._parents[name]:
                if parent not in self._order:
                    continue
                if parent not in was_there:
                    heapq.heappush(queue, (-self._order[parent], parent))
                    was_there[parent] = was_there[name]
                    unsettled += not was_there[name]
                elif was_there[name] and not was_there[parent]:
                    was_there[parent] = True
                    unsettled -= 1
        return tuple(brought) if len(brought) <= _MOST_BROUGHT else ()

    def is_copy(self, commit: Commit) -> bool:
        """Whether a commit was made before and is here a second time, as on a release branch: picked or rebased."""
        picked = _PICKED.findall(commit.message[:_MESSAGE_LIMIT])
        return _making(commit, commit.subject) in self._made or any(self.find(name) for name in picked)

    def _with_prefix(self, name: str) -> str | None:
        name = name.lower()
        named = [commit for commit in self._by_prefix.get(name[:_SHORTEST_NAME], ()) if commit.startswith(name)]
        return named[0] if len(named) == 1 else None


def title_of(subject: str) -> str:
    """Return a subject without the number that a host appends to it, or puts before it.

    Examples
    --------
    >>> title_of("Add x (#12)")
    'Add x'
    """
    return _TITLED.sub("", _SQUASHED.sub("", subject[:1_000]), count=1).strip()


def number_in(subject: str) -> str | None:
    """Return the number that a host appended to a subject, with its mark.

    Examples
    --------
    >>> number_in("Add x (#12)"), number_in("Add x")
    ('#12', None)
    """
    result = _SQUASHED.search(subject[:1_000])
    return result[1] if result else None


def _numbers(commit: Commit, subject: str) -> set[str]:
    """Return the numbers of the requests that a commit is, or merges."""
    own = number_in(subject)
    numbers = set() if own is None else {own}
    merged = _MERGED.match(subject)
    if merged:
        numbers |= {f"#{merged[1]}", *merged[2].split()}
    if titled := _TITLED.match(subject):
        numbers.add(f"!{titled[1]}")
    if "See merge request" in commit.message:
        numbers.update(_OF_REQUEST.findall(commit.message[:_MESSAGE_LIMIT])[-1:])
    return numbers


def _making(commit: Commit, subject: str) -> tuple[str, int, str]:
    return commit.author.identity, commit.authored_at, subject
