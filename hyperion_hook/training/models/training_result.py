"""What every training shares: rows made ready, and a trained model with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from hyperion_hook.config.ml_config import MLConfig
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.formulas import Codes, Numbers
from hyperion_hook.training.metrics.performance import performance, summary
from hyperion_hook.training.metrics.resampling import Ranking, bootstrap
from hyperion_hook.training.models.baselines import baseline_scores
from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.columns import ChosenColumns, choose_columns
from hyperion_hook.training.models.context_classifier import ContextClassifier
from hyperion_hook.training.models.cross_validation import TIME, Split, identities, numbered, split_rows
from hyperion_hook.training.models.fit_members import Evidence, Outcome
from hyperion_hook.training.models.recipes import Recipe, parameters_of
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.validation.preparation import Prepared

THE_ONLY_ONE = "the only model"
_NO_PROBABILITY = ("brier", "ece")


@dataclass(frozen=True)
class SplitOptions:
    """How rows are told apart: share tested on, folds, columns wanted, days between, resamples for intervals."""

    test_size: float
    cv_folds: int
    features: Sequence[str] | None
    gap_days: float
    draws: int


@dataclass(frozen=True)
class Rowset:
    """Training and test rows as numbers; ``copies`` are rows of the table that stand in it before."""

    split: Split
    columns: ChosenColumns
    taken: FeatureColumns
    evidence: Evidence
    X_test: Numbers
    truth: Codes
    options: SplitOptions
    labels: tuple[Any, ...]
    copies: int

    @property
    def X(self) -> Numbers:  # noqa: N802 - as scikit-learn calls it
        """Training rows."""
        return self.evidence.X

    @property
    def y(self) -> Codes:
        """The target of the training rows."""
        return self.evidence.outcome.truth.astype(np.int64)

    @property
    def warnings(self) -> list[str]:
        """How the rows were split, and what is not learned from."""
        one_class = len(np.unique(self.truth)) < 2
        untested = ["the rows tested on are of one class only: no figure tells good from bad, do not promote"]
        return [
            *split_warnings(self.split, self.copies),
            *(untested if one_class else []),
            *left_out_warnings(self.columns),
        ]

    def trained(
        self, models: dict[str, TrainedModel], best: str, chosen_by: str = THE_ONLY_ONE, **extra: Any
    ) -> Trained:
        """Return what a training on these rows gives."""
        return Trained(models, best, chosen_by, self.split, self.columns, self.warnings, extra)

    def classifier(self, recipe: Recipe, config: MLConfig) -> RiskClassifier:
        """Return the estimator of a recipe for these rows, not fitted."""
        names = list(self.taken.get_feature_names_out())
        return recipe.for_rows([canonical(name) for name in names]).classifier(
            config,
            names,
            gap_days=self.options.gap_days,
            in_time_order=self.split.kind == TIME,
            labels=self.labels,
            cv_folds=self.options.cv_folds,
        )


def rowset(prepared: Prepared, options: SplitOptions, seed: int) -> Rowset:
    """Return a table's rows ready to learn from; columns are chosen by the training rows alone."""
    if not isinstance(options.cv_folds, int) or options.cv_folds < 2:
        raise ConfigError(f"cv_folds: {options.cv_folds!r} is not a whole number from 2 on")
    split, copies = split_table(
        prepared, options.test_size, seed=seed, gap_days=options.gap_days, features=options.features
    )
    train, test = (prepared.frame.iloc[rows].reset_index(drop=True) for rows in (split.train, split.test))
    y = prepared.codes[split.train]
    columns = choose_columns(train, y, apart=prepared.apart, wanted=options.features)
    taken = columns.transformer
    seconds = None if prepared.time is None else prepared.time.seconds[split.train]
    return Rowset(
        split,
        columns,
        taken,
        Evidence(taken.transform(train), Outcome(y.astype(np.float64)), seconds),
        taken.transform(test),
        prepared.codes[split.test],
        options,
        tuple(prepared.target.labels),
        copies,
    )


def split_table(
    prepared: Prepared, test_size: float, *, seed: int, gap_days: float = 0.0, features: Sequence[str] | None = None
) -> tuple[Split, int]:
    """Return how a table's rows are split, and how many of them are copies of earlier ones, whatever their time."""
    every = choose_columns(prepared.frame, None, apart=prepared.apart, wanted=features).transformer
    X = every.transform(prepared.frame)
    _, first = numbered(identities(X))
    split = split_rows(X, prepared.codes, test_size, prepared.time, seed=seed, gap_days=gap_days)
    return split, len(X) - len(first)


