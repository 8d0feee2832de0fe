"""Estimators instead of bundles: from a registry that has ``load_model``, from MLflow, or as they are."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hyperion_hook.errors import ArtefactError, ConfigError, MissingExtraError
from tests.support.models import NAMES, drawn

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")

from sklearn.ensemble import IsolationForest, RandomForestClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from hyperion_hook.api.predict.anomaly_detector import AnomalyDetector  # noqa: E402
from hyperion_hook.api.predict.bug_predictor import BugPredictor  # noqa: E402
from hyperion_hook.api.predict.impact_analyzer import ImpactAnalyzer  # noqa: E402
from hyperion_hook.api.predict.named_estimator import NamedEstimator  # noqa: E402
from hyperion_hook.api.predict.risk_predictor import RiskPredictor  # noqa: E402
from hyperion_hook.scoring.bundle import bundled_models, load_bundle  # noqa: E402
from hyperion_hook.scoring.members import logit  # noqa: E402

pytestmark = pytest.mark.train

X, Y = drawn(rows=400)
WHOLE = X.fillna(0.0)
FOREST = RandomForestClassifier(n_estimators=9, max_depth=5, random_state=1).fit(WHOLE.to_numpy(), Y)


class Shelf:
    """A registry as the specification has it."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.asked: list[dict[str, Any]] = []

    def load_model(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return self.model, SimpleNamespace(training_features=list(NAMES))


def test_a_registrys_estimator_speaks_through_every_predictor() -> None:
    shelf = Shelf(FOREST)
    risk = RiskPredictor.from_registry(registry=shelf)
    assert shelf.asked == [{"name": "risk_predictor", "version": "production", "return_metadata": True}]
    expected = FOREST.predict_proba(WHOLE.to_numpy())
    np.testing.assert_array_equal(risk.predict_proba(WHOLE[list(reversed(NAMES))]), expected)
    np.testing.assert_array_equal(risk.predict(WHOLE), FOREST.predict(WHOLE.to_numpy()))
    levels = RiskPredictor(risk.model, thresholds={"HIGH": 0.6, "MEDIUM": 0.3}).predict(WHOLE)
    assert levels.tolist() == ["HIGH" if one >= 0.6 else "MEDIUM" if one >= 0.3 else "LOW" for one in expected[:, 1]]
    bugs = BugPredictor.from_registry("mine", "v1.0.0", shelf)
    np.testing.assert_array_equal(bugs.predict(WHOLE), (expected[:, 1] >= 0.5).astype(int))
    impact = ImpactAnalyzer.from_registry(registry=shelf)
    np.testing.assert_array_equal(impact.score(WHOLE), expected[:, 1])
    assert shelf.asked[1:] == [
        {"name": "mine", "version": "v1.0.0", "return_metadata": True},
        {"name": "impact_analyzer", "version": "production", "return_metadata": True},
    ]


def test_a_registrys_bundle_is_scored_by_the_programs_own_engine(tmp_path: Path) -> None:
    bundle = load_bundle(bundled_models())
    assert RiskPredictor.from_registry(registry=Shelf(bundle)).model is bundle
    only_folders = SimpleNamespace(folder=lambda name, version: bundled_models())
    assert RiskPredictor.from_registry(registry=only_folders).features == bundle.risk.features
    with pytest.raises(ArtefactError, match="risk_predictor latest: is no bundle; pass a registry that has load_model"):
        RiskPredictor.from_registry(version="latest", registry=SimpleNamespace(folder=lambda name, version: tmp_path))


def test_an_isolation_forest_says_normal_or_anomaly() -> None:
    forest = IsolationForest(n_estimators=20, random_state=1).fit(WHOLE)
    detector = AnomalyDetector(forest)
    decision = forest.decision_function(WHOLE)
    np.testing.assert_allclose(detector.score(WHOLE), np.clip(2 * decision, -1, 1))
    np.testing.assert_array_equal(detector.predict(WHOLE), np.where(decision < 0, -1, 1))
    with pytest.raises(ConfigError, match="only the anomaly detector of a bundle explains"):
        detector.explain(WHOLE)


@pytest.mark.parametrize("estimator", [FOREST, LogisticRegression(max_iter=500).fit(WHOLE.to_numpy(), Y)], ids=str)
def test_an_estimators_explanation_sums_to_its_log_odds(estimator: Any) -> None:
    predictor = RiskPredictor(NamedEstimator(estimator, NAMES))
    rows = WHOLE.head(3)
    for found, probability in zip(
        predictor.explain(rows, typical=WHOLE), predictor.predict_proba(rows)[:, 1], strict=True
    ):
        assert found.score == pytest.approx(logit(probability), abs=1e-9)
        assert found.base + math.fsum(entry.contribution for entry in found) == pytest.approx(found.score, abs=1e-9)
    medians = predictor.predict_proba(WHOLE.median().to_dict())[0, 1]
    assert found.base == pytest.approx(logit(medians), abs=1e-4)


def test_a_linear_models_contributions_are_its_terms() -> None:
    two = LogisticRegression(max_iter=500).fit(WHOLE[["la", "exp"]].to_numpy(), Y)
    predictor = RiskPredictor(NamedEstimator(two, ["lignes_ajoutees", "mine"]))
    [found] = predictor.explain({"la": 30.0, "mine": 4.0}, typical={"la": 10.0, "mine": 8.0})
    told = {entry.feature: entry for entry in found}
    assert told["lignes_ajoutees"].contribution == pytest.approx(two.coef_[0][0] * 20.0, abs=1e-4)
    assert told["mine"].contribution == pytest.approx(two.coef_[0][1] * -4.0, abs=1e-4)
    assert told["lignes_ajoutees"].sentence == "adds 30 lines; typical is 10"
    assert told["mine"].sentence == "mine is 4; typical is 8"


def test_what_an_estimator_cannot_say_is_said() -> None:
    predictor = RiskPredictor(NamedEstimator(FOREST, NAMES))
    with pytest.raises(ConfigError, match="an estimator does not say what is typical; give it"):
        predictor.explain(WHOLE)
    three = LogisticRegression(max_iter=900).fit(WHOLE[["la"]], np.arange(len(WHOLE)) % 3)
    with pytest.raises(ConfigError, match="the model has 3 classes where two are needed"):
        RiskPredictor(three).explain({"la": 1}, typical={"la": 2})
    with pytest.raises(ConfigError, match="the model has 3 classes where two are needed"):
        RiskPredictor(three).predict_proba({"la": 1})
    assert RiskPredictor(three).predict({"la": 1}).shape == (1,)
    with pytest.raises(ConfigError, match="an estimator knows single files only"):
        BugPredictor(predictor.model).change_probability(WHOLE)
    with pytest.raises(ConfigError, match="an estimator knows rows only"):
        ImpactAnalyzer(predictor.model).analyze()


def test_without_mlflow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingExtraError, match=r"run: pip install .*\[mlflow\]'"):
        RiskPredictor.from_mlflow("models:/risk_predictor@production")


