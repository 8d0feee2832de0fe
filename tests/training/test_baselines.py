from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from hyperion_hook.features.catalogue import KAMEI_FOURTEEN, names_of
from hyperion_hook.training.models.baselines import CHANCE, KAMEI, SIMPLE, baseline_scores

FOURTEEN = list(names_of(KAMEI_FOURTEEN))


def rows(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    random = np.random.default_rng(seed)
    X = pd.DataFrame({name: random.exponential(20.0, count) for name in [*FOURTEEN, "code_lines_added"]})
    y = (np.log1p(X["la"]) + random.normal(0, 1, count) > 3).to_numpy(dtype=float)
    return X, y


def test_every_baseline_scores_every_row() -> None:
    (train, y), (test, _) = rows(300, 1), rows(80, 2)
    scores = baseline_scores(train, y, test)
    assert set(scores) == {*SIMPLE, KAMEI, CHANCE}
    assert all(len(score) == 80 and np.isfinite(score).all() for score in scores.values())


def test_the_simple_ones_are_the_numbers_themselves() -> None:
    (train, y), (test, _) = rows(300, 1), rows(80, 2)
    scores = baseline_scores(train, y, test)
    assert scores["la"].tolist() == test["la"].tolist()
    assert scores["lines changed"].tolist() == (test["la"] + test["ld"]).tolist()
    assert scores["code lines added"].tolist() == test["code_lines_added"].tolist()


def test_a_missing_number_ranks_lowest() -> None:
    (train, y), (test, _) = rows(300, 1), rows(80, 2)
    test.loc[3, ["la", "ld", "exp"]] = np.nan
    scores = baseline_scores(train, y, test)
    assert scores["la"][3] == min(scores["la"])
    assert np.isfinite(scores[KAMEI]).all()


def test_the_fourteen_are_scikit_learns_logistic_regression_on_logarithms() -> None:
    (train, y), (test, _) = rows(300, 1), rows(80, 2)
    # rounded as the models see numbers, so that both fit the same ones
    train, test = train.astype("float32").astype("float64"), test.astype("float32").astype("float64")
    library = make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression(max_iter=2_000))
    library.fit(train[FOURTEEN], y)
    found = baseline_scores(train, y, test)[KAMEI]
    assert found == pytest.approx(library.decision_function(test[FOURTEEN]), abs=1e-4)


def test_nothing_is_learned_from_the_rows_to_rank() -> None:
    (train, y), (test, _) = rows(300, 1), rows(80, 2)
    whole, half = baseline_scores(train, y, test), baseline_scores(train, y, test.head(40))
    for name in (*SIMPLE, KAMEI):
        assert whole[name][:40] == pytest.approx(half[name], rel=1e-12)
