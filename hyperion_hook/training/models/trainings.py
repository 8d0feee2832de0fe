"""The trainings on a table: risk predictor, bug predictor and impact analyser; each splits, fits, and tests once.

Nothing is chosen by the test rows: not columns, parameters, combination, calibration, thresholds, nor the best.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.features.feature import Origin
from hyperion_hook.scoring.impact import RICH
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.performance import fold_figures, performance, summary
from hyperion_hook.training.models.anomaly import anomaly_importance, unusualness
from hyperion_hook.training.models.classifier import RiskClassifier, fit_together
from hyperion_hook.training.models.context_classifier import ContextClassifier
from hyperion_hook.training.models.fit_members import OutOfFold, fitted_members, out_of_fold
from hyperion_hook.training.models.recipes import (
    BUGS,
    FOREST,
    IMPACT,
    ISOLATION,
    META,
    SPECIFICATION,
    XGBOOST,
    Recipe,
    alone,
    new_isolation_forest,
    parameters_of,
)
from hyperion_hook.training.models.training_result import (
    Rowset,
    SplitOptions,
    Trained,
    TrainedModel,
    baselines_of,
    by_column,
    rowset,
    trained_classifier,
    without_probabilities,
)
from hyperion_hook.training.models.tuning import tuned
from hyperion_hook.training.validation.preparation import Prepared

CHOSEN_BY = "highest mean F1 in cross-validation within the training rows"
ENSEMBLE = "impact_ensemble"
GRAPH_EVIDENCE = frozenset({"reach"})
HISTORY_EVIDENCE = ("history_commits", "nuc")
"""Columns that say how many commits the touched files have; the first that is there counts."""
LEVELS = {"HIGH": ALERT_HIGH, "MEDIUM": ALERT_MEDIUM}
"""Shares of the rows whose impact is called so."""


def train_risk(
    prepared: Prepared, options: SplitOptions, recipe: Recipe, config: MLConfig, progress: Progress, *, search: bool
) -> Trained:
    """Train forest, XGBoost, isolation forest, and the meta-learner over all members of a recipe.

    Raises ``ConfigError`` or ``TrainingError`` if a setting is not valid, or there is too little to learn from.
    """
    jobs, seed = config.n_jobs, config.random_state
    rows = rowset(prepared, options, seed)
    documented, tried = _searched(rows.classifier(SPECIFICATION, config), rows, config, progress, search=search)
    ensemble, own = rows.classifier(recipe, config), dict(documented.members)
    ensemble.set_params(members=[(name, own.get(name, member)) for name, member in ensemble.members])
    classifiers = {name: alone(name, documented) for name in (FOREST, XGBOOST)} | {META: ensemble}
    seconds = fit_together(classifiers, rows.evidence, progress=progress).seconds
    models = {
        name: trained_classifier(name, classifier, rows, seconds=seconds[name], seed=seed)
        for name, classifier in classifiers.items()
    }
    folds = ensemble.folds(rows.evidence)
    isolation = {ISOLATION: new_isolation_forest(config, min(len(learn) for learn, _ in folds))}
    unusual = out_of_fold(isolation, rows.evidence, folds, jobs=jobs, progress=progress, score=_unusual_and_flag)
    isolation = {ISOLATION: new_isolation_forest(config, len(rows.X))}
    fitted = fitted_members(isolation, rows.evidence, jobs=jobs, progress=progress)[ISOLATION]
    ordered = {name: models[name] for name in (FOREST, XGBOOST)}
    ordered |= {ISOLATION: _judged_as_risk(fitted, rows, unusual, seed=seed), META: models[META]}
    best = max(models, key=lambda name: _rank(models[name]))
    together = {
        **models[META].means(),
        "recipe": recipe.name,
        "members": [name for name, _ in ensemble.members],
        "columns": list(ensemble.columns),
        "weights": ensemble.weights_.tolist(),
        "threshold": ensemble.threshold_,
        "meta_learner": ensemble.meta_learner_,
        "instance": models[META].instance,
    }
    baselines = baselines_of(rows, draws=options.draws, seed=seed)
    return rows.trained(ordered, best, CHOSEN_BY, ensemble_performance=together, baselines=baselines, search=tried)


def train_bugs(
    prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress, *, search: bool
) -> Trained:
    """Fit the specification's XGBoost on the past, calibrate it out of fold, and test it on the future.

    ``options.gap_days`` is the horizon: what happens within it was not known yet when the first row tested on was made.
    Else parameters and errors are those of ``train_risk``; rows without a time are a ``ConfigError``.
    """
    if prepared.time is None or not prepared.time.is_moment:
        raise ConfigError(
            "bug predictor: no column says when a row was made, and it is tested on the future only; name one that "
            "holds moments as time_column="
        )
    rows = rowset(prepared, options, config.random_state)
    only = alone(XGBOOST, rows.classifier(BUGS, config))
    classifier, tried = _searched(only, rows, config, progress, search=search)
    seconds = fit_together({XGBOOST: classifier}, rows.evidence, progress=progress).seconds[XGBOOST]
    model = trained_classifier(XGBOOST, classifier, rows, seconds=seconds, seed=config.random_state)
    horizon = config.bug_predictor.horizon_days
    return rows.trained({XGBOOST: model}, XGBOOST, horizon_days=horizon, search=tried)


def train_impact(prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress) -> Trained:
    """Fit a logistic regression and an XGBoost for all rows and for each context, see ``ContextClassifier``.

    The target says whether the change reached beyond the components it touched; else as ``train_risk``.
    """
    started = perf_counter()
    rows = rowset(prepared, options, config.random_state)
    names = list(rows.taken.source_names())
    graph = [
        place
        for place, name in enumerate(names)
        if name in GRAPH_EVIDENCE or ((entry := feature_named(name)) is not None and entry.origin is Origin.GRAPH)
    ]
    history = next((names.index(name) for name in HISTORY_EVIDENCE if name in names), None)
    router = ContextClassifier(rows.classifier(IMPACT, config), graph, history, float(RICH))
    labels = np.asarray(prepared.target.labels, dtype=object)[rows.y]
    router.fit(rows.X, labels, time=rows.evidence.time)
    progress("training", 1, 1)
    model = trained_classifier(ENSEMBLE, router, rows, seconds=perf_counter() - started, seed=config.random_state)
    return rows.trained(
        {ENSEMBLE: model},
        ENSEMBLE,
        ensemble_performance={**model.means(), "instance": model.instance},
        contexts=router.contexts_,
        levels={level: float(np.nanquantile(router.probability_, 1.0 - share)) for level, share in LEVELS.items()},
    )


def _searched(
    classifier: RiskClassifier, rows: Rowset, config: MLConfig, progress: Progress, *, search: bool
) -> tuple[RiskClassifier, dict[str, Any]]:
    """Return a classifier with tuned members, and what the search tried."""
    if not search:
        return classifier, {}
    members, tried = tuned(
        dict(classifier.members),
        rows.X,
        rows.y,
        classifier.folds(rows.evidence),
        seed=config.random_state,
        jobs=config.n_jobs,
        progress=progress,
    )
    return classifier.set_params(members=list(members.items())), tried


def _judged_as_risk(fitted: tuple[Pipeline, float], rows: Rowset, unusual: OutOfFold, *, seed: int) -> TrainedModel:
    """Return the isolation forest, judged as if what is unusual were risky; it has no probabilities."""
    forest, seconds = fitted
    score = unusualness(forest, rows.X_test)
    flagged = _unusual_and_flag(forest, rows.X_test)[:, 1].astype(np.int64)
    pairs = unusual.scores[ISOLATION]
    folds = fold_figures(
        unusual.by_fold(rows.y[unusual.rows]),
        unusual.by_fold(pairs[:, 0]),
        unusual.by_fold(pairs[:, 1].astype(np.int64)),
    )
    figures = performance(rows.truth, score, flagged, draws=rows.options.draws, seed=seed)
    return TrainedModel(
        ISOLATION,
        Pipeline([("columns", rows.taken), *forest.steps]),
        without_probabilities(figures),
        {name: values for name, values in folds.items() if name not in {"brier", "ece"}},
        by_column(rows.taken, anomaly_importance(forest, rows.X, seed)),
        parameters_of(forest),
        flagged,
        seconds + unusual.seconds[ISOLATION],
    )


def _unusual_and_flag(forest: Any, X: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.column_stack([unusualness(forest, X), forest.predict(X) == -1])


def _rank(model: TrainedModel) -> tuple[float, float]:
    """Order models by cross-validated F1, then by Brier score."""
    means = summary({name: model.folds[name] for name in ("f1", "brier")})
    return means["cv_mean_f1"], -means["cv_mean_brier"]
