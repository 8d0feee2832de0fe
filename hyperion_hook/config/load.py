"""One frozen Config: defaults < file < environment < flags; all faults are reported at once.

The file is ``.hyperion-hook.toml``, else the table ``[tool.hyperion-hook]`` of ``pyproject.toml``, at the top of the
work tree. Keys are the field names with hyphens. Every field also has an environment variable
``HYPERION_HOOK_<FIELD>``; the settings of the machine-learning specification answer to their own names too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from hyperion_hook.config import kinds
from hyperion_hook.config.file import SettingsFile, read_settings_file
from hyperion_hook.config.kinds import FaultError, Kind, is_not, number, suggestion
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM, RiskLevel
from hyperion_hook.domain.change import BULK_FILES, MAX_FILE_BYTES
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.errors import TRACEBACK_VARIABLE, ConfigError

PREFIX = "HYPERION_HOOK_"
_NOT_SETTINGS = frozenset({TRACEBACK_VARIABLE})


def _by_model(tables: Any, *, from_text: bool = False) -> dict[str, dict[str, Any]]:
    """Check hyperparameters by model; imported only where some are set: a hook needs none."""
    from hyperion_hook.config.hyperparameters import checked_sections

    if not isinstance(tables, dict):
        raise TypeError
    result, faults = checked_sections(tables, from_text=from_text)
    if faults:
        raise FaultError(*faults)
    return result


def _by_model_in(text: str) -> dict[str, dict[str, Any]]:
    """Read ``random-forest.max-depth=5,xgboost.n-estimators=300``."""
    tables: dict[str, dict[str, str]] = {}
    for part in text.split(","):
        name, is_set, value = part.strip().partition("=")
        model, has_parameter, parameter = name.strip().partition(".")
        if not (is_set and has_parameter):
            raise FaultError(is_not(text, "a list 'model.parameter=value, ...'"))
        tables.setdefault(model, {})[parameter] = value.strip()
    return _by_model(tables, from_text=True)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting may be, and the specification's environment variable where it has one.

    ``from_file_folder`` says that a relative path in a file is relative to that file.
    """

    name: str
    kind: Kind
    variable: str = ""
    from_file_folder: bool = False

    @property
    def key(self) -> str:
        """The name in configuration files and, with two hyphens before it, of the flag."""
        return self.name.replace("_", "-")


_ROWS: list[tuple[Kind, str, bool]] = []
_SHARE = number(0, 1)
_BY_MODEL = Kind("a table from model to a table of its hyperparameters", _by_model, _by_model_in)
_COUNT = number(1, 10**12, whole=True)


