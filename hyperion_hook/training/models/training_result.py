"""What every training shares: rows made ready, and a trained model with its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.metrics.performance import fold_figures, performance, summary
from hyperion_hook.training.metrics.resampling import Ranking, bootstrap
from hyperion_hook.training.models.baselines import baseline_scores
from hyperion_hook.training.models.classifier import FeatureColumns
from hyperion_hook.training.models.columns import ChosenColumns, choose_columns
from hyperion_hook.training.models.estimators import Numbers
from hyperion_hook.training.models.fit_members import OutOfFold
from hyperion_hook.training.models.meta_learner import Combined
from hyperion_hook.training.models.recipes import parameters_of
from hyperion_hook.training.models.splits import Rows, Split, folds_of, split_rows
from hyperion_hook.training.validation.preparation import Prepared

Codes = NDArray[np.int64]


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
    """Training and test rows as numbers, with the folds within the former."""

    split: Split
    columns: ChosenColumns
    taken: FeatureColumns
    X: Numbers
    y: Codes
    X_test: Numbers
    truth: Codes
    folds: list[tuple[Rows, Rows]]

    @property
    def warnings(self) -> list[str]:
        """How the rows were split, and what is not learned from."""
        held = self.split.held_back
        return [
            f"split {self.split.reason}",
            *([f"{held} rows too close in time to the test rows are not learned from"] if held else []),
            *(f"column '{name}' is left out: {why}" for name, why in self.columns.left_out.items()),
        ]


def rowset(prepared: Prepared, options: SplitOptions, seed: int) -> Rowset:
    """Return a table's rows ready to learn from; columns are chosen by the training rows alone."""
    split = split_rows(prepared.codes, options.test_size, prepared.time, seed=seed, gap_days=options.gap_days)
    train, test = (prepared.frame.iloc[rows].reset_index(drop=True) for rows in (split.train, split.test))
    y = prepared.codes[split.train]
    columns = choose_columns(train, y, apart=prepared.apart, wanted=options.features)
    taken = columns.transformer
    seconds = None if prepared.time is None else prepared.time.seconds[split.train]
    folds = folds_of(y, options.cv_folds, split.kind, seed=seed, seconds=seconds, gap_days=options.gap_days)
    return Rowset(
        split, columns, taken, taken.transform(train), y, taken.transform(test), prepared.codes[split.test], folds
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

    def entry(self) -> dict[str, Any]:
        """Return what a result says of it."""
        return {
            **self.figures, **summary(self.folds), "cross_validation": self.folds,
            "feature_importance": self.importance, "parameters": self.parameters,
            "threshold": getattr(self.instance[-1], "threshold", None), "instance": self.instance,
        }


def trained_classifier(name: str, made: Combined, fitted: Mapping[str, Any], seen: OutOfFold, rows: Rowset, *,
                       draws: int, seed: int) -> TrainedModel:
    """Return a combined classifier with its fitted members, tested on the test rows.

    Parameters
    ----------
    name
        In results.
    made
        The combination, and its probabilities of the out-of-fold rows.
    fitted
        All members by name.
    seen
        What they said out of fold.
    rows
        Training and test rows.
    draws, seed
        For the intervals.
    """
    classifier = made.classifier.with_fitted([(member, fitted[member]) for member, _ in made.classifier.members])
    probability = classifier.predict_proba(rows.X_test)[:, 1]
    flagged = (probability >= classifier.threshold).astype(np.int64)
    parameters = {
        f"{member}__{key}" if len(classifier.members) > 1 else key: value
        for member, estimator in classifier.members for key, value in parameters_of(estimator).items()
    }
    return TrainedModel(
        name, Pipeline([("columns", rows.taken), ("model", classifier)]),
        performance(rows.truth, probability, flagged, draws=draws, seed=seed),
        fold_figures(seen.by_fold(rows.y[seen.rows]), seen.by_fold(made.probability)),
        by_column(rows.taken, classifier.feature_importances_), parameters, flagged,
    )


def by_column(taken: FeatureColumns, values: Numbers) -> dict[str, float]:
    """Return importances by feature; those of a column's words are added up."""
    told = dict.fromkeys(taken.names, 0.0)
    for name, value in zip(taken.source_names(), values, strict=True):
        told[name] += float(value)
    return told


def baselines_of(rows: Rowset, *, draws: int, seed: int) -> dict[str, Any]:
    """Return ROC-AUC and interval of each baseline whose features are there, on the test rows."""
    names = [canonical(name) for name in rows.taken.get_feature_names_out()]
    learned, asked = (pd.DataFrame(values, columns=names) for values in (rows.X, rows.X_test))
    scores = baseline_scores(learned, rows.y.tolist(), asked, seed=seed)
    areas = bootstrap(Ranking.roc_auc, rows.truth, scores, draws=draws, seed=seed)
    return {name: {"roc_auc": area.value, "interval": (area.low, area.high)} for name, area in areas.items()}
