"""Keeping a record of trainings in MLflow: what was learned, from what, how well, and the model itself.

MLflow is a guest here. It is imported when the first model is logged, and whatever is wrong with it costs one line of
warning: the training goes on, and later models of the same tracker are not sent after it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from hyperion_hook.errors import TrainingError
from hyperion_hook.report.safe_text import without_password
from hyperion_hook.store.model_metadata import ModelMetadata
from hyperion_hook.training import tracking_promotion
from hyperion_hook.training.run_record import RunRecord
from hyperion_hook.training.tracking_calls import (
    FILE_STORE,
    Patience,
    TrackingError,
    calling,
    client_of,
    need_mlflow,
)
from hyperion_hook.training.tracking_content import RunContent, content_of
from hyperion_hook.training.tracking_models import MODEL_NAME, saved_model
from hyperion_hook.training.tracking_place import DEFAULT_URI, artifact_location, is_file_store, placed, viewer
from hyperion_hook.training.tracking_plots import draw_plots

if TYPE_CHECKING:
    from hyperion_hook.config import Config

DEFAULT_EXPERIMENT = "hyperion_ml_v3"
PLOTS = "plots"
_SOURCE = {"mlflow.source.name": "hyperion-hook", "mlflow.source.type": "LOCAL"}
_BATCH = 100
_EXISTS = {"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"}

Say = Callable[[str], object]
"""Told one line at a time what a person should know."""

Answer = TypeVar("Answer")

_log = logging.getLogger("hyperion_hook")


def _default_tags() -> dict[str, str]:
    return {"project": "hyperion", "version": "3.0.0", "team": "hyperion-dev", "environment": "development"}


@dataclass(frozen=True, slots=True)
class MLFlowConfig:
    """Where runs go, under which experiment, and the tags of every run.

    Attributes
    ----------
    tracking_uri
        As for MLflow: ``http(s)://...``, ``sqlite:///path``, ``file:./folder``. Relative paths are relative to where
        one stands, except for the default: its database lies in the git directory of the repository one stands in
        (``hyperion-hook/mlflow``), or in the user's cache folder.
    experiment_name
        Is made if it is not there.
    default_tags
        Of every run; a record's own tags win.

    Examples
    --------
    >>> MLFlowConfig().tracking_uri, MLFlowConfig().experiment_name
    ('sqlite:///mlflow.db', 'hyperion_ml_v3')
    """

    tracking_uri: str = DEFAULT_URI
    experiment_name: str = DEFAULT_EXPERIMENT
    default_tags: Mapping[str, str] = field(default_factory=_default_tags)

    @classmethod
    def from_settings(cls, config: Config) -> MLFlowConfig:
        """Return what the settings ``mlflow-tracking-uri`` and ``mlflow-experiment-name`` say."""
        return cls(config.mlflow_tracking_uri, config.mlflow_experiment_name)


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A run that MLflow has; ``model_id`` is ``None`` where the model could not be kept without pickle."""

    run_id: str
    name: str
    model_id: str | None = None

    @property
    def model_uri(self) -> str | None:
        """What ``mlflow.sklearn.load_model`` and ``mlflow.pyfunc.load_model`` take."""
        return None if self.model_id is None else f"models:/{self.model_id}"


_RUN_OF: WeakKeyDictionary[Any, tuple[str, LoggedRun]] = WeakKeyDictionary()
"""Which run an estimator was logged as, and where, for whoever registers it later."""


