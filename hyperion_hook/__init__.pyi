"""The types of the public names, for type checkers: at run time each is imported when it is first asked for."""

from hyperion_hook.api.engineer.engineer import FeatureEngineer as FeatureEngineer
from hyperion_hook.api.engineer.repository_features import RepositoryChange as RepositoryChange
from hyperion_hook.api.pipeline.pipeline import TrainingPipeline as TrainingPipeline
from hyperion_hook.api.predict.anomaly_detector import AnomalyDetector as AnomalyDetector
from hyperion_hook.api.predict.bug_predictor import BugPredictor as BugPredictor
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer as ImpactAnalyzer
from hyperion_hook.api.predict.risk_predictor import RiskPredictor as RiskPredictor
from hyperion_hook.api.registry.model_registry import ModelRegistry as ModelRegistry
from hyperion_hook.config.environment import ml_environment as ml_environment
from hyperion_hook.config.ml_config import MLConfig as MLConfig
from hyperion_hook.store.feature_sets.feature_set import FeatureMetadata as FeatureMetadata
from hyperion_hook.store.feature_sets.feature_set import FeatureSet as FeatureSet
from hyperion_hook.store.feature_sets.store import FeatureStore as FeatureStore
from hyperion_hook.store.models.metadata import ModelMetadata as ModelMetadata
from hyperion_hook.training.drift.report import DriftReport as DriftReport
from hyperion_hook.training.mlflow.compare import compare_runs as compare_runs
from hyperion_hook.training.mlflow.tracker import MLFlowConfig as MLFlowConfig
from hyperion_hook.training.mlflow.tracker import MLFlowTracker as MLFlowTracker
from hyperion_hook.training.rows.training_table import training_table as training_table
from hyperion_hook.training.validation.result import ValidationResult as ValidationResult
from hyperion_hook.training.validation.validator import DataValidator as DataValidator

__version__: str
__all__: list[str]
