"""One repository mined: replayed, labelled, put into rows, and kept on disk so that nothing is mined twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from hyperion_hook.domain.feedback import blamed_commits
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import TrainingError
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.feedback_store import FeedbackStore
from hyperion_hook.training.labels.label import Finding, FoundBy, Label, Outcome
from hyperion_hook.training.labels.label_history import label_history, open_labeller
from hyperion_hook.training.labels.szz import Labeller, SzzRules
from hyperion_hook.training.rows.dataset import dataset_of, merged, relabelled
from hyperion_hook.training.rows.distribute import Count, counting, in_processes
from hyperion_hook.training.rows.mined_store import Labels, LabelSummary, MinedStore, Table
from hyperion_hook.training.rows.options import RULES
from hyperion_hook.training.rows.replay import ReplayedCommit, ReplayOptions, ReplaySummary, measurable, replay

_SMALLEST_PART = 200
"""Fewer commits than this are not worth reading the history once more for."""


@dataclass(frozen=True, slots=True)
class Mined:
    """The rows of one repository in time order, and how they came about."""

    name: str
    head: str
    rows: pd.DataFrame
    replayed: ReplaySummary
    labelled: LabelSummary
    reused: int = 0
    """How many of the rows an earlier run had measured."""


def mine(
    path: Path,
    *,
    name: str | None = None,
    until: str = "HEAD",
    options: ReplayOptions | None = None,
    rules: SzzRules | None = None,
    vectors: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Mined:
    """Return the rows of one repository, from disk where they are there.

    Raises ``GitError`` if the path is no repository, or git fails; ``TrainingError`` if there is no commit to measure,
    or a kept file is damaged; ``StoreError`` if the ticks of people in comments cannot be read.

    Rows call it ``name``, by default the folder's. ``vectors`` is the folder in which vectors and labels are kept, by
    head, options and versions; none by default. ``jobs`` are processes among which the commits to measure are shared
    out.
    """
    options, rules = options or ReplayOptions(), rules or RULES
    repository = Repository.discover(path)
    tip = repository.resolve(until)
    name = name or name_of(path)
    store = MinedStore(vectors, repository, name, tip, options, rules)
    table, labels = store.table(), store.labels()
    reused = 0 if table is None else len(table[0])
    if table is None:
        parts = _parts(repository, tip, options, jobs)
        if parts > 1:
            table, reused = _measure_in_parts(path, store, tip, options, parts, progress)
        else:
            with open_labeller(repository, [tip], rules, exclude=options.exclude) as (labeller, _):
                table, reused = _measure(repository, store, tip, options, labeller, progress)
            labels = _labels_of(labeller)
        store.keep_table(table)
    if labels is None:
        labels = label(repository, tip, rules, exclude=options.exclude, progress=progress)
    store.keep_labels(labels)
    rows, summary = table
    if rows.empty:
        raise TrainingError(f"{name}: no commit to measure up to {tip[:12]}; choose an earlier --since")
    feedback = blamed_commits(FeedbackStore.of(repository.common_dir).read())
    blamed = merge_feedback(labels.by_commit, feedback)
    return Mined(name, tip, relabelled(rows, blamed), summary, labels.summary, reused)


def measured(
    path: Path,
    *,
    name: str,
    until: str,
    options: ReplayOptions,
    vectors: Path | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the rows of one repository without looking for bugs: nothing in them is labelled.

    Parameters are those of ``mine``; what an earlier run measured is taken from ``vectors``, and what is new is kept
    there.
    """
    repository = Repository.discover(path)
    tip = repository.resolve(until)
    store = MinedStore(vectors, repository, name, tip, options, RULES)
    table = store.table()
    if table is None:
        parts = _parts(repository, tip, options, jobs)
        table, _ = (
            _measure_in_parts(path, store, tip, options, parts, progress)
            if parts > 1
            else _measure(repository, store, tip, options, None, progress)
        )
        store.keep_table(table)
    return table[0]


