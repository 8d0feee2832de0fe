from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from hyperion_hook.scoring.members import SMALLEST
from hyperion_hook.training.evaluation import evaluate as evaluation_module
from hyperion_hook.training.evaluation.evaluate import REFERENCE, WITHOUT_MESSAGE, evaluate
from hyperion_hook.training.models.baselines import CHANCE, KAMEI
from hyperion_hook.training.rows.dataset import AT_COMMIT, FEATURES


@pytest.fixture(autouse=True, scope="module")
def few_draws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation_module, "_DRAWS", 20)
        yield


class OneFeature:
    """A model that says one feature's value as it is, missing as a half."""

    def __init__(self, name: str) -> None:
        self.name = name

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        risky = rows[self.name].fillna(0.5).clip(0.0, 1.0).to_numpy(dtype=np.float64)
        return np.column_stack([1.0 - risky, risky])


def rows(truth: list[int], /, **features: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame({name: np.arange(len(truth), dtype=np.float64) % 3 for name in FEATURES})
    keys = {
        "repository": "r",
        "commit": [str(n) for n in range(len(truth))],
        "time": range(len(truth)),
        "buggy": truth,
        "known_at": math.nan,
        "reverted": 0,
    }
    return pd.concat([pd.DataFrame(keys), frame.assign(**features)], axis=1)


TRUTH = [0, 0, 1, 0, 1, 0, 1, 1] * 10


@pytest.fixture(scope="module")
def evaluation() -> object:
    train = rows(TRUTH)
    test = rows(TRUTH, entropy=[float(value) for value in TRUTH], fix=[float(value) for value in TRUTH])
    models = {"oracle": OneFeature("entropy"), "message": OneFeature("fix")}
    return evaluate("here", train, test, models)  # type: ignore[arg-type]


def test_a_perfect_model_ranks_perfectly_and_is_calibrated(evaluation: object) -> None:
    oracle = evaluation.contender("oracle")  # type: ignore[attr-defined]
    assert (oracle.roc_auc.value, oracle.roc_auc.low, oracle.pr_auc.value) == (1.0, 1.0, 1.0)
    assert oracle.figures["calibration_error"] == pytest.approx(0.0, abs=SMALLEST)
    assert oracle.figures["brier"] == pytest.approx(0.0, abs=SMALLEST)
    assert oracle.by_repository == {"r": 1.0}


def test_without_its_message_a_model_that_needs_it_knows_nothing(evaluation: object) -> None:
    assert "fix" in AT_COMMIT
    assert evaluation.contender("message").roc_auc.value == 1.0  # type: ignore[attr-defined]
    assert evaluation.contender("message" + WITHOUT_MESSAGE).roc_auc.value == 0.5  # type: ignore[attr-defined]
    assert evaluation.contender("oracle" + WITHOUT_MESSAGE).roc_auc.value == 1.0  # type: ignore[attr-defined]


def test_baselines_run_on_the_same_rows_and_gains_are_over_one_of_them(evaluation: object) -> None:
    names = [contender.name for contender in evaluation.contenders]  # type: ignore[attr-defined]
    assert {REFERENCE, "code lines added", "lines changed", KAMEI, CHANCE} <= set(names)
    reference = evaluation.contender(REFERENCE)  # type: ignore[attr-defined]
    oracle = evaluation.contender("oracle")  # type: ignore[attr-defined]
    assert reference.gain is None
    assert oracle.gain.value == pytest.approx(1.0 - reference.roc_auc.value)
    assert oracle.gain.low <= oracle.gain.value <= oracle.gain.high
    assert "calibration_error" in evaluation.contender(KAMEI).figures  # type: ignore[attr-defined]
    assert "calibration_error" not in reference.figures


def test_pooling_does_not_hide_what_happens_within_repositories() -> None:
    # the feature tells the repositories apart, one of which is buggier, and nothing else
    test = rows([0, 0, 0, 1, 1, 1, 1, 0] * 5, entropy=([0.1] * 4 + [0.9] * 4) * 5)
    test["repository"] = (["clean"] * 4 + ["buggy"] * 4) * 5
    found = evaluate("here", rows(TRUTH), test, {"name": OneFeature("entropy")}).contender("name")  # type: ignore[dict-item]
    assert found.roc_auc.value > 0.7
    assert found.figures["roc_auc_within_repositories"] == 0.5


def test_what_is_not_defined_is_not_a_number() -> None:
    found = evaluate("here", rows(TRUTH), rows([0] * 20), {"x": OneFeature("entropy")}).contender("x")  # type: ignore[dict-item]
    assert math.isnan(found.roc_auc.value)
    assert math.isnan(found.figures["share_in_top_5_percent"])


def test_the_same_seed_gives_the_same_figures() -> None:
    models = {"x": OneFeature("entropy")}
    once, again = (evaluate("here", rows(TRUTH), rows(TRUTH), models, seed=3) for _ in range(2))  # type: ignore[arg-type]
    assert once == again
