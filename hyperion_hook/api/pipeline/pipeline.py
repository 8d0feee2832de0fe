"""The specification's ``TrainingPipeline``: from a table to validated, trained, tested and recorded models."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hyperion_hook.api.pipeline.recording import (
    BUGS_RECORDED_AS,
    EXAMPLE_ROWS,
    FEATURES_VERSION,
    RECORDED_AS,
    Tracker,
    data_of,
    record_of,
    try_log,
    version_of,
)
from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.progress import Progress, no_progress
from hyperion_hook.errors import ConfigError
from hyperion_hook.training.metrics.performance import DRAWS
from hyperion_hook.training.mlflow.settings import tracker_asked_for
from hyperion_hook.training.models.anomaly import train_anomalies
from hyperion_hook.training.models.recipes import XGBOOST, recipe_named
from hyperion_hook.training.models.training_result import SplitOptions, Trained
from hyperion_hook.training.models.trainings import train_bugs, train_impact, train_risk
from hyperion_hook.training.tables.table_reading import DataSource
from hyperion_hook.training.validation.preparation import Prepared, Validator, prepare, prepare_unlabelled
from hyperion_hook.training.validation.validator import DataValidator

_log = logging.getLogger("hyperion_hook")


class TrainingPipeline:
    """Trains the risk predictor, the anomaly detector, the bug predictor and the impact analyser from tables.

    Parameters
    ----------
    config
        Hyperparameters, seed, threads and folds; by default what file and environment say.
    tracker
        Gets a ``RunRecord`` of every model, as ``MLFlowTracker`` does; by default the one that the settings ask for,
        which is nobody while no address is named.
    validator
        Looks at the table first.
    progress
        Told (stage, done, total).

    Notes
    -----
    Nothing is ever chosen by the rows that are tested on. Each model's ``instance`` is a fitted scikit-learn
    ``Pipeline`` that takes frames, mappings and arrays, features under French or English names, and says the caller's
    own labels. Warnings are in a result's ``warnings``, and go to the logger ``hyperion_hook``. All methods raise
    ``ConfigError`` where the table, a column or an argument is not usable, and ``TrainingError`` where there is too
    little to learn from. Every key of the results is in ``docs/pipeline.md``.
    """

    def __init__(
        self,
        config: MLConfig | None = None,
        tracker: Tracker | None = None,
        validator: Validator | None = None,
        progress: Progress = no_progress,
    ) -> None:
        if not isinstance(config, MLConfig | None):
            raise ConfigError(f"config: a {type(config).__name__} is no MLConfig; give MLConfig(n_jobs=1) or the like")
        self.config = config if config is not None else MLConfig.load()
        self.tracker = tracker if tracker is not None else tracker_asked_for()
        self.validator = validator if validator is not None else DataValidator()
        self.progress = progress

    def train_risk_predictor(  # noqa: PLR0913 - the specification's four, and settings by keyword
        self,
        data_file: DataSource,
        target_column: str = "risque_reel",
        test_size: float = 0.2,
        cv_folds: int | None = None,
        *,
        time_column: str | None = None,
        search: bool = False,
        features: Sequence[str] | None = None,
        positive: Sequence[Any] | None = None,
        ensemble: str = "blend",
        gap_days: float = 0.0,
        bootstrap_draws: int = DRAWS,
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
            configuration's (``ML_CV_FOLDS``), which is 5.
        time_column
            When a row was made; by default a column with a usual name that holds moments.
        search
            Tune forest and XGBoost in the folds first.
        features
            Columns to learn from; by default all that can be.
        positive
            Values of the target that count as risky; needed with more than two classes.
        ensemble
            ``blend`` or ``specification``; see ``training.models.recipes``.
        gap_days
            In time order, leave out rows of so many days before a row that is tested on: their bugs were not found yet.
        bootstrap_draws
            Resamples for the intervals.

        Returns
        -------
        dict
            As documented, with ``roc_auc``, ``pr_auc``, ``brier``, ``ece`` and ``intervals`` beside.
        """
        started = time.perf_counter()
        prepared = self._prepared(data_file, target_column, time_column, positive)
        options = SplitOptions(test_size, self._folds(cv_folds), features, gap_days, bootstrap_draws)
        trained = train_risk(prepared, options, recipe_named(ensemble), self.config, self.progress, search=search)
        return self._finished(trained, started, prepared)

    def train_bug_predictor(  # noqa: PLR0913 - as above
        self,
        data_file: DataSource,
        target_column: str = "bug_30_jours",
        test_size: float | None = None,
        cv_folds: int | None = None,
        *,
        time_column: str | None = None,
        search: bool = False,
        features: Sequence[str] | None = None,
        positive: Sequence[Any] | None = None,
        bootstrap_draws: int = DRAWS,
    ) -> dict[str, Any]:
        """Train the bug predictor: XGBoost on the past, tested on the newest share of the time.

        Parameters
        ----------
        data_file
            One row for each file and moment.
        target_column
            Whether a bug fix touched the file within thirty days of the moment (the configuration's
            ``bug_predictor.horizon_days``). Rows whose thirty days were not over when the first tested row was made are
            not learned from, in the folds likewise.
        test_size
            By default the configuration's ``bug_predictor.test_share``, 0.2.
        cv_folds, time_column, search, features, positive, bootstrap_draws
            As for the risk predictor; a time is needed.

        Returns
        -------
        dict
            As for the risk predictor, with one model, ``xgboost``.
        """
        started = time.perf_counter()
        parameters = self.config.bug_predictor
        prepared = self._prepared(data_file, target_column, time_column, positive)
        options = SplitOptions(
            parameters.test_share if test_size is None else test_size,
            self._folds(cv_folds),
            features,
            float(parameters.horizon_days),
            bootstrap_draws,
        )
        trained = train_bugs(prepared, options, self.config, self.progress, search=search)
        return self._finished(trained, started, prepared, recorded_as={XGBOOST: BUGS_RECORDED_AS})

    def train_impact_analyzer(  # noqa: PLR0913 - as above
        self,
        data_file: DataSource,
        target_column: str = "impact_reel",
        test_size: float = 0.2,
        cv_folds: int | None = None,
        *,
        time_column: str | None = None,
        features: Sequence[str] | None = None,
        positive: Sequence[Any] | None = None,
        gap_days: float = 0.0,
        bootstrap_draws: int = DRAWS,
    ) -> dict[str, Any]:
        """Train the impact analyser: models by context, see ``ContextClassifier``.

        Parameters
        ----------
        data_file
            One row for each change, for instance of ``ImpactAnalyzer.evidence``.
        target_column
            Whether the change reached beyond the components it touched.
        test_size, cv_folds, time_column, features, positive, gap_days, bootstrap_draws
            As for the risk predictor.

        Returns
        -------
        dict
            As for the risk predictor, with one model, ``impact_ensemble``; ``contexts`` tells who judges which rows,
            ``levels`` from which probability HIGH and MEDIUM begin (the top 5 % and 20 % out of fold).
        """
        started = time.perf_counter()
        prepared = self._prepared(data_file, target_column, time_column, positive)
        options = SplitOptions(test_size, self._folds(cv_folds), features, gap_days, bootstrap_draws)
        trained = train_impact(prepared, options, self.config, self.progress)
        return self._finished(trained, started, prepared)

    def train_anomaly_detector(
        self,
        data_file: DataSource,
        target_column: str | None = None,
        test_size: float = 0.2,
        *,
        time_column: str | None = None,
        features: Sequence[str] | None = None,
        positive: Sequence[Any] | None = None,
        bootstrap_draws: int = DRAWS,
    ) -> dict[str, Any]:
        """Train the isolation forest; nothing is learned from the target.

        Parameters
        ----------
        data_file
            As for the risk predictor.
        target_column
            If given, how well what is unusual matches it is told.
        features
            By default the columns of code quality and size where there are three of them, else all.
        test_size, time_column, positive, bootstrap_draws
            As for the risk predictor.

        Returns
        -------
        dict
            As for the risk predictor, with one model, ``isolation_forest``, whose ``predict`` says 1 (usual) or -1
            and whose ``decision_function`` is the more negative the more unusual.
        """
        started = time.perf_counter()
        self.progress("validation", 0, 1)
        if target_column is None:
            prepared = prepare_unlabelled(data_file, self.validator, time_column=time_column)
        else:
            prepared = self._prepared(data_file, target_column, time_column, positive)
        options = SplitOptions(test_size, self.config.cv_folds, features, 0.0, bootstrap_draws)
        trained = train_anomalies(prepared, options, self.config, self.progress, labelled=target_column is not None)
        return self._finished(trained, started, prepared)

    def _folds(self, cv_folds: int | None) -> int:
        return self.config.cv_folds if cv_folds is None else cv_folds

    def _prepared(
        self, data: DataSource, target_column: str, time_column: str | None, positive: Sequence[Any] | None
    ) -> Prepared:
        self.progress("validation", 0, 1)
        prepared = prepare(data, target_column, self.validator, time_column=time_column, positive=positive)
        self.progress("validation", 1, 1)
        return prepared

    def _finished(
        self,
        trained: Trained,
        started: float,
        prepared: Prepared,
        recorded_as: Mapping[str, tuple[str, str]] = RECORDED_AS,
    ) -> dict[str, Any]:
        """Return the result with its time, once the tracker has it and the warnings are shown."""
        seconds = time.perf_counter() - started
        result = trained.result(prepared)
        if self.tracker is not None:
            result["warnings"] += self._track(self.tracker, trained, prepared, recorded_as)
        for line in result["warnings"]:
            _log.warning("%s", line)
        return {"training_time_seconds": seconds, **result}

    def _track(
        self, tracker: Tracker, trained: Trained, prepared: Prepared, recorded_as: Mapping[str, tuple[str, str]]
    ) -> list[str]:
        frame: pd.DataFrame = prepared.frame
        names, split = list(trained.rows.columns.names), trained.rows.split
        data = data_of(
            prepared.validation,
            train=len(split.train),
            test=len(split.test),
            features=len(names),
            positives=float(prepared.codes[split.train].mean()),
        )
        tags = {"data_version": version_of(frame), "features_version": FEATURES_VERSION, "split": split.kind}
        lost: list[str] = []
        for name, model in trained.models.items():
            lost += try_log(
                tracker,
                record_of(
                    model,
                    recorded_as=recorded_as[name],
                    example=frame.iloc[split.train[:EXAMPLE_ROWS]][names],
                    truth=prepared.codes[split.test] if "roc_auc" in model.figures else None,
                    labels=prepared.target.labels,
                    data=data,
                    tags=tags,
                ),
            )
        return lost
