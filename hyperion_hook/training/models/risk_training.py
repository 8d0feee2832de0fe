"""Training of the risk predictor: forest, XGBoost, isolation forest, and the meta-learner over all members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.training.metrics.performance import fold_figures, performance, summary
from hyperion_hook.training.models.anomaly import anomaly_importance, unusualness
from hyperion_hook.training.models.classifier import fit_together
from hyperion_hook.training.models.fit_members import OutOfFold, Progress, fitted_members, out_of_fold
from hyperion_hook.training.models.numbers import Numbers
from hyperion_hook.training.models.recipes import (
    FOREST,
    ISOLATION,
    META,
    XGBOOST,
    Recipe,
    alone,
    new_isolation_forest,
    parameters_of,
)
from hyperion_hook.training.models.training_result import (
    Rowset,
    SplitOptions,
    TrainedModel,
    baselines_of,
    by_column,
    rowset,
    trained_classifier,
)
from hyperion_hook.training.models.tuning import tuned
from hyperion_hook.training.validation.preparation import Prepared


@dataclass(frozen=True)
class TrainedRisk:
    """All models of the risk predictor, the best of them, and what they were trained and tested on."""

    models: dict[str, TrainedModel]
    best: str
    rows: Rowset
    recipe: Recipe
    search: dict[str, Any]
    baselines: dict[str, Any]


def train_risk(
    prepared: Prepared, options: SplitOptions, recipe: Recipe, config: MLConfig, progress: Progress, *, search: bool
) -> TrainedRisk:
    """Split, fit, combine, and test once.

    Nothing is chosen by the test rows: not columns, parameters, combination, calibration, thresholds, nor the best.

    Parameters
    ----------
    prepared
        Rows with a target.
    options
        How to split.
    recipe
        What the meta-learner combines.
    config
        Parameters of all models, seed, threads.
    progress
        Called for each fit.
    search
        Whether to tune forest and XGBoost first.

    Raises
    ------
    ConfigError, TrainingError
        If a setting is not valid, or there is too little to learn from.
    """
    jobs, seed = config.n_jobs, config.random_state
    rows = rowset(prepared, options, seed)
    ensemble = rows.classifier(recipe, config)
    folds = ensemble.folds(rows.evidence)
    tried: dict[str, Any] = {}
    if search:
        members, tried = tuned(
            dict(ensemble.members), rows.X, rows.y, folds, seed=seed, jobs=jobs, progress=progress)
        ensemble.set_params(members=list(members.items()))
    classifiers = {META: ensemble} | {name: alone(name, ensemble) for name in (FOREST, XGBOOST)}
    together = fit_together(classifiers, rows.evidence, progress=progress)
    models = {
        name: trained_classifier(name, classifier, rows, seconds=together.seconds[name], seed=seed)
        for name, classifier in classifiers.items()
    }
    isolation = new_isolation_forest(config, min(len(learn) for learn, _ in folds))
    unusual = out_of_fold(
        {ISOLATION: isolation}, rows.evidence, folds, jobs=jobs, progress=progress, score=_unusual_and_flag)
    isolation = new_isolation_forest(config, len(rows.X))
    fitted = fitted_members({ISOLATION: isolation}, rows.evidence, jobs=jobs, progress=progress)[ISOLATION]
    models[ISOLATION] = _judged_as_risk(fitted, rows, unusual, seed=seed)
    best = max((FOREST, XGBOOST, META), key=lambda name: _rank(models[name]))
    return TrainedRisk(
        {name: models[name] for name in (FOREST, XGBOOST, ISOLATION, META)}, best, rows, recipe, tried,
        baselines_of(rows, draws=options.draws, seed=seed),
    )


def _judged_as_risk(fitted: tuple[Pipeline, float], rows: Rowset, unusual: OutOfFold, *, seed: int) -> TrainedModel:
    """Return the isolation forest, judged as if what is unusual were risky; it has no probabilities."""
    forest, seconds = fitted
    score = unusualness(forest, rows.X_test)
    flagged = _unusual_and_flag(forest, rows.X_test)[:, 1].astype(np.int64)
    pairs = unusual.scores[ISOLATION]
    folds = fold_figures(
        unusual.by_fold(rows.y[unusual.rows]), unusual.by_fold(pairs[:, 0]),
        unusual.by_fold(pairs[:, 1].astype(np.int64)),
    )
    figures = performance(rows.truth, score, flagged, draws=rows.options.draws, seed=seed)
    for name in ("brier", "ece"):
        figures[name] = np.nan
        figures["intervals"].pop(name)
        folds.pop(name)
    return TrainedModel(
        ISOLATION, Pipeline([("columns", rows.taken), *forest.steps]), figures, folds,
        by_column(rows.taken, anomaly_importance(forest, rows.X, seed)), parameters_of(forest), flagged,
        seconds + unusual.seconds[ISOLATION],
    )


def _unusual_and_flag(forest: Any, X: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.column_stack([unusualness(forest, X), forest.predict(X) == -1])


def _rank(model: TrainedModel) -> tuple[float, float]:
    """Order models by cross-validated F1, then by Brier score."""
    means = summary({name: model.folds[name] for name in ("f1", "brier")})
    return means["cv_mean_f1"], -means["cv_mean_brier"]
