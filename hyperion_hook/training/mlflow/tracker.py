"""Keeping a record of trainings in MLflow: what was learned, from what, how well, and the model itself.

MLflow is a guest here. It is imported when the first model is logged, and whatever is wrong with it costs one line of
warning: the training goes on, and later models of the same tracker are not sent after it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from hyperion_hook.errors import ConfigError, GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable, without_password
from hyperion_hook.store.models.metadata import FIGURES, ModelMetadata
from hyperion_hook.training.mlflow import registered_models
from hyperion_hook.training.mlflow.address import DEFAULT_URI, is_file_store, is_server, placed
from hyperion_hook.training.mlflow.guarded_calls import (
    FILE_STORE,
    Answer,
    TrackingError,
    bounded,
    client_of,
    need_mlflow,
)
from hyperion_hook.training.mlflow.owner import owner_of
from hyperion_hook.training.mlflow.plots import draw_plots
from hyperion_hook.training.mlflow.registered_models import Entry, RegistrationError
from hyperion_hook.training.mlflow.run import LoggedRun, experiment_id_of, log_run
from hyperion_hook.training.mlflow.run_content import content_of
from hyperion_hook.training.mlflow.run_record import RunRecord

_MOST_OF_A_MESSAGE = 700
"""Characters; what a server's tags say is in it."""

Say = Callable[[str], object]
"""Told one line at a time what a person should know."""

