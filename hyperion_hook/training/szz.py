"""SZZ: from a fix to the commits that introduced the bug.

Sliwerski, Zimmermann and Zeller blame the lines that a fix deletes (B-SZZ). Evidence is looked at in this order, and
only the first kind that names any commit counts:

1. code that the fix deletes, replaces, moves or wraps; comments, blank lines and places where only white space changes
   say nothing about the bug (as in AG-SZZ);
2. the lines around code that it only inserts: what was missing was forgotten by whoever wrote the lines beside it.

Source files are looked at; deleted files are no evidence, as all of their history would be, and merges and reverts are
no candidates. Of the candidates the most recent one is kept (R-SZZ): it was the last to touch the place while the bug
was still unknown.

What is known to be a fix, because somebody says so (``SzzRules.exhaustive``), must have a cause: where the sources name
nobody its tests and foreign files are looked at in the same way, then all other files, and at last every deleted line.
Of what only says of itself that it fixes something, such commits most often repair documents and builds.

References
----------
.. [1] J. Sliwerski, T. Zimmermann, A. Zeller, "When do changes induce fixes?", MSR 2005.
.. [2] S. Davies, M. Roper, M. Wood, "Comparing text-based and dependence-based approaches for determining the origins
   of bugs", JSEP 26(1), 2014.
.. [3] G. Rosa et al., "Evaluating SZZ implementations through a developer-informed oracle", ICSE 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.label import FixCommit, InducingCommit, Label
from hyperion_hook.domain.paths import FileRole, language_of, role_of
from hyperion_hook.features.code_lines import code_lines
from hyperion_hook.training.fixes import CommitNames, fix_of
from hyperion_hook.training.line_origins import LineOrigins, TracedHunk

LABELLER_VERSION = 2
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
    commits a message names as the cause count, instead of what its lines say; ``exhaustive`` that weaker evidence
    counts too where the sources say nothing, for commits that are known to be fixes.
    """

    choice: Choice = Choice.MOST_RECENT
    max_files: int = 20
    use_named: bool = True
    exhaustive: bool = False


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
        candidates = suspects(traced, self._left_out, exhaustive=self._rules.exhaustive)
        return [InducingCommit(name, fix.id, candidates[name]) for name in self._choose(candidates)]

    def _choose(self, candidates: Counter[str]) -> Iterable[str]:
        def recency(name: str) -> tuple[int, int]:
            return self._times[name], self._order[name]

        if not candidates or self._rules.choice is Choice.ALL:
            return sorted(candidates, key=recency)
        if self._rules.choice is Choice.LARGEST:
            return [max(candidates, key=lambda name: (candidates[name], recency(name)))]
        return [max(candidates, key=recency)]


def suspects(traced: Sequence[TracedHunk], left_out: Container[str], *, exhaustive: bool = False) -> Counter[str]:
    """Return the commits that the first telling kind of evidence names, with how many of its lines name each.

    Parameters
    ----------
    traced
        The hunks of a fix with the origins of the lines they touch.
    left_out
        Commits that are no candidates.
    exhaustive
        Whether weaker evidence is looked at where the sources name nobody.
    """
    hunks = [hunk for hunk in traced if _tells(hunk.file)]
    for roles, evidence in _EXHAUSTIVE if exhaustive else _STRICT:
        named = Counter(
            origin
            for hunk in hunks
            if role_of(hunk.file.previous_path) in roles
            for origin in evidence(hunk)
            if origin is not None and origin not in left_out
        )
        if named:
            return named
    return Counter()


def _changed_code(hunk: TracedHunk) -> Iterable[str | None]:
    if _without_space(hunk.hunk.deleted) == _without_space(hunk.hunk.added):
        return ()
    return [hunk.deleted[position] for position in _code(hunk, hunk.hunk.deleted)]


def _neighbours(hunk: TracedHunk) -> Iterable[str | None]:
    return hunk.around if not hunk.hunk.deleted and _code(hunk, hunk.hunk.added) else ()


def _deleted(hunk: TracedHunk) -> Iterable[str | None]:
    return hunk.deleted


def _code(hunk: TracedHunk, lines: Sequence[bytes]) -> list[int]:
    return code_positions(lines, language_of(hunk.file.previous_path) or "")


def _without_space(lines: Sequence[bytes]) -> bytes:
    return b"".join(b"".join(lines).split())


_SOURCES, _BESIDE = {FileRole.SOURCE}, {FileRole.TEST, FileRole.FOREIGN}
_OTHERS = {FileRole.CONFIGURATION, FileRole.DOCUMENT, FileRole.OTHER}
_STRICT = ((_SOURCES, _changed_code), (_SOURCES, _neighbours))
_EXHAUSTIVE = (
    *_STRICT,
    (_BESIDE, _changed_code), (_BESIDE, _neighbours),
    (_OTHERS, _changed_code), (_OTHERS, _neighbours),
    (_SOURCES, _deleted), (_BESIDE | _OTHERS, _deleted),
)
"""Which files are looked at for what, the more telling first."""


def code_positions(lines: Sequence[bytes], language: str) -> list[int]:
    """Return the zero-based positions of the lines that carry code.

    Examples
    --------
    >>> code_positions([b"# why", b"x = 1", b"", b"y = 2"], "Python")
    [1, 3]
    """
    position = -1

    def counted() -> Iterator[bytes]:
        nonlocal position
        for position, line in enumerate(lines):  # noqa: B007 - read by the caller between two lines
            yield line

    # code_lines pulls a line and answers before it pulls the next one, so the position is that of the line
    return [position for _ in code_lines(counted(), language)]


def _is_judged(file: FileChange) -> bool:
    return _tells(file) and role_of(file.previous_path) is FileRole.SOURCE


def _tells(file: FileChange) -> bool:
    return file.status is not FileStatus.DELETED and file.is_regular and not file.is_binary
