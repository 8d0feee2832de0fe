"""What a tracker is told of a retraining: the specification's models, the bug predictor, and the bundle.

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
from sklearn.pipeline import Pipeline

from hyperion_hook.features.extract import EXTRACTOR_VERSION
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.models.version_store import RISK_PREDICTOR
from hyperion_hook.training.bugs.fit import FittedBugs
from hyperion_hook.training.evaluation.card_figures import risk_of
from hyperion_hook.training.formulas import Numbers, as_matrix
from hyperion_hook.training.metrics.figures import class_figures, flagged_at, probability_figures
from hyperion_hook.training.metrics.metrics import pr_auc, roc_auc
from hyperion_hook.training.mlflow.run_record import RunRecord
from hyperion_hook.training.models.classifier import member_importance
from hyperion_hook.training.models.recipes import FOREST, META, SPECIFICATION, XGBOOST, parameters_of
from hyperion_hook.training.retrain.build_bundle import Built
from hyperion_hook.training.retrain.material import Material

if TYPE_CHECKING:
    from hyperion_hook.training.mlflow.tracker import MLFlowTracker

_EXAMPLE_ROWS = 5
_NAMES = {FOREST: ("risk_predictor_rf", "RandomForest"), XGBOOST: ("risk_predictor_xgb", "XGBoost")}


def records_of(material: Material, built: Built, files: Mapping[str, bytes]) -> list[RunRecord]:
    """Return a record of each model of a retraining, the bundle last.

    The models of the earlier moment are those of ``material``.
    """
    recorder = _Recorder(material, built)
    return [
        *(recorder.of_member(name) for name in _NAMES),
        recorder.of_meta_learner(),
        recorder.of_anomaly_detector(),
        *recorder.of_bugs(),
        recorder.of_bundle(files),
    ]


@dataclass(frozen=True)
class _Recorder:
    """Turns the models of one retraining into records."""

    material: Material
    built: Built

    def of_member(self, name: str) -> RunRecord:
        """Return forest or XGBoost as it is in the ensemble; its figures are of its calibrated probabilities."""
        model = self.material.past.models[name]
        [(_, member)] = model["model"].fitted_
        features = list(model["columns"].names)
        return self._risk(
            *_NAMES[name],
            member,
            parameters_of(member),
            model,
            features,
            dict(zip(features, member_importance(member), strict=True)),
        )

    def of_meta_learner(self) -> RunRecord:
        """Return the logistic regression on what forest and XGBoost say."""
        model = self.material.past.models[SPECIFICATION.name]
        classifier = model["model"]
        columns = list(classifier.columns)
        weights = dict(zip(columns, classifier.weights_.tolist(), strict=True))
        test = self.material.past.split.test.head(_EXAMPLE_ROWS)
        record = self._risk(
            META,
            "LogisticRegression",
            classifier.meta_learner_,
            {**classifier.meta_learner_.get_params(), "coefficients": weights},
            model,
            [],
            {name: abs(weight) for name, weight in weights.items()},
        )
        return replace(record, example=_frame(classifier.member_columns(model["columns"].transform(test)), columns))

    def of_anomaly_detector(self) -> RunRecord:
        """Return the isolation forest beside the bugs it knew nothing of, on the rows it was fitted on."""
        code, detector = self.material.code, self.built.anomaly
        names = list(detector["columns"].names)
        decision, buggy = detector.decision_function(code), code["buggy"].to_numpy(dtype=np.float64)
        unusual = (decision < 0).astype(np.float64)
        values = detector[:-1].transform(code.head(_EXAMPLE_ROWS))
        return RunRecord(
            model_name="anomaly_detector",
            model_type="IsolationForest",
            estimator=detector[-1],
            parameters=detector[-1].get_params(),
            metrics={
                **class_figures(buggy, unusual),
                "roc_auc": roc_auc(buggy, -decision),
                "anomaly_share": float(unusual.mean()),
                "training_time_seconds": self.built.anomaly_seconds,
            },
            expected=_classes(buggy),
            predicted=_classes(unusual),
            example=_frame(values, names),
            tags={**self._tags(), "measured_on": "bugs of the rows it was fitted on, which it was not told of"},
            data={"training_samples": len(code), "feature_count": len(names), **_presence(code[names])},
        )

    def of_bugs(self) -> list[RunRecord]:
        """Return the bug predictor, if one was trained; its figures are of the last fifth of the time."""
        learned = self.material.bugs
        if not isinstance(learned.bugs, FittedBugs):
            return []
        model, rows, measured = learned.bugs.model, learned.rows, learned.evaluation
        classifier, names = model["model"], list(model["columns"].names)
        [(_, booster)] = classifier.fitted_
        metrics = {"training_time_seconds": learned.bugs.seconds}
        if measured is not None:
            own = next(entry for entry in measured.contenders if entry.name == measured.candidate)
            metrics |= {
                **measured.classes,
                "roc_auc": own.roc_auc.value,
                "precision_in_top_20": own.precision_in_top.value,
                "roc_auc_of_changes": measured.change_roc_auc,
                "calibration_error": measured.calibration_error,
            }
        return [
            RunRecord(
                model_name="bug_predictor",
                model_type="XGBoost",
                estimator=model,
                parameters=parameters_of(booster),
                metrics=metrics,
                cross_validation=_folds(classifier.cross_validation_),
                importance=dict(zip(names, member_importance(booster), strict=True)),
                example=rows[names].head(_EXAMPLE_ROWS),
                tags={
                    **self._tags(),
                    "measured_on": "the last fifth of the time, before which its parameters were chosen",
                },
                data={
                    "training_samples": len(rows),
                    "feature_count": len(names),
                    "class_balance": float(rows["fixed"].mean()),
                    **_presence(rows[names]),
                },
            )
        ]

    def of_bundle(self, files: Mapping[str, bytes]) -> RunRecord:
        """Return the bundle that ``score`` uses, with the figures of its recipe on changes that it had not seen."""
        importance = {entry["feature"]: entry["roc_auc_lost"] for entry in self.built.card["importance"]}
        record = self._risk(
            RISK_PREDICTOR,
            self.built.lineage.recipe,
            None,
            self.built.settings,
            self.material.past.models[self.material.recipe],
            self.built.parts.features,
            importance,
        )
        return replace(record, bundle=files, metrics={**record.metrics, **self.built.measured.figures})

    def _risk(
        self,
        name: str,
        kind: str,
        estimator: Any,
        parameters: Mapping[str, Any],
        model: Pipeline,
        features: list[str],
        importance: Mapping[str, float],
    ) -> RunRecord:
        """Return a record of a model that was measured on the future, where it flags as many changes as ``score``."""
        past = self.material.past
        split, rate = past.split, past.options.alert_high
        buggy, chance = split.test["buggy"].to_numpy(dtype=np.float64), risk_of(model, split.test)
        flagged = flagged_at(chance, rate)
        learned = split.train[list(model["columns"].names)]
        metrics = {
            **class_figures(buggy, flagged),
            "roc_auc": roc_auc(buggy, chance),
            "pr_auc": pr_auc(buggy, chance),
            **probability_figures(buggy, chance),
        }
        recorded = next(label for label, other in past.models.items() if other is model)
        return RunRecord(
            model_name=name,
            model_type=kind,
            estimator=estimator,
            parameters=parameters,
            metrics=metrics | {"training_time_seconds": past.seconds[recorded]},
            cross_validation=_folds(model["model"].cross_validation_),
            importance=importance,
            expected=_classes(buggy),
            predicted=_classes(flagged),
            example=_frame(as_matrix(split.test[features].head(_EXAMPLE_ROWS)), features),
            data={
                "training_samples": len(split.train),
                "test_samples": len(buggy),
                "feature_count": len(features) or len(model["model"].columns),
                "class_balance": float(split.train["buggy"].mean()),
                **_presence(learned),
            },
            tags={
                **self._tags(),
                "measured_on": "changes after all that it had learned from",
                "flagged": f"the {rate:.0%} with the highest chance",
            },
        )

    def _tags(self) -> dict[str, str]:
        return {
            "status": "trained",
            "data_version": self.built.lineage.data[:12],
            "features_version": str(EXTRACTOR_VERSION),
            "repository": ", ".join(item.name for item in self.material.mined),
        }


def _presence(rows: pd.DataFrame) -> dict[str, float]:
    """Return the share of values that are there, and the percentage that is not."""
    missing = float(rows.isna().to_numpy().mean())
    return {"missing_percentage": 100.0 * missing, "feature_coverage": 1.0 - missing}


def _folds(figures: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {"f1_score" if name == "f1" else name: values for name, values in figures.items()}


def _classes(flags: Numbers) -> NDArray[np.object_]:
    return np.where(flags > 0, "buggy", "clean").astype(object)


def _frame(matrix: Numbers, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(matrix[:_EXAMPLE_ROWS], columns=names)


def track(
    tracker: MLFlowTracker,
    material: Material,
    built: Built,
    files: Mapping[str, bytes],
    registered: tuple[str, str] | None = None,
    repository: Repository | None = None,
) -> None:
    """Have a tracker log every model of a retraining, and follow what our registry did with the bundle.

    A tracker fails quietly, so nothing is raised because of MLflow. ``registered`` are version and status in our
    registry; ``None`` where the bundle went to a folder.
    """
    logged = [tracker.log(record) for record in records_of(material, built, files)][-1]
    if logged is not None and registered is not None:
        version, status = registered
        number = tracker.register(logged, RISK_PREDICTOR, version, repository=repository)
        if number is not None:
            tracker.mirror_promotion(RISK_PREDICTOR, version, status, digest=logged.digest, repository=repository)