def _parts(repository: Repository, tip: str, options: ReplayOptions, jobs: int) -> int:
    return min(max(1, jobs), measurable(repository, tip, options) // _SMALLEST_PART)


def label(
    repository: Repository,
    tip: str,
    rules: SzzRules | None = None,
    *,
    exclude: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Labels:
    """Return the labels of a history without measuring anything.

    What is fixed after ``tip``, the newest commit, is not known.
    """
    return _labels_of(label_history(repository, [tip], rules or RULES, exclude=exclude, progress=progress))


def merge_feedback(labels: Mapping[str, Label], feedback: Mapping[str, int]) -> dict[str, Label]:
    """Return labels with those commits added of which people said that they caused a bug.

    ``labels`` are by commit, as traced from fixes; ``feedback`` says since when (Unix seconds) people say so, by
    commit.

    Examples
    --------
    >>> merge_feedback({}, {"a": 10})["a"].known_at
    10
    """
    blamed = {}
    for commit, since in feedback.items():
        known = labels[commit].findings if commit in labels else {}
        finding = Finding(since, FoundBy.FEEDBACK)
        also = {outcome: finding.or_better(known.get(outcome)) for outcome in (Outcome.TRACED, Outcome.SHARED)}
        blamed[commit] = Label(commit, {**known, **also})
    return {**labels, **blamed}


def name_of(path: Path) -> str:
    """Return the name of a repository by its folder.

    Examples
    --------
    >>> name_of(Path("/src/flask/.git")), name_of(Path("/srv/flask.git"))
    ('flask', 'flask')
    """
    folder = path.parent if path.name == ".git" else path
    return folder.resolve().name.removesuffix(".git") or "repository"


def _labels_of(labeller: Labeller) -> Labels:
    by_commit = labeller.labels()
    inducing = len({cause.id for cause in labeller.inducing})
    reverts = sum(fix.is_revert for fix in labeller.fixes)
    traced = len({cause.fix for cause in labeller.inducing})
    return Labels(by_commit, LabelSummary(len(labeller.fixes) - reverts, reverts, traced, inducing))


def _measure(
    repository: Repository,
    store: MinedStore,
    tip: str,
    options: ReplayOptions,
    labeller: Labeller | None,
    progress: Progress | None,
    each: Callable[[Iterator[ReplayedCommit]], Iterator[ReplayedCommit]] = iter,
) -> tuple[Table, int]:
    summary = ReplaySummary()
    journal = store.journal()
    replayed = replay(
        repository,
        until=tip,
        options=options,
        summary=summary,
        known=None if journal is None else journal.known,
        sources=store.sources,
        observers=() if labeller is None else (labeller.advance,),
        progress=progress,
    )
    rows = dataset_of(store.name, each(replayed if journal is None else journal.keeping(replayed)), {})
    return (rows, summary), 0 if journal is None else journal.reused


def _measure_in_parts(
    path: Path, store: MinedStore, tip: str, options: ReplayOptions, parts: int, progress: Progress | None
) -> tuple[Table, int]:
    """Measure runs of neighbouring commits in processes of their own; each reads the history before its run."""
    total = measurable(Repository.discover(path), tip, options)
    edges = [total * part // parts for part in range(parts)] + [total + 1]  # so the last part reads to the end
    windows = [replace(options, window=window) for window in itertools.pairwise(edges)]
    with counting(progress, "measuring changes", total) as count:
        measured = list(in_processes(partial(_measure_part, path, store, tip, count), windows, parts))
    tables = [table for table, _ in measured]
    # commits and merges are counted by the part that reads to the end
    counts = ("bots", "bulk", "foreign", "measured", "cut_off")
    totals = {name: sum(getattr(part, name) for _, part in tables) for name in counts}
    summary = replace(tables[-1][1], **totals)
    return (merged([rows for rows, _ in tables]), summary), sum(reused for _, reused in measured)


def _measure_part(path: Path, store: MinedStore, tip: str, count: Count, options: ReplayOptions) -> tuple[Table, int]:
    return _measure(Repository.discover(path), store, tip, options, None, None, count.each)
