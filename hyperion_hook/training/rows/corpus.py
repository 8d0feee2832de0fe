"""The repositories to train on, from a list of folders or a TOML file that names them, and the rows of them all.

::

    root = "/srv/mirrors"            # optional: where names without a path are looked for

    [[repository]]
    name = "pallets/flask"
    path = "flask"                   # optional: absolute, or beside this file
    head = "2c8cd3a..."              # optional: the newest commit to read
    left_out = true                  # optional: not trained on, only evaluated
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from hyperion_hook.domain.files.regular import TooLargeError, read_regular
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError, HyperionError
from hyperion_hook.training.rows.dataset import merged
from hyperion_hook.training.rows.distribute import spread
from hyperion_hook.training.rows.mine import Mined, mine, name_of
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.replay import ReplayOptions

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One repository: what it is called, where it lies, up to where it is read, and whether it is trained on."""

    name: str
    path: Path
    until: str = "HEAD"
    left_out: bool = False

    def absolute(self) -> CorpusEntry:
        """Return the entry as every process understands it, wherever it runs."""
        return replace(self, path=self.path.absolute())


def entries_of(repositories: Sequence[Path], until: str) -> list[CorpusEntry]:
    """Return repositories given by folder; folders of one name are told apart by number."""
    entries: dict[str, CorpusEntry] = {}
    for path in repositories:
        name = first = name_of(path)
        number = 1
        while name in entries:
            number += 1
            name = f"{first}-{number}"
        entries[name] = CorpusEntry(name, path, until)
    return list(entries.values())


def read_corpus(file: Path) -> list[CorpusEntry]:
    """Return the repositories a TOML file names.

    Raises ``ConfigError`` if the file cannot be read, names no repository, or names one that is not there; all
    faults at once.
    """
    try:
        content = tomllib.loads(read_regular(file, _MAX_BYTES, links=True).decode("utf-8"))
    except TooLargeError as error:
        raise ConfigError(f"corpus '{file}': {error.strerror}; give a shorter list") from None
    except OSError as error:
        raise ConfigError(f"corpus '{file}': {error.strerror or 'cannot be read'}; give a readable file") from None
    except ValueError as error:
        raise ConfigError(f"corpus '{file}': no TOML ({error}); correct it") from None
    listed = content.get("repository")
    if not isinstance(listed, list) or not listed:
        raise ConfigError(f"corpus '{file}': names no [[repository]]; add at least one")
    faults: list[str] = []
    entries = [_entry(number, item, content, file.parent, faults) for number, item in enumerate(listed, 1)]
    names = [entry.name for entry in entries]
    faults += sorted({f"'{name}': named twice" for name in names if names.count(name) > 1})
    if faults:
        raise ConfigError("\n".join(f"corpus '{file}': {fault}" for fault in faults))
    return entries


def _entry(number: int, item: Any, content: Mapping[str, Any], beside: Path, faults: list[str]) -> CorpusEntry:
    values = item if isinstance(item, dict) else {}
    name, folder, until = values.get("name"), values.get("path"), values.get("head", "HEAD")
    if not isinstance(name, str) or not name or not isinstance(until, str) or not isinstance(folder, str | None):
        faults.append(f"repository {number}: 'name' must be there, and 'name', 'path' and 'head' be text")
        return CorpusEntry(f"{number}", beside)
    path = beside / str(content.get("root", "")) / (folder or name)
    if not path.is_dir():
        faults.append(f"'{name}': no folder {path}; give its 'path'")
    return CorpusEntry(name, path, until, values.get("left_out") is True)


Result = TypeVar("Result")


def for_each(
    function: Callable[..., Result],
    entries: Sequence[CorpusEntry],
    options: RetrainOptions,
    stage: str,
    progress: Progress | None,
) -> list[Result | HyperionError]:
    """Return the result of a module's function for each repository, in the order given, or the error of reading it.

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
    """Mine repositories, in the order given, and return the rows with one warning for each that could not be read.

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
