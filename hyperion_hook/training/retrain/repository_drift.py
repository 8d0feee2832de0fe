"""How far a repository's recent changes have drifted: from what its model learned, or from the changes before them.

Where the models in use learned from this very repository, what they learned is the reference. Models that learned from
other repositories differ from every single one of them, today as on the day they were made; that tells how far to trust
them, not that anything has changed. So then the reference is this repository's own earlier changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pandas as pd

from hyperion_hook.domain.history import DAY, RECENT_CHANGES
from hyperion_hook.domain.phrases import day
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError, TooLittleHistoryError
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.drift.compare import compare
from hyperion_hook.training.drift.report import SIGNIFICANT, DriftReport
from hyperion_hook.training.evaluation.card_figures import risk_of
from hyperion_hook.training.evaluation.promotion import InUse, learned_until
from hyperion_hook.training.rows.corpus_table import as_packed, read_pool, sample
from hyperion_hook.training.rows.mine import measured
from hyperion_hook.training.rows.options import RetrainOptions
from hyperion_hook.training.rows.replay import measurable
from hyperion_hook.training.rows.time_split import UNSEEN_DAYS

EARLIER = 1_000
"""As many as the models' own percentiles look back on; how a history of ten years began says nothing of today."""
LEAST = 50
_POOL_ROWS = 5_000
SCORE = "risk score"


class ReferenceName(StrEnum):
    """What recent changes can be compared with."""

    TRAINING = "training"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class RepositoryDrift:
    """A report, what was compared with what, and why that reference.

    ``learnable`` are the recent changes that are old enough for their bugs to be known, so that retraining learns from
    them.
    """

    report: DriftReport
    reference: ReferenceName
    recent: str
    compared_with: str
    why: str
    learnable: int

    @property
    def is_due(self) -> bool:
        """Whether retraining is worth it: much has drifted, and there is something to learn from it."""
        return self.report.drift_magnitude > SIGNIFICANT and self.learnable >= LEAST

    @property
    def advice(self) -> str:
        """What to do, in one sentence."""
        if self.is_due:
            return "To do: run hyperion-hook retrain; it uses new models only where they rank better."
        return f"To do: nothing, since {self.why_not}."

    @property
    def why_not(self) -> str:
        """Why retraining is not due."""
        if self.report.drift_magnitude <= SIGNIFICANT:
            return f"the magnitude {self.report.drift_magnitude:.2f} is not above {SIGNIFICANT:g}"
        return (
            f"retraining could learn from {self.learnable} of the recent changes and needs {LEAST}: the bugs of the"
            f" last {UNSEEN_DAYS} days are not known yet"
        )


def repository_drift(
    repository: Repository,
    in_use: InUse,
    folder: Path,
    options: RetrainOptions,
    *,
    reference: ReferenceName | None = None,
    since: int | None = None,
    progress: Progress | None = None,
) -> RepositoryDrift:
    """Return the differences of a repository's recent changes from a reference.

    Raises ``TooLittleHistoryError`` if there are fewer than 50 changes on either side; ``ConfigError`` if the models
    carry nothing of what they learned, and that was asked for.

    ``folder`` is that of the models, with the table they learned from. ``reference`` is by default the models' training
    if they learned from this repository, else its own history. Recent are the changes ``since`` a moment (Unix
    seconds), by default the last 500.
    """
    learned = learned_until(in_use.bundle, repository)
    chosen = reference or (ReferenceName.HISTORY if learned is None else ReferenceName.TRAINING)
    rows = _rows(repository, options, chosen, since, learned, progress)
    if chosen is ReferenceName.HISTORY:
        recent = rows[rows["time"] >= since] if since is not None else rows.tail(RECENT_CHANGES)
        before = rows.iloc[: len(rows) - len(recent)].tail(EARLIER)
        named = "of this repository before them"
        why = "asked for" if reference else f"{in_use.label} learned from other repositories, which differ from any one"
    else:
        later = rows if learned is None else rows[rows["time"] > learned]
        recent = later[later["time"] >= since] if since is not None else later.tail(RECENT_CHANGES)
        before, named = _learned(rows, in_use, folder, learned)
        why = "asked for" if reference else f"{in_use.label} learned from this repository"
    _enough(recent, before, learned if chosen is ReferenceName.TRAINING else None)
    if progress is not None:
        progress("comparing", 0, 0)
    if chosen is ReferenceName.TRAINING and learned is None:
        # rounded as the packed rows are: else every count would have moved by a part in a thousand
        recent = as_packed(recent)
    report = compare(_looked_at(before, in_use), _looked_at(recent, in_use), score_column=SCORE)
    return RepositoryDrift(
        report,
        chosen,
        f"{len(recent):,} changes {_span(recent)}",
        f"{len(before):,} changes {named}, {_span(before)}",
        why,
        int((recent["time"] <= rows["time"].max() - UNSEEN_DAYS * DAY).sum()),
    )


