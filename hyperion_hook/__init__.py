"""hyperion-hook: how risky a change is, why, and what would make it safer.

The names of ``__all__`` are the Python interfaces of the machine-learning side (docs/python.md). Each is imported when
it is first asked for, so that a hook pays for none of them.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOME: dict[str, str] = {
    "AnomalyDetector": "api.predict.anomaly_detector",
    "BugPredictor": "api.predict.bug_predictor",
    "DataValidator": "training.validation.validator",
    "DriftReport": "training.drift.report",
    "FeatureEngineer": "api.engineer.engineer",
    "FeatureMetadata": "store.feature_sets.feature_set",
    "FeatureSet": "store.feature_sets.feature_set",
    "FeatureStore": "store.feature_sets.store",
    "ImpactAnalyzer": "api.predict.impact_analyzer",
    "MLConfig": "config.ml_config",
    "MLFlowConfig": "training.mlflow.tracker",
    "MLFlowTracker": "training.mlflow.tracker",
    "ModelMetadata": "store.models.metadata",
    "ModelRegistry": "api.registry.model_registry",
    "RepositoryChange": "api.engineer.repository_features",
    "RiskPredictor": "api.predict.risk_predictor",
    "TrainingPipeline": "api.pipeline.pipeline",
    "ValidationResult": "training.validation.result",
    "compare_runs": "training.mlflow.compare",
    "ml_environment": "config.environment",
    "training_table": "training.rows.training_table",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - the names of the table are text


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
        from hyperion_hook.errors import MissingExtraError

        raise MissingExtraError(name, "train", module) from None


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
