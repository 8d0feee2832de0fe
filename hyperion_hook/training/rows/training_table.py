"""A history as one table to learn from: commits, features, and whether each commit introduced a bug."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import Config, load_config
from hyperion_hook.domain.history import DAY
from hyperion_hook.domain.phrases import day
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError, TrainingError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.git.objects import folder_of, revision_of
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.files.whole_files import write_whole
from hyperion_hook.training.rows.dataset import FEATURES
from hyperion_hook.training.rows.mine import mine
from hyperion_hook.training.rows.mined_store import vectors_folder
from hyperion_hook.training.rows.replay import ReplayOptions
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS, as_known_at
from hyperion_hook.training.tables.table_reading import PARQUET

TARGET = "risque_reel"
"""1 where a commit introduced a bug, 0 where none is known of; the name that ``TrainingPipeline`` looks for."""
NAMES = ("english", "french")


def training_table(  # noqa: PLR0913 - settings by keyword
    repository: Any = None,
    *,
    until: Any = "HEAD",
    as_of: int | None = None,
    since: int | None = None,
    max_commits: int | None = None,
    names: str = "english",
    code: bool = True,
    jobs: int = 1,
    config: Config | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return one row for each commit of a history, as ``TrainingPipeline`` and ``DataValidator`` read it.

    Parameters
    ----------
    repository
        A folder, or a ``git.Repo``; the current folder by default. What is measured is kept in its git directory.
    until
        The newest commit.
    as_of
        The moment (Unix seconds) whose knowledge the labels are: bugs that were found later are not known, and later
        commits are left out. By default that of the newest commit.
    since, max_commits
        Measure commits from this moment on, or the newest so many, only.
    names
        Of the features: ``english`` or ``french``.
    code
        Measure code metrics, import graph and manifests too; some 50 ms a commit.
    jobs
        Processes to measure in.
    config
        By default what the repository's file and the environment say.
    progress
        Told how far the measuring is.

    Returns
    -------
    pd.DataFrame
        ``commit``; ``date``, when it was committed (Unix seconds); every feature of the catalogue, NaN where missing;
        ``risque_reel``, missing for the youngest 180 days before ``as_of``, whose bugs are mostly not found yet.

    Raises
    ------
    ConfigError
        If ``names`` is neither.
    GitError
        If there is no repository or commit.
    TrainingError
        If there is no commit to measure.
    """
    if names not in NAMES:
        raise ConfigError(f"names '{str(names)[:40]}': use english or french")
    here = repository
    if not isinstance(repository, Repository):
        here = open_repository(None if repository is None else Path(folder_of(repository)))
    config = config or load_config(top_of_work_tree(here.work_tree or Path()), os.environ).config
    options = ReplayOptions(
        since=since,
        max_commits=max_commits,
        source_metrics=code,
        graph=code,
        max_file_bytes=config.max_file_bytes,
        bulk_files=config.bulk_files,
        exclude=config.exclude,
    )
    mined = mine(
        here.work_tree or here.git_dir,
        until=revision_of(until),
        options=options,
        vectors=vectors_folder(here),
        jobs=jobs,
        progress=progress,
    )
    moment = int(mined.rows["time"].max()) if as_of is None else as_of
    rows = as_known_at(mined.rows[mined.rows["time"] <= moment], moment)
    if rows.empty:
        raise TrainingError(f"{mined.name}: no commit is older than {day(moment)}; choose a later moment")
    label = rows["buggy"].astype("Int8").mask(rows["time"] > moment - UNSEEN_DAYS * DAY)
    french = {feature.name: feature.french for feature in CATALOGUE} if names == "french" else {}
    keys = rows[["commit", "time"]].rename(columns={"time": "date"})
    return pd.concat([keys, rows[list(FEATURES)].rename(columns=french), label.rename(TARGET)], axis=1)


def written(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all: Parquet where the name ends so, else CSV, the same bytes for the same rows.

    Raises ``ConfigError`` if the file cannot be written, or for Parquet without ``pyarrow``.
    """
    if path.exists() and not path.is_file():
        raise ConfigError(f"--output '{path}': is no file; name one, or '-' for stdout")
    try:
        is_parquet = path.suffix.lower() in PARQUET
        write_whole(path, table.to_parquet(index=False) if is_parquet else csv_of(table).encode())
    except ImportError:
        raise ConfigError(
            f"--output '{path}': Parquet needs the package 'pyarrow', which is not installed; "
            "run: pip install pyarrow, or name a file that ends in .csv"
        ) from None
    except OSError as error:
        raise ConfigError(f"--output '{path}': {error.strerror or error}; name a file that can be written") from None


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as CSV."""
    return str(table.to_csv(index=False, lineterminator="\n"))