def _rows(
    repository: Repository,
    options: RetrainOptions,
    chosen: ReferenceName,
    since: int | None,
    learned: int | None,
    progress: Progress | None,
) -> pd.DataFrame:
    """Return the rows that are needed: of the recent changes, and of the reference where it is this repository's."""
    replay = replace(options.replay, since=None)
    tip = repository.resolve(options.until)
    most: int | None = None
    if chosen is ReferenceName.HISTORY or learned is None:
        recent = RECENT_CHANGES if since is None else measurable(repository, tip, replace(replay, since=since))
        # --max-commits 0 would be all of them
        most = max(1, recent + (EARLIER if chosen is ReferenceName.HISTORY else 0))
    return measured(
        repository.work_tree or repository.git_dir,
        name=repository.name,
        until=tip,
        options=replace(replay, max_commits=most),
        vectors=options.vectors,
        jobs=options.jobs,
        progress=progress,
    )


def _learned(rows: pd.DataFrame, in_use: InUse, folder: Path, learned: int | None) -> tuple[pd.DataFrame, str]:
    """Return the rows that models learned from, of this repository alone if they learned from it, and what they are."""
    if learned is not None:
        own = rows[(rows["time"] <= learned) & (rows["time"] >= _first_learned(in_use))]
        return own, f"of this repository that {in_use.label} learned from"
    pool = read_pool(folder)
    if pool is None:
        raise ConfigError(
            f"--reference training: {in_use.label} carry nothing of what they learned from; use --reference history"
        )
    count = len(pool.heads)
    return sample(pool.rows, _POOL_ROWS, 42), f"drawn from the {count} repositories that {in_use.label} learned from"


def _first_learned(in_use: InUse) -> int:
    """Return when the oldest change that models learned from was made, by their card; 0 if it does not say."""
    data = in_use.bundle.card.get("data")
    try:
        return int(datetime.fromisoformat(data["from"]).replace(tzinfo=UTC).timestamp())  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return 0


def _enough(recent: pd.DataFrame, before: pd.DataFrame, learned: int | None) -> None:
    after = "" if learned is None else f" after {day(learned)}, up to when the models learned"
    for rows, what in ((recent, f"recent ones{after}"), (before, "to compare them with")):
        if len(rows) < LEAST:
            raise TooLittleHistoryError(
                f"too few changes to tell whether anything has drifted: {len(rows)} {what}; {LEAST} are needed"
            )


def _looked_at(rows: pd.DataFrame, in_use: InUse) -> pd.DataFrame:
    """Return the features that the risk model reads, and its score."""
    features = list(in_use.bundle.risk.features)
    return rows[features].assign(**{SCORE: risk_of(in_use, rows)})


def _span(rows: pd.DataFrame) -> str:
    return f"from {day(rows['time'].min())} to {day(rows['time'].max())}"
