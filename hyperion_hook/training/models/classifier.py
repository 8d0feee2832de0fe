"""The few estimators of our own: named columns in, logarithms, and calibrated classifiers over stock members.

Their state is plain (texts, numbers, lists, stock estimators), so that a file of theirs holds nothing that runs. All
else is scikit-learn's and XGBoost's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.models.estimators import Numbers, as_matrix, logit, signed_log
from hyperion_hook.training.models.fit_risk import combination_columns
from hyperion_hook.training.tables.frame_columns import Column, listed
from hyperion_hook.training.tables.table_reading import frame_of

OTHER = "="
"""Between a column and one of its categories in the name of what becomes 0 or 1."""


class FeatureColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Takes the columns that were learned from out of whatever is given, as 32-bit numbers.

    Parameters
    ----------
    names
        Columns, in order.
    categories
        By column that holds words: those that become a column of 0 and 1 each. All others are numbers.

    Notes
    -----
    Takes what ``frame_of`` takes, features under French or English names. A frame that lacks a column is refused; in
    mappings what is not there is missing. An array must have the columns in order.

    Examples
    --------
    >>> columns = FeatureColumns(["la", "language"], {"language": ["java", "python"]}).fit(None)
    >>> columns.transform({"lignes_ajoutees": 3, "language": "python"}).tolist()
    [[3.0, 0.0, 1.0]]
    """

    def __init__(self, names: Sequence[str] = (), categories: Mapping[str, Sequence[str]] | None = None) -> None:
        self.names = names
        self.categories = categories

    def fit(self, X: Any, y: Any = None) -> FeatureColumns:
        """Learn nothing: what is taken was decided before."""
        del X, y
        return self

    def transform(self, X: Any) -> Numbers:
        """Return numbers of shape ``(n_rows, n_columns)``, NaN where missing.

        Raises
        ------
        ConfigError
            If a frame lacks a column, a mapping knows none of them, or an array has another number of columns.
        """
        frame = frame_of(X, self.names)
        by_name = {canonical(str(name)): place for place, name in enumerate(frame.columns)}
        by_name |= {str(name): place for place, name in enumerate(frame.columns)}
        places = {name: by_name.get(name, by_name.get(canonical(name))) for name in self.names}
        absent = [name for name, place in places.items() if place is None]
        if absent and (len(absent) == len(self.names) or hasattr(X, "columns")):
            raise ConfigError(f"features: {listed(absent, 5)} not given; the model was trained on them")
        parts: list[Numbers] = []
        for name, place in places.items():
            column = None if place is None else Column(place, name, frame.iloc[:, place])
            parts.extend(self._values(name, column, len(frame)))
        return as_matrix(pd.DataFrame(np.column_stack(parts)))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns that come out."""
        del input_features
        return np.array(
            [told for name in self.names for told in (
                [f"{name}{OTHER}{word}" for word in self._words(name)] if name in (self.categories or {}) else [name]
            )],
            dtype=object,
        )

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """The columns, in order."""
        return np.array(list(self.names), dtype=object)

    @property
    def n_features_in_(self) -> int:
        """How many columns there are."""
        return len(self.names)

    def source_names(self) -> list[str]:
        """Return, for each column that comes out, the column it stems from."""
        return [name for name in self.names for _ in (self._words(name) if name in (self.categories or {}) else [name])]

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _words(self, name: str) -> Sequence[str]:
        return (self.categories or {}).get(name, ())

    def _values(self, name: str, column: Column | None, rows: int) -> list[Numbers]:
        if name not in (self.categories or {}):
            return [np.full(rows, np.nan) if column is None else column.numbers]
        labels = np.full(rows, None) if column is None else column.labels
        return [(labels == word).astype(np.float64) for word in self._words(name)]


class SignedLog(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Replaces counts by ``sign(x) log(1 + |x|)``."""

    def fit(self, X: Any, y: Any = None) -> SignedLog:
        """Learn nothing."""
        del X, y
        return self

    def transform(self, X: Any) -> Numbers:
        """Return the logarithms; the shape stays."""
        return signed_log(np.asarray(X, dtype=np.float64))

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the names that came in."""
        return input_features

    def __sklearn_is_fitted__(self) -> bool:
        return True


class RiskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Members, a linear combination of what they say, a calibration, and a threshold chosen in training.

    The same shape as ``scoring.risk.RiskModel``, over numbers; with one member and weight 1 it is that member,
    calibrated.

    Parameters
    ----------
    members
        Pairs of name and stock estimator of the classes 0 and 1.
    columns
        What is combined: ``<member>_log_odds``, ``_prediction`` or ``_confidence``.
    weights, intercept
        Of the combination.
    slope, shift
        Of the calibration, on combined log-odds.
    threshold
        Probability from which on ``predict`` says the second label.
    labels
        The caller's values for 0 and 1.
    """

    def __init__(
        self, members: Sequence[tuple[str, Any]] = (), columns: Sequence[str] = (), weights: Sequence[float] = (),
        intercept: float = 0.0, slope: float = 1.0, shift: float = 0.0, threshold: float = 0.5,
        labels: Sequence[Any] = (0, 1),
    ) -> None:
        self.members = members
        self.columns = columns
        self.weights = weights
        self.intercept = intercept
        self.slope = slope
        self.shift = shift
        self.threshold = threshold
        self.labels = labels

    def fit(self, X: Any, y: Any) -> RiskClassifier:
        """Fit the members anew; combination, calibration and threshold stay.

        Parameters
        ----------
        X
            Numbers of shape ``(n_rows, n_features)``.
        y
            The caller's labels; shape ``(n_rows,)``.
        """
        codes = (np.asarray(y) == self.labels[1]).astype(np.int64)
        return self.with_fitted([(name, clone(estimator).fit(X, codes)) for name, estimator in self.members])

    def with_fitted(self, members: Sequence[tuple[str, Any]]) -> RiskClassifier:
        """Take members that are fitted already."""
        self.fitted_ = [tuple(member) for member in members]
        self.classes_ = np.array(list(self.labels))
        return self

    def decision_function(self, X: Any) -> Numbers:
        """Return calibrated log-odds; shape ``(n_rows,)``."""
        check_is_fitted(self, "fitted_")
        said = {name: member_log_odds(estimator, X) for name, estimator in self.fitted_}
        combined = combination_columns(self.columns, said) @ np.asarray(self.weights, dtype=np.float64)
        return np.asarray(self.slope * (combined + self.intercept) + self.shift)

    def predict_proba(self, X: Any) -> Numbers:
        """Return the probabilities of both labels; shape ``(n_rows, 2)``."""
        probability = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - probability, probability])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return labels; shape ``(n_rows,)``."""
        risky = self.predict_proba(X)[:, 1] >= self.threshold
        return np.asarray(self.classes_[risky.astype(np.int64)])

    @property
    def feature_importances_(self) -> Numbers:
        """The members' importances, on average; they sum to 1, or are all 0."""
        check_is_fitted(self, "fitted_")
        return np.asarray(np.mean([member_importance(estimator) for _, estimator in self.fitted_], axis=0))


def member_log_odds(estimator: Any, X: Any) -> Numbers:
    """Return the log-odds of class 1 that a fitted estimator gives."""
    # scikit-learn looks for infinities by a sum, which extreme rows make overflow
    with np.errstate(invalid="ignore", over="ignore"):
        # of a regression as they are: through the probability, those of extreme rows would stop at its last digit
        if hasattr(estimator, "decision_function"):
            return np.asarray(estimator.decision_function(X), dtype=np.float64)
        return logit(estimator.predict_proba(X)[:, 1])


def member_importance(estimator: Any) -> Numbers:
    """Return importances that sum to 1: a tree ensemble's own, a logistic regression's absolute weights."""
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    values = last.feature_importances_ if hasattr(last, "feature_importances_") else np.abs(last.coef_[0])
    values = np.nan_to_num(np.asarray(values, dtype=np.float64))
    return np.asarray(values / values.sum() if values.sum() else values)
