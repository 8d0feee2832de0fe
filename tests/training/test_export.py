from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from hyperion_hook.errors import TrainingError
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.scoring.trees import as_row
from hyperion_hook.training.export.retrained import check_parity, hard_rows
from hyperion_hook.training.models.estimators import as_matrix
from hyperion_hook.training.models.fit_risk import BLEND, SPECIFIED, Recipe, fit_risk
from tests.support.models import QUICK, drawn, write_bundle


@pytest.mark.parametrize("recipe", [SPECIFIED, BLEND], ids=lambda recipe: recipe.name)
def test_the_bundle_says_what_the_libraries_say_on_ten_thousand_hard_rows(tmp_path: Path, recipe: Recipe) -> None:
    risk, anomaly, X = write_bundle(tmp_path / "models", recipe)
    assert check_parity(tmp_path / "models", risk, anomaly, X, rows=10_000) <= 1e-6


def test_each_member_alone_equals_its_library(tmp_path: Path) -> None:
    risk, anomaly, X = write_bundle(tmp_path / "models")
    bundle = load_bundle(tmp_path / "models")
    rows = hard_rows(X[list(risk.features)], 2_000, seed=3)
    matrix = as_matrix(rows)
    for fitted, member in zip(risk.members, bundle.risk.members, strict=True):
        expected = 1 / (1 + np.exp(-fitted.log_odds(matrix)))
        found = [1 / (1 + np.exp(-member.log_odds(as_row(row)))) for row in rows.to_numpy().tolist()]
        assert np.abs(expected - np.array(found)).max() <= 1e-6
    assert bundle.anomaly is not None
    decisions = [bundle.anomaly.decision(row) for row in rows[list(anomaly.features)].to_numpy().tolist()]
    assert np.abs(anomaly.decision(rows) - np.array(decisions)).max() <= 1e-6


def test_another_model_is_noticed(tmp_path: Path) -> None:
    _, anomaly, X = write_bundle(tmp_path / "models")
    labels = np.arange(len(X)) % 3 == 0
    other = fit_risk(X, labels, config=QUICK)
    with pytest.raises(TrainingError, match="differ from the fitted ones"):
        check_parity(tmp_path / "models", other, anomaly, X, rows=50)


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
        fit_risk(X, y, config=QUICK)
