from __future__ import annotations

import pickle

import pytest

from hyperion_hook.errors import ConfigError
from tests.support.models import NAMES, drawn

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")

from sklearn.ensemble import IsolationForest, RandomForestClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from xgboost import XGBClassifier  # noqa: E402

from hyperion_hook.api.predict.bug_predictor import BugPredictor  # noqa: E402
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer  # noqa: E402
from hyperion_hook.api.predict.named_estimator import NamedEstimator  # noqa: E402
from hyperion_hook.api.predict.risk_predictor import RiskPredictor  # noqa: E402
from hyperion_hook.features.catalogue import find_feature  # noqa: E402
from hyperion_hook.scoring.members import logit  # noqa: E402

pytestmark = pytest.mark.train

X, Y = drawn(rows=300)
WHOLE = X.fillna(0.0)


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(n_estimators=5, random_state=1),
        LogisticRegression(max_iter=500),
        XGBClassifier(n_estimators=5, n_jobs=1),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_it_says_what_the_estimator_says_whatever_the_order_and_the_names(estimator: object) -> None:
    fitted = estimator.fit(WHOLE, Y)
    model = NamedEstimator(fitted)
    french = WHOLE.rename(columns={name: find_feature(name).french for name in NAMES[::2]})[::1]
    shuffled = french[sorted(french.columns)].assign(commit="abc")
    assert model.features == NAMES
    # products of matrices differ in the last digits with the layout in memory
    np.testing.assert_allclose(model.predict_proba(shuffled), fitted.predict_proba(WHOLE), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(shuffled), fitted.predict(WHOLE))
    one = WHOLE.iloc[3].to_dict()
    np.testing.assert_allclose(model.predict_proba(one), fitted.predict_proba(WHOLE.iloc[[3]]), rtol=1e-12)


def test_an_estimator_fitted_without_names_takes_those_that_are_given() -> None:
    fitted = RandomForestClassifier(n_estimators=5, random_state=1).fit(WHOLE.to_numpy(), Y)
    model = NamedEstimator(fitted, NAMES)
    np.testing.assert_array_equal(model.predict(WHOLE[list(reversed(NAMES))]), fitted.predict(WHOLE.to_numpy()))
    with pytest.raises(ConfigError, match="the names of its columns are not known; give them"):
        NamedEstimator(fitted)
    with pytest.raises(ConfigError, match="was fitted on 8 columns, and 2 are named"):
        NamedEstimator(fitted, ["la", "nf"])


def test_names_other_than_those_of_the_fit_are_refused() -> None:
    fitted = LogisticRegression().fit(WHOLE[["la", "nf"]], Y)
    assert NamedEstimator(fitted, ["nf", "la"]).features == ("la", "nf")
    with pytest.raises(ConfigError, match="was fitted on other columns than those given"):
        NamedEstimator(fitted, ["la", "age"])


def test_columns_that_are_absent_are_named() -> None:
    model = NamedEstimator(LogisticRegression(max_iter=500).fit(WHOLE, Y))
    with pytest.raises(ConfigError) as caught:
        model.predict({"la": 1})
    assert str(caught.value) == (
        "row 1: no column 'ld' (lignes_supprimees), 'nf' (nb_fichiers), 'entropy' (entropie_changement), "
        "'age' (intervalle_dernier_changement), 'exp' (experience_commits) and 2 more; the model looks at 8 "
        "columns, by either name"
    )


def test_what_the_estimator_refuses_is_said_in_one_line() -> None:
    model = NamedEstimator(LogisticRegression(max_iter=500).fit(WHOLE, Y))
    with pytest.raises(ConfigError, match=r"^LogisticRegression: refuses the rows: Input X contains NaN"):
        model.predict(dict.fromkeys(NAMES, None))
    with pytest.raises(ConfigError, match="IsolationForest: has no predict_proba"):
        NamedEstimator(IsolationForest(n_estimators=5, random_state=1).fit(WHOLE)).predict_proba(WHOLE)


def test_it_is_otherwise_the_estimator() -> None:
    fitted = RandomForestClassifier(n_estimators=5, random_state=1).fit(WHOLE, Y)
    model = NamedEstimator(fitted)
    assert model.classes_ is fitted.classes_
    assert not hasattr(model, "coef_")
    again = pickle.loads(pickle.dumps(model))  # noqa: S301 - as joblib sends it
    np.testing.assert_array_equal(again.predict(WHOLE), fitted.predict(WHOLE))


@pytest.mark.parametrize(("harmless", "bug"), [("LOW", "HIGH"), ("sain", "bogué"), (0, 1), (False, True), ("0", "1")])
def test_the_class_of_the_bug_is_told_by_its_label(harmless: object, bug: object) -> None:
    fitted = RandomForestClassifier(n_estimators=5, random_state=1).fit(WHOLE, np.where(Y == 1, bug, harmless))
    truth = fitted.predict_proba(WHOLE)[:, list(fitted.classes_).index(bug)]
    levels = RiskPredictor(fitted, thresholds={"HIGH": 0.5, "MEDIUM": 0.2}).predict(WHOLE)
    assert (levels == "HIGH").tolist() == (truth >= 0.5).tolist()
    assert RiskPredictor(fitted).predict_proba(WHOLE)[:, 1].tolist() == truth.tolist()
    assert BugPredictor(fitted).predict(WHOLE).tolist() == (truth >= 0.5).astype(int).tolist()
    assert ImpactAnalyzer(fitted).score(WHOLE).tolist() == truth.tolist()
    [found] = RiskPredictor(fitted).explain(WHOLE.iloc[[3]], typical=WHOLE)
    assert found.score == pytest.approx(logit(truth[3]))


def test_a_class_that_cannot_be_told_is_refused_in_one_line() -> None:
    for labels, said in [
        (np.where(Y == 1, "up", "down"), "which of its classes 'down' and 'up' is the bug"),
        (np.arange(len(Y)) % 3, "the model has 3 classes where two are needed"),
    ]:
        fitted = RandomForestClassifier(n_estimators=5, random_state=1).fit(WHOLE, labels)
        assert set(RiskPredictor(fitted).predict(WHOLE)) <= set(fitted.classes_)
        for ask in (RiskPredictor(fitted).predict_proba, BugPredictor(fitted).predict, ImpactAnalyzer(fitted).score):
            with pytest.raises(ConfigError, match=said):
                ask(WHOLE)
