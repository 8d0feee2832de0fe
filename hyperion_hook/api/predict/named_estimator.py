"""A fitted estimator that takes rows by the names of their columns, in any order and by either name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.tables.table_reading import frame_of
from hyperion_hook.training.tables.target import risky_place

Array = NDArray[Any]


class NamedEstimator:
    """scikit-learn's ``predict``, ``predict_proba`` and ``decision_function`` over rows with names.

    Raises ``ConfigError`` if the names are not known, or not those it was fitted on.

    Parameters
    ----------
    estimator
        A fitted one; attributes that this class does not have are looked for there.
    features
        The columns it was fitted on, in their order; by default those it remembers.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = DecisionTreeClassifier().fit([[1, 0], [2, 0], [9, 0]], [0, 0, 1])
    >>> NamedEstimator(tree, ["la", "nf"]).predict({"nb_fichiers": 0, "lignes_ajoutees": 8})
    array([1])
    """

    def __init__(self, estimator: Any, features: Sequence[str] = ()) -> None:
        self.estimator = estimator
        self.features = _names(estimator, features)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "estimator":
            raise AttributeError(name)
        return getattr(self.estimator, name)

    def __repr__(self) -> str:
        return f"NamedEstimator({self.estimator!r})"

    def predict(self, rows: object) -> Array:
        """Return the estimator's classes; shape ``(n_rows,)``."""
        return self.ask("predict", rows)

    def predict_proba(self, rows: object) -> Array:
        """Return the probability of each class; shape ``(n_rows, n_classes)``."""
        return self.ask("predict_proba", rows)

    def risk_proba(self, rows: object) -> Array:
        """Return the probabilities of the harmless class and of the one that is looked for; shape ``(n_rows, 2)``.

        Raises ``ConfigError`` with other than two classes, or labels that do not say which is which.
        """
        return self.harmless_first(self.predict_proba(rows))

    def harmless_first(self, probabilities: Array) -> Array:
        """Return probabilities of both classes with the one that is looked for last; errors as for ``risk_proba``."""
        kind = type(self.estimator).__name__
        last = self.estimator[-1] if hasattr(self.estimator, "steps") else self.estimator
        classes = list(getattr(self.estimator, "classes_", range(probabilities.shape[-1])))
        if probabilities.ndim != 2 or len(classes) != 2 or probabilities.shape[1] != 2:
            raise ConfigError(f"{kind}: the model has {len(classes)} classes where two are needed; train it on two")
        labels = getattr(last, "labels", None)
        risky = risky_place(classes, ordered=labels is not None and list(labels) == classes)
        if risky is None:
            raise ConfigError(
                f"{kind}: which of its classes '{classes[0]}' and '{classes[1]}' is the bug cannot be told; "
                "train it on 0 and 1"
            )
        return probabilities[:, [1 - risky, risky]]

    def decision_function(self, rows: object) -> Array:
        """Return the estimator's decisions; shape ``(n_rows,)``."""
        return self.ask("decision_function", rows)

    def ask(self, method: str, rows: object) -> Array:
        """Return the result of a method of the estimator for rows.

        Raises ``ConfigError`` if it has no such method, a column is absent, a value is no number, or the
        estimator refuses the rows.
        """
        return self.ask_matrix(method, self.matrix(rows))

    def matrix(self, rows: object) -> NDArray[np.float64]:
        """Return the columns the estimator was fitted on, in its order; NaN where missing."""
        result = values_of(rows, self.features, optional=False)
        table = [numbers_of(values, self.features) for values in result]
        return np.array(table, dtype=np.float64).reshape(len(table), len(self.features))

    def ask_matrix(self, method: str, matrix: NDArray[np.float64]) -> Array:
        """Return the result of a method for a matrix with columns in the order of ``features``."""
        call: Callable[[Any], Any] | None = getattr(self.estimator, method, None)
        if call is None:
            raise ConfigError(f"{type(self.estimator).__name__}: has no {method}; use a model that has")
        return np.asarray(self.checked(call, matrix))

    def checked(self, call: Callable[[Any], Any], matrix: NDArray[np.float64]) -> Any:
        """Return the result of a call for a matrix as the estimator takes it; a refusal becomes one line."""
        table: Any = matrix
        if getattr(self.estimator, "feature_names_in_", None) is not None:
            import pandas as pd

            table = pd.DataFrame(matrix, columns=list(self.features))
        return self.refusing_in_one_line(lambda: call(table))

    def refusing_in_one_line(self, call: Callable[[], Any]) -> Any:
        """Return the result of a call; a refusal of scikit-learn's becomes one line."""
        try:
            return call()
        except ValueError as error:
            reason = " ".join(str(error).split("\n", 1)[0].split())
            raise ConfigError(f"{type(self.estimator).__name__}: refuses the rows: {reason[:200]}") from None


