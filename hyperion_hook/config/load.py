"""One frozen Config: defaults < file < environment < flags; all faults are reported at once.

The file is ``.hyperion-hook.toml``, else the table ``[tool.hyperion-hook]`` of ``pyproject.toml``, at the top of the
work tree. Keys are the field names with hyphens. Every field also has an environment variable
``HYPERION_HOOK_<FIELD>``; the settings of the machine-learning specification answer to their own names too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from hyperion_hook.config.file import SettingsFile, read_settings_file
from hyperion_hook.config.kinds import RANDOM_STATE, FaultError, Floor, suggestion
from hyperion_hook.config.settings import SETTINGS, Setting
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM, RiskLevel
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.errors import TRACEBACK_VARIABLE, ConfigError

PREFIX = "HYPERION_HOOK_"
_NOT_SETTINGS = frozenset({TRACEBACK_VARIABLE})


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting in force; what each means and may be is in ``config.settings.SETTINGS``."""

    models: Path | None = None
    fail_on: RiskLevel | None = None
    fail_above_percentile: float | None = None
    fail_on_break: bool = False
    strict: bool = False
    explain: bool = True
    deadline: float = 2.0
    hook_detail: str = "auto"
    hook_background: float = 0.5
    max_file_bytes: int = 1_000_000
    bulk_files: int = 300
    index_auto_limit: int = 1000
    alert_high: float = ALERT_HIGH
    alert_medium: float = ALERT_MEDIUM
    traffic: Mapping[str, float] = field(default_factory=dict)
    revenue: Mapping[str, float] = field(default_factory=dict)
    criticality: Mapping[str, int] = field(default_factory=dict)
    coverage_before: tuple[Path, ...] = ()
    coverage_after: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    floor: tuple[Floor, ...] = ()
    mlflow_tracking_uri: str = "sqlite:///mlflow.db"
    mlflow_experiment_name: str = "hyperion_ml_v3"
    mlflow_model_prefix: str | None = None
    feature_store_ttl_hours: float = 24
    feature_store_cache_size: int = 1000
    ml_random_state: int = RANDOM_STATE
    ml_n_jobs: int = -1
    ml_cv_folds: int = 5
    ml: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The hyperparameters that are set, by section; ``config.ml_config`` has them over the defaults."""


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

    Parameters
    ----------
    folder
        Where the configuration file is looked for, the top of the work tree; ``None`` for none.
    flags
        Values of command-line flags by field name; ``None`` means that the flag was not given.
    texts
        Contents of the configuration files by name, where they are not to be read from the folder: those of a commit.

    Examples
    --------
    >>> loaded = load_config(None, {"HYPERION_HOOK_FAIL_ON": "high"}, {"deadline": 1.5})
    >>> loaded.config.fail_on, loaded.config.deadline, loaded.config.bulk_files
    (<RiskLevel.HIGH: 'HIGH'>, 1.5, 300)
    >>> loaded.origins["fail_on"], loaded.origins["deadline"], loaded.origins["bulk_files"]
    ('environment HYPERION_HOOK_FAIL_ON', 'flag --deadline', 'default')
    """
    reader = _Reader()
    file = read_settings_file(folder, reader.faults, texts) if folder is not None else SettingsFile()
    reader.read_file(file)
    reader.read_environment(environment)
    reader.read_flags(flags or {})
    config = reader.config()
    if reader.faults:
        raise ConfigError("\n".join(dict.fromkeys(reader.faults)))
    names: tuple[str, ...] = Config.__match_args__
    origins = {name: reader.origins.get(name, "default") for name in names}
    return LoadedConfig(config, origins, (*file.warnings, *reader.warnings))


class _Reader:
    """Collects values, their origins and all faults; a later call wins over an earlier one."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.faults: list[str] = []
        self.warnings: list[str] = []

    def read_file(self, file: SettingsFile) -> None:
        by_key = {setting.key: setting for setting in SETTINGS}
        for key, value in file.table.items():
            setting = by_key.get(key)
            if setting is None:
                self.faults.append(f"{file.name}: unknown setting '{key[:80]}'{suggestion(key, by_key)}")
            else:
                folder = file.folder if setting.from_file_folder else None
                self._take(setting, partial(setting.kind.from_toml, value, folder), file.name, f"{file.name}: {key}")

    def read_environment(self, environment: Mapping[str, str]) -> None:
        known = {PREFIX + setting.name.upper() for setting in SETTINGS}
        for setting in SETTINGS:
            # a name of our own is more specific than the specification's and wins
            for variable in (setting.variable, PREFIX + setting.name.upper()):
                text = environment.get(variable, "") if variable else ""
                if text:
                    self._take(setting, partial(setting.kind.from_text, text), f"environment {variable}", variable)
        for variable in environment:
            if variable.startswith(PREFIX) and variable not in known and variable not in _NOT_SETTINGS:
                # without the prefix, which would make every two names look alike
                hint = suggestion(variable.removeprefix(PREFIX), (name.removeprefix(PREFIX) for name in known))
                if hint:
                    self.warnings.append(f"environment: unknown variable {variable[:80]}{hint}")

    def read_flags(self, flags: Mapping[str, object]) -> None:
        for setting in SETTINGS:
            value = flags.get(setting.name)
            if value is not None:
                flag = f"--{setting.key}"
                if isinstance(value, str):
                    self._take(setting, partial(setting.kind.from_text, value), f"flag {flag}", flag)
                else:
                    self._take(setting, partial(setting.kind.from_toml, value, None), f"flag {flag}", flag)

    def config(self) -> Config:
        """Return the values over the defaults; what does not fit together is one more fault."""
        config = Config(**self.values)
        high, medium = config.alert_high, config.alert_medium
        if high > medium:
            self.faults.append(f"alert-high: {high:g} is more than alert-medium, {medium:g}, of which it is a part")
        return config

    def _take(self, setting: Setting, read: Callable[[], object], origin: str, where: str) -> None:
        try:
            self.values[setting.name] = read()
        except FaultError as fault:
            self.faults += [f"{where}: {line}" for line in fault.lines]
        else:
            self.origins[setting.name] = origin
