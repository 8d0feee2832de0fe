"""SZZ: from a fix to the commits that introduced the bug.

Sliwerski, Zimmermann and Zeller blame the lines that a fix deletes (B-SZZ). Here every line that a fix touches is
evidence against the commit it comes from, and a line of code that it deletes, replaces, moves or wraps weighs a hundred
times what the others do: comments, blank lines, lines of which only white space changes, and the lines right before and
after a change. These decide where there is nothing better: whoever wrote the lines beside forgot what a fix only
inserts.

Weighed against each other, a commit with the evidence ``e`` and the age ``d`` (days before the fix) scores ``sqrt(e) /
(d + 1)``, and the highest is blamed. R-SZZ takes the most recent candidate, L-SZZ the one with most lines; bugs are
noticed soon after they were made, but one line touched yesterday says less than twenty of last week.

Merges, reverts and the commits where a shallow clone begins are no candidates, nor are commits that were committed
within a minute of the fix: they were rebased or applied together with it, and a bug of theirs would have been mended
before. Deleted files are no evidence, as all of their history would be.

Of what only says of itself that it fixes something the source files count, and only where code changes. What is known
to be a fix, because somebody says so (``SzzRules.exhaustive``), must have a cause: where the sources name nobody its
tests and foreign files are looked at, then all other files.

References
----------
.. [1] J. Sliwerski, T. Zimmermann, A. Zeller, "When do changes induce fixes?", MSR 2005.
.. [2] S. Davies, M. Roper, M. Wood, "Comparing text-based and dependence-based approaches for determining the origins
   of bugs", JSEP 26(1), 2014.
.. [3] G. Rosa et al., "Evaluating SZZ implementations through a developer-informed oracle", ICSE 2021.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from hyperion_hook.domain.commit import MOST_FILES_OF_A_FIX, Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.training.labels.blame_candidates import shares, suspects, tells
from hyperion_hook.training.labels.fixes import fix_of, given_fix, repair_of, takes_back
from hyperion_hook.training.labels.known_commits import KnownCommits
from hyperion_hook.training.labels.label import Finding, FixCommit, FoundBy, InducingCommit, Label, Outcome
from hyperion_hook.training.labels.line_origins import ALL, SOURCES, LineOrigins, TracedHunk
from hyperion_hook.training.labels.surroundings import with_surroundings

LABELLER_VERSION = 10
"""Raised whenever the same history can get other labels; cached labels of another version are not used."""

_OUTCOMES = {FoundBy.REVERT: Outcome.REVERTED, FoundBy.TRAILER: Outcome.NAMED, FoundBy.PHRASE: Outcome.NAMED}
"""What a commit has become, besides a culprit, by how that is known."""

_SHARED_ROLES = frozenset(FileRole) - {FileRole.DOCUMENT, FileRole.FOREIGN}
_DAY = 86_400
_TOGETHER_SECONDS = 60
_FAR_BACK_SECONDS = 30 * _DAY


class Choice(StrEnum):
    """Which of a fix's candidates introduced the bug."""

    WEIGHED = "weighed"
    MOST_RECENT = "most-recent"
    LARGEST = "largest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SzzRules:
    """How inducing commits are found.

    ``max_files`` is the number of source files beyond which a fix is too broad to trace; ``use_named`` says that the
    commits a message names as the cause count, instead of what its lines say; ``exhaustive`` that weaker evidence
    counts too where the sources say nothing, for commits that are known to be fixes; ``shared`` that repairs of code,
    tests, builds, configuration and data are traced a second time, and share the blame among their candidates.
    """

    choice: Choice = Choice.WEIGHED
    max_files: int | None = MOST_FILES_OF_A_FIX
    use_named: bool = True
    exhaustive: bool = False
    shared: bool = False

    @property
    def roles(self) -> frozenset[FileRole]:
        """What the files are for whose lines may be asked for."""
        if self.exhaustive:
            return ALL
        return _SHARED_ROLES if self.shared else SOURCES