class MLFlowTracker:
    """Logs trained models to MLflow, registers them, and follows their promotion.

    Parameters
    ----------
    config
        Where runs go.
    say
        Told what a person should know, one line at a time: where runs go, what could not be logged. By default the
        logger ``hyperion_hook``, which shows it on standard error.
    now
        The time that names a run.

    Raises
    ------
    MissingExtraError
        If MLflow is not installed.
    ConfigError
        If there is no place for the default database.
    """

    def __init__(
        self, config: MLFlowConfig | None = None, *, say: Say = _log.warning,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        need_mlflow("MLflow")
        self.config = config or MLFlowConfig()
        self.uri = placed(self.config.tracking_uri)
        self._say = say
        self._now = now
        self._experiment: str | None = None
        self._given_up = False

    @property
    def place(self) -> str:
        """One line that says where runs go and how to look at them."""
        told = f"MLflow: runs go to {without_password(self.uri)}, experiment {self.config.experiment_name}"
        shown = without_password(viewer(self.uri))
        note = f" (a folder of files, which MLflow takes with {FILE_STORE}=true only; set for these calls)"
        return f"{told}{note if is_file_store(self.uri) else ''}" + ("" if shown == self.uri else f"; see: {shown}")

    def log(self, record: RunRecord) -> LoggedRun | None:
        """Log a model as one run: parameters, metrics, tags, plots, signature, input example and the model.

        Parameters
        ----------
        record
            What is known of it.

        Returns
        -------
        LoggedRun or None
            ``None`` where MLflow could not be reached or refused; it was said, and nothing is raised.
        """
        content = content_of(record, self.config.default_tags)
        with TemporaryDirectory() as place:
            plots = draw_plots(record, Path(place))
            return self._guarded(lambda client: self._logged(client, record, content, place if plots else None))

    def register(self, logged: LoggedRun, name: str, version: str) -> str | None:
        """Make a logged model a version of a registered model, which carries our registry's version as a tag.

        Parameters
        ----------
        logged
            What ``log`` returned.
        name, version
            As in our registry: ``risk_predictor``, ``v1.2.0``.

        Returns
        -------
        str or None
            The number that MLflow gave it; ``None`` where there is no model, or MLflow failed.
        """
        if logged.model_id is None:
            self._say(f"MLflow: {name} {version} is not registered there, because its model could not be logged")
            return None
        model_id = logged.model_id
        return self._guarded(
            lambda client: tracking_promotion.register(client, model_id, logged.run_id, name, version)
        )

    def register_saved(self, estimator: Any, metadata: ModelMetadata) -> str | None:
        """Register a model that our registry has just saved, logging it first if that has not been done here.

        Parameters
        ----------
        estimator
            The fitted estimator.
        metadata
            What our registry keeps of it.
        """
        place, logged = _RUN_OF.get(estimator, (None, None))
        if logged is None or place != self.uri:
            logged = self.log(record_of(estimator, metadata))
        return None if logged is None else self.register(logged, metadata.name, metadata.version)

    def mirror_promotion(self, name: str, version: str, status: str) -> bool:
        """Have a version of a registered model where our registry has it.

        Parameters
        ----------
        name, version
            As for ``register``.
        status
            ``trained``, ``validated``, ``production`` or ``deprecated``. ``models:/NAME@validated`` and
            ``models:/NAME@production`` follow it, and so does the older ``models:/NAME/production``.

        Returns
        -------
        bool
            Whether MLflow has it; what went wrong was said.
        """
        found = self._guarded(lambda client: tracking_promotion.mirror(client, name, version, status))
        if found is False:
            self._say(f"MLflow: {name} {version} is not registered there, so its status {status} is not followed")
        return bool(found)

    def _guarded(self, call: Callable[[Any], Answer]) -> Answer | None:
        """Return what a call gives, ``None`` if MLflow fails, which is said once."""
        if self._given_up:
            return None
        try:
            with calling(self.uri):
                return call(client_of(self.uri))
        except TrackingError as error:
            self._given_up = True
            self._say(f"warning: MLflow at {without_password(self.uri)} is left out, and all else goes on: {error}")
            return None

    def _logged(self, client: Any, record: RunRecord, content: RunContent, plots: str | None) -> LoggedRun:
        patience = Patience()
        run = self._begun(client, record, content)
        try:
            patience.check()
            if plots is not None:
                client.log_artifacts(run.info.run_id, plots, PLOTS)
                patience.check()
            model_id = self._log_model(client, run, record, content, patience)
            patience.check()
            self._log_metrics(client, run.info.run_id, content, model_id)
        except Exception:
            # a run that is never ended would look as if it still went on
            with suppress(Exception):
                client.set_terminated(run.info.run_id, "FAILED")
            raise
        client.set_terminated(run.info.run_id, "FINISHED")
        logged = LoggedRun(run.info.run_id, run.info.run_name, model_id)
        if record.estimator is not None:
            _RUN_OF[record.estimator] = (self.uri, logged)
        return logged

    def _begun(self, client: Any, record: RunRecord, content: RunContent) -> Any:
        from mlflow.entities import Param, RunTag  # noqa: PLC0415 - takes seconds

        moment = self._now()
        seconds = content.metrics.get("training_time_seconds", 0.0)
        run = client.create_run(
            self._experiment_id(client), run_name=f"{record.model_name}_{moment:%Y%m%d_%H%M%S}",
            start_time=int((moment.timestamp() - max(seconds, 0.0)) * 1_000),
        )
        parameters = [Param(*entry) for entry in content.parameters.items()]
        tags = [RunTag(*entry) for entry in {**_SOURCE, **content.tags}.items()]
        for start in range(0, max(len(parameters), len(tags)), _BATCH):
            client.log_batch(
                run.info.run_id, params=parameters[start : start + _BATCH], tags=tags[start : start + _BATCH],
                synchronous=True,
            )
        return run

    def _experiment_id(self, client: Any) -> str:
        if self._experiment is None:
            name = self.config.experiment_name
            found = client.get_experiment_by_name(name)
            self._experiment = found.experiment_id if found else _new_experiment(client, name, self.uri)
        return self._experiment

    def _log_model(
        self, client: Any, run: Any, record: RunRecord, content: RunContent, patience: Patience
    ) -> str | None:
        """Log the model in the steps of MLflow's own ``log_model``, which asks for every metric one by one."""
        from mlflow.entities import LoggedModelOutput  # noqa: PLC0415 - takes seconds
        from mlflow.models import Model  # noqa: PLC0415

        if record.estimator is None and not record.bundle:
            return None
        with TemporaryDirectory() as place:
            folder = Path(place) / "model"
            description = Model(run_id=run.info.run_id)
            try:
                saved_model(record, description, folder)
            except TrainingError as error:
                self._say(f"MLflow: the model of {record.model_name} is not logged: {error}")
                return None
            logged = client.create_logged_model(
                run.info.experiment_id, name=MODEL_NAME, source_run_id=run.info.run_id,
                params=dict(content.parameters), model_type=record.model_type,
            )
            patience.check()
            description.model_id = description.model_uuid = logged.model_id
            description.artifact_path = logged.artifact_location
            description.save(str(folder / "MLmodel"))
            client.log_outputs(run.info.run_id, [LoggedModelOutput(logged.model_id, step=0)])
            client.log_model_artifacts(logged.model_id, str(folder))
            client.finalize_logged_model(logged.model_id, "READY")
        return str(logged.model_id)

    def _log_metrics(self, client: Any, run_id: str, content: RunContent, model_id: str | None) -> None:
        from mlflow.entities import Metric  # noqa: PLC0415 - takes seconds

        moment = int(time.time() * 1_000)
        for of_model in (None,) if model_id is None else (None, model_id):
            more = {} if of_model is None else {"model_id": of_model, "run_id": run_id}
            metrics = [Metric(name, value, moment, 0, **more) for name, value in content.metrics.items()]
            for start in range(0, len(metrics), 10 * _BATCH):
                client.log_batch(run_id, metrics=metrics[start : start + 10 * _BATCH], synchronous=True)


def _new_experiment(client: Any, name: str, uri: str) -> str:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - takes seconds

    try:
        return str(client.create_experiment(name, artifact_location=artifact_location(uri, name)))
    except MlflowException as error:
        # another process may have made it just now
        found = client.get_experiment_by_name(name) if error.error_code in _EXISTS else None
        if found is None:
            raise
        return str(found.experiment_id)


def record_of(estimator: Any, metadata: ModelMetadata) -> RunRecord:
    """Return what a registry's entry says of a model, as far as it says it."""
    figures = {
        "accuracy": metadata.accuracy, "precision": metadata.precision, "recall": metadata.recall,
        "f1_score": metadata.f1_score,
    }
    importance = getattr(estimator, "feature_importances_", None)
    known = importance is not None and len(importance) == len(metadata.training_features)
    return RunRecord(
        model_name=metadata.name, model_type=metadata.model_type, estimator=estimator,
        parameters=metadata.hyperparameters,
        metrics={name: float(value) for name, value in figures.items() if value is not None},
        cross_validation={},
        importance=dict(zip(metadata.training_features, importance, strict=True)) if known else {},
        expected=np.array([]), predicted=np.array([]), example=pd.DataFrame(columns=list(metadata.training_features)),
        tags=metadata.tags, data={"training_samples": metadata.training_samples},
    )
