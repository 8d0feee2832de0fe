"""Estimators whose libraries walk their arrays without looking: each must fit together before it is put together.

What is checked is what compiled code reads by an index or a length that the file could lie about. All other estimators
compute with numpy, which looks itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

_BOOSTING = "sklearn.ensemble._gb.GradientBoostingClassifier"
_HISTOGRAM = "sklearn.ensemble._hist_gradient_boosting"
_NEIGHBOURS = "sklearn.neighbors._classification"


@dataclass(frozen=True)
class Attributes:
    """The attributes of an estimator in a file; ``read`` gives the array of an entry."""

    states: Mapping[str, Mapping[str, Any]]
    read: Callable[[str], Any]
    columns: tuple[int, ...] = ()

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value of an attribute in JSON, or a number of numpy's."""
        state = self.states.get(name)
        if state is None:
            return default
        return self.array(name).item() if "file" in state else json.loads(state["content"])

    def array(self, name: str) -> Any:
        """Return an array of numbers."""
        return self.read(self.states[name]["file"])

    def kind(self, name: str) -> str:
        """Return the class of an attribute."""
        state = self.states[name]
        return f"{state['__module__']}.{state['__class__']}"

    def inner(self, name: str) -> Attributes:
        """Return the attributes of an attribute."""
        return Attributes(self.states[name]["content"]["content"], self.read)


def check_estimator(kind: str, attributes: Attributes) -> None:
    """Make sure that an estimator's arrays fit together; raise ``ValueError`` if they do not."""
    check, fitted = _CHECKS.get(kind, (None, ""))
    # what was not fitted has nothing to compute with, and says so
    if check is not None and (not fitted or fitted in attributes.states):
        check(attributes)


def _check_support_vectors(of: Attributes) -> None:
    """Libsvm takes the lengths of all arrays from the first of them."""
    vectors, counts = of.array("support_vectors_"), of.array("_n_support")
    classes = len(counts)
    pairs = classes * (classes - 1) // 2
    _need(of.value("kernel") in {"linear", "poly", "rbf", "sigmoid"}, "a kernel that is not computed here")
    _need(of.value("_sparse", False) is False and vectors.ndim == 2, "support vectors that are no dense table")
    _need(
        counts.ndim == 1
        and classes >= 2
        and (counts >= 0).all()
        and counts.sum() == len(vectors)
        and of.array("classes_").shape == (classes,),
        "support vectors of other classes",
    )
    _need(
        of.array("support_").shape == (len(vectors),)
        and of.array("_dual_coef_").shape == (classes - 1, len(vectors))
        and of.array("_intercept_").shape == (pairs,),
        "coefficients of other support vectors",
    )
    _need(
        of.array("_probA").shape in {(0,), (pairs,)} and of.array("_probB").shape == of.array("_probA").shape,
        "probabilities of other classes",
    )
    shape = [json.loads(part["content"]) for part in of.states["shape_fit_"]["content"]]
    _need(shape[1] == vectors.shape[1] == of.value("n_features_in_"), "support vectors of other columns")


def _check_neighbours(of: Attributes) -> None:
    """Check the rows that are searched, and the classes that are counted of them; the tree is grown anew."""
    rows, labels = of.array("_fit_X"), of.array("_y")
    _need(of.value("_tree") is None, "a tree of neighbours, which is grown anew and never read")
    _need(rows.ndim == 2 and labels.shape == (len(rows),) and labels.dtype.kind == "i", "labels of other rows")
    _need(len(labels) > 0 and labels.min() >= 0 and labels.max() < len(of.array("classes_")), "labels of no class")
    _need(
        isinstance(of.value("effective_metric_"), str)
        and of.value("n_samples_fit_") == len(rows)
        and of.value("n_features_in_") == rows.shape[1],
        "rows of another table",
    )


def _check_boosting(of: Attributes) -> None:
    """Check that every stage has as many trees as there are columns to add to."""
    stages, trees = (json.loads(part["content"]) for part in of.states["estimators_"]["shape"]["content"])
    multiclass = of.kind("_loss") == "sklearn._loss.loss.HalfMultinomialLoss"
    rows = of.states["estimators_"]["content"]
    _need(
        len(rows) == stages
        and all(len(row["content"]) == trees for row in rows)
        and trees == of.value("n_trees_per_iteration_"),
        "stages of another number of trees",
    )
    _need("is_multiclass" not in of.inner("_loss").states and (multiclass or trees == 1), "trees of other classes")
    if of.kind("init_") != "builtins.str":
        _need(of.kind("init_") == "sklearn.dummy.DummyClassifier", "another estimator to start from")
        priors = of.inner("init_").array("class_prior_").shape
        _need(not multiclass or priors == (trees,), "priors of other classes")


def _check_histogram(of: Attributes) -> None:
    bins = of.inner("_bin_mapper")
    _need(
        of.kind("is_categorical_") == "builtins.str"
        and of.value("is_categorical_") is None
        and not bins.array("is_categorical_").any(),
        "columns of categories; encode them as numbers first",
    )


def _check_histogram_tree(of: Attributes) -> None:
    nodes = of.array("nodes")
    inner, own = nodes["is_leaf"] == 0, np.arange(len(nodes))
    left, right, feature = (nodes[name].astype(np.int64)[inner] for name in ("left", "right", "feature_idx"))
    children = np.stack([left, right])
    _need(nodes.ndim == 1 and len(nodes) > 0 and not nodes["is_categorical"].any(), "a tree of an unknown shape")
    # a child comes after its parent, so that every walk ends
    _need(not (children <= own[inner]).any() and not (children >= len(nodes)).any(), "a tree leads out of its nodes")
    _need(
        not (feature < 0).any() and all((feature < width).all() for width in of.columns) and of.columns != (),
        "a tree looks at more columns than its model has",
    )


def _need(holds: Any, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _check_function(of: Attributes) -> None:
    for name in ("func", "inverse_func"):
        # other forms of part are refused by name
        if of.states[name]["__loader__"] in {"JsonNode", "TypeNode"}:
            _need(of.states[name].get("content") == "null", "a function")


_CHECKS: Mapping[str, tuple[Callable[[Attributes], None], str]] = {
    "sklearn.svm._classes.SVC": (_check_support_vectors, "support_vectors_"),
    "sklearn.svm._classes.NuSVC": (_check_support_vectors, "support_vectors_"),
    f"{_NEIGHBOURS}.KNeighborsClassifier": (_check_neighbours, "_fit_X"),
    f"{_NEIGHBOURS}.RadiusNeighborsClassifier": (_check_neighbours, "_fit_X"),
    _BOOSTING: (_check_boosting, "estimators_"),
    f"{_HISTOGRAM}.gradient_boosting.HistGradientBoostingClassifier": (_check_histogram, "_predictors"),
    f"{_HISTOGRAM}.predictor.TreePredictor": (_check_histogram_tree, "nodes"),
    "sklearn.preprocessing._function_transformer.FunctionTransformer": (_check_function, ""),
}
"""By class: the check, and the attribute that only a fitted one has, '' where all are checked."""
