"""MLConfig: the hyperparameters and settings of the machine-learning side in one frozen place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.hyperparameters import (
    META_FEATURES,
    SECTIONS,
    BugPredictorParameters,
    IsolationForestParameters,
    MetaLearnerParameters,
    Parameters,
    RandomForestParameters,
    XGBoostParameters,
    checked,
)
from hyperion_hook.config.kinds import FaultError, is_not, suggestion
from hyperion_hook.config.load import SETTINGS, Config, load_config
from hyperion_hook.errors import ConfigError

_DEFAULTS = Config()
_NOT_GIVEN: Any = None
"""A section only until ``__post_init__``: whether it was given decides whose seed it has."""
_KINDS = {setting.name: setting.kind for setting in SETTINGS}


def _setting(name: str) -> Any:
    """Return a field that has default and kind of a setting of ``Config``."""
    return field(default=getattr(_DEFAULTS, name), metadata={"kind": _KINDS[name], "of_estimator": True})


@dataclass(frozen=True, eq=False)
class FeatureStoreSettings(Parameters):
    """Hours that stored features are served, and vectors kept in memory."""

    section = "feature_store"
    ttl_hours: float = _setting("feature_store_ttl_hours")
    cache_size: int = _setting("feature_store_cache_size")


@dataclass(frozen=True, eq=False)
class MLflowSettings(Parameters):
    """Where MLflow keeps runs, and under which experiment."""

    section = "mlflow"
    tracking_uri: str = _setting("mlflow_tracking_uri")
    experiment_name: str = _setting("mlflow_experiment_name")


_STORES: dict[str, type[Parameters]] = {kind.section: kind for kind in (FeatureStoreSettings, MLflowSettings)}
"""The sections whose fields are settings of ``Config``, which begin with the section's name."""
_ALL_SECTIONS = SECTIONS | _STORES
_SHARED = {"random_state": "ml_random_state", "n_jobs": "ml_n_jobs", "cv_folds": "ml_cv_folds"}
"""The fields that stand for themselves, and the settings they are."""


