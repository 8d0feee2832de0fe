"""hyperion-hook: how risky a change is, why, and what would make it safer.

The names of ``__all__`` are the Python interfaces of the machine-learning side (docs/python.md). Each is imported when
it is first asked for, so that a hook pays for none of them.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOME: dict[str, str] = {
    "AnomalyDetector": "ml.predictors",
    "BugPredictor": "ml.predictors",
    "DataValidator": "training.data_validator",
    "DriftReport": "training.drift_report",
    "FeatureEngineer": "ml.feature_engineer",
    "FeatureMetadata": "store.feature_metadata",
    "FeatureSet": "store.feature_writing",
    "FeatureStore": "store.feature_store",
    "ImpactAnalyzer": "ml.predictors",
    "MLConfig": "config.ml_config",
    "MLFlowConfig": "training.tracking",
    "MLFlowTracker": "training.tracking",
    "ModelMetadata": "store.model_metadata",
    "ModelRegistry": "ml.model_registry",
    "RepositoryChange": "ml.repository_features",
    "RiskPredictor": "ml.predictors",
    "TrainingPipeline": "ml.training_pipeline",
    "ValidationResult": "training.validation",
    "compare_runs": "training.tracking_compare",
}

__all__ = [
    "AnomalyDetector",
    "BugPredictor",
    "DataValidator",
    "DriftReport",
    "FeatureEngineer",
    "FeatureMetadata",
    "FeatureSet",
    "FeatureStore",
    "ImpactAnalyzer",
    "MLConfig",
    "MLFlowConfig",
    "MLFlowTracker",
    "ModelMetadata",
    "ModelRegistry",
    "RepositoryChange",
    "RiskPredictor",
    "TrainingPipeline",
    "ValidationResult",
    "__version__",
    "compare_runs",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562).

    Raises
    ------
    MissingExtraError
        If it needs packages that the extra ``train`` installs.
    """
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module in {"", __name__}:
            raise
        from hyperion_hook.errors import MissingExtraError  # noqa: PLC0415 - only told when something is missing

        raise MissingExtraError(name, "train", module) from None


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
