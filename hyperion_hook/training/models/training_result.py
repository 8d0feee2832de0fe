"""The parts that every training shares: rows made ready, and a trained model with its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from hyperion_hook.training.models.cross_validation import TIME, Split, numbered, split_rows
from hyperion_hook.training.models.fit_members import Evidence, Outcome
from hyperion_hook.training.models.recipes import Recipe, parameters_of
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.validation.preparation import Prepared

_OF_PROBABILITIES = ("brier", "ece")


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
    """Training and test rows as numbers; ``copies`` counts the table's rows that stand in it before, whenever."""

    split: Split
    columns: ChosenColumns
    taken: FeatureColumns
    evidence: Evidence
    X_test: Numbers
    truth: Codes
    options: SplitOptions
    config: MLConfig
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

    def warnings(self, *, judged: bool = True) -> list[str]:
        """Return how the rows were split, which are not learned from, and which columns; ``judged`` by the target."""
        counted = (
            (self.split.held_back, "rows too close in time to the test rows are not learned from"),
            (self.copies, "rows are copies of another row; all copies of a row stay on one side of every split"),
            (self.split.copies, "rows that are there again among the test rows are not learned from"),
        )
        untested = ["the rows tested on are of one class only: no figure tells good from bad, do not promote"]
        return [
            f"split {self.split.reason}",
            *(f"{count} {what}" for count, what in counted if count),
            *(untested if judged and len(np.unique(self.truth)) < 2 else []),
            *(f"column '{name}' is left out: {why}" for name, why in self.columns.left_out.items()),
        ]

    def trained(
        self,
        models: dict[str, TrainedModel],
        best: str,
        chosen_by: str = "the only model",
        *,
        judged: bool = True,
        **extra: Any,
    ) -> Trained:
        """Return the outcome of a training on these rows."""
        return Trained(models, best, chosen_by, self, self.warnings(judged=judged), extra)

    def figures(self, score: Numbers, flagged: Codes, *, is_probability: bool = True) -> dict[str, Any]:
        """Return the figures of scores and flags of the test rows; Brier score and ECE of probabilities only."""
        figures = performance(self.truth, score, flagged, draws=self.options.draws, seed=self.config.random_state)
        if is_probability:
            return figures
        intervals = {name: pair for name, pair in figures["intervals"].items() if name not in _OF_PROBABILITIES}
        return figures | dict.fromkeys(_OF_PROBABILITIES, np.nan) | {"intervals": intervals}

    def by_column(self, values: Numbers) -> dict[str, float]:
        """Return importances by feature; those of a column's words are added up."""
        importance = dict.fromkeys(self.taken.names, 0.0)
        for name, value in zip(self.taken.source_names(), values, strict=True):
            importance[name] += float(value)
        return importance

    def classifier(self, recipe: Recipe) -> RiskClassifier:
        """Return the estimator of a recipe for these rows, not fitted."""
        names = list(self.taken.get_feature_names_out())
        return recipe.for_rows([canonical(name) for name in names]).classifier(
            self.config,
            names,
            gap_days=self.options.gap_days,
            in_time_order=self.split.kind == TIME,
            labels=self.labels,
            cv_folds=self.options.cv_folds,
        )


def rowset(
    prepared: Prepared,
    options: SplitOptions,
    config: MLConfig,
    *,
    choose: Callable[[pd.DataFrame], ChosenColumns] | None = None,
) -> Rowset:
    """Return a table's rows ready to learn from; columns are chosen by the training rows alone."""
    if not isinstance(options.cv_folds, int) or options.cv_folds < 2:
        raise ConfigError(f"cv_folds: {options.cv_folds!r} is not a whole number from 2 on")
    every = choose_columns(prepared.frame, None, apart=prepared.apart, wanted=options.features).transformer
    X = every.transform(prepared.frame)
    seed, gap = config.random_state, options.gap_days
    split = split_rows(X, prepared.codes, options.test_size, prepared.time, seed=seed, gap_days=gap)
    train, test = (prepared.frame.iloc[rows].reset_index(drop=True) for rows in (split.train, split.test))
    y = prepared.codes[split.train]
    if choose is None:
        columns = choose_columns(train, y, apart=prepared.apart, wanted=options.features)
    else:
        columns = choose(train)
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
        config,
        tuple(prepared.target.labels),
        len(X) - len(numbered(X)[1]),
    )


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
        """Return its entry in a result."""
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
    """What a training gives: models by name, the best of them and why it is, the rows, and what only this one says."""

    models: dict[str, TrainedModel]
    best: str
    chosen_by: str
    rows: Rowset
    warnings: list[str]
    extra: dict[str, Any]

    def result(self, prepared: Prepared) -> dict[str, Any]:
        """Return the documented dictionary, with more beside it."""
        entries = {name: model.entry() for name, model in self.models.items()}
        split, columns = self.rows.split, self.rows.columns
        return {
            "validation_result": prepared.validation,
            "models_results": entries,
            "best_model": {"name": self.best, **entries[self.best], "chosen_by": self.chosen_by},
            "feature_names": list(columns.names),
            "left_out": dict(columns.left_out),
            "training_samples": len(split.train),
            "test_samples": len(split.test),
            "split": {"kind": split.kind, "reason": split.reason},
            **({"target_classes": list(prepared.target.labels)} if "roc_auc" in entries[self.best] else {}),
            "warnings": [*prepared.warnings, *self.warnings],
            **self.extra,
        }


def trained_classifier(
    name: str, classifier: RiskClassifier | ContextClassifier, rows: Rowset, seconds: float
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
        rows.figures(tested, flagged),
        classifier.cross_validation_,
        rows.by_column(classifier.feature_importances_),
        parameters,
        flagged,
        seconds,
    )


def baselines_of(rows: Rowset) -> dict[str, Any]:
    """Return ROC-AUC and interval of each baseline whose features are there, on the test rows."""
    names = [canonical(name) for name in rows.taken.get_feature_names_out()]
    learned, tested = (pd.DataFrame(values, columns=names) for values in (rows.X, rows.X_test))
    seed = rows.config.random_state
    scores = baseline_scores(learned, rows.y.tolist(), tested, seed=seed)
    areas = bootstrap(Ranking.roc_auc, rows.truth, scores, draws=rows.options.draws, seed=seed)
    return {name: {"roc_auc": area.value, "interval": (area.low, area.high)} for name, area in areas.items()}
