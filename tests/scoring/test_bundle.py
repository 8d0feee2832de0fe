"""A bundle is believed only when every part of it is as the manifest says and fits the rest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import struct
from collections.abc import Callable
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import ArtefactError
from hyperion_hook.scoring.bundle import MANIFEST, MAX_MANIFEST_BYTES, load_bundle
from hyperion_hook.training.models.recipes import BLEND, SPECIFICATION
from tests.support.models import NAMES, write_bundle

TREES = "xgboost.trees"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "models"
    write_bundle(folder, SPECIFICATION)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "models"))


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def change_trees(folder: Path, change: Callable[[bytearray], bytes | bytearray]) -> None:
    """Change a file and have the manifest agree with it, so that only the content can be at fault."""
    data = bytes(change(bytearray((folder / TREES).read_bytes())))
    (folder / TREES).write_bytes(data)
    entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    change_manifest(folder, lambda manifest: manifest["files"].update({TREES: entry}))


def refused(folder: Path) -> str:
    with pytest.raises(ArtefactError) as caught:
        load_bundle(folder)
    text = str(caught.value)
    assert text.isprintable()
    assert re.search(r"; (run: |reinstall )\S", text), "no remedy"
    return text


def test_a_sound_bundle_loads_with_all_it_says_of_itself(folder: Path) -> None:
    bundle = load_bundle(folder)
    assert (bundle.name, bundle.version, bundle.trained_on) == ("test", "0.0.1", "numbers drawn at random")
    assert bundle.risk.features == NAMES
    assert bundle.thresholds == {RiskLevel.HIGH: 0.6, RiskLevel.MEDIUM: 0.4}
    assert bundle.digest == hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def test_an_empty_vector_has_a_score(folder: Path) -> None:
    probability, log_odds = load_bundle(folder).risk.score(FeatureVector({}))
    assert 0 < probability < 1
    assert isfinite(log_odds)


def test_french_names_of_features_are_read(folder: Path) -> None:
    change_manifest(folder, lambda manifest: manifest["risk"]["features"].__setitem__(0, "lignes_ajoutees"))
    assert load_bundle(folder).risk.features == NAMES


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / TREES).unlink()
    assert TREES in refused(folder)


def test_a_file_that_is_listed_but_not_there_is_refused_even_when_no_model_needs_it(folder: Path) -> None:
    change_manifest(folder, lambda manifest: manifest["files"].update({"ghost.trees": {"bytes": 1, "sha256": ""}}))
    assert "ghost.trees" in refused(folder)


def test_one_changed_bit_is_noticed(folder: Path) -> None:
    data = bytearray((folder / TREES).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / TREES).write_bytes(data)
    assert "digest differs from the manifest" in refused(folder)


@pytest.mark.parametrize("kept", [0, 3, 11, 200])
def test_a_truncated_file_is_noticed(folder: Path, kept: int) -> None:
    (folder / TREES).write_bytes((folder / TREES).read_bytes()[:kept])
    assert TREES in refused(folder)
    change_trees(folder, lambda data: data[:kept])
    refused(folder)


def test_what_is_no_regular_file_is_not_read(folder: Path) -> None:
    (folder / TREES).unlink()
    (folder / TREES).symlink_to(os.devnull)
    assert "not a file" in refused(folder)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000, '{"format_version": 1', "\ufeff{}", '"x"'])
def test_what_is_no_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    refused(folder)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b"\xff\xfe\x00")
    refused(folder)


def test_a_manifest_of_absurd_size_is_not_read(folder: Path) -> None:
    with (folder / MANIFEST).open("r+b") as file:
        file.truncate(MAX_MANIFEST_BYTES + 1)
    assert "larger than" in refused(folder)


def test_a_newer_format_says_to_update(folder: Path) -> None:
    change_manifest(folder, lambda manifest: manifest.update(format_version=3))
    assert refused(folder).endswith("newer than this program reads (2); run: pip install -U hyperion-hook")


@pytest.mark.parametrize("version", [True, 0, -1, 1.5, "1", None])
def test_a_format_that_is_no_version_is_refused(folder: Path, version: object) -> None:
    change_manifest(folder, lambda manifest: manifest.update(format_version=version))
    refused(folder)


@pytest.mark.parametrize(
    "name", ["../xgboost.trees", "/etc/passwd", "a/b", "..", ".hidden", "", "a\0b", "a\nb", "..\\x", "C:x", "a b"]
)
def test_no_file_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    def rename(manifest: dict[str, Any]) -> None:
        manifest["files"][name] = manifest["files"].pop(TREES)
        manifest["risk"]["members"][1]["trees"] = name

    change_manifest(folder, rename)
    assert "file name" in refused(folder)


def _set(*keys: Any) -> Callable[[object], Callable[[dict[str, Any]], None]]:
    def to(value: object) -> Callable[[dict[str, Any]], None]:
        def change(manifest: dict[str, Any]) -> None:
            part: Any = manifest
            for key in keys[:-1]:
                part = part[key]
            part[keys[-1]] = value

        return change

    return to


@pytest.mark.parametrize(
    "change",
    [
        _set("thresholds", "HIGH")(nan),
        _set("thresholds", "HIGH")(0.1),
        _set("thresholds", "HIGH")(7.0),
        _set("thresholds")({}),
        _set("name")(["x"]),
        _set("version")(None),
        _set("card")([]),
        _set("typical")([]),
        _set("typical", "la")(inf),
        _set("typical", "zzz")(1.0),
        _set("quantiles", "la")([3.0, 2.0, 1.0]),
        _set("quantiles", "la")([1.0, nan, 2.0]),
        _set("quantiles", "la")([1.0]),
        _set("files")([]),
        _set("files", TREES, "bytes")("1"),
        _set("files", TREES)(None),
        _set("risk", "features")([]),
        _set("risk", "features", 0)("zzz"),
        _set("risk", "features", 0)("ld"),
        _set("risk", "features", 0)(3),
        _set("risk", "features", 0)([1]),
        _set("risk", "features", 0)("z\x1b[31m\nz"),
        _set("risk", "members")([]),
        _set("risk", "members", 0, "kind")("pickle"),
        _set("risk", "members", 0, "name")("xgboost"),
        _set("risk", "members", 0, "base")(10**400),
        _set("risk", "combination", "slope")(0.0),
        _set("risk", "combination", "slope")(-1.0),
        _set("risk", "combination", "weights")([1.0]),
        _set("risk", "combination", "weights")([1e308] * 4),
        _set("risk", "combination", "columns", 0)("other_x"),
        _set("risk", "combination", "columns", 0)("other_prediction"),
        _set("anomaly", "normaliser")(0.0),
        _set("anomaly", "medians")([1.0]),
        _set("anomaly", "trees")("nothing.trees"),
        _set("anomaly")({}),
    ],
)
def test_a_manifest_that_does_not_fit_together_is_refused(folder: Path, change: Callable[[Any], None]) -> None:
    change_manifest(folder, change)
    refused(folder)


@pytest.mark.parametrize("part", ["name", "risk", "anomaly", "thresholds", "typical", "quantiles", "card", "files"])
def test_a_manifest_without_one_of_its_parts_is_refused(folder: Path, part: str) -> None:
    change_manifest(folder, lambda manifest: manifest.pop(part))
    refused(folder)


def test_a_logistic_member_is_checked_too(tmp_path: Path) -> None:
    write_bundle(tmp_path / "sound", BLEND)
    faults = {"columns": [0, 99], "medians": [1.0], "scales": [0.0] * 8, "weights": "x", "intercept": None}
    for key, value in faults.items():
        folder = Path(shutil.copytree(tmp_path / "sound", tmp_path / key))
        change_manifest(folder, _set("risk", "members", 2, key)(value))
        refused(folder)


def _places(data: bytearray) -> tuple[int, int, int, int]:
    """Return the number of nodes, and where features, thresholds and left children begin."""
    trees, nodes = struct.unpack("<II", data[4:12])
    features = 12 + 4 * trees
    return nodes, features, features + 2 * nodes, features + 6 * nodes


def _pack(
    kind: str, where: Callable[[int, int, int, int], int], value: Callable[[int], float]
) -> Callable[[bytearray], bytearray]:
    def change(data: bytearray) -> bytearray:
        places = _places(data)
        struct.pack_into(kind, data, where(*places), value(places[0]))
        return data

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_pack("<f", lambda n, f, t, c: t, lambda n: nan), "no finite number"),
        (_pack("<f", lambda n, f, t, c: t, lambda n: inf), "no finite number"),
        (_pack("<f", lambda n, f, t, c: t + 4 * (n - 1), lambda n: nan), "no finite number"),
        (_pack("<H", lambda n, f, t, c: c, lambda n: n + 7), "behind the last node"),
        (_pack("<H", lambda n, f, t, c: c, lambda n: n - 1), "behind the last node"),
        (_pack("<H", lambda n, f, t, c: c, lambda n: 0), "does not come after its parent"),
        (_pack("<H", lambda n, f, t, c: f, lambda n: 5000), "feature number 5000 where there are 8"),
        (_pack("<H", lambda n, f, t, c: f + 2 * (n - 1), lambda n: 1), "behind the last node"),
        (_pack("<I", lambda n, f, t, c: 12, lambda n: n), "begins behind the last node"),
        (_pack("<I", lambda n, f, t, c: 4, lambda n: 2**32 - 1), "its length"),
        (_pack("<I", lambda n, f, t, c: 8, lambda n: 2**31), "its length"),
        (lambda data: b"PK" + data[2:], "not a file of trees"),
        (lambda data: data + b"\0", "its length"),
    ],
)
def test_trees_that_could_not_be_walked_are_refused(
    folder: Path, change: Callable[[bytearray], bytes], said: str
) -> None:
    change_trees(folder, change)
    assert said in refused(folder)


@pytest.mark.slow
def test_no_two_bytes_of_a_tree_can_make_a_walk_fail(folder: Path) -> None:
    """Whatever is written over nodes, a bundle is either refused or every row has a finite score."""
    sound = (folder / TREES).read_bytes()
    extremes = [[0.0] * 8, [nan] * 8, [inf] * 8, [-inf] * 8]
    for position in range(0, len(sound) - 2, max(1, len(sound) // 150)):
        change_trees(folder, lambda data, at=position: sound[:at] + b"\xff\x7f" + sound[at + 2 :])  # type: ignore[misc]
        try:
            bundle = load_bundle(folder)
        except ArtefactError:
            continue
        for row in extremes:
            assert abs(bundle.risk.log_odds(row)) < 1e300
