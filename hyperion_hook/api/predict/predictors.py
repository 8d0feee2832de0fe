"""The specification's four models as objects over rows: ``predict``, ``predict_proba``, ``explain``."""

from hyperion_hook.api.predict.anomaly_detector import AnomalyDetector
from hyperion_hook.api.predict.bug_predictor import BugPredictor
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer
from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.risk_predictor import RiskPredictor

__all__ = ["AnomalyDetector", "BugPredictor", "ImpactAnalyzer", "NamedEstimator", "RiskPredictor"]
