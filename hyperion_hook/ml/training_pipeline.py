"""The specification's ``TrainingPipeline``: from a table to validated, trained, tested and recorded models."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.ml.fitting import Progress, no_progress
from hyperion_hook.ml.members import recipe_named
from hyperion_hook.ml.performance import DRAWS
from hyperion_hook.ml.preparation import Validator, prepare
from hyperion_hook.ml.results import (
    EXAMPLE_ROWS,
    FEATURES_VERSION,
    RECORDED_AS,
    Tracker,
    data_of,
    record_of,
    risk_result,
    tell,
    version_of,
    warn,
)
from hyperion_hook.ml.risk_training import RiskOptions, train_risk
from hyperion_hook.ml.table_reading import DataSource
from hyperion_hook.training.data_validator import DataValidator


class TrainingPipeline:
    """Trains the risk predictor, the anomaly detector, the bug predictor and the impact analyser from tables.

    Parameters
    ----------
    config
        Hyperparameters, seed, threads and folds; by default what file and environment say.
    tracker
        Gets a ``RunRecord`` of every model, as ``MLFlowTracker`` does; by default nobody.
    validator
        Looks at the table first.
    progress
        Told (stage, done, total).

    Notes
    -----
    Nothing is ever chosen by the rows that are tested on. Warnings are in the result's ``warnings`` and go to the
    logger ``hyperion_hook``.
    """

    def __init__(
        self, config: MLConfig | None = None, tracker: Tracker | None = None, validator: Validator | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self.config = config if config is not None else MLConfig.load()
        self.tracker = tracker
        self.validator = validator if validator is not None else DataValidator()
        self.progress = progress

    def train_risk_predictor(  # noqa: PLR0913 - the specification's four, and settings by keyword
        self, data_file: DataSource, target_column: str = "risque_reel", test_size: float = 0.2,
        cv_folds: int | None = None, *, time_column: str | None = None, search: bool = False,
        features: Sequence[str] | None = None, positive: Sequence[Any] | None = None, ensemble: str = "blend",
        gap_days: float = 0.0, bootstrap_draws: int = DRAWS,
    ) -> dict[str, Any]:
        """Train random forest, XGBoost, isolation forest and meta-learner.

        Parameters
        ----------
        data_file
            CSV (also compressed) or Parquet file, or a frame; features under French or English names.
        target_column
            Two classes: 0 and 1, booleans, or words as LOW and HIGH.
        test_size
            Share of the rows that is tested on: the newest if a time is known, else stratified.
        cv_folds
            Folds within the rows that are learned from, in time order if a time is known; by default the
            configuration's (``ML_CV_FOLDS``, 5).
        time_column
            When a row was made; by default a column with a usual name that holds moments.
        search
            Tune forest and XGBoost in the folds first.
        features
            Columns to learn from; by default all that can be.
        positive
            Values of the target that count as risky; needed with more than two classes.
        ensemble
            ``blend`` or ``specification``; see ``ml.members``.
        gap_days
            In time order, leave out rows of so many days before a test row: their bugs were not found yet.
        bootstrap_draws
            Resamples for the intervals.

        Returns
        -------
        dict
            As documented; see ``docs/pipeline.md`` for every key. Each model's ``instance`` is a fitted scikit-learn
            ``Pipeline`` that takes frames, mappings or arrays and says the caller's own labels.

        Raises
        ------
        ConfigError
            If the table, a column or an argument is not usable.
        TrainingError
            If there is too little to learn from.
        """
        started = time.perf_counter()
        self.progress("validation", 0, 1)
        prepared = prepare(data_file, target_column, self.validator, time_column=time_column, positive=positive)
        options = RiskOptions(
            test_size, self.config.cv_folds if cv_folds is None else cv_folds, recipe_named(ensemble), search, features,
            gap_days, bootstrap_draws,
        )
        trained = train_risk(prepared, options, self.config, self.progress)
        result = risk_result(trained, prepared, time.perf_counter() - started)
        if self.tracker is not None:
            frame, split = prepared.frame, trained.split
            data = data_of(
                prepared.validation, train=len(split.train), test=len(split.test),
                features=len(trained.columns.names), positives=float(prepared.codes[split.train].mean()),
            )
            tags = {"data_version": version_of(frame), "features_version": FEATURES_VERSION, "split": split.kind}
            for name, model in trained.models.items():
                lost = tell(self.tracker, record_of(
                    model, recorded_as=RECORDED_AS[name], data=data, tags=tags,
                    rows=frame.iloc[split.train[:EXAMPLE_ROWS]][list(trained.columns.names)],
                    truth=prepared.codes[split.test], labels=dict(enumerate(prepared.target.labels)),
                    seconds=result["training_time_seconds"],
                ))
                result["warnings"] += [lost] if lost else []
        warn(result["warnings"])
        return result
