"""Our own estimators: columns by name, plain state, and what is combined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("xgboost")

from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from hyperion_hook.errors import ConfigError
from hyperion_hook.training.models.classifier import RiskClassifier
from hyperion_hook.training.models.context_classifier import ContextClassifier
from hyperion_hook.training.models.fit_members import member_log_odds
from hyperion_hook.training.models.transformers import FeatureColumns, SignedLog
from tests.support.models import NAMES, drawn

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def trained() -> Pipeline:
    X, y = drawn()
    members: list[tuple[str, Any]] = [
        ("random_forest", RandomForestClassifier(5, max_depth=4, random_state=1)),
        ("xgboost", XGBClassifier(n_estimators=5, max_depth=3, random_state=1, n_jobs=1)),
        (
            "logistic",
            Pipeline(
                [
                    ("impute", SimpleImputer(strategy="median")),
                    ("log", SignedLog()),
                    ("scale", StandardScaler()),
                    ("model", LogisticRegression()),
                ]
            ),
        ),
    ]
    columns = ["random_forest_log_odds", "xgboost_prediction", "logistic_confidence"]
    classifier = RiskClassifier(members, columns, LogisticRegression(), cv_folds=3, labels=["LOW", "HIGH"])
    return Pipeline([("columns", FeatureColumns(list(NAMES))), ("model", classifier)]).fit(
        X, np.where(y == 1, "HIGH", "LOW")
    )


def test_columns_are_taken_by_either_name_in_any_order() -> None:
    columns = FeatureColumns(["la", "nb_fichiers"])
    frame = pd.DataFrame({"nf": [1, 2], "other": [9, 9], "lignes_ajoutees": ["3", None]})
    assert np.array_equal(columns.transform(frame), [[3.0, 1.0], [np.nan, 2.0]], equal_nan=True)
    assert columns.transform(frame.iloc[0]).tolist() == [[3.0, 1.0]]
    assert columns.transform([5, 6]).tolist() == [[5.0, 6.0]]
    assert np.array_equal(columns.transform({"la": 3}), [[3.0, np.nan]], equal_nan=True)


@pytest.mark.parametrize("rows", [pd.DataFrame({"la": [1]}), {"x": 1}, [1, 2, 3]])
def test_rows_that_lack_columns_are_refused(rows: object) -> None:
    with pytest.raises(ConfigError, match="the model was trained on"):
        FeatureColumns(["la", "nf"]).transform(rows)


def test_what_is_combined_is_what_the_members_say(trained: Pipeline) -> None:
    X, _ = drawn(seed=2)
    classifier = trained["model"]
    matrix = trained["columns"].transform(X)
    forest, boosted, logistic = (
        np.clip(member.predict_proba(matrix)[:, 1], 1e-9, 1 - 1e-9) for _, member in classifier.fitted_
    )
    first, second, third = classifier.meta_learner_.coef_[0]
    combined = first * np.log(forest / (1 - forest)) + second * boosted + third * np.maximum(logistic, 1 - logistic)
    combined += classifier.meta_learner_.intercept_[0]
    expected = 1.0 / (1.0 + np.exp(-(classifier.slope_ * combined + classifier.shift_)))
    found = trained.predict_proba(X)
    assert found[:, 1] == pytest.approx(expected, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert trained.predict(X).tolist() == np.where(expected >= classifier.threshold_, "HIGH", "LOW").tolist()


def test_log_odds_of_a_regression_do_not_stop_at_the_last_digit_of_a_probability(trained: Pipeline) -> None:
    logistic = dict(trained["model"].fitted_)["logistic"]
    extreme = np.full((1, len(NAMES)), 1e38) * np.sign(logistic["model"].coef_)
    assert member_log_odds(logistic, extreme)[0] == pytest.approx(logistic.decision_function(extreme)[0])
    assert member_log_odds(logistic, extreme)[0] > 25.0


def test_importances_sum_to_one(trained: Pipeline) -> None:
    assert trained["model"].feature_importances_.sum() == pytest.approx(1.0)
    assert trained.feature_names_in_.tolist() == list(NAMES)


def test_skops_keeps_it_as_it_is(trained: Pipeline) -> None:
    io = pytest.importorskip("skops.io")
    data = io.dumps(trained)
    ours = {name for name in io.get_untrusted_types(data=data) if name.startswith("hyperion_hook.")}
    place = "hyperion_hook.training.models."
    assert ours == {
        place + "transformers.FeatureColumns",
        place + "classifier.RiskClassifier",
        place + "transformers.SignedLog",
    }
    again = io.loads(data, trusted=io.get_untrusted_types(data=data))
    X, _ = drawn(seed=3)
    assert np.array_equal(again.predict_proba(X), trained.predict_proba(X))


def test_a_context_without_a_model_is_judged_by_the_model_of_all() -> None:
    def says(share: float) -> DummyClassifier:
        return DummyClassifier().fit([[0, 0]] * 10, [1] * round(10 * share) + [0] * round(10 - 10 * share))

    router = ContextClassifier(None, [0], 1, 30.0)
    router.models_ = [("all", says(0.2)), ("graph known, history thin", says(0.8))]
    rows = np.array([[0.5, 3.0], [0.5, 30.0], [np.nan, 3.0], [0.5, np.nan]])
    assert router.contexts_of(rows).tolist() == [
        "graph known, history thin",
        "graph known, history rich",
        "graph not known, history thin",
        "graph known, history thin",
    ]
    assert router.predict_proba(rows)[:, 1] == pytest.approx([0.8, 0.2, 0.2, 0.8])


def test_the_model_of_all_rows_is_the_one_that_they_give_by_themselves() -> None:
    X, y = drawn()
    # by columns, as tables are: sums over a copy by rows end with other digits
    rows = np.asfortranarray(np.nan_to_num(X.to_numpy(dtype=np.float64)))
    member = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())])
    model = RiskClassifier([("logistic", member)], ["logistic_log_odds"], cv_folds=3)
    router = ContextClassifier(model, least_rows=len(rows) + 1).fit(rows, y)
    alone = clone(model).fit(rows, y)
    assert dict(router.models_)["all"].feature_importances_.tolist() == alone.feature_importances_.tolist()
    assert router.predict_proba(rows).tolist() == alone.predict_proba(rows).tolist()