say_on_stderr: Say = logging.getLogger("hyperion_hook").warning
"""What is not told otherwise where to show its lines; a program that has set up logging gets them there."""


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
    model_prefix
        Stands before the names of registered models. Repositories that share a server share the aliases of a name, of
        which there is one each; with a prefix a repository has names of its own.

    Examples
    --------
    >>> MLFlowConfig().tracking_uri, MLFlowConfig().experiment_name
    ('sqlite:///mlflow.db', 'hyperion_ml_v3')
    """

    tracking_uri: str = DEFAULT_URI
    experiment_name: str = "hyperion_ml_v3"
    default_tags: Mapping[str, str] = field(
        default_factory=lambda: {
            "project": "hyperion",
            "version": "3.0.0",
            "team": "hyperion-dev",
            "environment": "development",
        }
    )
    model_prefix: str = ""


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
        self,
        config: MLFlowConfig | None = None,
        *,
        say: Say = say_on_stderr,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        need_mlflow("MLflow")
        if not isinstance(config, MLFlowConfig | None):
            raise ConfigError(f"config: a {type(config).__name__} is no MLFlowConfig; give MLFlowConfig(address)")
        self.config = config or MLFlowConfig()
        self.uri = placed(self.config.tracking_uri)
        self._say = say
        self._now = now
        self._experiment: str | None = None
        self._given_up = False
        self._announced = False

    def announce(self) -> None:
        """Say in one line where runs go and how to look at them, once; ``log`` does it if nobody has."""
        if self._announced:
            return
        self._announced = True
        uri = without_password(self.uri)
        note, setting = "", ""
        if is_file_store(self.uri):
            note = f" (a folder of files, which MLflow takes with {FILE_STORE}=true only; set for these calls)"
            setting = f"{FILE_STORE}=true "
        viewer = "" if is_server(self.uri) else f"; to see them: {setting}mlflow ui --backend-store-uri {uri}"
        self._say(f"MLflow: runs go to {uri}, experiment {self.config.experiment_name}{note}{viewer}")

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
        self.announce()
        content = content_of(record, self.config.default_tags)
        with TemporaryDirectory() as folder:
            plots = folder if draw_plots(record, Path(folder)) else None
            logged = self._guarded(
                lambda client: log_run(
                    client, self._experiment_id(client), record, content, plots=plots, moment=self._now(), say=self._say
                )
            )
        if logged is not None and record.estimator is not None:
            _RUN_OF[record.estimator] = (self.uri, logged)
        return logged

    def register(
        self, logged: LoggedRun, name: str, version: str, *, repository: Repository | None = None
    ) -> str | None:
        """Make a logged model a version of a registered model, which carries our registry's version as a tag.

        Parameters
        ----------
        logged
            What ``log`` returned.
        name, version
            As in our registry: ``risk_predictor``, ``v1.2.0``.
        repository
            Whose model it is; by default that of the repository one stands in.

        Returns
        -------
        str or None
            The number that MLflow gave it; ``None`` where there is no model, or MLflow failed.
        """
        if logged.model_id is None:
            self._say(f"MLflow: {name} {version} is not registered there, because its model could not be logged")
            return None
        return self._guarded(
            lambda client: registered_models.register(
                client, logged, self._entry(name, version, logged.digest, repository)
            )
        )

    def register_saved(
        self, estimator: Any, metadata: ModelMetadata, *, repository: Repository | None = None
    ) -> str | None:
        """Register a model that our registry has just saved, logging it first if that has not been done here.

        Parameters
        ----------
        estimator
            The fitted estimator.
        metadata
            What our registry keeps of it.
        repository
            As for ``register``.
        """
        uri, logged = _RUN_OF.get(estimator, (None, None))
        # an estimator that was fitted again since it was logged is another model
        if logged is None or uri != self.uri or metadata.main_digest not in {None, logged.digest}:
            logged = self.log(_record_of(estimator, metadata))
        if logged is None:
            return None
        return self.register(logged, metadata.name, metadata.version, repository=repository)

    def mirror_promotion(
        self, name: str, version: str, status: str, *, digest: str | None = None, repository: Repository | None = None
    ) -> bool:
        """Have a version of a registered model where our registry has it.

        Parameters
        ----------
        name, version
            As for ``register``.
        status
            ``trained``, ``validated``, ``production`` or ``deprecated``. ``models:/NAME@validated`` and
            ``models:/NAME@production`` follow it, and so does the older ``models:/NAME/production``.
        digest
            Of the model's main file; needed where several models of the repository have this version.
        repository
            As for ``register``. Only its versions are changed; an alias that another's has is left, which is said.

        Returns
        -------
        bool
            Whether MLflow has it; what went wrong was said.
        """
        answer = self._guarded(
            lambda client: registered_models.mirror(client, self._entry(name, version, digest, repository), status)
        )
        if answer is False:
            self._say(f"MLflow: {name} {version} is not registered there, so its status {status} is not followed")
        return bool(answer)

    def _entry(self, name: str, version: str, digest: str | None, repository: Repository | None) -> Entry:
        return Entry(self.config.model_prefix + name, version, owner_of(repository), digest)

    def _guarded(self, call: Callable[[Any], Answer]) -> Answer | None:
        """Return the value of a call, ``None`` if MLflow fails, which is said once."""
        if self._given_up:
            return None
        try:
            return bounded(self.uri, lambda: call(client_of(self.uri)))
        except (RegistrationError, GitError) as error:
            self._say(f"error: MLflow: {printable(str(error), most=_MOST_OF_A_MESSAGE)}")
        except TrackingError as error:
            self._given_up = True
            self._say(f"warning: MLflow at {without_password(self.uri)} is left out, and all else goes on: {error}")
        return None

    def _experiment_id(self, client: Any) -> str:
        if self._experiment is None:
            self._experiment = experiment_id_of(client, self.config.experiment_name, self.uri)
        return self._experiment


def _record_of(estimator: Any, metadata: ModelMetadata) -> RunRecord:
    """Return the record of a model that a registry has, as far as its entry goes."""
    figures = {name: getattr(metadata, name) for name in FIGURES}
    importance = list(getattr(estimator, "feature_importances_", ()))
    known = len(importance) == len(metadata.training_features)
    return RunRecord(
        model_name=metadata.name,
        model_type=metadata.model_type,
        estimator=estimator,
        parameters=metadata.hyperparameters,
        metrics={name: float(value) for name, value in figures.items() if value is not None},
        importance=dict(zip(metadata.training_features, importance, strict=True)) if known else {},
        example=pd.DataFrame(columns=list(metadata.training_features)),
        tags=metadata.tags,
        data={"training_samples": metadata.training_samples},
    )
