"""What a file of an estimator may hold: nothing but these types, each in the form that skops writes it in.

Everything here is data when it is put together: no function, no callable, no class that does something when it is made.
The list is fixed; a file cannot add to it, nor can a caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Form(NamedTuple):
    """A form of skops's: the types it may stand for, and what it may consist of beside its type and number."""

    types: frozenset[str]
    parts: frozenset[str]


def _in_modules(names: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module, classes in names.items() for name in classes)


def _form(types: frozenset[str] | str, *parts: str) -> Form:
    return Form(frozenset({types}) if isinstance(types, str) else types, frozenset(parts))


_ESTIMATORS = _in_modules(
    {
        "hyperion_hook.training.models.classifier": ("RiskClassifier",),
        "hyperion_hook.training.models.context_classifier": ("ContextClassifier",),
        "hyperion_hook.training.models.directed": ("DirectedLogistic",),
        "hyperion_hook.training.models.transformers": ("FeatureColumns", "SignedLog", "TakeColumns"),
        "sklearn._loss.link": ("HalfLogitLink", "Interval", "LogLink", "LogitLink", "MultinomialLogit"),
        "sklearn._loss.loss": ("ExponentialLoss", "HalfBinomialLoss", "HalfMultinomialLoss"),
        "sklearn.calibration": ("CalibratedClassifierCV", "_CalibratedClassifier", "_SigmoidCalibration"),
        "sklearn.compose._column_transformer": ("ColumnTransformer",),
        "sklearn.decomposition._pca": ("PCA",),
        "sklearn.discriminant_analysis": ("LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"),
        "sklearn.dummy": ("DummyClassifier", "DummyRegressor"),
        "sklearn.ensemble._bagging": ("BaggingClassifier",),
        "sklearn.ensemble._forest": (
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
            "RandomForestClassifier",
            "RandomForestRegressor",
        ),
        "sklearn.ensemble._gb": ("GradientBoostingClassifier",),
        "sklearn.ensemble._hist_gradient_boosting.binning": ("_BinMapper",),
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting": ("HistGradientBoostingClassifier",),
        "sklearn.ensemble._hist_gradient_boosting.predictor": ("TreePredictor",),
        "sklearn.ensemble._iforest": ("IsolationForest",),
        "sklearn.ensemble._stacking": ("StackingClassifier", "StackingRegressor"),
        "sklearn.ensemble._voting": ("VotingClassifier", "VotingRegressor"),
        "sklearn.ensemble._weight_boosting": ("AdaBoostClassifier",),
        "sklearn.feature_selection._variance_threshold": ("VarianceThreshold",),
        "sklearn.frozen._frozen": ("FrozenEstimator",),
        "sklearn.impute._base": ("MissingIndicator", "SimpleImputer"),
        "sklearn.impute._knn": ("KNNImputer",),
        "sklearn.isotonic": ("IsotonicRegression",),
        "sklearn.linear_model._base": ("LinearRegression",),
        "sklearn.linear_model._logistic": ("LogisticRegression", "LogisticRegressionCV"),
        "sklearn.linear_model._passive_aggressive": ("PassiveAggressiveClassifier",),
        "sklearn.linear_model._perceptron": ("Perceptron",),
        "sklearn.linear_model._ridge": ("Ridge", "RidgeClassifier"),
        "sklearn.linear_model._stochastic_gradient": ("SGDClassifier",),
        "sklearn.naive_bayes": ("BernoulliNB", "CategoricalNB", "ComplementNB", "GaussianNB", "MultinomialNB"),
        "sklearn.neighbors._classification": ("KNeighborsClassifier", "RadiusNeighborsClassifier"),
        "sklearn.neighbors._nearest_centroid": ("NearestCentroid",),
        "sklearn.neural_network._multilayer_perceptron": ("MLPClassifier",),
        "sklearn.neural_network._stochastic_optimizers": ("AdamOptimizer", "SGDOptimizer"),
        "sklearn.pipeline": ("Pipeline",),
        "sklearn.preprocessing._data": (
            "MaxAbsScaler",
            "MinMaxScaler",
            "Normalizer",
            "PowerTransformer",
            "QuantileTransformer",
            "RobustScaler",
            "StandardScaler",
        ),
        "sklearn.preprocessing._discretization": ("KBinsDiscretizer",),
        "sklearn.preprocessing._encoders": ("OneHotEncoder", "OrdinalEncoder"),
        "sklearn.preprocessing._function_transformer": ("FunctionTransformer",),
        "sklearn.preprocessing._label": ("LabelBinarizer", "LabelEncoder"),
        "sklearn.preprocessing._polynomial": ("PolynomialFeatures",),
        "sklearn.svm._classes": ("LinearSVC", "NuSVC", "SVC"),
        "sklearn.tree._classes": (
            "DecisionTreeClassifier",
            "DecisionTreeRegressor",
            "ExtraTreeClassifier",
            "ExtraTreeRegressor",
        ),
        "xgboost.core": ("Booster",),
        "xgboost.sklearn": ("XGBClassifier", "XGBRegressor"),
    }
)
"""Estimators and their parts; what they hold is set as attributes, and no constructor of theirs runs."""

_LOSSES = _in_modules(
    {
        "sklearn._loss._loss": (
            "CyExponentialLoss",
            "CyHalfBinomialLoss",
            "CyHalfMultinomialLoss",
            "CyHalfSquaredError",
            "CyHuberLoss",
        ),
        "sklearn.linear_model._sgd_fast": (
            "EpsilonInsensitive",
            "Hinge",
            "ModifiedHuber",
            "SquaredEpsilonInsensitive",
            "SquaredHinge",
        ),
    }
)
_NUMBERS = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_SCALARS = _in_modules({"numpy": ("bool", "str_", *_NUMBERS)})

FORMS: Mapping[str, Form] = {
    "BytearrayNode": _form("builtins.bytearray", "file"),
    "DTypeNode": _form("numpy.dtype", "content"),
    "DictNode": _form(
        frozenset({"builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"}), "content", "key_types"
    ),
    "JsonNode": _form("builtins.str", "content", "is_json"),
    "ListNode": _form("builtins.list", "content"),
    "LossNode": _form(_LOSSES, "content", "__reduce__"),
    "NdArrayNode": _form(_SCALARS | {"numpy.ndarray"}, "type", "file", "content", "shape"),
    "ObjectNode": _form(_ESTIMATORS, "content"),
    "SliceNode": _form("builtins.slice", "content"),
    "TreeNode": _form("sklearn.tree._tree.Tree", "content", "__reduce__"),
    "TupleNode": _form("builtins.tuple", "content"),
    "TypeNode": _form(_SCALARS | {"builtins.bool", "builtins.float", "builtins.int", "builtins.str"}),
}
"""By skops's name of the form."""

FOR_FITTING = frozenset(
    {
        "numpy.random._generator.Generator",
        "numpy.random.mtrand.RandomState",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
    }
)
"""What only fitting needs, or what is grown anew from the rows beside it: no file holds it, ``None`` stands there."""

NAMES = tuple(sorted(frozenset().union(*(form.types for form in FORMS.values()))))
"""All of them, as skops asks for them."""
