"""Training of the bug predictor: will a file need a bug fix within thirty days; always in time order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xgboost import XGBClassifier

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.models.fit_members import Progress, fitted_members, out_of_fold
from hyperion_hook.training.models.meta_learner import alone
from hyperion_hook.training.models.recipes import XGBOOST
from hyperion_hook.training.models.training_result import Rowset, SplitOptions, TrainedModel, rowset, trained_classifier
from hyperion_hook.training.models.tuning import tuned
from hyperion_hook.training.validation.preparation import Prepared


@dataclass(frozen=True)
class TrainedBugs:
    """The bug predictor, and what it was trained and tested on."""

    model: TrainedModel
    rows: Rowset
    search: dict[str, Any]


def train_bugs(prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress, *, search: bool
               ) -> TrainedBugs:
    """Fit the specification's XGBoost on the past, calibrate it out of fold, and test it on the future once.

    ``options.gap_days`` is the horizon: what happens within it was not known yet when the first row tested on was made.

    Raises
    ------
    ConfigError
        If no time is known.
    TrainingError
        If there is too little to learn from.
    """
    if prepared.time is None or not prepared.time.is_moment:
        raise ConfigError(
            "bug predictor: no column says when a row was made, and it is tested on the future only; name one that "
            "holds moments as time_column="
        )
    jobs, seed = config.n_jobs, config.random_state
    rows = rowset(prepared, options, seed)
    members: dict[str, Any] = {XGBOOST: XGBClassifier(**config.bug_predictor, n_jobs=1)}
    found: dict[str, Any] = {}
    if search:
        members, found = tuned(members, rows.X, rows.y, rows.folds, seed=seed, jobs=jobs, progress=progress)
    seen = out_of_fold(members, rows.X, rows.y, rows.folds, jobs=jobs, progress=progress)
    made = alone(
        XGBOOST, members, seen, rows.y[seen.rows], kind=rows.split.kind, labels=prepared.target.labels, config=config
    )
    fitted = fitted_members(members, rows.X, rows.y, jobs=jobs, progress=progress)
    return TrainedBugs(
        trained_classifier(XGBOOST, made, fitted, seen, rows, draws=options.draws, seed=seed), rows, found
    )