def named(estimator: Any, features: Sequence[str]) -> NamedEstimator:
    """Return an estimator by the names it remembers, where it has none by those given; errors as ``NamedEstimator``."""
    remembers = getattr(estimator, "feature_names_in_", None) is not None
    return NamedEstimator(estimator, () if remembers else tuple(features))


_PREDICTIONS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples")


def taking_names(model: Any, features: Sequence[str] = ()) -> Any:
    """Have a fitted estimator also take rows by name; it stays what it is, and all else of it as it was.

    Parameters
    ----------
    model
        A fitted estimator; it is changed.
    features
        The columns it was fitted on, where it does not remember them.

    Returns
    -------
    Any
        The estimator, whose predictions take what ``FeatureEngineer`` returns, a mapping, a list of mappings or a table
        with more columns, beside what they took before; features under either name. One whose columns are not known
        refuses rows by name.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = taking_names(DecisionTreeClassifier().fit([[1, 0], [2, 0], [9, 0]], [0, 0, 1]), ["la", "nf"])
    >>> tree.predict({"nb_fichiers": 0, "lignes_ajoutees": 8}), tree.predict([[1, 0]]), type(tree).__name__
    (array([1]), array([0]), 'DecisionTreeClassifier')
    """
    kind = type(model)
    try:
        named(model, features)
        is_known = True
    except ConfigError:
        is_known = False

    # a model of TrainingPipeline takes its columns out of any table itself
    picks_columns = hasattr(model, "steps") and isinstance(model[0], FeatureColumns)

    def method(name: str) -> Callable[..., Any]:
        def ask(self: Any, X: Any, *more: Any, **options: Any) -> Any:
            call = getattr(super(subclass, self), name)
            is_table = hasattr(X, "columns") and not picks_columns and is_known
            is_mappings = isinstance(X, list | tuple) and len(X) > 0 and isinstance(X[0], Mapping)
            if not (is_table or is_mappings or isinstance(X, Mapping)):
                return call(X, *more, **options)
            own = named(self, features)
            if is_table:
                table = _columns_of(X, own.features)
                table = table if hasattr(self, "feature_names_in_") else table.to_numpy()
                return own.refusing_in_one_line(lambda: call(table, *more, **options))
            return own.checked(lambda table: call(table, *more, **options), own.matrix(X))

        return ask

    def reduced(self: Any, _protocol: Any) -> Any:
        # a copy, and what is pickled elsewhere, is of the class that everybody has
        return kind.__new__, (kind,), self.__getstate__()

    body: dict[str, Any] = {name: method(name) for name in _PREDICTIONS if hasattr(model, name)}
    subclass = type(kind.__name__, (kind,), body | {"__module__": kind.__module__, "__reduce_ex__": reduced})
    model.__class__ = subclass
    return model


def _columns_of(X: Any, features: Sequence[str]) -> Any:
    """Return the columns of a table that an estimator was fitted on, in its order, under its names."""
    table = frame_of(X)
    if list(table.columns) == list(features):
        return table
    known = {canonical(str(name)): index for index, name in enumerate(table.columns)}
    absent = [name for name in features if canonical(name) not in known]
    if absent:
        raise ConfigError(f"rows: have no column '{absent[0]}', which the model was fitted on ({len(absent)} absent)")
    return table.iloc[:, [known[canonical(name)] for name in features]].set_axis(list(features), axis=1)


def _names(estimator: Any, given: Sequence[str]) -> tuple[str, ...]:
    own = getattr(estimator, "feature_names_in_", None)
    names = tuple(str(name) for name in (given if own is None else own))
    kind = type(estimator).__name__
    if not names:
        raise ConfigError(f"{kind}: the names of its columns are not known; give them: metadata['training_features']")
    if own is not None and given and set(map(str, given)) != set(names):
        raise ConfigError(f"{kind}: was fitted on other columns than those given; leave them out")
    count = getattr(estimator, "n_features_in_", len(names))
    if count != len(names):
        raise ConfigError(f"{kind}: was fitted on {count} columns, and {len(names)} are named")
    return names
