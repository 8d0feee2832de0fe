"""Training of the risk predictor: forest, XGBoost, isolation forest, and the meta-learner over all members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.ml.anomaly_scores import anomaly_importance, unusualness
from hyperion_hook.ml.columns import ChosenColumns, choose_columns
from hyperion_hook.ml.combining import Combined, alone, combine
from hyperion_hook.ml.fitting import OutOfFold, Progress, fitted_members, out_of_fold
from hyperion_hook.ml.members import (
    FOREST,
    XGBOOST,
    Recipe,
    new_isolation_forest,
    new_members,
    parameters_of,
)
from hyperion_hook.ml.performance import fold_figures, performance, summary
from hyperion_hook.ml.preparation import Prepared
from hyperion_hook.ml.splits import Split, folds_of, split_rows
from hyperion_hook.ml.tuning import tuned
from hyperion_hook.training.baselines import baseline_scores
from hyperion_hook.training.estimators import Numbers
from hyperion_hook.training.frame_columns import canonical
from hyperion_hook.training.resampling import Ranking, bootstrap

ISOLATION, META = "isolation_forest", "meta_learner"


@dataclass(frozen=True)
class RiskOptions:
    """How the risk predictor is trained."""

    test_size: float
    cv_folds: int
    recipe: Recipe
    search: bool
    features: Sequence[str] | None
    gap_days: float
    draws: int


@dataclass(frozen=True)
class TrainedModel:
    """One model with its figures on the test rows, in cross-validation, and all that a record of it holds."""

    name: str
    instance: Pipeline
    figures: dict[str, Any]
    folds: dict[str, list[float]]
    importance: dict[str, float]
    parameters: dict[str, Any]
    flagged: NDArray[np.int64]

    def entry(self) -> dict[str, Any]:
        """Return what the result says of it."""
        threshold = getattr(self.instance[-1], "threshold", None)
        return {
            **self.figures, **summary(self.folds), "cross_validation": self.folds,
            "feature_importance": self.importance, "parameters": self.parameters, "threshold": threshold,
            "instance": self.instance,
        }


@dataclass(frozen=True)
class TrainedRisk:
    """All models of the risk predictor, the best of them, and what they were trained and tested on."""

    models: dict[str, TrainedModel]
    best: str
    columns: ChosenColumns
    split: Split
    recipe: Recipe
    search: dict[str, Any]
    baselines: dict[str, Any]
    warnings: tuple[str, ...]


def train_risk(prepared: Prepared, options: RiskOptions, config: MLConfig, progress: Progress) -> TrainedRisk:
    """Split, fit, combine, and test once.

    Nothing is chosen by the test rows: not columns, parameters, combination, calibration, thresholds, or the best model.

    Parameters
    ----------
    prepared
        Rows with a target.
    options
        How to split, which recipe, whether to search.
    config
        Parameters of all models, seed, threads.
    progress
        Told of each fit.

    Raises
    ------
    ConfigError, TrainingError
        If a setting is not valid, or there is too little to learn from.
    """
    jobs, seed = config.n_jobs, config.random_state
    split = split_rows(prepared.codes, options.test_size, prepared.time, seed=seed, gap_days=options.gap_days)
    train, test = (prepared.frame.iloc[rows].reset_index(drop=True) for rows in (split.train, split.test))
    y, truth = prepared.codes[split.train], prepared.codes[split.test]
    columns = choose_columns(train, y, apart=prepared.apart, wanted=options.features)
    taken = columns.transformer
    X, X_test = taken.transform(train), taken.transform(test)
    seconds = None if prepared.time is None else prepared.time.seconds[split.train]
    folds = folds_of(y, options.cv_folds, split.kind, seed=seed, seconds=seconds, gap_days=options.gap_days)
    members = new_members(config, options.recipe.members)
    found: dict[str, Any] = {}
    if options.search:
        better, found = tuned(X, y, folds, config, jobs=jobs, progress=progress)
        members |= better
    seen = out_of_fold(members, X, y, folds, jobs=jobs, progress=progress)
    isolation = new_isolation_forest(config, len(X))
    unusual = out_of_fold({ISOLATION: isolation}, X, y, folds, jobs=jobs, progress=progress, score=_unusual_and_flag)
    told = y[seen.rows]
    shared = {"kind": split.kind, "labels": prepared.target.labels, "config": config}
    combined = {name: alone(name, members, seen, told, **shared) for name in (FOREST, XGBOOST)}
    combined[META] = combine(options.recipe, members, seen, told, **shared)
    fitted = fitted_members({**members, ISOLATION: isolation}, X, y, jobs=jobs, progress=progress)
    forest = Pipeline([("columns", taken), *fitted.pop(ISOLATION).steps])
    models = {
        name: _classifier(name, made, Fit(taken, fitted, seen, told, X_test, truth), options, seed)
        for name, made in combined.items()
    }
    models[ISOLATION] = _isolation(forest, X, X_test, truth, unusual, told, options, seed)
    best = max((FOREST, XGBOOST, META), key=lambda name: _rank(models[name]))
    lost = [f"{name} left out: {why}" for name, why in columns.left_out.items()]
    held = [f"{split.held_back} rows of the {options.gap_days:g} days before the test rows are not learned from"]
    return TrainedRisk(
        {name: models[name] for name in (FOREST, XGBOOST, ISOLATION, META)}, best, columns, split, options.recipe,
        found, _baselines(taken, (X, y), (X_test, truth), options, seed),
        (f"split {split.reason}", *(held if split.held_back else []), *lost),
    )


@dataclass(frozen=True)
class Fit:
    """What the classifiers have in common."""

    columns: Any
    fitted: Mapping[str, Any]
    seen: OutOfFold
    told: NDArray[np.int64]
    X_test: Numbers
    truth: NDArray[np.int64]


def _classifier(name: str, made: Combined, fit: Fit, options: RiskOptions, seed: int) -> TrainedModel:
    classifier = made.classifier.with_fitted([(member, fit.fitted[member]) for member, _ in made.classifier.members])
    probability = classifier.predict_proba(fit.X_test)[:, 1]
    flagged = (probability >= classifier.threshold).astype(np.int64)
    folds = fold_figures(fit.seen.by_fold(fit.told), fit.seen.by_fold(made.probability))
    parameters = {
        f"{member}__{key}" if len(classifier.members) > 1 else key: value
        for member, estimator in classifier.members for key, value in parameters_of(estimator).items()
    }
    return TrainedModel(
        name, Pipeline([("columns", fit.columns), ("model", classifier)]),
        performance(fit.truth, probability, flagged, draws=options.draws, seed=seed), folds,
        by_column(fit.columns, classifier.feature_importances_), parameters, flagged,
    )


def _isolation(
    forest: Pipeline, X: Numbers, X_test: Numbers, truth: NDArray[np.int64], unusual: OutOfFold,
    told: NDArray[np.int64], options: RiskOptions, seed: int,
) -> TrainedModel:
    """Return the isolation forest, judged as if what is unusual were risky; it has no probabilities."""
    inner = Pipeline(forest.steps[1:])
    score = unusualness(inner, X_test)
    flagged = (inner.predict(X_test) == -1).astype(np.int64)
    pairs = unusual.said[ISOLATION]
    folds = fold_figures(
        unusual.by_fold(told), unusual.by_fold(pairs[:, 0]), unusual.by_fold(pairs[:, 1].astype(np.int64))
    )
    figures = performance(truth, score, flagged, draws=options.draws, seed=seed)
    for name in ("brier", "ece"):
        figures[name] = np.nan
        figures["intervals"].pop(name)
        folds.pop(name)
    return TrainedModel(
        ISOLATION, forest, figures, folds, by_column(forest[0], anomaly_importance(inner, X, seed)),
        parameters_of(forest), flagged,
    )


def _unusual_and_flag(forest: Any, X: Numbers) -> Numbers:
    return np.column_stack([unusualness(forest, X), forest.predict(X) == -1])


def _rank(model: TrainedModel) -> tuple[float, float]:
    """Order models by cross-validated F1, then by Brier score."""
    told = summary({name: model.folds[name] for name in ("f1", "brier")})
    return told["cv_mean_f1"], -told["cv_mean_brier"]


def by_column(columns: Any, values: Numbers) -> dict[str, float]:
    """Return importances by feature; those of a column's words are added up."""
    told = dict.fromkeys(columns.names, 0.0)
    for name, value in zip(columns.source_names(), values, strict=True):
        told[name] += float(value)
    return told


def _baselines(taken: Any, train: tuple[Numbers, NDArray[np.int64]], test: tuple[Numbers, NDArray[np.int64]],
               options: RiskOptions, seed: int) -> dict[str, Any]:
    names = [canonical(name) for name in taken.get_feature_names_out()]
    learned, asked = (pd.DataFrame(rows, columns=names) for rows in (train[0], test[0]))
    scores = baseline_scores(learned, train[1].tolist(), asked, seed=seed)
    areas = bootstrap(Ranking.roc_auc, test[1], scores, draws=options.draws, seed=seed)
    return {name: {"roc_auc": area.value, "interval": (area.low, area.high)} for name, area in areas.items()}
