"""The bug predictor in a bundle: the same as the library, optional, and believed only when sound."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.errors import ArtefactError, TrainingError
from hyperion_hook.features.history.file_bug_features import FILE_NUMBERS
from hyperion_hook.scoring.bundle import MANIFEST, load_bundle
from hyperion_hook.training.bugs.fit import FittedBugs, bug_part, change_log_odds
from hyperion_hook.training.export.parity import bug_difference, checked
from tests.support.models import fitted_bugs, write_bundle
from tests.support.past import drawn_past

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "models"
    write_bundle(folder, with_bugs=True)
    return folder


@pytest.fixture(scope="module")
def fitted() -> FittedBugs:
    return fitted_bugs()


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "models"))


def change_part(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest["bugs"])
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_the_bundle_says_what_the_library_says_on_hard_rows(folder: Path, fitted: FittedBugs) -> None:
    past = drawn_past("two", months=4)
    assert bug_difference(fitted.model, load_bundle(folder), past.monthly, count=3_000) <= 1e-6
    model = load_bundle(folder).bugs
    assert model is not None
    expected = change_log_odds(fitted, past.touched)["log_odds"]
    odds = fitted.file_log_odds(past.touched)
    found = [model.change_log_odds(odds[place : place + 2].tolist()) for place in range(0, len(odds), 2)]
    assert sorted(found) == pytest.approx(sorted(expected))


def test_another_model_is_noticed(folder: Path, fitted: FittedBugs) -> None:
    change_part(folder, lambda part: part.update(shift=part["shift"] + 0.01))
    with pytest.raises(TrainingError, match="differ from the fitted ones"):
        checked(bug_difference(fitted.model, load_bundle(folder), drawn_past("two", months=2).monthly, count=50))


def test_a_bundle_without_the_part_loads_and_is_no_parity(folder: Path, fitted: FittedBugs) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest["bugs"]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert load_bundle(folder).bugs is None
    with pytest.raises(TrainingError, match="holds no bug predictor"):
        bug_difference(fitted.model, load_bundle(folder), drawn_past("two", months=2).monthly, count=50)


def test_a_predictor_that_is_kept_goes_into_the_next_bundle_as_it_is(folder: Path) -> None:
    kept = bug_part(load_bundle(folder).bugs)
    assert kept is not None
    assert kept.files["bugs.trees"] == (folder / "bugs.trees").read_bytes()
    assert kept.manifest == json.loads((folder / MANIFEST).read_text())["bugs"]
    assert bug_part(None) is None


FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "numbers of another version": lambda part: part.update(past_version=99),
    "a number that is not known": lambda part: part["numbers"].__setitem__(0, "la"),
    "a number twice": lambda part: part["numbers"].__setitem__(0, part["numbers"][1]),
    "too few numbers": lambda part: part.update(numbers=part["numbers"][:3]),
    "no number": lambda part: part.update(numbers=[]),
    "a slope that turns the order round": lambda part: part.update(slope=-1.0),
    "a change that turns the order round": lambda part: part["change"].update(largest=0.0),
    "a weight that is not finite": lambda part: part["change"].update(count=float("nan")),
    "a shift that is no number": lambda part: part.update(shift="0"),
    "no change": lambda part: part.pop("change"),
    "a file that is not there": lambda part: part.update(trees="x.trees"),
    "another kind": lambda part: part.update(change=[]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_refused_in_one_line(folder: Path, fault: str) -> None:
    change_part(folder, FAULTS[fault])
    with pytest.raises(ArtefactError, match=r"; reinstall hyperion-hook") as caught:
        load_bundle(folder)
    assert "\n" not in str(caught.value)


def test_damaged_trees_are_refused_even_if_the_manifest_agrees(folder: Path) -> None:
    data = bytearray((folder / "bugs.trees").read_bytes())
    # the first node's feature: beyond those of a file
    start = 12 + 4 * int.from_bytes(data[4:8], "little")
    data[start : start + 2] = (len(FILE_NUMBERS)).to_bytes(2, "little")
    (folder / "bugs.trees").write_bytes(data)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["bugs.trees"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ArtefactError, match=r"bugs\.trees.*feature number 40 where there are 40"):
        load_bundle(folder)
