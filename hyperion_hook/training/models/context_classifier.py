"""One of several classifiers for each row, by what is known of it, as ``scoring.impact`` has constants by context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from hyperion_hook.errors import TrainingError
from hyperion_hook.training.formulas import Codes, Numbers, Rows
from hyperion_hook.training.metrics.metrics import brier
from hyperion_hook.training.metrics.performance import best_threshold, fold_figures
from hyperion_hook.training.models.classifier import RiskClassifier, fit_together
from hyperion_hook.training.models.fit_members import Evidence, Outcome, OutOfFold

EVERY = "all"
CONTEXTS = (
    "graph known, history rich",
    "graph known, history thin",
    "graph not known, history rich",
    "graph not known, history thin",
)


class ContextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier of all rows, and by context one of its own where that does better out of fold.

    A row's context: whether the import graph is known (one of its columns has a value), and whether the touched files
    have a rich history.

    Parameters
    ----------
    model
        What is fitted to all rows, and to those of each context that has enough of them.
    graph_columns
        Positions of the columns computed from the import graph.
    history_column
        Position of the column that counts the touched files' commits.
    least_rows, least_of_class
        A context with fewer rows, or fewer of either class, has no model of its own.

    Attributes
    ----------
    models_
        Pairs of context and fitted model; ``all`` judges contexts that have none.
    contexts_
        By context how many rows it had, who judges it, and the Brier scores that decided it.
    probability_
        Out of fold; NaN for rows that no fold tested.
    threshold_, cross_validation_, classes_
        As for ``RiskClassifier``.
    """

    def __init__(
        self,
        model: Any = None,
        graph_columns: Sequence[int] = (),
        history_column: int | None = None,
        rich_from: float = 30.0,
        *,
        least_rows: int = 200,
        least_of_class: int = 20,
    ) -> None:
        self.model = model
        self.graph_columns = graph_columns
        self.history_column = history_column
        self.rich_from = rich_from
        self.least_rows = least_rows
        self.least_of_class = least_of_class

    def fit(self, X: Any, y: Any, *, time: Any = None) -> ContextClassifier:
        """Fit the model of all rows and those of the contexts; parameters are those of ``RiskClassifier.fit``."""
        X = np.asarray(X, dtype=np.float64)
        self.classes_ = np.array(list(self.model.labels))
        codes = (np.asarray(y) == self.classes_[1]).astype(np.int64)
        moments = None if time is None else np.asarray(time, dtype=np.float64)
        overall, seen, probability = self._fitted(X, codes, moments, slice(None))
        where = self.contexts_of(X)
        self.models_, self.contexts_ = [(EVERY, overall)], {}
        for context in CONTEXTS:
            inside = np.flatnonzero(where == context)
            self.contexts_[context] = {"rows": len(inside), "judged_by": EVERY}
            counts = np.bincount(codes[inside], minlength=2)
            if len(inside) < self.least_rows or counts.min() < self.least_of_class:
                continue
            try:
                own, _, scores = self._fitted(X, codes, moments, inside)
            except TrainingError:
                continue
            both = np.isfinite(scores) & np.isfinite(probability[inside])
            if not both.any():
                continue
            alone, shared = (brier(codes[inside][both], values[both]) for values in (scores, probability[inside]))
            self.contexts_[context] |= {"brier_of_own": alone, "brier_of_all": shared}
            if alone < shared:
                self.contexts_[context]["judged_by"] = context
                self.models_.append((context, own))
                probability[inside[both]] = scores[both]
        self.probability_ = probability
        self.threshold_ = best_threshold(codes[seen.rows], probability[seen.rows])
        self.cross_validation_ = fold_figures(seen.by_fold(codes[seen.rows]), seen.by_fold(probability[seen.rows]))
        return self

    @property
    def members(self) -> Sequence[tuple[str, Any]]:
        """Those of the model."""
        return self.model.members if self.model is not None else ()

    def contexts_of(self, X: Numbers) -> NDArray[np.str_]:
        """Return the context of each row."""
        known = np.isfinite(X[:, list(self.graph_columns)]).any(axis=1)
        history = np.zeros(len(X)) if self.history_column is None else np.nan_to_num(X[:, self.history_column])
        return np.array(CONTEXTS)[2 * ~known + (history < self.rich_from)]

    def predict_proba(self, X: Any) -> Numbers:
        """Return the probabilities of both labels; shape ``(n_rows, 2)``."""
        check_is_fitted(self, "models_")
        X = np.asarray(X, dtype=np.float64)
        own = dict(self.models_)
        where = self.contexts_of(X)
        result = np.array(own[EVERY].predict_proba(X))
        for name in own.keys() - {EVERY}:
            inside = where == name
            if inside.any():
                result[inside] = own[name].predict_proba(X[inside])
        return result

    def predict(self, X: Any) -> NDArray[Any]:
        """Return labels; shape ``(n_rows,)``."""
        reaches = self.predict_proba(X)[:, 1] >= self.threshold_
        return np.asarray(self.classes_[reaches.astype(np.int64)])

    @property
    def feature_importances_(self) -> Numbers:
        """The importances of the model of all rows."""
        return dict(self.models_)[EVERY].feature_importances_

    def _fitted(
        self, X: Numbers, codes: Codes, time: Numbers | None, rows: Rows | slice
    ) -> tuple[RiskClassifier, OutOfFold, Numbers]:
        """Return a model fitted on some of the rows, and their probabilities out of fold, NaN where not tested."""
        classifier = clone(self.model)
        outcome = Outcome(codes[rows].astype(np.float64))
        together = fit_together({"": classifier}, Evidence(X[rows], outcome, None if time is None else time[rows]))
        probability = np.full(len(outcome.truth), np.nan)
        probability[together.seen.rows] = together.probabilities[""]
        return classifier, together.seen, probability
