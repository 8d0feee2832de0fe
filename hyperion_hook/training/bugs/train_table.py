"""Training of the bug predictor: will a file need a bug fix within thirty days; always in time order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.models.classifier import fit_together
from hyperion_hook.training.models.fit_members import Progress
from hyperion_hook.training.models.recipes import BUGS, XGBOOST, alone
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
    classifier = alone(XGBOOST, rows.classifier(BUGS, config))
    tried: dict[str, Any] = {}
    if search:
        members, tried = tuned(
            dict(classifier.members), rows.X, rows.y, classifier.folds(rows.evidence), seed=seed, jobs=jobs,
            progress=progress,
        )
        classifier.set_params(members=list(members.items()))
    seconds = fit_together({XGBOOST: classifier}, rows.evidence, progress=progress).seconds[XGBOOST]
    return TrainedBugs(trained_classifier(XGBOOST, classifier, rows, seconds=seconds, seed=seed), rows, tried)
