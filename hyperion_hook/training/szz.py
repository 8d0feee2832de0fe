"""SZZ: from a fix to the commits that introduced the bug.

Sliwerski, Zimmermann and Zeller blame the lines a fix deletes (B-SZZ). Comments, blank lines, lines that were only
moved or re-formatted, tests, documents and foreign files say nothing about the bug and are left out (as AG- and MA-SZZ
do), as are merges and fixes that touch very many files. Of the remaining candidates the most recent one is kept
(R-SZZ), the most precise choice on the developer-informed oracle.

References
----------
.. [1] J. Sliwerski, T. Zimmermann, A. Zeller, "When do changes induce fixes?", MSR 2005.
.. [2] S. Davies, M. Roper, M. Wood, "Comparing text-based and dependence-based approaches for determining the origins
   of bugs", JSEP 26(1), 2014.
.. [3] G. Rosa et al., "Evaluating SZZ implementations through a developer-informed oracle", ICSE 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.label import FixCommit, InducingCommit, Label
from hyperion_hook.domain.paths import FileRole, language_of, role_of
from hyperion_hook.features.code_lines import code_by_line
from hyperion_hook.training.fixes import CommitNames, fix_of
from hyperion_hook.training.line_origins import LineOrigins, TracedHunk

LABELLER_VERSION = 1
"""Raised whenever the same history can get other labels; cached labels of another version are not used."""


class Choice(StrEnum):
    """Which of a fix's candidates introduced the bug."""

    MOST_RECENT = "most-recent"
    LARGEST = "largest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SzzRules:
    """How inducing commits are found.

    ``max_files`` is the number of source files beyond which a fix is too broad to trace; ``use_named`` says that the
    commits a message names as the cause count, instead of what its lines say.
    """

    choice: Choice = Choice.MOST_RECENT
    max_files: int = 20
    use_named: bool = True


class Labeller:
    """Watches a history go by and collects which commits turned out to introduce bugs.

    Parameters
    ----------
    origins
        The line origins of the same history; advanced here, once a commit.
    rules
        How inducing commits are found.
    """

    def __init__(self, origins: LineOrigins, rules: SzzRules | None = None) -> None:
        self._origins = origins
        self._rules = rules or SzzRules()
        self._known = CommitNames()
        self._times: dict[str, int] = {}
        self._order: dict[str, int] = {}
        self._left_out: set[str] = set()
        self.fixes: list[FixCommit] = []
        self.inducing: list[InducingCommit] = []

    def advance(self, commit: Commit) -> None:
        """Take in the next commit of a stream that gives parents before children."""
        fix = fix_of(commit, self._known)
        traced = self._origins.advance(commit, trace=fix is not None and not fix.is_revert)
        if fix is not None:
            self.fixes.append(fix)
            self.inducing += self._causes(fix, commit, traced)
        self._known.add(commit.id)
        self._order[commit.id] = len(self._order)
        self._times[commit.id] = commit.committed_at
        if commit.is_merge or (fix is not None and fix.is_revert):
            self._left_out.add(commit.id)

    def labels(self) -> dict[str, Label]:
        """Return the label of every commit that introduced a bug, by commit; all others are not known to."""
        times = {fix.id: fix.time for fix in self.fixes}
        known: dict[str, int] = {}
        for cause in self.inducing:
            # clocks go wrong: a bug cannot be known before it was made
            moment = max(times[cause.fix], self._times[cause.id])
            known[cause.id] = min(moment, known.get(cause.id, moment))
        reverts = {fix.id for fix in self.fixes if fix.is_revert}
        reverted = {cause.id for cause in self.inducing if cause.fix in reverts}
        return {commit: Label(commit, True, moment, commit in reverted) for commit, moment in known.items()}

    def _causes(self, fix: FixCommit, commit: Commit, traced: Sequence[TracedHunk]) -> list[InducingCommit]:
        named = [name for name in fix.named if name not in self._left_out]
        if fix.is_revert or (named and self._rules.use_named):
            return [InducingCommit(name, fix.id, 0) for name in named]
        if sum(_is_judged(file) for file in commit.files) > self._rules.max_files:
            return []
        candidates = Counter(origin for origin in suspects(traced) if origin not in self._left_out)
        return [InducingCommit(name, fix.id, candidates[name]) for name in self._choose(candidates)]

    def _choose(self, candidates: Counter[str]) -> Iterable[str]:
        def recency(name: str) -> tuple[int, int]:
            return self._times[name], self._order[name]

        if not candidates or self._rules.choice is Choice.ALL:
            return sorted(candidates, key=recency)
        if self._rules.choice is Choice.LARGEST:
            return [max(candidates, key=lambda name: (candidates[name], recency(name)))]
        return [max(candidates, key=recency)]


def suspects(traced: Sequence[TracedHunk]) -> Iterator[str]:
    """Yield the origin of every deleted line of code that a fix really changed.

    Left out are comments and blank lines, files that are no source, deleted files, and lines that the fix adds again in
    the same file but for their white space.
    """
    added: dict[str, set[bytes]] = {}
    for hunk in traced:
        path = hunk.file.path
        if not _is_judged(hunk.file):
            continue
        if path not in added:
            added[path] = {_squeezed(line) for part in hunk.file.hunks or () for line in part.added}
        language = language_of(hunk.file.previous_path) or ""
        for number in code_positions(hunk.hunk.deleted, language):
            origin = hunk.origins[number] if number < len(hunk.origins) else None
            if origin is not None and _squeezed(hunk.hunk.deleted[number]) not in added[path]:
                yield origin


def code_positions(lines: Sequence[bytes], language: str) -> list[int]:
    """Return the zero-based positions of the lines that carry code.

    Examples
    --------
    >>> code_positions([b"# why", b"x = 1", b"", b"y = 2"], "Python")
    [1, 3]
    """
    return [number for number, line in enumerate(code_by_line([b"\n".join(lines)], language)) if line]


def _is_judged(file: FileChange) -> bool:
    return (
        file.status is not FileStatus.DELETED
        and file.is_regular
        and not file.is_binary
        and role_of(file.previous_path) is FileRole.SOURCE
    )


def _squeezed(line: bytes) -> bytes:
    return b"".join(line.split())
