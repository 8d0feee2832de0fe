"""The documented result dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperion_hook.training.bugs.train_table import TrainedBugs
from hyperion_hook.training.models.anomaly_training import TrainedAnomalies
from hyperion_hook.training.models.impact_training import TrainedImpact
from hyperion_hook.training.models.recipes import META
from hyperion_hook.training.models.risk_training import TrainedRisk
from hyperion_hook.training.models.training_result import Rowset, TrainedModel, left_out_warnings, split_warnings
from hyperion_hook.training.validation.preparation import Prepared

CHOSEN_BY = "highest mean F1 in cross-validation within the training rows"
THE_ONLY_ONE = "the only model"


def risk_result(trained: TrainedRisk, prepared: Prepared) -> dict[str, Any]:
    """Return the documented dictionary of the risk predictor, with more beside it."""
    meta = trained.models[META]
    classifier = meta.instance[-1]
    return _of_rows(trained.models, trained.best, CHOSEN_BY, trained.rows, prepared) | {
        "ensemble_performance": {
            **_figures(meta), "recipe": trained.recipe.name, "members": [name for name, _ in classifier.members],
            "columns": list(classifier.columns), "weights": classifier.weights_.tolist(),
            "threshold": classifier.threshold_, "meta_learner": classifier.meta_learner_,
            "instance": meta.instance,
        },
        "baselines": trained.baselines,
        "search": trained.search,
    }


def bug_result(trained: TrainedBugs, prepared: Prepared, horizon_days: int) -> dict[str, Any]:
    """Return the dictionary of the bug predictor."""
    model = trained.model
    return _of_rows({model.name: model}, model.name, THE_ONLY_ONE, trained.rows, prepared) | {
        "horizon_days": horizon_days, "search": trained.search,
    }


def impact_result(trained: TrainedImpact, prepared: Prepared) -> dict[str, Any]:
    """Return the dictionary of the impact analyser."""
    model = trained.model
    return _of_rows({model.name: model}, model.name, THE_ONLY_ONE, trained.rows, prepared) | {
        "ensemble_performance": {**_figures(model), "instance": model.instance},
        "contexts": trained.contexts,
        "levels": trained.levels,
    }


def anomaly_result(trained: TrainedAnomalies, prepared: Prepared) -> dict[str, Any]:
    """Return the dictionary of the anomaly detector; figures are ``None`` without a target."""
    model = trained.model
    blank = dict.fromkeys(("accuracy", "precision", "recall", "f1")) if not model.figures else {}
    entry = blank | model.entry() | {"anomaly_share": trained.shares, "median_score": trained.median}
    return {
        "validation_result": prepared.validation,
        "models_results": {model.name: entry},
        "best_model": {"name": model.name, **entry, "chosen_by": THE_ONLY_ONE},
        "feature_names": list(trained.columns.names),
        "left_out": dict(trained.columns.left_out),
        "training_samples": len(trained.split.train),
        "test_samples": len(trained.split.test),
        "split": {"kind": trained.split.kind, "reason": trained.split.reason},
        "warnings": [
            *prepared.warnings, *split_warnings(trained.split, trained.copies), *left_out_warnings(trained.columns),
        ],
    }


def _of_rows(models: Mapping[str, TrainedModel], best: str, chosen_by: str, rows: Rowset, prepared: Prepared
             ) -> dict[str, Any]:
    return {
        "validation_result": prepared.validation,
        "models_results": {name: model.entry() for name, model in models.items()},
        "best_model": {"name": best, **models[best].entry(), "chosen_by": chosen_by},
        "feature_names": list(rows.columns.names),
        "left_out": dict(rows.columns.left_out),
        "training_samples": len(rows.split.train),
        "test_samples": len(rows.split.test),
        "split": {"kind": rows.split.kind, "reason": rows.split.reason},
        "target_classes": list(prepared.target.labels),
        "warnings": [*prepared.warnings, *rows.warnings],
    }


def _figures(model: TrainedModel) -> dict[str, Any]:
    means = {name: value for name, value in model.entry().items() if name.startswith("cv_")}
    return {**model.figures, **means}
