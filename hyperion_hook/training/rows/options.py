"""What a retraining reads, how it learns, and what its bundle is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM
from hyperion_hook.domain.change import BULK_FILES, MAX_FILE_BYTES
from hyperion_hook.training.labels.szz import SzzRules
from hyperion_hook.training.rows.replay import ReplayOptions

DEFAULTS = MLConfig()
RULES = SzzRules(shared=True)
"""What is asked for of every history that is learned from."""


@dataclass(frozen=True, slots=True)
class RetrainOptions:
    """What is read, how it is learned, and what the bundle is called.

    ``code_commits`` are the newest commits of each repository whose code is measured too, for the anomaly detector: the
    risk model ranks as well without (see ``docs/training.md``), and can then compare a change with 500 others in
    seconds.

    ``jobs`` are processes for mining, ``cluster`` is the address of a Dask scheduler to mine on instead, ``threads``
    are those of the estimators, ``models`` their hyperparameters (by default the specification's, with ``seed``).
    ``masked`` is the share of rows that are learned without their message. ``recipe``
    names the recipe of the bundle; by default it is the one that ranks the future of a corpus best. ``parity_rows`` are
    the random rows on which the export is compared with the fitted models. ``pool_rows`` are drawn from a corpus and
    packed into the bundle, and are what its risk model learns from.
    """

    since: int | None = None
    until: str = "HEAD"
    max_commits: int | None = None
    code_commits: int = 300
    max_file_bytes: int = MAX_FILE_BYTES
    bulk_files: int = BULK_FILES
    exclude: tuple[str, ...] = ()
    rules: SzzRules = RULES
    vectors: Path | None = None
    jobs: int = 1
    cluster: str | None = None
    threads: int = DEFAULTS.n_jobs
    models: MLConfig | None = None
    seed: int = DEFAULTS.random_state
    folds: int = DEFAULTS.cv_folds
    masked: float = 0.5
    recipe: str | None = None
    pool_rows: int = 50_000
    alert_high: float = ALERT_HIGH
    alert_medium: float = ALERT_MEDIUM
    parity_rows: int = 10_000
    name: str = "hyperion-risk"
    version: str = "1.0.0"

    @property
    def config(self) -> MLConfig:
        """Hyperparameters, seed, folds and threads as the estimators take them."""
        models = self.models or MLConfig(random_state=self.seed)
        return replace(models, random_state=self.seed, cv_folds=self.folds, n_jobs=self.threads)

    @property
    def replay(self) -> ReplayOptions:
        """What the replay for the risk model needs of them: patches and history, no code metrics."""
        return ReplayOptions(
            since=self.since,
            max_commits=self.max_commits,
            source_metrics=False,
            graph=False,
            max_file_bytes=self.max_file_bytes,
            bulk_files=self.bulk_files,
            exclude=self.exclude,
        )

    @property
    def code_replay(self) -> ReplayOptions:
        """What the replay for the anomaly detector needs of them: everything, of the newest commits."""
        most = self.code_commits if self.max_commits is None else min(self.code_commits, self.max_commits)
        return replace(self.replay, max_commits=most, source_metrics=True, graph=True)
