"""A fitted estimator as data says what the estimator says, or why it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, IsolationForest, RandomForestClassifier, StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from hyperion_hook.training.export.estimator import NotExportableError, exported
from hyperion_hook.training.export.estimator_bundle import EstimatorBundle, columns_of, estimator_bundle
from hyperion_hook.training.model_files.skops_files import packed, unpacked
from tests.support.saving import FRENCH, regression, table

FOREST = RandomForestClassifier(5, max_depth=4, class_weight="balanced", random_state=1, n_jobs=1)
BOOSTED = XGBClassifier(n_estimators=8, max_depth=3, learning_rate=0.1, n_jobs=1)
LOGISTIC = LogisticRegression(solver="liblinear")
ALIKE: dict[str, Any] = {
    "forest": FOREST,
    "extra trees": ExtraTreesClassifier(5, max_depth=4, random_state=1, n_jobs=1),
    "tree": DecisionTreeClassifier(max_depth=4, random_state=1),
    "boosted": BOOSTED,
    "stopped early": XGBClassifier(n_estimators=60, learning_rate=1.0, early_stopping_rounds=2, n_jobs=1),
    "imputed forest": make_pipeline(SimpleImputer(strategy="median"), FOREST),
    "imputed boosted": make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0), BOOSTED),
    "regression": make_pipeline(SimpleImputer(), StandardScaler(), LOGISTIC),
    "regression, imputed last": make_pipeline(StandardScaler(), SimpleImputer(), LOGISTIC),
    "regression, not scaled": make_pipeline(SimpleImputer(), "passthrough", LOGISTIC),
    "stack": StackingClassifier([("rf", FOREST), ("xgb", BOOSTED)], final_estimator=LOGISTIC, cv=2),
    "calibrated": CalibratedClassifierCV(BOOSTED, ensemble=False, cv=2),
    "calibrated regression": CalibratedClassifierCV(FrozenEstimator(regression())),
    "calibrated stack": CalibratedClassifierCV(
        StackingClassifier([("rf", FOREST), ("xgb", BOOSTED)], final_estimator=LOGISTIC, cv=2), ensemble=False, cv=2
    ),
}


def fitted(model: Any) -> Any:
    X, y = table()
    if getattr(model, "early_stopping_rounds", None):
        return model.fit(X, y, eval_set=[(X.iloc[:99], y[:99])], verbose=False)
    return model.fit(X, y)


def bundle_of(model: Any, columns: list[str] | None = None) -> EstimatorBundle:
    columns = columns or columns_of(model, [])
    return estimator_bundle(model, columns, name="one", trained_on="some rows", card={}, reference=table()[0])


@pytest.mark.parametrize("kind", ALIKE)
def test_as_data_it_says_the_same_on_rows_as_they_come_and_on_hard_ones(kind: str) -> None:
    found = bundle_of(fitted(ALIKE[kind]))
    assert found.parity <= 1e-6
    assert found.parts.risk.manifest["features"] == ["la", "ld", "nf", "entropy"]


def test_one_that_was_fitted_on_a_matrix_is_told_the_names() -> None:
    X, y = table()
    model = XGBClassifier(n_estimators=3, n_jobs=1).fit(X.to_numpy(), y)
    assert columns_of(model, list(FRENCH)) == list(FRENCH)
    assert bundle_of(model, list(FRENCH)).parity <= 1e-6
    for names, why in (([], "have no names"), (["la"], "other columns")):
        with pytest.raises(NotExportableError, match=why):
            columns_of(model, names)


REFUSED: dict[str, tuple[Any, str]] = {
    "no classes": (IsolationForest(n_estimators=2), "gives no probability of two classes"),
    "a bare regression": (LOGISTIC, "takes no missing values; put a SimpleImputer before it"),
    "a scaler before trees": (make_pipeline(StandardScaler(), FOREST), "a scaler before trees"),
    "an indicator": (make_pipeline(SimpleImputer(add_indicator=True), FOREST), "the step SimpleImputer"),
    "another objective": (XGBClassifier(n_estimators=2, objective="binary:logitraw"), "XGBoost with binary:logitraw"),
    "another booster": (XGBClassifier(n_estimators=2, booster="dart"), "booster dart"),
    "several calibrations": (CalibratedClassifierCV(BOOSTED, cv=2), "only a single sigmoid"),
    "another final estimator": (StackingClassifier([("a", FOREST)], final_estimator=FOREST, cv=2), "of stacks only"),
    "rows passed through": (
        StackingClassifier(
            [("a", DecisionTreeClassifier(max_depth=2))],
            passthrough=True,
            cv=2,
            final_estimator=DecisionTreeClassifier(max_depth=2),
        ),
        "of stacks only",
    ),
    "a stack in a pipeline": (
        make_pipeline(SimpleImputer(), StackingClassifier([("a", FOREST)], final_estimator=LOGISTIC, cv=2)),
        "a stack inside",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_said_as_data_is_refused_with_the_reason(kind: str) -> None:
    model, why = REFUSED[kind]
    X, y = table()
    model = model.fit(X.fillna(0), y)
    with pytest.raises(NotExportableError, match=why):
        exported(model)


def test_classes_must_be_0_and_1() -> None:
    X, y = table()
    with pytest.raises(NotExportableError, match="its classes are HIGH, LOW; score needs 0 and 1"):
        exported(DecisionTreeClassifier().fit(X, np.where(y == 1, "HIGH", "LOW")))
    with pytest.raises(NotExportableError, match="its classes are 0, 1, 2"):
        exported(DecisionTreeClassifier().fit(X, np.arange(len(y)) % 3))
    assert exported(DecisionTreeClassifier(max_depth=1).fit(X, y == 1)).columns == ("random_forest_log_odds",)


def test_both_names_of_one_feature_and_unknown_ones_are_refused() -> None:
    X, y = table(["la", "lignes_ajoutees"])
    with pytest.raises(NotExportableError, match="under both of its names"):
        bundle_of(DecisionTreeClassifier().fit(X, y))
    X, y = table(["la", "humeur", "météo"])
    with pytest.raises(NotExportableError, match=r"2 of its 3 features are not in the catalogue .*'humeur'"):
        bundle_of(DecisionTreeClassifier().fit(X, y))


def test_a_feature_that_had_no_value_is_left_out_by_the_imputer_and_so_there_is_no_data() -> None:
    X, y = table()
    X = X.assign(lignes_ajoutees=np.nan)
    with pytest.warns(UserWarning, match="Skipping features"):
        model = make_pipeline(SimpleImputer(), FOREST).fit(X, y)
    with pytest.raises(NotExportableError, match="had no value"):
        exported(model)


def test_what_training_pipeline_combines_says_the_same_as_data() -> None:
    own = pytest.importorskip("hyperion_hook.training.models.classifier")
    before = pytest.importorskip("hyperion_hook.training.models.transformers")
    X, y = table()
    columns = before.FeatureColumns(list(X.columns)).fit(None)
    logistic = [
        ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("log", before.SignedLog()),
        ("scale", StandardScaler()),
        ("model", LogisticRegression()),
    ]
    members = [
        ("random_forest", FOREST),
        ("xgboost", BOOSTED),
        ("logistic", Pipeline(logistic)),
        ("few", Pipeline([("take", before.TakeColumns([3, 0])), *logistic])),
        ("trees", Pipeline([("take", before.TakeColumns([2, 1])), ("model", FOREST)])),
    ]
    columns_of_meta = [
        "random_forest_confidence",
        "xgboost_prediction",
        "logistic_log_odds",
        "few_log_odds",
        "trees_log_odds",
    ]
    combined = own.RiskClassifier(members, columns_of_meta, LogisticRegression(), cv_folds=3, labels=["sain", "bogue"])
    combined.fit(columns.transform(X), np.where(y == 1, "bogue", "sain"))
    model = Pipeline([("columns", columns), ("model", combined)])
    found = bundle_of(model)
    assert found.parity <= 1e-6
    assert [member["kind"] for member in found.parts.risk.manifest["members"]] == [
        "forest",
        "boosting",
        "logistic",
        "logistic",
        "forest",
    ]
    back = unpacked(packed(model))
    assert np.array_equal(back.predict_proba(X), model.predict_proba(X))
    assert back.predict(X).tolist() == model.predict(X).tolist()
    worded = Pipeline([("columns", before.FeatureColumns(["la"], {"la": ["x"]}).fit(None)), ("model", combined)])
    with pytest.raises(NotExportableError, match="the step FeatureColumns"):
        exported(worded)
