"""The rows of several repositories: each mined by itself, here or on a cluster; what cannot be read is left aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError, HyperionError
from hyperion_hook.training.rows.corpus_file import CorpusEntry
from hyperion_hook.training.rows.dataset import merged
from hyperion_hook.training.rows.distribute import spread
from hyperion_hook.training.rows.mine import Mined, mine
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.replay import ReplayOptions

Result = TypeVar("Result")


def for_each(
    function: Callable[..., Result],
    entries: Sequence[CorpusEntry],
    options: RetrainOptions,
    stage: str,
    progress: Progress | None,
) -> list[Result | HyperionError]:
    """Return what a function of a module makes of each repository, in the order given, or why it cannot be read.

    The function takes the entry, and by name ``jobs`` and ``progress`` where this process does all itself.
    """
    if options.cluster is None and (len(entries) == 1 or options.jobs == 1):
        return [_or_error(function, entry, jobs=options.jobs, progress=progress) for entry in entries]
    return spread(
        partial(_or_error, function),
        [entry.absolute() for entry in entries],
        jobs=options.jobs,
        cluster=options.cluster,
        report=None if progress is None else lambda done: progress(stage, done, len(entries)),
    )


def _or_error(function: Callable[..., Result], entry: CorpusEntry, **how: Any) -> Result | HyperionError:
    try:
        return function(entry, **how)
    except HyperionError as error:
        return error


def mine_all(
    entries: Sequence[CorpusEntry], options: RetrainOptions, replay: ReplayOptions, progress: Progress | None = None
) -> tuple[list[Mined], tuple[str, ...]]:
    """Return what could be mined, in the order given, and one warning for each repository that could not.

    Raises ``HyperionError`` if nothing could be mined: what went wrong with the first.
    """
    mine_one = partial(_mine_one, options=options, replay=replay)
    results = for_each(mine_one, entries, options, "mining repositories", progress)
    mined = [result for result in results if isinstance(result, Mined)]
    failed = [result for result in results if isinstance(result, HyperionError)]
    if not mined:
        raise failed[0] if failed else ConfigError("retrain: no repository was named; name a folder or a --corpus")
    return mined, tuple(f"left aside: {error}" for error in failed)


def code_rows(
    entries: Sequence[CorpusEntry], mined: Sequence[Mined], options: RetrainOptions, progress: Progress | None = None
) -> pd.DataFrame:
    """Return rows whose code was measured too, for the anomaly detector; where none are wanted, the rows there are."""
    measured = mine_all(entries, options, options.code_replay, progress)[0] if options.code_commits else mined
    return merged([item.rows for item in measured])


def _mine_one(
    entry: CorpusEntry,
    *,
    options: RetrainOptions,
    replay: ReplayOptions,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Mined:
    return mine(
        entry.path,
        name=entry.name,
        until=entry.until,
        options=replay,
        rules=options.rules,
        vectors=options.vectors,
        jobs=jobs,
        progress=progress,
    )