def split_warnings(split: Split, copies: int) -> list[str]:
    """Return how rows were split, which are not learned from, and which are there more than once."""
    counted = (
        (split.held_back, "rows too close in time to the test rows are not learned from"),
        (copies, "rows are copies of another row; all copies of a row stay on one side of every split"),
        (split.copies, "rows that are there again among the test rows are not learned from"),
    )
    return [f"split {split.reason}", *(f"{count} {what}" for count, what in counted if count)]


def left_out_warnings(columns: ChosenColumns) -> list[str]:
    """Return which columns are no features, and why."""
    return [f"column '{name}' is left out: {why}" for name, why in columns.left_out.items()]


@dataclass(frozen=True)
class TrainedModel:
    """One model with its figures on the test rows, in cross-validation, and all that a record of it holds."""

    name: str
    instance: Pipeline
    figures: dict[str, Any]
    folds: dict[str, list[float]]
    importance: dict[str, float]
    parameters: dict[str, Any]
    flagged: Codes
    seconds: float
    extra: dict[str, Any] = field(default_factory=dict)

    def means(self) -> dict[str, Any]:
        """Return its figures on the test rows, and mean and deviation of those in cross-validation."""
        return {**self.figures, **summary(self.folds)}

    def entry(self) -> dict[str, Any]:
        """Return what a result says of it."""
        return {
            **self.means(),
            "cross_validation": self.folds,
            "feature_importance": self.importance,
            "parameters": self.parameters,
            "threshold": getattr(self.instance[-1], "threshold_", None),
            "instance": self.instance,
            **self.extra,
        }


@dataclass(frozen=True)
class Trained:
    """What a training gives: models by name, the best of them and why it is, the split, and what only this one says."""

    models: dict[str, TrainedModel]
    best: str
    chosen_by: str
    split: Split
    columns: ChosenColumns
    warnings: list[str]
    extra: dict[str, Any]

    def result(self, prepared: Prepared) -> dict[str, Any]:
        """Return the documented dictionary, with more beside it."""
        entries = {name: model.entry() for name, model in self.models.items()}
        return {
            "validation_result": prepared.validation,
            "models_results": entries,
            "best_model": {"name": self.best, **entries[self.best], "chosen_by": self.chosen_by},
            "feature_names": list(self.columns.names),
            "left_out": dict(self.columns.left_out),
            "training_samples": len(self.split.train),
            "test_samples": len(self.split.test),
            "split": {"kind": self.split.kind, "reason": self.split.reason},
            **({"target_classes": list(prepared.target.labels)} if "roc_auc" in entries[self.best] else {}),
            "warnings": [*prepared.warnings, *self.warnings],
            **self.extra,
        }


def without_probabilities(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a score that is no probability: Brier score and calibration error mean nothing."""
    intervals = {name: pair for name, pair in figures["intervals"].items() if name not in _NO_PROBABILITY}
    return figures | dict.fromkeys(_NO_PROBABILITY, np.nan) | {"intervals": intervals}


def trained_classifier(
    name: str, classifier: RiskClassifier | ContextClassifier, rows: Rowset, *, seconds: float, seed: int
) -> TrainedModel:
    """Return a fitted classifier, tested on the test rows."""
    tested = classifier.predict_proba(rows.X_test)[:, 1]
    flagged = (tested >= classifier.threshold_).astype(np.int64)
    parameters = {
        f"{member}__{key}" if len(classifier.members) > 1 else key: value
        for member, estimator in classifier.members
        for key, value in parameters_of(estimator).items()
    }
    return TrainedModel(
        name,
        Pipeline([("columns", rows.taken), ("model", classifier)]),
        performance(rows.truth, tested, flagged, draws=rows.options.draws, seed=seed),
        classifier.cross_validation_,
        by_column(rows.taken, classifier.feature_importances_),
        parameters,
        flagged,
        seconds,
    )


def by_column(taken: FeatureColumns, values: Numbers) -> dict[str, float]:
    """Return importances by feature; those of a column's words are added up."""
    importance = dict.fromkeys(taken.names, 0.0)
    for name, value in zip(taken.source_names(), values, strict=True):
        importance[name] += float(value)
    return importance


def baselines_of(rows: Rowset, *, draws: int, seed: int) -> dict[str, Any]:
    """Return ROC-AUC and interval of each baseline whose features are there, on the test rows."""
    names = [canonical(name) for name in rows.taken.get_feature_names_out()]
    learned, tested = (pd.DataFrame(values, columns=names) for values in (rows.X, rows.X_test))
    scores = baseline_scores(learned, rows.y.tolist(), tested, seed=seed)
    areas = bootstrap(Ranking.roc_auc, rows.truth, scores, draws=draws, seed=seed)
    return {name: {"roc_auc": area.value, "interval": (area.low, area.high)} for name, area in areas.items()}
