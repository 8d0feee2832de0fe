"""A model from a notebook and one from ``retrain`` on the same rows are the same model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("xgboost")

from hyperion_hook import TrainingPipeline
from hyperion_hook.training.export.bundle import risk_part
from hyperion_hook.training.models.fit import fit
from hyperion_hook.training.models.recipes import BLEND, RECIPES, SPECIFICATION, Recipe
from tests.support.tables import DAY, SMALL, drawn_table

pytestmark = pytest.mark.train

FEATURES = ["la", "ld", "nf", "entropy", "exp"]


@pytest.mark.parametrize("recipe", [BLEND, SPECIFICATION], ids=lambda recipe: recipe.name)
def test_the_same_rows_and_seed_give_the_same_bytes(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    table = drawn_table(600, days=700)
    result = TrainingPipeline(SMALL).train_risk_predictor(
        table, time_column="date", features=FEATURES, gap_days=30, ensemble=recipe.name, bootstrap_draws=2
    )
    notebook = result["ensemble_performance"]["instance"]
    # what the pipeline learned from: all before the newest fifth, thirty days apart from it
    cut = table["date"].iloc[480] - 30 * DAY
    rows = table.iloc[:480][table["date"].iloc[:480] <= cut]
    rows = rows.rename(columns={"date": "time", "risque_reel": "buggy"}).reset_index(drop=True)
    assert len(rows) == result["training_samples"]
    own = fit(rows, recipe, replace(SMALL, n_jobs=2), features=FEATURES, gap_days=30)
    one, other = (risk_part(model, FEATURES, recipe.name) for model in (notebook, own))
    assert one.manifest == other.manifest
    assert dict(one.files) == dict(other.files)
    assert type(notebook["model"].meta_learner_).__name__ == "LogisticRegression"


def test_a_name_means_one_thing() -> None:
    assert list(RECIPES) == ["blend", "specification"]
    members = [member for recipe in RECIPES.values() for member in recipe.members]
    assert len({member.name for member in members}) == len(set(members))


@pytest.mark.parametrize("with_time", [False, True])
def test_noise_that_stands_twice_in_a_table_cannot_be_known(with_time: bool) -> None:
    random = np.random.default_rng(3)
    noise = pd.DataFrame(random.normal(size=(300, 4)), columns=FEATURES[:4]).assign(risque_reel=np.arange(300) % 2)
    table = pd.concat([noise, noise], ignore_index=True)
    if with_time:
        table["date"] = 1_500_000_000 + DAY * np.arange(600)
    result = TrainingPipeline(SMALL).train_risk_predictor(table, bootstrap_draws=2)
    for name, entry in result["models_results"].items():
        assert 0.35 < entry["roc_auc"] < 0.65, name
        assert 0.35 < entry["cv_mean_roc_auc"] < 0.65, name
    assert any("300 rows are copies of another row" in line for line in result["warnings"])