@dataclass(frozen=True)
class MLConfig:
    """Hyperparameters and settings; the defaults are the specification's.

    A section is given as itself or as a mapping of what differs from the defaults. ``random_state`` and ``n_jobs`` are
    those of every section that does not name its own.

    Attributes
    ----------
    random_state
        Seed of everything random (``ML_RANDOM_STATE``).
    n_jobs
        Threads or processes, -1 for all (``ML_N_JOBS``).
    cv_folds
        Folds of cross-validation (``ML_CV_FOLDS``).
    random_forest, xgboost, meta_learner, isolation_forest, bug_predictor
        Of the models; each is a mapping of what its estimator takes.
    feature_store, mlflow
        Settings of these (``FEATURE_STORE_*``, ``MLFLOW_*``).

    Raises
    ------
    ConfigError
        If anything is wrong: one line for each fault, all at once.

    Examples
    --------
    >>> config = MLConfig(random_state=7, xgboost={"max_depth": 4})
    >>> dict(config.xgboost)
    {'n_estimators': 100, 'max_depth': 4, 'learning_rate': 0.1, 'random_state': 7}
    >>> config.meta_features[0], config.feature_store.ttl_hours
    ('random_forest_prediction', 24)
    """

    random_state: int = _DEFAULTS.ml_random_state
    n_jobs: int = _DEFAULTS.ml_n_jobs
    cv_folds: int = _DEFAULTS.ml_cv_folds
    random_forest: RandomForestParameters = _NOT_GIVEN
    xgboost: XGBoostParameters = _NOT_GIVEN
    meta_learner: MetaLearnerParameters = _NOT_GIVEN
    isolation_forest: IsolationForestParameters = _NOT_GIVEN
    bug_predictor: BugPredictorParameters = _NOT_GIVEN
    feature_store: FeatureStoreSettings = _NOT_GIVEN
    mlflow: MLflowSettings = _NOT_GIVEN

    def __post_init__(self) -> None:
        faults: list[str] = []
        for name, setting in _SHARED.items():
            try:
                object.__setattr__(self, name, _KINDS[setting].from_toml(getattr(self, name), None))
            except FaultError as fault:
                faults.append(f"{name}: {fault}")
        shared = {} if faults else {"random_state": self.random_state, "n_jobs": self.n_jobs}
        for name, kind in _ALL_SECTIONS.items():
            section, wrong = _section(kind, getattr(self, name), shared)
            object.__setattr__(self, name, section)
            faults += [f"{name}{fault}" for fault in wrong]
        if faults:
            raise ConfigError("\n".join(faults))

    @property
    def meta_features(self) -> tuple[str, ...]:
        """The columns that the meta-learner learns from, in order."""
        return META_FEATURES

    @classmethod
    def of(cls, config: Config, **arguments: Any) -> MLConfig:
        """Return the configuration in a program's settings; arguments win, parameter by parameter.

        Raises
        ------
        ConfigError
            If an argument is not valid or not known.
        """
        unknown = [name for name in arguments if name not in {entry.name for entry in fields(cls)}]
        faults = [f"unknown argument '{name}'{suggestion(name, _SHARED | _ALL_SECTIONS)}" for name in unknown]
        given: dict[str, Any] = {name: getattr(config, setting) for name, setting in _SHARED.items()}
        given |= {name: dict(table) for name, table in config.ml.items()}
        for section, kind in _STORES.items():
            given[section] = {entry.name: getattr(config, f"{section}_{entry.name}") for entry in fields(kind)}
        for name, value in arguments.items():
            if name in unknown or value is None:
                continue
            merges = isinstance(value, Mapping) and not isinstance(value, Parameters) and name in given
            given[name] = given[name] | dict(value) if merges and isinstance(given[name], dict) else value
        try:
            made = cls(**given)
        except ConfigError as error:
            raise ConfigError("\n".join((*faults, str(error)))) from None
        if faults:
            raise ConfigError("\n".join(faults))
        return made

    @classmethod
    def load(
        cls, folder: Path | None = None, environment: Mapping[str, str] | None = None, **arguments: Any
    ) -> MLConfig:
        """Return the configuration in force: defaults < file < environment < arguments.

        Parameters
        ----------
        folder
            A folder in the work tree whose configuration file is read; by default the current one.
        environment
            By default that of the process.
        **arguments
            Fields of this class; ``None`` counts as not given.

        Raises
        ------
        ConfigError
            If anything is wrong: one line for each fault, all at once.

        Examples
        --------
        >>> MLConfig.load(environment={"ML_RANDOM_STATE": "7"}, cv_folds=3).xgboost.random_state
        7
        """
        faults: list[str] = []
        config = _DEFAULTS
        try:
            variables = os.environ if environment is None else environment
            config = load_config(top_of_work_tree(folder or Path()), variables).config
        except ConfigError as error:
            faults.append(str(error))
        try:
            made = cls.of(config, **arguments)
        except ConfigError as error:
            faults.append(str(error))
        if faults:
            raise ConfigError("\n".join(faults))
        return made

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain nested dictionaries, for logs and records."""
        return asdict(self) | {"meta_features": list(self.meta_features)}


def _section(
    kind: type[Parameters], given: object, shared: Mapping[str, object]
) -> tuple[Parameters | None, list[str]]:
    """Return a section from itself, a mapping or nothing, or what is wrong with it."""
    if isinstance(given, kind):
        return given, []
    if given is not None and (not isinstance(given, Mapping) or isinstance(given, Parameters)):
        return None, [f": {is_not(given, f'a mapping or {kind.__name__}')}"]
    values, faults = checked(kind, given or {})
    if faults:
        return None, [f".{fault}" for fault in faults]
    known = {entry.name for entry in fields(kind)}
    return kind(**({name: value for name, value in shared.items() if name in known} | values)), []
