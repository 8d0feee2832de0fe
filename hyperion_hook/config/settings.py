"""The table of settings: name, kind, environment variable and meaning; ``config show`` and the documents follow it."""

from __future__ import annotations

from hyperion_hook.config.by_model import ByModel
from hyperion_hook.config.kinds import (
    ByPattern,
    Choice,
    Floors,
    Kind,
    Level,
    Number,
    OnePath,
    Paths,
    Patterns,
    Prefix,
    Switch,
    Text,
)
from hyperion_hook.domain.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry: field name, kind, meaning, and the specification's variable where it has one.

    ``from_file_folder`` says that a relative path in a file is relative to that file.
    """

    name: str
    kind: Kind
    meaning: str
    variable: str = ""
    from_file_folder: bool = False

    @property
    def key(self) -> str:
        """The name in configuration files and, with two hyphens before it, of the flag."""
        return self.name.replace("_", "-")


_SHARE = Number(0, 1)
_COUNT = Number(1, 10**12, whole=True)

SETTINGS: tuple[Setting, ...] = (
    Setting("models", OnePath(), "folder of the models to use; the bundled ones by default", from_file_folder=True),
    Setting("fail_on", Level(), "risk level from which commands exit 1 and hooks block; never by default"),
    Setting(
        "fail_above_percentile",
        Number(0, 100),
        "percentile among the repository's recent changes above which commands exit 1; never by default",
    ),
    Setting("fail_on_break", Switch(), "exit 1, and block in hooks, where the change certainly breaks something"),
    Setting("strict", Switch(), "block what cannot be assessed or is UNKNOWN, instead of letting it pass"),
    Setting("explain", Switch(), "say what moves the score"),
    Setting("deadline", Number(0.05, 3600), "seconds for what is staged; what is not measured by then is missing"),
    Setting(
        "hook_detail",
        Choice("auto", "line", "short", "full"),
        "how much a hook prints: one line, five, all; auto goes by the level: LOW, MEDIUM, HIGH",
    ),
    Setting(
        "hook_background",
        Number(0, 60),
        "seconds that a hook may go on, once it has spoken, to extend what the history and percentiles rest on",
    ),
    Setting("max_file_bytes", _COUNT, "largest file whose code is measured"),
    Setting("bulk_files", _COUNT, "files of a change that are looked into as a whole"),
    Setting(
        "index_auto_limit",
        Number(0, 10**9, whole=True),
        "commits that a hook may add to the history index by itself; more is left to 'index'",
    ),
    Setting("alert_high", _SHARE, "share of the repository's recent changes that are HIGH"),
    Setting("alert_medium", _SHARE, "share of the repository's recent changes that are at least MEDIUM"),
    Setting("traffic", ByPattern(_SHARE), "share of the traffic that passes the files of a path pattern"),
    Setting("revenue", ByPattern(_SHARE), "weight of revenue that depends on the files of a path pattern"),
    Setting("criticality", ByPattern(Number(1, 5, whole=True)), "criticality of the files of a path pattern, 1 to 5"),
    Setting("coverage_before", Paths(), "coverage reports before the change (Cobertura XML, LCOV, coverage.py JSON)"),
    Setting("coverage_after", Paths(), "coverage reports after the change"),
    Setting("exclude", Patterns(), "files that are left out, in the syntax of .gitignore; also out of training"),
    Setting("floor", Floors(), "least level of a change that touches files of a path pattern"),
    Setting("mlflow_tracking_uri", Text(), "where MLflow keeps runs", "MLFLOW_TRACKING_URI"),
    Setting("mlflow_experiment_name", Text(), "MLflow experiment", "MLFLOW_EXPERIMENT_NAME"),
    Setting(
        "mlflow_model_prefix",
        Prefix(),
        "stands before the names of registered models in MLflow, so that repositories that share it do not clash",
    ),
    Setting(
        "feature_store_ttl_hours", Number(0, 10**6), "hours that stored features are served", "FEATURE_STORE_TTL_HOURS"
    ),
    Setting(
        "feature_store_cache_size",
        _COUNT,
        "feature sets that the feature store keeps, those of a training aside; the least recently used go",
        "FEATURE_STORE_CACHE_SIZE",
    ),
    Setting(
        "ml_random_state", Number(0, 2**32 - 1, whole=True), "seed of everything random in training", "ML_RANDOM_STATE"
    ),
    Setting(
        "ml_n_jobs", Number(-1, 4096, whole=True, not_zero=True), "processes for training; -1 for all", "ML_N_JOBS"
    ),
    Setting("ml_cv_folds", Number(2, 100, whole=True), "folds of cross-validation in training", "ML_CV_FOLDS"),
    Setting("ml", ByModel(), "hyperparameters by model"),
)
