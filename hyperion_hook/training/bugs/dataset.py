"""Rows for the bug predictor: files at moments of the past, and whether a fix came within thirty days.

One light pass over the history: names and line counts, no patches. Two kinds of rows, measured by the hook's own
function. *Monthly* rows are the source files of the main line, every thirty days; *touched* rows are the source files
of some of the changes, just after the change: what a hook asks about is a file that is being worked on, and such a file
needs its next fix sooner than one at rest.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.config.hyperparameters import BugPredictorParameters
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, directory_of, role_of
from hyperion_hook.domain.history import DAY, MONTH, History
from hyperion_hook.domain.progress import Progress
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS, file_numbers, judged_files, numbers_after
from hyperion_hook.git.ancestry import commit_ids
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.trees import list_tree
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.training.bugs.bug_fix_times import FixTimes

HORIZON = BugPredictorParameters().horizon_days * DAY
KEYS = ("repository", "moment", "time", "path", "fixed", "weight", "whole")
"""``moment`` is a month's number or a commit, ``time`` its Unix seconds, ``fixed`` 0 or 1. A row stands for ``weight``
rows of its repository; ``whole`` marks months of which every file is there."""

Numbers = NDArray[np.float32]
_REPORT_EVERY = 200


@dataclass(frozen=True, slots=True)
class BugOptions:
    """What is kept of a history.

    Of the monthly rows up to ``most_fixed`` files that were then fixed and ``most_others`` are drawn at random; of the
    youngest three tenths of the months up to ``whole_months`` are kept whole beside them, to rank all files of a
    repository. ``changes`` are the changes whose files are looked at. Nothing is asked of the first ``least_commits``,
    and nothing before ``since`` (Unix seconds); the history before it is read all the same.
    """

    least_commits: int = 50
    most_fixed: int = 2_000
    most_others: int = 4_000
    whole_months: int = 24
    changes: int = 1_500
    seed: int = 42
    since: int | None = None


@dataclass(frozen=True)
class BugRows:
    """Rows of one repository, with ``KEYS`` and ``FILE_NUMBERS`` as columns."""

    name: str
    monthly: pd.DataFrame
    touched: pd.DataFrame


def bug_rows(
    repository: Repository,
    *,
    name: str,
    until: str = "HEAD",
    options: BugOptions | None = None,
    progress: Progress | None = None,
) -> BugRows:
    """Return the rows of one history; the same for the same name, history, options and seed.

    Raises ``GitError`` if ``until`` is no commit or git fails. ``name`` is what the rows call it; with the seed it
    decides which rows are drawn.
    """
    options = options or BugOptions()
    tip = repository.resolve(until)
    ids = commit_ids(repository, [tip])
    moments = _moments(repository, tip, options.least_commits)
    fixes = FixTimes()
    collector = _Collector(repository, _chosen(ids, name, options))
    with HistoryIndex.open(None) as index:
        for done, commit in enumerate(read_commits(repository, ids, detail=Detail.COUNTS), 1):
            collector.change(commit, index)
            index.add(commit)
            fixes.advance(commit)
            for moment in moments.get(commit.id, ()):
                if options.since is not None and moment < options.since:
                    continue
                collector.month(commit.id, moment, index.history_at(commit.id))
            if progress is not None and (done % _REPORT_EVERY == 0 or done == len(ids)):
                progress("reading files and fixes", done, len(ids))
    fixes.settle()
    newest = max((moment.time for moment in collector.changes), default=0)
    oldest = options.since or 0
    complete = [moment for moment in collector.changes if oldest <= moment.time <= newest - HORIZON]
    touched = joined(_frame(name, moment, fixes, slice(None)) for moment in complete)
    return BugRows(name, _drawn(name, collector.months, fixes, options), touched)


def _chosen(ids: Sequence[str], name: str, options: BugOptions) -> frozenset[str]:
    random_ = random.Random(f"{options.seed} {name} changes")  # noqa: S311 - a sample, no secret
    eligible = ids[options.least_commits :]
    return frozenset(random_.sample(eligible, min(options.changes, len(eligible))))


def _moments(repository: Repository, tip: str, least_commits: int) -> dict[str, list[int]]:
    """Return, by commit of the main line, the moments (Unix seconds, thirty days apart) at which it was the newest.

    Later clocks win over earlier ones, so the line is read in its own order. The last moment leaves the horizon open.
    """
    listed = repository.git.run("log", "--first-parent", "--format=%H %ct", tip, "--").decode("ascii").split("\n")
    line = [(int(time), commit) for commit, _, time in (entry.partition(" ") for entry in reversed(listed) if entry)]
    moments: defaultdict[str, list[int]] = defaultdict(list)
    if len(line) <= least_commits:
        return moments
    newest = max(time for time, _ in line)
    moment = line[least_commits][0] + MONTH
    position, clock = 0, 0
    while moment + HORIZON <= newest:
        while position < len(line) and max(clock, line[position][0]) <= moment:
            clock = max(clock, line[position][0])
            position += 1
        moments[line[max(0, position - 1)][1]].append(moment)
        moment += MONTH
    return moments


@dataclass(frozen=True, slots=True)
class _Moment:
    """The numbers of some files at one moment; shape of ``rows``: ``(n_paths, n_numbers)``."""

    key: str
    time: int
    paths: list[str]
    rows: Numbers


@dataclass
class _Collector:
    """Measures files while the history goes by; whether a fix came is settled when all of it is known."""

    repository: Repository
    chosen: frozenset[str]
    months: list[_Moment] = field(default_factory=list)
    changes: list[_Moment] = field(default_factory=list)

    def month(self, commit: str, time: int, history: History) -> None:
        """Measure every source file of the main line."""
        paths = sorted(
            path
            for path, entry in list_tree(self.repository, commit).items()
            if entry.is_regular and role_of(path) is FileRole.SOURCE
        )
        repository = history.repository()
        rows = [
            file_numbers(history.file(path), history.directory(directory_of(path)), repository, time) for path in paths
        ]
        if rows:
            self.months.append(_Moment(str(len(self.months)), time, paths, np.array(rows, dtype=np.float32)))

    def change(self, commit: Commit, index: HistoryIndex) -> None:
        """Measure the source files of a chosen change just after it; to be called before it is in the index."""
        if commit.id not in self.chosen or commit.is_merge or not commit.parents or not index.knows(commit.parents[0]):
            return
        files = judged_files(commit.files)
        if files:
            history = index.history_at(commit.parents[0])
            rows = list(numbers_after(files, history, commit.committed_at, history.author_number(commit.author)))
            paths = [file.path for file in files]
            self.changes.append(_Moment(commit.id, commit.committed_at, paths, np.array(rows, dtype=np.float32)))


def _drawn(name: str, months: Sequence[_Moment], fixes: FixTimes, options: BugOptions) -> pd.DataFrame:
    """Return a sample of the monthly rows, with weights that make up for it, and some months whole (weight 0)."""
    random_ = np.random.default_rng([options.seed, *name.encode()])
    outcomes = [_outcome(moment, fixes) for moment in months]
    if not outcomes:
        return joined([])
    fixed = np.concatenate(outcomes)
    weights = np.zeros(len(fixed))
    for value, most in ((1, options.most_fixed), (0, options.most_others)):
        rows = np.flatnonzero(fixed == value)
        drawn = random_.choice(rows, most, replace=False) if len(rows) > most else rows
        weights[drawn] = len(rows) / max(1, len(drawn))
    young = range(len(months) * 7 // 10, len(months))
    whole = set(young[:: max(1, -(-len(young) // options.whole_months))])
    frames, start = [], 0
    for number, moment in enumerate(months):
        end = start + len(moment.paths)
        part = weights[start:end]
        kept = np.arange(len(part)) if number in whole else np.flatnonzero(part)
        frames.append(_frame(name, moment, fixes, kept, weights=part, whole=number in whole))
        start = end
    return joined(frames)


def _outcome(moment: _Moment, fixes: FixTimes) -> NDArray[np.int8]:
    return np.array([fixes.fixed(path, moment.time, moment.time + HORIZON) for path in moment.paths], dtype=np.int8)


def _frame(
    name: str, moment: _Moment, fixes: FixTimes, kept: Any, *, weights: Any = None, whole: bool = False
) -> pd.DataFrame:
    frame = pd.DataFrame(moment.rows[kept], columns=list(FILE_NUMBERS))
    paths = np.array(moment.paths, dtype=object)[kept]
    columns = {
        "repository": name,
        "moment": moment.key,
        "time": moment.time,
        "path": paths,
        "fixed": _outcome(moment, fixes)[kept],
        "weight": 1.0 if weights is None else weights[kept],
        "whole": whole,
    }
    return pd.concat([pd.DataFrame(columns, index=frame.index), frame], axis=1)


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several tables, an empty table where there are none."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*KEYS, *FILE_NUMBERS])
