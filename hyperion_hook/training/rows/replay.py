"""History replayed: every commit with the vector the hook would have computed at its moment.

One pass over ``git log -p -U0``, parents before children. Each commit is measured by the same extractor as in the hook,
against the history, the import graph and the sources of its first parent; only then is it added to the history.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from hyperion_hook.domain.change import BULK_FILES, MAX_FILE_BYTES, Change
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.domain.progress import Progress
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.feature import Origin
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.sources import GitSources
from hyperion_hook.measurer import Measurer
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.source_cache import SourceCache
from hyperion_hook.training.labels.label_history import read_history
from hyperion_hook.training.rows.line_counts import CountedSources, LineCounts

Observer = Callable[[Commit], None]
"""Sees every commit of the stream, merges with the files that differ from their first parent."""

_REPORT_EVERY = 50
_MOST_SOURCES = 1_000_000
# rollback difficulty, in 'business', rests on interfaces
_READ_SOURCE = {feature.module for feature in CATALOGUE if feature.origin is Origin.SOURCE} | {"business"}
_WITHOUT_SOURCE = frozenset(feature.name for feature in CATALOGUE if feature.module not in _READ_SOURCE)


@dataclass(frozen=True, slots=True)
class ReplayedCommit:
    """A commit and what was known of its change when it was made.

    ``bulk``: it has too many files to look into each; ``foreign``: it touches nothing but files of others, or that are
    left out.
    """

    commit: Commit
    vector: FeatureVector
    bulk: bool = False
    foreign: bool = False


@dataclass(slots=True)
class ReplaySummary:
    """What a replay met; merges and bots are not measured, of bulk changes only a sample of files.

    Nor are the commits at which a shallow clone begins (``cut_off``): nobody knows what they changed.
    """

    commits: int = 0
    merges: int = 0
    bots: int = 0
    bulk: int = 0
    foreign: int = 0
    measured: int = 0
    cut_off: int = 0


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What is measured of which commits; the limits are the hook's own.

    ``since`` (Unix seconds) and ``max_commits`` (the newest so many) choose the commits that are measured, ``window``
    a run of these by position; the history before them is read all the same. ``sampled`` measures so many of them only,
    spread evenly. ``exclude`` are patterns of files that are left out, besides those that the newest commit's
    ``.gitattributes`` marks as generated or vendored.
    """

    since: int | None = None
    max_commits: int | None = None
    window: tuple[int, int] | None = None
    source_metrics: bool = True
    graph: bool = True
    bots: bool = False
    max_file_bytes: int = MAX_FILE_BYTES
    bulk_files: int = BULK_FILES
    exclude: tuple[str, ...] = ()
    sampled: int | None = None


def _selection(older: int, count: int, options: ReplayOptions) -> Iterator[bool]:
    """Yield of each commit that could be measured whether it is, up to the end of the window."""
    yield from itertools.repeat(False, older)
    wanted, total = count if options.sampled is None else options.sampled, max(1, count)
    first, last = options.window or (0, sys.maxsize)
    for number in range(1, last + 1):
        # evenly: at each position at which so many more of the wanted are due
        is_due = wanted >= total or number * wanted // total > (number - 1) * wanted // total
        yield is_due and number > first


