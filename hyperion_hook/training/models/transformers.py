"""What comes before a classifier: named columns to numbers, and logarithms.

Their state is plain (texts, numbers, lists), so that a file of theirs holds nothing that runs. All else is
scikit-learn's and XGBoost's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.formulas import Numbers, as_matrix, signed_log
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

        Raises ``ConfigError`` if a frame lacks a column, a mapping knows none of them, or an array has another
        number of columns.
        """
        frame = frame_of(X, self.names)
        by_name = {canonical(str(name)): position for position, name in enumerate(frame.columns)}
        by_name |= {str(name): position for position, name in enumerate(frame.columns)}
        positions = {name: by_name.get(name, by_name.get(canonical(name))) for name in self.names}
        absent = [name for name, position in positions.items() if position is None]
        if absent and (len(absent) == len(self.names) or hasattr(X, "columns")):
            raise ConfigError(
                f"features: no column {listed(absent, 5)}, which the model was trained on; add it, NaN where not known"
            )
        columns = {
            name: None if position is None else Column(position, name, frame.iloc[:, position])
            for name, position in positions.items()
        }
        values = [_values(columns[name], word, len(frame)) for name, word in self._outputs()]
        return as_matrix(pd.DataFrame(np.column_stack(values)))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns that come out."""
        del input_features
        names = [name if word is None else f"{name}{OTHER}{word}" for name, word in self._outputs()]
        return np.array(names, dtype=object)

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
        return [name for name, _ in self._outputs()]

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _outputs(self) -> list[tuple[str, str | None]]:
        """Return column and word of all that comes out; no word where it is the column's numbers."""
        words: Mapping[str, Sequence[str | None]] = self.categories or {}
        return [(name, word) for name in self.names for word in words.get(name, (None,))]


def _values(column: Column | None, word: str | None, rows: int) -> Numbers:
    if column is None:
        return np.full(rows, np.nan if word is None else 0.0)
    return column.numbers if word is None else (column.labels == word).astype(np.float64)


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


class TakeColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Takes some columns of a matrix by their positions: a member that looks at a few features only."""

    def __init__(self, columns: Sequence[int] = ()) -> None:
        self.columns = columns

    def fit(self, X: Any, y: Any = None) -> TakeColumns:
        """Learn nothing."""
        del y
        self.n_features_in_ = int(np.shape(X)[1])
        return self

    def transform(self, X: Any) -> Numbers:
        """Return the columns; shape ``(n_rows, n_taken)``."""
        return np.asarray(X, dtype=np.float64)[:, list(self.columns)]
