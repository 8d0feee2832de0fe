"""``retrain``: train models on this repository's own history, or on a list of repositories."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.progress import ProgressLine
from hyperion_hook.config import Config
from hyperion_hook.errors import ConfigError, ExitCode, MissingExtraError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable

_OF_THE_EXTRA = ("numpy", "pandas", "scipy", "sklearn", "xgboost", "joblib")


@dataclass(frozen=True, slots=True)
class Reading:
    """Which history is read, with how many processes, and where what was measured is kept."""

    since: int | None = None
    until: str = "HEAD"
    max_commits: int | None = None
    jobs: int = 1
    vectors: Path | None = None


def run(
    repo: Path | None, reading: Reading, *, models: Path | None, corpus: Path | None, config: Config
) -> ExitCode:
    """Train, write the models and print their card."""
    if corpus is not None and models is None:
        raise ConfigError("retrain: --corpus needs --models DIR, the folder that the new models go to")
    _need_the_extra()
    from hyperion_hook.training.options import RetrainOptions  # noqa: PLC0415 - needs the extra
    from hyperion_hook.training.retrain import retrain  # noqa: PLC0415

    repository = None if corpus is not None else Repository.discover(repo)
    folder = models or (repository.common_dir / "hyperion-hook" / "models" if repository else Path())
    options = RetrainOptions(
        since=reading.since, until=reading.until, max_commits=reading.max_commits, jobs=reading.jobs,
        vectors=reading.vectors, seed=config.ml_random_state, folds=config.ml_cv_folds, threads=config.ml_n_jobs,
        max_file_bytes=config.max_file_bytes, bulk_files=config.bulk_files, alert_high=config.alert_high,
        alert_medium=config.alert_medium,
    )
    progress = ProgressLine()
    report = retrain(
        [repository.work_tree or repository.git_dir] if repository else [], models_out=folder, corpus=corpus,
        options=options, progress=progress,
    )
    progress.clear()
    for warning in report.warnings:
        say(f"warning: {warning}")
    for line in report.markdown.splitlines():
        click.echo(printable(line, most=10_000))
    say(f'models written to {folder}; to use them set models = "{folder}" in .hyperion-hook.toml')
    return ExitCode.DONE


def _need_the_extra() -> None:
    from importlib.util import find_spec  # noqa: PLC0415 - not wanted for --help

    for module in _OF_THE_EXTRA:
        if find_spec(module) is None:
            raise MissingExtraError("retrain", "train", module)


def day_of(text: str | None) -> int | None:
    """Return the Unix seconds at which a day begins in UTC.

    Raises
    ------
    ConfigError
        If the text is no date.

    Examples
    --------
    >>> day_of("2020-09-13"), day_of(None)
    (1599955200, None)
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--since '{text}': no date; write it as 2024-12-31") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@click.command()
@click.option("--since", metavar="DATE", help="Learn from changes since this day (2024-12-31) only.")
@click.option("--until", default="HEAD", metavar="REV", help="The newest commit to read.")
@click.option("--max-commits", type=click.IntRange(1), help="Learn from the newest so many changes only.")
@click.option("--models", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder that the models go to; hyperion-hook/models in the git directory by default.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to read history with; all processor cores by default.")
@click.option("--corpus", type=click.Path(path_type=Path), metavar="FILE",
              help="TOML file that names the repositories to learn from, instead of this one.")
@click.option("--vectors", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder that keeps what was measured, so that an interrupted run goes on where it was.")
@click.pass_obj
def command(
    invocation: Invocation, /, *, since: str | None, until: str, max_commits: int | None, models: Path | None,
    jobs: int | None, corpus: Path | None, vectors: Path | None,
) -> int:
    """Train models on this repository's own history; measured beside simple baselines.

    The past is replayed, learned from in time order, and the models are tried on the future. Needs the extra 'train':
    pip install 'hyperion-hook[train]'.
    """
    reading = Reading(day_of(since), until, max_commits, jobs or os.cpu_count() or 1, vectors)
    return run(invocation.repo, reading, models=models, corpus=corpus, config=invocation.config())
