from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.scoring.trees import as_row
from hyperion_hook.training.export.parity import anomaly_difference, checked, hard_rows, risk_difference
from hyperion_hook.training.models.fit_members import member_log_odds
from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION, Recipe
from tests.support.models import drawn, fit_drawn, write_bundle


@pytest.mark.parametrize("recipe", [SPECIFICATION, BLEND], ids=lambda recipe: recipe.name)
def test_the_bundle_says_what_the_libraries_say_on_ten_thousand_hard_rows(tmp_path: Path, recipe: Recipe) -> None:
    risk, anomaly, X = write_bundle(tmp_path / "models", recipe)
    bundle = load_bundle(tmp_path / "models")
    assert risk_difference(risk, bundle, X, count=10_000) <= 1e-6
    assert anomaly_difference(anomaly, bundle, X, count=10_000) <= 1e-6


def test_each_member_alone_equals_its_library(tmp_path: Path) -> None:
    risk, anomaly, X = write_bundle(tmp_path / "models", BLEND)
    bundle = load_bundle(tmp_path / "models")
    rows = hard_rows(X, 2_000, seed=3)
    matrix = risk["columns"].transform(rows)
    for (_, fitted), member in zip(risk["model"].fitted_, bundle.risk.members, strict=True):
        expected = 1 / (1 + np.exp(-np.clip(member_log_odds(fitted, matrix), -500, 500)))
        found = np.array([member.log_odds(as_row(row)) for row in rows.to_numpy().tolist()])
        assert np.abs(expected - 1 / (1 + np.exp(-np.clip(found, -500, 500)))).max() <= 1e-6
    assert bundle.anomaly is not None
    decisions = [bundle.anomaly.decision(row) for row in rows.to_numpy().tolist()]
    assert np.abs(anomaly.decision_function(rows) - np.array(decisions)).max() <= 1e-6


def test_another_model_is_noticed(tmp_path: Path) -> None:
    _, _, X = write_bundle(tmp_path / "models")
    labels = np.arange(len(X)) % 3 == 0
    other = fit_drawn(X, labels)
    with pytest.raises(TrainingError, match="differ from the fitted ones"):
        checked(risk_difference(other, load_bundle(tmp_path / "models"), X, count=50))


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        write_bundle(tmp_path / name)
        files = sorted((tmp_path / name).iterdir())
        digests.append([(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files])
    assert digests[0] == digests[1]


def test_an_export_replaces_the_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "stale.trees").write_bytes(b"old")
    write_bundle(folder)
    assert not (folder / "stale.trees").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models"]


def test_too_little_data_is_refused_with_its_numbers() -> None:
    X, y = drawn(rows=100)
    with pytest.raises(TrainingError, match="100 changes"):
        fit_drawn(X, y)
