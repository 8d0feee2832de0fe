"""Pictures of a real MLflow server that was told of trained models: ``python benchmarks/mlflow_pictures.py FOLDER``.

Needs the extra 'mlflow' and Chromium. The server listens on loopback and is ended at the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score
from xgboost import XGBClassifier

from hyperion_hook import MLFlowConfig, MLFlowTracker
from hyperion_hook.training.mlflow.run_record import RunRecord

QUIET = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def records() -> list[RunRecord]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(1200, 30)), columns=[f"feature_{number}" for number in range(30)])
    truth = (frame["feature_0"] + frame["feature_3"] + rng.normal(size=1200) > 0.6).to_numpy().astype(int)
    told = []
    for name, kind, model in (
        ("risk_predictor_rf", "RandomForest", RandomForestClassifier(100, max_depth=10, random_state=0)),
        ("risk_predictor_xgb", "XGBoost", XGBClassifier(n_estimators=100, max_depth=8, learning_rate=0.1, n_jobs=1)),
        ("anomaly_detector", "IsolationForest", IsolationForest(contamination=0.1, random_state=0)),
    ):
        model.fit(frame[:900], truth[:900])
        said = model.predict(frame[900:])
        said = (said < 0).astype(int) if kind == "IsolationForest" else said
        importance = dict(zip(frame.columns, getattr(model, "feature_importances_", []), strict=False))
        told.append(
            RunRecord(
                name,
                kind,
                model,
                model.get_params(),
                {"accuracy": accuracy_score(truth[900:], said), "f1_score": f1_score(truth[900:], said)},
                {},
                importance,
                truth[900:],
                said,
                frame[:5],
                data={"training_samples": 900, "test_samples": 300},
            )
        )
    return told


def picture(url: str, path: Path) -> None:
    with TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "--window-size=1500,1300",
                "--virtual-time-budget=20000",
                f"--screenshot={path}",
                url,
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
    print(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    if shutil.which("chromium") is None:
        sys.exit("chromium is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--workers",
                "1",
                "--backend-store-uri",
                f"sqlite:///{place}/mlflow.db",
                "--artifacts-destination",
                f"{place}/artifacts",
            ],
            env=QUIET,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urlopen(f"{base}/health", timeout=5).close()  # noqa: S310 - loopback
                    break
                except OSError:
                    time.sleep(0.5)
            tracker = MLFlowTracker(MLFlowConfig(base))
            runs = [tracker.log(record) for record in records()]
            for number, run in enumerate(runs[:2]):
                tracker.register(run, "risk_predictor", f"v1.{number}.0")
                tracker.mirror_promotion("risk_predictor", f"v1.{number}.0", "production")
            run = f"{base}/#/experiments/1/runs/{runs[0].run_id}"
            picture(f"{base}/#/experiments/1/runs", folder / "experiment.png")
            picture(run, folder / "run.png")
            picture(f"{run}/artifacts/plots/confusion_matrix.png", folder / "confusion_matrix.png")
            picture(f"{run}/artifacts/plots/feature_importance.png", folder / "feature_importance.png")
            picture(f"{base}/#/models/risk_predictor", folder / "model.png")
        finally:
            os.killpg(server.pid, 15)
            server.wait(60)


if __name__ == "__main__":
    main()
