"""The trainings on a table: risk predictor, bug predictor and impact analyser; each splits, fits, and tests once.

Nothing is chosen by the test rows: not columns, parameters, combination, calibration, thresholds, nor the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.domain.assessment import ALERT_HIGH, ALERT_MEDIUM
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.features.feature import Origin
from hyperion_hook.scoring.impact import RICH
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.metrics.performance import fold_figures, summary
from hyperion_hook.training.models import recipes
from hyperion_hook.training.models.anomaly import flagged, judged, unusualness
from hyperion_hook.training.models.classifier import RiskClassifier, fit_together
from hyperion_hook.training.models.context_classifier import ContextClassifier
from hyperion_hook.training.models.fit_members import Fold, fitted_members, out_of_fold
from hyperion_hook.training.models.recipes import FOREST, ISOLATION, META, XGBOOST, Recipe, alone, new_isolation_forest
from hyperion_hook.training.models.training_result import (
    Rowset,
    SplitOptions,
    Trained,
    TrainedModel,
    baselines_of,
    rowset,
    trained_classifier,
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
    rows = rowset(prepared, options, config)
    documented, tried = _searched(rows.classifier(recipes.SPECIFICATION), rows, progress, search=search)
    ensemble, own = rows.classifier(recipe), dict(documented.members)
    ensemble.set_params(members=[(name, own.get(name, member)) for name, member in ensemble.members])
    classifiers = {name: alone(name, documented) for name in (FOREST, XGBOOST)} | {META: ensemble}
    seconds = fit_together(classifiers, rows.evidence, progress=progress).seconds
    models = {
        name: trained_classifier(name, classifier, rows, seconds[name]) for name, classifier in classifiers.items()
    }
    isolation = _isolation_as_risk(rows, ensemble.folds(rows.evidence), progress)
    ordered = {**{name: models[name] for name in (FOREST, XGBOOST)}, ISOLATION: isolation, META: models[META]}
    means = {name: summary(model.folds) for name, model in models.items()}
    best = max(means, key=lambda name: (means[name]["cv_mean_f1"], -means[name]["cv_mean_brier"]))
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
    extra: dict[str, Any] = {"ensemble_performance": together, "baselines": baselines_of(rows), "search": tried}
    return rows.trained(ordered, best, CHOSEN_BY, **extra)


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
    rows = rowset(prepared, options, config)
    only = alone(XGBOOST, rows.classifier(recipes.BUGS))
    classifier, tried = _searched(only, rows, progress, search=search)
    seconds = fit_together({XGBOOST: classifier}, rows.evidence, progress=progress).seconds[XGBOOST]
    model = trained_classifier(XGBOOST, classifier, rows, seconds)
    horizon = config.bug_predictor.horizon_days
    return rows.trained({XGBOOST: model}, XGBOOST, horizon_days=horizon, search=tried)


def train_impact(prepared: Prepared, options: SplitOptions, config: MLConfig, progress: Progress) -> Trained:
    """Fit a logistic regression and an XGBoost for all rows and for each context, see ``ContextClassifier``.

    The target says whether the change reached beyond the components it touched; else as ``train_risk``.
    """
    started = perf_counter()
    rows = rowset(prepared, options, config)
    names = list(rows.taken.source_names())
    graph = [
        position
        for position, name in enumerate(names)
        if name in GRAPH_EVIDENCE or ((entry := feature_named(name)) is not None and entry.origin is Origin.GRAPH)
    ]
    history = next((names.index(name) for name in HISTORY_EVIDENCE if name in names), None)
    router = ContextClassifier(rows.classifier(recipes.IMPACT), graph, history, float(RICH))
    labels = np.asarray(prepared.target.labels, dtype=object)[rows.y]
    router.fit(rows.X, labels, time=rows.evidence.time)
    progress("training", 1, 1)
    model = trained_classifier(ENSEMBLE, router, rows, perf_counter() - started)
    return rows.trained(
        {ENSEMBLE: model},
        ENSEMBLE,
        ensemble_performance={**model.means(), "instance": model.instance},
        contexts=router.contexts_,
        levels={level: float(np.nanquantile(router.probability_, 1.0 - share)) for level, share in LEVELS.items()},
    )


def _searched(
    classifier: RiskClassifier, rows: Rowset, progress: Progress, *, search: bool
) -> tuple[RiskClassifier, dict[str, Any]]:
    """Return a classifier with tuned members, and what the search tried."""
    if not search:
        return classifier, {}
    folds = classifier.folds(rows.evidence)
    members, tried = tuned(dict(classifier.members), rows.X, rows.y, folds, rows.config, progress)
    return classifier.set_params(members=list(members.items())), tried


def _isolation_as_risk(rows: Rowset, folds: Sequence[Fold], progress: Progress) -> TrainedModel:
    """Return the isolation forest, judged as if what is unusual were risky."""
    config, evidence = rows.config, rows.evidence
    forests = {ISOLATION: new_isolation_forest(config, min(len(learn) for learn, _ in folds))}
    unusual = out_of_fold(forests, evidence, folds, jobs=config.n_jobs, progress=progress, score=_unusual_and_flagged)
    forests = {ISOLATION: new_isolation_forest(config, len(rows.X))}
    forest, seconds = fitted_members(forests, evidence, jobs=config.n_jobs, progress=progress)[ISOLATION]
    scores, flags = unusual.scores[ISOLATION].T
    figures = fold_figures(
        unusual.by_fold(rows.y[unusual.rows]), unusual.by_fold(scores), unusual.by_fold(flags.astype(np.int64))
    )
    model = judged(forest, rows, seconds + unusual.seconds[ISOLATION])
    return replace(model, folds={name: values for name, values in figures.items() if name not in {"brier", "ece"}})


def _unusual_and_flagged(forest: Any, X: Numbers) -> Numbers:
    return np.column_stack([unusualness(forest, X), flagged(forest, X)])
