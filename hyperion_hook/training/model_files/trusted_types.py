"""What a file of an estimator may hold: nothing but these types, each in the form that skops writes it in.

Everything here is data when it is put together: no function, no callable, no class that does something when it is made.
The list is fixed; a file cannot add to it, nor can a caller.
"""

from __future__ import annotations

ESTIMATORS = frozenset({
    "hyperion_hook.training.models.context_classifier.ContextClassifier",
    "hyperion_hook.training.models.transformers.FeatureColumns",
    "hyperion_hook.training.models.classifier.RiskClassifier",
    "hyperion_hook.training.models.transformers.SignedLog",
    "hyperion_hook.training.models.transformers.TakeColumns",
    "sklearn.calibration.CalibratedClassifierCV",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.dummy.DummyClassifier",
    "sklearn.dummy.DummyRegressor",
    "sklearn.ensemble._forest.ExtraTreesClassifier",
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.ensemble._forest.RandomForestRegressor",
    "sklearn.ensemble._iforest.IsolationForest",
    "sklearn.ensemble._stacking.StackingClassifier",
    "sklearn.ensemble._stacking.StackingRegressor",
    "sklearn.ensemble._voting.VotingClassifier",
    "sklearn.ensemble._voting.VotingRegressor",
    "sklearn.frozen._frozen.FrozenEstimator",
    "sklearn.impute._base.MissingIndicator",
    "sklearn.impute._base.SimpleImputer",
    "sklearn.isotonic.IsotonicRegression",
    "sklearn.linear_model._base.LinearRegression",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.MaxAbsScaler",
    "sklearn.preprocessing._data.MinMaxScaler",
    "sklearn.preprocessing._data.RobustScaler",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.DecisionTreeRegressor",
    "sklearn.tree._classes.ExtraTreeClassifier",
    "sklearn.tree._classes.ExtraTreeRegressor",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
})
"""Estimators and their parts; what they hold is set as attributes, and no constructor of theirs runs."""

_SCALARS = frozenset(
    f"numpy.{name}"
    for name in ("bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "str_", "uint8", "uint16",
                 "uint32", "uint64")
)

TRUSTED = {
    "BytearrayNode": frozenset({"builtins.bytearray"}),
    "DTypeNode": frozenset({"numpy.dtype"}),
    "DictNode": frozenset({"builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"}),
    "JsonNode": frozenset({"builtins.str"}),
    "ListNode": frozenset({"builtins.list"}),
    "NdArrayNode": frozenset({"numpy.ndarray"}) | _SCALARS,
    "ObjectNode": ESTIMATORS,
    "TreeNode": frozenset({"sklearn.tree._tree.Tree"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "TypeNode": frozenset({"builtins.bool", "builtins.float", "builtins.int", "builtins.str"}) | _SCALARS,
}
"""By skops's name of the form: the types it may stand for."""

FORMS: dict[str, frozenset[str]] = {
    "BytearrayNode": frozenset({"file"}),
    "DTypeNode": frozenset({"content"}),
    "DictNode": frozenset({"content", "key_types"}),
    "JsonNode": frozenset({"content", "is_json"}),
    "ListNode": frozenset({"content"}),
    "NdArrayNode": frozenset({"type", "file", "content", "shape"}),
    "ObjectNode": frozenset({"content"}),
    "TreeNode": frozenset({"content", "__reduce__"}),
    "TupleNode": frozenset({"content"}),
    "TypeNode": frozenset(),
}
"""What each form may consist of, beside its type and number."""

NAMES = tuple(sorted(frozenset().union(*TRUSTED.values())))
"""All of them, as skops asks for them."""