@pytest.mark.filterwarnings("ignore")  # MLflow warns of itself when it is imported
def test_a_model_that_mlflow_keeps_is_asked(tmp_path: Path) -> None:
    flavour = pytest.importorskip("mlflow.sklearn")
    from mlflow.models import infer_signature

    forest = RandomForestClassifier(n_estimators=5, random_state=1).fit(WHOLE.to_numpy(), Y)
    where = tmp_path / "model"
    flavour.save_model(
        forest,
        str(where),
        serialization_format="skops",
        skops_trusted_types=["sklearn.tree._tree.Tree"],
        signature=infer_signature(WHOLE, forest.predict(WHOLE.to_numpy())),
        pip_requirements=["scikit-learn"],
    )
    predictor = RiskPredictor.from_mlflow(str(where))
    assert predictor.features == NAMES
    np.testing.assert_array_equal(predictor.predict_proba(WHOLE), forest.predict_proba(WHOLE.to_numpy()))
    with pytest.raises(ConfigError, match=r"MLflow: '.*nothing' cannot be loaded"):
        RiskPredictor.from_mlflow(str(tmp_path / "nothing"))
    kept = tmp_path / "kept"
    (kept / "data").mkdir(parents=True)
    for file in bundled_models().iterdir():
        (kept / "data" / file.name).write_bytes(file.read_bytes())
    assert RiskPredictor.from_mlflow(str(kept)).model.digest == load_bundle(None).digest
