"""The specification's four models as objects over rows: ``predict``, ``predict_proba``, ``explain``."""

from hyperion_hook.ml.anomaly_detector import AnomalyDetector
from hyperion_hook.ml.bug_predictor import BugPredictor
from hyperion_hook.ml.impact_analyzer import ImpactAnalyzer
from hyperion_hook.ml.named_estimator import NamedEstimator
from hyperion_hook.ml.risk_predictor import RiskPredictor

__all__ = ["AnomalyDetector", "BugPredictor", "ImpactAnalyzer", "NamedEstimator", "RiskPredictor"]