def _setting(default: Any, kind: Kind, variable: str = "", *, from_file_folder: bool = False) -> Any:
    """Return a field of ``Config``, noted for the table of settings."""
    _ROWS.append((kind, variable, from_file_folder))
    return field(default_factory=dict) if default == {} else default


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting in force, with its default and what it may be; ``docs/configuration.md`` says what each means."""

    models: Path | None = _setting(None, kinds.PATH, from_file_folder=True)
    fail_on: RiskLevel | None = _setting(None, kinds.LEVEL)
    fail_above_percentile: float | None = _setting(None, number(0, 100))
    fail_on_break: bool = _setting(False, kinds.SWITCH)
    strict: bool = _setting(False, kinds.SWITCH)
    explain: bool = _setting(True, kinds.SWITCH)
    deadline: float = _setting(2.0, number(0.05, 3600))
    hook_detail: str = _setting("auto", kinds.choice("auto", "line", "short", "full"))
    hook_background: float = _setting(0.5, number(0, 60))
    max_file_bytes: int = _setting(MAX_FILE_BYTES, _COUNT)
    bulk_files: int = _setting(BULK_FILES, _COUNT)
    index_auto_limit: int = _setting(1000, number(0, 10**9, whole=True))
    alert_high: float = _setting(ALERT_HIGH, _SHARE)
    alert_medium: float = _setting(ALERT_MEDIUM, _SHARE)
    traffic: Mapping[str, float] = _setting({}, kinds.by_pattern(_SHARE))
    revenue: Mapping[str, float] = _setting({}, kinds.by_pattern(_SHARE))
    criticality: Mapping[str, int] = _setting({}, kinds.by_pattern(number(1, 5, whole=True)))
    coverage_before: tuple[Path, ...] = _setting((), kinds.PATHS)
    coverage_after: tuple[Path, ...] = _setting((), kinds.PATHS)
    exclude: tuple[str, ...] = _setting((), kinds.PATTERNS)
    floor: tuple[kinds.Floor, ...] = _setting((), kinds.FLOORS)
    mlflow_tracking_uri: str = _setting("sqlite:///mlflow.db", kinds.TEXT, "MLFLOW_TRACKING_URI")
    mlflow_experiment_name: str = _setting("hyperion_ml_v3", kinds.TEXT, "MLFLOW_EXPERIMENT_NAME")
    mlflow_model_prefix: str | None = _setting(None, kinds.PREFIX)
    feature_store_ttl_hours: float = _setting(24, number(0, 10**6), "FEATURE_STORE_TTL_HOURS")
    feature_store_cache_size: int = _setting(1000, _COUNT, "FEATURE_STORE_CACHE_SIZE")
    ml_random_state: int = _setting(kinds.RANDOM_STATE, kinds.SEED, "ML_RANDOM_STATE")
    ml_n_jobs: int = _setting(-1, kinds.JOBS, "ML_N_JOBS")
    ml_cv_folds: int = _setting(5, number(2, 100, whole=True), "ML_CV_FOLDS")
    ml: Mapping[str, Mapping[str, Any]] = _setting({}, _BY_MODEL)
    """The hyperparameters that are set, by section; ``config.ml_config`` has them over the defaults."""


SETTINGS = tuple(Setting(name, *row) for name, row in zip(Config.__match_args__, _ROWS, strict=True))


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """The settings in force, where each came from (by field name), and what to warn of."""

    config: Config
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def load_config(
    folder: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, object] | None = None,
    texts: Mapping[str, bytes] | None = None,
) -> LoadedConfig:
    """Return the settings in force; raise ``ConfigError`` if anything is wrong: one line for each fault, all at once.

    ``folder`` is where the configuration file is looked for, the top of the work tree; ``None`` for none. ``flags`` are
    values of command-line flags by field name; ``None`` means that the flag was not given. ``texts`` are contents of
    the configuration files by name, where they are not to be read from the folder: those of a commit.

    Examples
    --------
    >>> loaded = load_config(None, {"HYPERION_HOOK_FAIL_ON": "high"}, {"deadline": 1.5})
    >>> loaded.config.fail_on, loaded.config.deadline, loaded.config.bulk_files
    (<RiskLevel.HIGH: 'HIGH'>, 1.5, 300)
    >>> loaded.origins["fail_on"], loaded.origins["deadline"], loaded.origins["bulk_files"]
    ('environment HYPERION_HOOK_FAIL_ON', 'flag --deadline', 'default')
    """
    faults: list[str] = []
    warnings: list[str] = []
    file = read_settings_file(folder, faults, texts) if folder is not None else SettingsFile()
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Config.__match_args__, "default")
    sources = (_in_file(file, faults), _in_environment(environment, warnings), _in_flags(flags or {}))
    for setting, read, origin, where in chain.from_iterable(sources):
        try:
            values[setting.name] = read()
        except FaultError as fault:
            faults += [f"{where}: {line}" for line in fault.args]
        else:
            origins[setting.name] = origin
    config = Config(**values)
    high, medium = config.alert_high, config.alert_medium
    if high > medium:
        faults.append(f"alert-high: {high:g} is more than alert-medium, {medium:g}, of which it is a part")
    if faults:
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return LoadedConfig(config, origins, (*file.warnings, *warnings))


_Given = Iterator[tuple[Setting, Callable[[], object], str, str]]
"""Settings that are given: how the value is read, its origin, and where a fault in it is. A later one wins."""


def _in_file(file: SettingsFile, faults: list[str]) -> _Given:
    by_key = {setting.key: setting for setting in SETTINGS}
    for key, value in file.table.items():
        setting = by_key.get(key)
        if setting is None:
            faults.append(f"{file.name}: unknown setting '{key[:80]}'{suggestion(key, by_key)}")
        else:
            folder = file.folder if setting.from_file_folder else None
            yield setting, partial(setting.kind.from_toml, value, folder), file.name, f"{file.name}: {key}"


def _in_environment(environment: Mapping[str, str], warnings: list[str]) -> _Given:
    known = {PREFIX + setting.name.upper() for setting in SETTINGS}
    for setting in SETTINGS:
        # a name of our own is more specific than the specification's and wins
        for variable in (setting.variable, PREFIX + setting.name.upper()):
            text = environment.get(variable, "") if variable else ""
            if text:
                yield setting, partial(setting.kind.from_text, text), f"environment {variable}", variable
    for variable in environment:
        if variable.startswith(PREFIX) and variable not in known and variable not in _NOT_SETTINGS:
            # without the prefix, which would make every two names look alike
            hint = suggestion(variable.removeprefix(PREFIX), (name.removeprefix(PREFIX) for name in known))
            if hint:
                warnings.append(f"environment: unknown variable {variable[:80]}{hint}")


def _in_flags(flags: Mapping[str, object]) -> _Given:
    for setting in SETTINGS:
        kind, value = setting.kind, flags.get(setting.name)
        if value is not None:
            read = partial(kind.from_text, value) if isinstance(value, str) else partial(kind.from_toml, value)
            yield setting, read, f"flag --{setting.key}", f"--{setting.key}"
