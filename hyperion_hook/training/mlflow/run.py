"""One run of MLflow from its first call to its last; within ``guarded_calls.calling`` only."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hyperion_hook.errors import TrainingError
from hyperion_hook.training.mlflow.address import artifact_location
from hyperion_hook.training.mlflow.guarded_calls import Patience
from hyperion_hook.training.mlflow.models import BUNDLE, SKLEARN_MODEL, saved_model
from hyperion_hook.training.mlflow.run_content import RunContent
from hyperion_hook.training.mlflow.run_record import RunRecord

EXISTS = frozenset({"RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"})
"""What MLflow answers where another process was quicker."""

PLOTS = "plots"
_KIND = {"mlflow.experimentKind": "custom_model_development"}
"""Has MLflow show runs and their metrics instead of conversations with language models."""
_SOURCE = {"mlflow.source.name": "hyperion-hook", "mlflow.source.type": "LOCAL"}


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A run that MLflow has; ``model_id`` is ``None`` where the model could not be kept without pickle.

    ``digest`` is the SHA-256 of the model's main file.
    """

    run_id: str
    name: str
    model_id: str | None = None
    digest: str | None = None

    @property
    def model_uri(self) -> str | None:
        """What ``mlflow.sklearn.load_model`` and ``mlflow.pyfunc.load_model`` take."""
        return None if self.model_id is None else f"models:/{self.model_id}"


def log_run(
    client: Any,
    experiment_id: str,
    record: RunRecord,
    content: RunContent,
    *,
    plots: str | None,
    moment: datetime,
    say: Callable[[str], object],
) -> LoggedRun:
    """Log everything of one model.

    ``content`` is what is logged of the record beside files; ``say`` is told why a model is not kept.
    """
    from mlflow.entities import Metric, Param, RunTag

    patience = Patience()
    seconds = max(content.metrics.get("training_time_seconds", 0.0), 0.0)
    run = client.create_run(
        experiment_id,
        run_name=f"{record.model_name}_{moment:%Y%m%d_%H%M%S}",
        start_time=int((moment.timestamp() - seconds) * 1_000),
    )
    run_id: str = run.info.run_id
    tags = [RunTag(*entry) for entry in {**_SOURCE, **content.tags}.items()]
    client.log_batch(run_id, params=[Param(*entry) for entry in content.parameters.items()], tags=tags)
    try:
        if plots is not None:
            client.log_artifacts(run_id, plots, PLOTS)
            patience.check()
        model_id, digest = _log_model(client, run, record, content, patience, say)
        patience.check()
        now = int(time.time() * 1_000)
        # with the model's id MLflow keeps them as the run's and as the model's, and shows them beside either
        metrics = [Metric(name, value, now, 0, model_id=model_id) for name, value in content.metrics.items()]
        client.log_batch(run_id, metrics=metrics)
    except Exception:
        # a run that is never ended would look as if it still went on
        with suppress(Exception):
            client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")
    return LoggedRun(run_id, run.info.run_name, model_id, digest)


def experiment_id_of(client: Any, name: str, uri: str) -> str:
    """Return the id of an experiment, which is made if it is not there."""
    from mlflow.exceptions import MlflowException

    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        try:
            return str(client.create_experiment(name, artifact_location=artifact_location(uri, name), tags=_KIND))
        except MlflowException as error:
            experiment = client.get_experiment_by_name(name) if error.error_code in EXISTS else None
            if experiment is None:
                raise
    return str(experiment.experiment_id)


def _log_model(
    client: Any, run: Any, record: RunRecord, content: RunContent, patience: Patience, say: Callable[[str], object]
) -> tuple[str | None, str | None]:
    """Log the model in the steps of MLflow's ``log_model``, which would ask for every metric; return id and digest."""
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    if record.estimator is None and not record.bundle:
        return None, None
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "model")
        description = Model(run_id=run.info.run_id)
        try:
            digest = saved_model(record, description, folder)
        except TrainingError as error:
            say(f"MLflow: the model of {record.model_name} is not logged: {error}")
            return None, None
        logged = client.create_logged_model(
            run.info.experiment_id,
            name=BUNDLE if record.bundle else SKLEARN_MODEL,
            source_run_id=run.info.run_id,
            params=dict(content.parameters),
            model_type=record.model_type,
        )
        patience.check()
        description.model_id = description.model_uuid = logged.model_id
        description.artifact_path = logged.artifact_location
        description.save(str(folder / "MLmodel"))
        client.log_outputs(run.info.run_id, [LoggedModelOutput(logged.model_id, step=0)])
        client.log_model_artifacts(logged.model_id, str(folder))
        client.finalize_logged_model(logged.model_id, "READY")
    return str(logged.model_id), digest
