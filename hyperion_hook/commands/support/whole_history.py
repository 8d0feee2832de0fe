"""What the commands share that replay a whole history: which one, the extra they need, and how they answer."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.models import ModelsInUse
from hyperion_hook.commands import say
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ConfigError, MissingExtraError
from hyperion_hook.git.environment.gitpython import open_repository
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable
from hyperion_hook.scoring.bundle import bundled_models
from hyperion_hook.store.models.version_store import RISK_PREDICTOR, VersionStore

if TYPE_CHECKING:
    from hyperion_hook.training.rows.options import RetrainOptions

_OF_THE_EXTRA = ("numpy", "pandas", "scipy", "sklearn", "xgboost", "joblib")


@dataclass(frozen=True, slots=True)
class Reading:
    """Which history is read, where the work is done, and where what was measured is kept."""

    since: int | None = None
    until: str = "HEAD"
    max_commits: int | None = None
    jobs: int = 1
    cluster: str | None = None
    vectors: Path | None = None

    @classmethod
    def of(cls, *, since: str | None, jobs: int | None, **flags: Any) -> Reading:
        """Return the reading that flags ask for; raise ``ConfigError`` if ``since`` is no date."""
        return cls(day_of(since), jobs=processes(jobs), **flags)

    def options(self, config: Config) -> RetrainOptions:
        """Return the options of a training, from flags and settings."""
        from hyperion_hook.config.ml_config import MLConfig
        from hyperion_hook.training.rows.options import RetrainOptions

        return RetrainOptions(
            since=self.since,
            until=self.until,
            max_commits=self.max_commits,
            jobs=self.jobs,
            cluster=self.cluster,
            vectors=self.vectors and self.vectors.absolute(),
            seed=config.ml_random_state,
            folds=config.ml_cv_folds,
            threads=config.ml_n_jobs,
            max_file_bytes=config.max_file_bytes,
            models=MLConfig.of(config) if config.ml else None,
            bulk_files=config.bulk_files,
            exclude=config.exclude,
            alert_high=config.alert_high,
            alert_medium=config.alert_medium,
        )


def processes(jobs: int | None) -> int:
    """Return as many processes as were asked for, by default one for each processor core."""
    return jobs or os.cpu_count() or 1


def day_of(text: str | None, option: str = "--since") -> int | None:
    """Return the Unix seconds at which a day begins in UTC; ``option`` is what gave it.

    Raises ``ConfigError`` if the text is no date.

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
        raise ConfigError(f"{option} '{text}': no date; write it as 2024-12-31") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def need_the_extra(command: str) -> None:
    """Raise ``MissingExtraError``, which says how to install it, unless the extra ``train`` is there."""
    for module in _OF_THE_EXTRA:
        if find_spec(module) is None:
            raise MissingExtraError(command, "train", module)


def open_whole_history(repo: Path | None) -> Repository:
    """Return a repository whose history is read; what a shallow clone, or one without all its files, costs is said."""
    repository = open_repository(repo)
    cut_off = sorted(repository.cut_off())
    if cut_off:
        more = f" and {len(cut_off) - 1:,} more" if len(cut_off) > 1 else ""
        say(
            f"warning: shallow clone: its history begins at {cut_off[0][:10]}{more}, so bugs introduced there or before"
            " are not traced, and these commits are not learned from; run: git fetch --unshallow"
        )
    elif cut := is_cut_off(repository, repository.head()):
        say(f"warning: {cut.cause}, so most figures rest on lines that were not read; run: {cut.remedy}")
    return repository


def models_folder(used: ModelsInUse, repository: Repository, config: Config) -> Path:
    """Return where the models in use lie."""
    if used.version is not None:
        return VersionStore.of(repository.common_dir).folder(RISK_PREDICTOR, used.version)
    return config.models if config.models is not None else bundled_models()


def show(lines: Iterable[str]) -> None:
    """Write the result, a line each, safe to show."""
    for line in lines:
        click.echo(printable(line, most=10_000))
