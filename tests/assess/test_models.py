from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hyperion_hook.assess.models import ModelOrigin, models_in_use
from hyperion_hook.errors import ArtefactError
from hyperion_hook.scoring.bundle import MANIFEST, bundled_models
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.version_store import VersionStore
from tests.support.registering import draft, register_bundled, serve_bundled


def test_the_bundled_models_judge_where_nothing_else_is_there(tmp_path: Path) -> None:
    for common_dir in (None, tmp_path / ".git"):
        used = models_in_use(None, common_dir)
        assert (used.origin, used.version, used.warnings) == (ModelOrigin.BUNDLED, None, ())
        assert used.bundle.name == "hyperion-risk"


def test_only_what_is_in_production_judges(tmp_path: Path) -> None:
    register_bundled(tmp_path)
    assert models_in_use(None, tmp_path / ".git").origin is ModelOrigin.BUNDLED
    serve_bundled(tmp_path, data="two")
    used = models_in_use(None, tmp_path / ".git")
    assert (used.origin, used.version, used.bundle.name) == (ModelOrigin.REGISTERED, "v1.1.0", "theirs")
    assert used.bundle.version == "v1.1.0"


def test_a_named_folder_wins_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    serve_bundled(tmp_path)
    shutil.copytree(bundled_models(), tmp_path / "named")
    used = models_in_use(tmp_path / "named", tmp_path / ".git")
    assert (used.origin, used.bundle.name) == (ModelOrigin.CONFIGURED, "hyperion-risk")
    (tmp_path / "named" / MANIFEST).unlink()
    with pytest.raises(ArtefactError):
        models_in_use(tmp_path / "named", tmp_path / ".git")


@pytest.mark.parametrize(
    "file",
    [
        "risk_predictor_v1.0.0/manifest.json",
        "risk_predictor_v1.0.0/xgboost_gentle.trees",
        "risk_predictor.json",
        "metadata/risk_predictor_v1.0.0_metadata.json",
    ],
)
@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "gone"])
def test_with_a_damaged_registry_the_bundled_models_judge_and_it_is_said(
    tmp_path: Path, file: str, damage: str
) -> None:
    serve_bundled(tmp_path)
    path = VersionStore.of(tmp_path / ".git").root / file
    data = path.read_bytes()
    path.write_bytes({"flipped": data[:60] + bytes([data[60] ^ 1]) + data[61:], "cut": data[:-5]}.get(damage, b""))
    if damage == "gone":
        path.unlink()
    used = models_in_use(None, tmp_path / ".git")
    assert (used.origin, used.bundle.name) == (ModelOrigin.BUNDLED, "hyperion-risk")
    if (file, damage) != ("risk_predictor.json", "gone"):
        (warning,) = used.warnings
        assert warning.startswith(f"the bundled models are used, because {path}: ")
        assert "\n" not in warning


def test_a_version_that_a_newer_program_made_is_not_used(tmp_path: Path) -> None:
    registry = VersionStore.of(tmp_path / ".git")
    manifest = json.dumps({"format_version": 99}).encode()
    registry.register(draft("one"), lambda version: {MANIFEST: manifest})
    registry.promote("risk_predictor", "latest", Status.VALIDATED)
    registry.promote("risk_predictor", "latest")
    used = models_in_use(None, tmp_path / ".git")
    assert used.origin is ModelOrigin.BUNDLED
    assert "format 99 is newer" in used.warnings[0]
