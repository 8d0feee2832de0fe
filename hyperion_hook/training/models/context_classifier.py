"""One of several classifiers for each row, by what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.numbers import Numbers


class ContextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Classifiers by context: import graph known or not, history of the touched files rich or thin.

    Parameters
    ----------
    graph_columns
        Positions of the columns computed from the import graph: it is known where one of them has a value.
    history_column
        Position of the column that counts the touched files' commits.
    rich_from
        Commits from which on a history is rich.
    labels
        The caller's values for 0 and 1.
    threshold
        Probability from which on ``predict`` says the second label.
    models
        Pairs of context and fitted ``RiskClassifier``; ``all`` judges contexts that have none.
    """

    names = ("graph known, history rich", "graph known, history thin", "graph not known, history rich",
             "graph not known, history thin")

    def __init__(
        self, graph_columns: Sequence[int] = (), history_column: int | None = None, rich_from: float = 30.0,
        labels: Sequence[Any] = (0, 1), threshold: float = 0.5, models: Sequence[tuple[str, RiskClassifier]] = (),
    ) -> None:
        self.graph_columns = graph_columns
        self.history_column = history_column
        self.rich_from = rich_from
        self.labels = labels
        self.threshold = threshold
        self.models = models

    def fit(self, X: Any, y: Any) -> ContextClassifier:
        """Fit every model anew on the rows of its context."""
        X = np.asarray(X, dtype=np.float64)
        codes = (np.asarray(y) == self.labels[1]).astype(np.int64)
        where = self.contexts_of(X)
        self.models = [
            (name, clone(model).fit(X[inside], codes[inside]))
            for name, model in self.models for inside in [(where == name) | (name == "all")]
        ]
        return self.fitted()

    def fitted(self) -> ContextClassifier:
        """Take the models as fitted."""
        self.classes_ = np.array(list(self.labels))
        return self

    def contexts_of(self, X: Numbers) -> NDArray[np.str_]:
        """Return the context of each row."""
        known = np.isfinite(X[:, list(self.graph_columns)]).any(axis=1) if len(self.graph_columns) else np.zeros(
            len(X), dtype=bool)
        history = np.zeros(len(X)) if self.history_column is None else np.nan_to_num(X[:, self.history_column])
        return np.array(self.names)[2 * ~known + (history < self.rich_from)]

    def predict_proba(self, X: Any) -> Numbers:
        """Return the probabilities of both labels; shape ``(n_rows, 2)``."""
        check_is_fitted(self, "classes_")
        X = np.asarray(X, dtype=np.float64)
        own = dict(self.models)
        where = self.contexts_of(X)
        found = own["all"].predict_proba(X)
        for name in own.keys() - {"all"}:
            inside = where == name
            if inside.any():
                found[inside] = own[name].predict_proba(X[inside])
        return np.asarray(found)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return labels; shape ``(n_rows,)``."""
        reaches = self.predict_proba(X)[:, 1] >= self.threshold
        return np.asarray(self.classes_[reaches.astype(np.int64)])

    @property
    def feature_importances_(self) -> Numbers:
        """The importances of the model of all rows."""
        return dict(self.models)["all"].feature_importances_
