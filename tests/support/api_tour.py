"""The Python API from a script in a checkout, ``n_jobs=2``; a program of its own, started by its path.

usage: api_tour.py use OUTPUTS | refuse FOLDER...
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import hyperion_hook as hh
from hyperion_hook.config.hyperparameters import RandomForestParameters, XGBoostParameters
from hyperion_hook.errors import HyperionError


def table(rows: int = 300) -> pd.DataFrame:
    """Return features and labels drawn at random."""
    random = np.random.default_rng(1)
    drawn = pd.DataFrame({name: np.round(random.exponential(40.0, rows)) for name in ("la", "ld", "nf", "exp", "nuc")})
    drawn["date"] = 1_500_000_000 + np.sort(random.integers(0, 400 * 86_400, rows))
    drawn["risque_reel"] = (np.log1p(drawn["la"]) + random.normal(0.0, 1.0, rows) > 4.2).astype(int)
    return drawn


def use(outputs: Path) -> None:
    """Call everything that reads the repository, files, or settings, or that starts processes."""
    features = hh.FeatureEngineer().engineer_full_feature_set(hh.RepositoryChange(".", "HEAD"))
    for place in (None, outputs / "features.sqlite"):
        with hh.FeatureStore() if place is None else hh.FeatureStore(place) as store:
            stored = store.store_features({"la": 1.0, "nf": None}, "commit", "here")
            assert store.get_features(stored) is not None
    forest, boosted = RandomForestParameters(n_estimators=10), XGBoostParameters(n_estimators=10)
    settings = hh.MLConfig(n_jobs=2, cv_folds=2, random_forest=forest, xgboost=boosted)
    pipeline = hh.TrainingPipeline(settings)
    result = pipeline.train_risk_predictor(table(), bootstrap_draws=5)
    table().to_csv(outputs / "table.csv", index=False)
    pipeline.train_anomaly_detector(outputs / "table.csv")
    registry = hh.ModelRegistry()
    model = result["models_results"]["random_forest"]["instance"]
    version = registry.save_model(model, "tour", "RandomForest", {"training_samples": 300})
    assert registry.load_model("tour", version, return_metadata=False) is not None
    registry.promote_model("tour", version, "production")
    for predictor in (hh.RiskPredictor, hh.BugPredictor, hh.AnomalyDetector):
        predictor.from_bundle()
    hh.RiskPredictor.from_bundle().predict_proba(pd.DataFrame([features]))
    hh.BugPredictor.file_rows()
    hh.ImpactAnalyzer.from_bundle().analyze()
    assert hh.DataValidator().validate_dataframe(table(), "risque_reel") is not None


def refuse(folders: list[str]) -> None:
    """Load what is no model, in every way; each is refused by an error of the project."""
    for folder in map(Path, folders):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        predictors = (hh.RiskPredictor, hh.BugPredictor, hh.AnomalyDetector, hh.ImpactAnalyzer)
        loads: list[Callable[[], object]] = [partial(made.from_mlflow, str(folder)) for made in predictors]
        if folder.name != "bundle":  # of a bundle only what is asked for is read
            loads += [partial(made.from_bundle, folder) for made in predictors]
        loads += [partial(hh.FeatureEngineer.load, file) for file in files if file.suffix != ".md"]
        loads += [partial(hh.TrainingPipeline().train_risk_predictor, file) for file in files]
        loads += [partial(hh.ModelRegistry(folder).load_model, "risk_predictor", "v1.0.0")]
        for number, load in enumerate(loads):
            try:
                load()
            except (HyperionError, OSError, ValueError) as error:
                sys.stdout.write(f"{folder.name} {number}: {type(error).__name__}: {error}\n"[:200])
            else:
                raise SystemExit(f"{folder.name}: {load} was not refused")
    for predictor in (hh.RiskPredictor, hh.BugPredictor, hh.AnomalyDetector):
        try:
            predictor.from_registry()
            hh.ModelRegistry().load_model("tour", "v1.0.0")
        except HyperionError as error:
            sys.stdout.write(f"registry: {error}\n")


if __name__ == "__main__":
    use(Path(sys.argv[2])) if sys.argv[1] == "use" else refuse(sys.argv[2:])
