"""What a tracker is told of a retraining: the specification's four models, and the bundle that came of it.

The risk models are those of the evaluation, fitted before the changes on which their figures were measured. The bundle
is fitted on everything, and the figures told of it are those of its recipe at that earlier moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_score, recall_score

from hyperion_hook.features.extract import EXTRACTOR_VERSION
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.models.registry import RISK_PREDICTOR
from hyperion_hook.training.metrics.metrics import brier, calibration_error, f1, pr_auc, roc_auc
from hyperion_hook.training.mlflow.run_record import RunRecord
from hyperion_hook.training.models.estimators import FittedTrees, Numbers, as_matrix, filled
from hyperion_hook.training.models.fit_risk import SPECIFIED, FittedAnomaly, FittedRisk
from hyperion_hook.training.retrain.build_bundle import Built, Material

if TYPE_CHECKING:
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker

_EXAMPLE_ROWS = 5
_NAMES = {"random_forest": ("risk_predictor_rf", "RandomForest"), "xgboost": ("risk_predictor_xgb", "XGBoost")}


def records_of(material: Material, built: Built, files: Mapping[str, bytes]) -> list[RunRecord]:
    """Return a record of each model of a retraining, the bundle last.

    Parameters
    ----------
    material
        What was learned from, and the models of the earlier moment.
    built
        The bundle, which holds the isolation forest.
    files
        The files of the bundle by name.
    """
    teller = _Teller(material, built)
    risk = material.past.models[SPECIFIED.name]
    trees = [member for member in risk.members if isinstance(member, FittedTrees)]
    records = [*(teller.of_trees(risk, member) for member in trees), teller.of_meta_learner(risk)]
    if built.parts.anomaly is not None:
        records.append(teller.of_isolation_forest(built.parts.anomaly))
    return [*records, teller.of_bundle(files)]


@dataclass(frozen=True)
class _Teller:
    """Turns the models of one retraining into records."""

    material: Material
    built: Built

    def of_trees(self, risk: FittedRisk, member: FittedTrees) -> RunRecord:
        features, test = list(risk.features), self.material.past.split.test
        matrix = as_matrix(test[features])
        chance = member.estimator.predict_proba(matrix)[:, 1]
        importance = dict(zip(features, member.estimator.feature_importances_, strict=True))
        name, kind = _NAMES[member.name]
        return self._record(
            name, kind, member.estimator, member.estimator.get_params(), chance, _frame(matrix, features), importance
        )

    def of_meta_learner(self, risk: FittedRisk) -> RunRecord:
        """Return the logistic regression on what forest and XGBoost say, put together from its numbers."""
        names, columns = list(risk.recipe.columns), risk.columns(self.material.past.split.test)
        learner = LogisticRegression(solver="liblinear")
        learner.classes_, learner.n_iter_ = np.array([0.0, 1.0]), np.array([0])
        learner.coef_, learner.intercept_ = np.array([risk.weights]), np.array([risk.intercept])
        learner.n_features_in_ = len(names)
        weights = dict(zip(names, risk.weights, strict=True))
        return self._record(
            "meta_learner", "LogisticRegression", learner, {**learner.get_params(), "coefficients": weights},
            learner.predict_proba(columns)[:, 1], _frame(columns, names),
            {name: abs(weight) for name, weight in weights.items()},
        )

    def of_isolation_forest(self, anomaly: FittedAnomaly) -> RunRecord:
        """Return the forest beside the bugs it knew nothing of, on the rows it was fitted on."""
        code = self.material.code
        values = filled(as_matrix(code[list(anomaly.features)]), anomaly.medians)
        decision, buggy = anomaly.decision(code), code["buggy"].to_numpy(dtype=np.float64)
        unusual = (decision < 0).astype(np.float64)
        return RunRecord(
            model_name="anomaly_detector", model_type="IsolationForest", estimator=anomaly.forest,
            parameters=anomaly.forest.get_params(),
            metrics={**_of_classes(buggy, unusual), "roc_auc": roc_auc(buggy, -decision),
                     "anomaly_share": float(unusual.mean())},
            cross_validation={}, importance={}, expected=_classes(buggy), predicted=_classes(unusual),
            example=_frame(values, list(anomaly.features)),
            tags={**self._tags(), "measured_on": "bugs of the rows it was fitted on, which it was not told of"},
            data={"training_samples": len(code), "feature_count": len(anomaly.features)},
        )

    def of_bundle(self, files: Mapping[str, bytes]) -> RunRecord:
        """Return what ``score`` uses, with the figures of its recipe on changes that it had not seen."""
        test, features = self.material.past.split.test, list(self.built.parts.risk.features)
        importance = {entry["feature"]: entry["roc_auc_lost"] for entry in self.built.card["importance"]}
        record = self._record(
            RISK_PREDICTOR, self.built.lineage.recipe, None, self.built.settings,
            self.material.past.models[self.material.recipe].predict_proba(test),
            _frame(as_matrix(test[features]), features), importance,
        )
        return replace(record, bundle=files, metrics={**record.metrics, **self.built.measured.figures})

    def _record(
        self, name: str, kind: str, estimator: Any, parameters: Mapping[str, Any], chance: Numbers,
        example: pd.DataFrame, importance: Mapping[str, float],
    ) -> RunRecord:
        """Return a record of a model that was measured on the future, where it flags as many changes as ``score``."""
        split = self.material.past.split
        buggy, said = split.test["buggy"].to_numpy(dtype=np.float64), np.zeros(len(chance))
        rate = self.material.past.options.alert_high
        said[np.argsort(-chance, kind="stable")[: max(1, round(rate * len(chance)))]] = 1.0
        metrics = {
            **_of_classes(buggy, said), "roc_auc": roc_auc(buggy, chance), "pr_auc": pr_auc(buggy, chance),
            "brier": brier(buggy, chance), "calibration_error": calibration_error(buggy, chance),
        }
        present = split.train[list(example.columns)] if set(example.columns) <= set(split.train.columns) else None
        data = {
            "training_samples": len(split.train), "test_samples": len(buggy), "feature_count": example.shape[1],
            "class_balance": float(split.train["buggy"].mean()),
        }
        if present is not None:
            data["missing_percentage"] = 100.0 * float(present.isna().to_numpy().mean())
        return RunRecord(
            model_name=name, model_type=kind, estimator=estimator, parameters=parameters, metrics=metrics,
            cross_validation={}, importance=importance, expected=_classes(buggy), predicted=_classes(said),
            example=example, data=data,
            tags={**self._tags(), "measured_on": "changes after all that it had learned from",
                  "flagged": f"the {rate:.0%} with the highest chance"},
        )

    def _tags(self) -> dict[str, str]:
        return {
            "status": "trained", "data_version": self.built.lineage.data[:12],
            "features_version": str(EXTRACTOR_VERSION),
            "repository": ", ".join(item.name for item in self.material.mined),
        }


def _of_classes(truth: Numbers, said: Numbers) -> dict[str, float]:
    return {
        "accuracy": float(accuracy_score(truth, said)),
        "precision": float(precision_score(truth, said, zero_division=np.nan)),
        "recall": float(recall_score(truth, said, zero_division=np.nan)), "f1_score": f1(truth, said),
    }


def _classes(flags: Numbers) -> NDArray[np.object_]:
    return np.where(flags > 0, "buggy", "clean").astype(object)


def _frame(matrix: Numbers, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(matrix[:_EXAMPLE_ROWS], columns=names)


def track(
    tracker: MLFlowTracker, material: Material, built: Built, files: Mapping[str, bytes],
    registered: tuple[str, str] | None = None, repository: Repository | None = None,
) -> None:
    """Have a tracker log every model of a retraining, and follow what our registry did with the bundle.

    Parameters
    ----------
    tracker
        Fails quietly, so nothing is raised because of MLflow.
    material, built, files
        As for ``records_of``.
    registered
        Version and status in our registry; ``None`` where the bundle went to a folder.
    repository
        Whose registry that is.
    """
    logged = [tracker.log(record) for record in records_of(material, built, files)][-1]
    if logged is not None and registered is not None:
        version, status = registered
        number = tracker.register(logged, RISK_PREDICTOR, version, repository=repository)
        if number is not None:
            tracker.mirror_promotion(RISK_PREDICTOR, version, status, digest=logged.digest, repository=repository)