class Labeller:
    """Watches a history go by and collects which commits turned out to introduce bugs.

    Parameters
    ----------
    origins
        The line origins of the same history; advanced here, once a commit.
    given
        The commits that are fixes; by default they are found by their messages.
    cut_off
        The commits at which a shallow clone begins, since lines of unknown origin seem to come from there; and those of
        which the repository says that they introduced nothing.
    excludes
        Whether a file is left out, so that its lines are no evidence.

    Attributes
    ----------
    changes
        The commits seen that are no merges, in order.
    fixes, inducing
        The fixes and causes so far.
    shared
        The candidates of all repairs with their shares, where the rules ask for them.
    """

    def __init__(
        self,
        origins: LineOrigins,
        rules: SzzRules | None = None,
        given: Collection[str] | None = None,
        cut_off: Collection[str] = (),
        excludes: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._excludes = excludes
        self._origins = origins
        self._given = None if given is None else frozenset(given)
        self._rules = rules or SzzRules()
        self._cut_off = frozenset(cut_off)
        self._most_files = math.inf if self._rules.max_files is None else self._rules.max_files
        self._known = KnownCommits()
        self._times: dict[str, int] = {}
        self._order: dict[str, int] = {}
        self._left_out: set[str] = set()
        self.changes: list[str] = []
        self.fixes: list[FixCommit] = []
        self.inducing: list[InducingCommit] = []
        self.shared: list[InducingCommit] = []

    def advance(self, commit: Commit) -> None:
        """Take in the next commit of a stream that gives parents before children."""
        fix = self._fix(commit)
        repair = repair_of(commit, self._known) if fix is None and self._rules.shared else fix
        named = None if repair is None else self._named(repair)
        traced = self._origins.advance(commit, trace=repair is not None and named is None)
        if repair is not None and self._rules.shared:
            self.shared += self._shares(repair, commit, traced) if named is None else named
        if fix is not None:
            self.fixes.append(fix)
            self.inducing += self._causes(fix, commit, traced) if named is None else named
        if takes_back(commit, self._known):
            self._known.reverts.add(commit.id)
        self._known.add(commit)
        self._order[commit.id] = len(self._order)
        self._times[commit.id] = commit.committed_at
        if not commit.is_merge:
            self.changes.append(commit.id)
        if commit.is_merge or (fix is not None and fix.is_revert):
            self._left_out.add(commit.id)

    def labels(self) -> dict[str, Label]:
        """Return the labels by commit, of those that have any."""
        findings: dict[str, dict[Outcome, Finding]] = {}
        causes = [(Outcome.TRACED, cause) for cause in self.inducing]
        causes += [(_OUTCOMES[cause.found_by], cause) for cause in self.inducing if cause.found_by in _OUTCOMES]
        causes += [(Outcome.SHARED, cause) for cause in self.shared]
        for outcome, cause in causes:
            # clocks go wrong: a bug cannot be known before it was made
            moment = max(self._times[cause.fix], self._times[cause.id])
            known = findings.setdefault(cause.id, {})
            known[outcome] = Finding(moment, cause.found_by, cause.share).or_better(known.get(outcome))
        return {commit: Label(commit, known) for commit, known in findings.items()}

    def _fix(self, commit: Commit) -> FixCommit | None:
        if self._given is None:
            return fix_of(commit, self._known)
        return given_fix(commit, self._known) if commit.id in self._given else None

    def _named(self, fix: FixCommit) -> list[InducingCommit] | None:
        """Return the causes that a message names, ``None`` where lines have to be looked at."""
        named = [name for name in fix.named if name not in self._left_out]
        if not (self._rules.use_named and (fix.is_revert or named)):
            return None
        return [InducingCommit(name, fix.id, 0, fix.named[name]) for name in named]

    def _evidence(self, commit: Commit, traced: Sequence[TracedHunk]) -> tuple[list[TracedHunk], Counter[FileRole]]:
        """Return the hunks of a fix that are evidence, and how many files of each role it changes."""
        paths = [file.previous_path for file in commit.files if tells(file)]
        return (
            [hunk for hunk in traced if not self._excludes(hunk.file.previous_path)],
            Counter(role_of(path) for path in paths if not self._excludes(path)),
        )

    def _shares(self, fix: FixCommit, commit: Commit, traced: Sequence[TracedHunk]) -> list[InducingCommit]:
        hunks, files = self._evidence(commit, traced)
        if max(files.values(), default=0) > self._most_files:
            return []
        blamed = shares(hunks, partial(self._is_candidate, fix))
        return [
            InducingCommit(name, fix.id, 0, share=share) for name, share in blamed.items() if name not in self._cut_off
        ]

    def _is_candidate(self, fix: FixCommit, name: str) -> bool:
        return name not in self._left_out and abs(self._times[name] - fix.time) > _TOGETHER_SECONDS

    def _causes(self, fix: FixCommit, commit: Commit, traced: Sequence[TracedHunk]) -> list[InducingCommit]:
        hunks, files = self._evidence(commit, traced)
        if files[FileRole.SOURCE] > self._most_files:
            return []
        candidates = suspects(hunks, partial(self._is_candidate, fix), exhaustive=self._rules.exhaustive)
        if self._is_far_back(candidates, fix.time):
            candidates = with_surroundings(candidates, hunks, partial(self._is_candidate, fix))
        # where the lines of old outweigh the others, the cause is not here: the next best commit is none
        chosen = [name for name in self._choose(candidates, fix.time) if name not in self._cut_off]
        return [InducingCommit(name, fix.id, int(candidates[name])) for name in chosen]

    def _is_far_back(self, candidates: Mapping[str, float], moment: int) -> bool:
        """Whether the lines lead to a commit so old that another is to be looked for beside them."""
        return self._rules.choice is Choice.WEIGHED and any(
            moment - self._times[name] > _FAR_BACK_SECONDS for name in self._choose(candidates, moment)
        )

    def _choose(self, candidates: Mapping[str, float], moment: int) -> Iterable[str]:
        def recency(name: str) -> tuple[int, int]:
            return self._times[name], self._order[name]

        def score(name: str) -> float:
            days = max(0, moment - self._times[name]) / _DAY
            return math.sqrt(candidates[name]) / (days + 1)

        if not candidates:
            return []
        if self._rules.choice is Choice.WEIGHED:
            return [max(candidates, key=lambda name: (score(name), recency(name)))]
        # the published variants know deleted code only
        telling = [name for name, weight in candidates.items() if weight >= 1] or candidates
        if self._rules.choice is Choice.ALL:
            return sorted(telling, key=recency)
        if self._rules.choice is Choice.LARGEST:
            return [max(telling, key=lambda name: (int(candidates[name]), recency(name)))]
        return [max(telling, key=recency)]