def replay(
    repository: Repository,
    *,
    until: str = "HEAD",
    options: ReplayOptions | None = None,
    summary: ReplaySummary | None = None,
    observers: Sequence[Observer] = (),
    known: Callable[[Commit], ReplayedCommit | None] | None = None,
    sources: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[ReplayedCommit]:
    """Yield the measured non-merge commits of a history with vectors as of their first parents, these before children.

    Raises ``GitError`` if ``until`` is no commit or git fails. ``observers`` see every commit after it was measured,
    also those that are not; ``known`` returns the measurement of an earlier run, and only the others are measured;
    ``sources`` is the file that keeps code metrics by content, in memory by default.
    """
    options = options or ReplayOptions()
    counts = summary if summary is not None else ReplaySummary()
    tip = repository.resolve(until)
    cut_off = repository.cut_off()
    total = _count(repository, tip)
    count = measurable(repository, tip, options)
    selection = _selection(_since(repository, tip, options) - count, count, options)
    with closing(_Measurer(repository, options, sources, tip)) as measurer:
        for commit in read_history(repository, [tip], merges=bool(observers)):
            counts.commits += 1
            flags = classify_message(commit.message, commit.author)
            counts.merges += commit.is_merge
            is_candidate = not commit.is_merge and (options.since is None or commit.committed_at >= options.since)
            chosen = next(selection, None) if is_candidate else False
            if chosen is None and not observers:  # the window is over
                return
            if chosen:
                if commit.id in cut_off:
                    counts.cut_off += 1
                elif CommitFlag.BOT in flags:
                    counts.bots += 1
                if commit.id not in cut_off and (options.bots or CommitFlag.BOT not in flags):
                    item = (known and known(commit)) or measurer.measured(commit)
                    counts.measured += 1
                    counts.bulk += item.bulk
                    counts.foreign += item.foreign
                    yield item
            for observer in observers:
                observer(commit)
            measurer.learn(commit, with_files=not commit.is_merge and commit.id not in cut_off)
            if progress is not None and (counts.commits % _REPORT_EVERY == 0 or counts.commits == total):
                progress("replaying history", counts.commits, total)


def _count(repository: Repository, *arguments: str) -> int:
    return int(repository.git.run("rev-list", "--count", *arguments, "--"))


def measurable(repository: Repository, tip: str, options: ReplayOptions) -> int:
    """Return how many non-merge commits the options leave to measure, bots included, before any ``window``."""
    count = _since(repository, tip, options)
    return count if options.max_commits is None else min(count, options.max_commits)


def _since(repository: Repository, tip: str, options: ReplayOptions) -> int:
    if options.since is None:
        return _count(repository, "--no-merges", tip)
    # the dates as recorded, not as git walks them: --since stops at the first commit with a wrong clock
    dates = repository.git.run("log", "--no-merges", "--format=%ct", tip, "--").split()
    return sum(int(date) >= options.since for date in dates)


class _Measurer(Measurer):
    """Measures changes against a history that grows commit by commit; everything is held in memory."""

    def __init__(self, repository: Repository, options: ReplayOptions, sources: Path | None, tip: str) -> None:
        code: SourceCache | Missing = Missing("code metrics were not asked for")
        if options.source_metrics:
            in_memory = sources is None
            code = SourceCache(sources, max_rows=None if in_memory else _MOST_SOURCES, in_memory=in_memory)
        super().__init__(
            repository,
            exclude=options.exclude,
            attributes_of=tip,
            bulk_files=options.bulk_files,
            max_file_bytes=options.max_file_bytes,
            code=code,
            graphs=None,
        )
        self._options = options
        self._counts = LineCounts(self._reader, options.max_file_bytes)
        self._index = HistoryIndex.open(None)

    def close(self) -> None:
        """End the git process and close the stores."""
        super().close()
        self._index.close()

    def measured(self, commit: Commit) -> ReplayedCommit:
        """Return a commit with its vector as of its first parent."""
        change = self.changes.streamed(commit)
        foreign = bool(commit.files) and all(role_of(file.path) is FileRole.FOREIGN for file in change.files)
        graph = self.graphs.at(change.base) if self._options.graph else Missing("the import graph was not asked for")
        only = None if self._options.source_metrics else _WITHOUT_SOURCE
        vector = self.vector_of(change, self._index.history_at(change.base), graph, only=only)
        return ReplayedCommit(commit, vector, bulk=change.bulk, foreign=foreign)

    def sources_of(self, change: Change) -> GitSources:
        """Return the two sides of a change as text."""
        return CountedSources(self.repository, change, self._reader, self._options.max_file_bytes, self._counts)

    def learn(self, commit: Commit, *, with_files: bool) -> None:
        """Add a commit to the history; one without files counts as an ancestor only."""
        self._counts.learn(commit)
        self._index.add(commit if with_files else replace(commit, files=()))
