"""A folder of models as data, checked before anything in it is believed.

``manifest.json`` names every file with its length and SHA-256, the models' features and how members are combined.
Nothing in a bundle can be executed; a bundle that was changed, cut short or made by a newer version is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.errors import ArtefactError, ConfigError
from hyperion_hook.features.catalogue import find_feature
from hyperion_hook.scoring.anomaly import AnomalyModel
from hyperion_hook.scoring.members import LogisticMember, Member, TreeMember
from hyperion_hook.scoring.risk import Combination, RiskModel, split_column
from hyperion_hook.scoring.trees import Trees

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4_000_000
MAX_FILE_BYTES = 64_000_000
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Checked models, ready to score; ``digest`` is the manifest's SHA-256."""

    name: str
    version: str
    trained_on: str
    digest: str
    card: Mapping[str, Any]
    risk: RiskModel
    anomaly: AnomalyModel | None
    thresholds: Mapping[RiskLevel, float]
    typical: Mapping[str, float]
    quantiles: Mapping[str, tuple[float, float, float]]


def bundled_models() -> Path:
    """Return the folder of the models that came with the program."""
    installed = _PACKAGE / "bundled_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def load_bundle(path: Path | None = None) -> Bundle:
    """Load a bundle; without a path the one that came with the program.

    Raises
    ------
    ArtefactError
        If a file is missing, damaged, not the one the manifest names, made by a newer version, or out of bounds.
    """
    folder = path if path is not None else bundled_models()
    data = _read(folder / MANIFEST, MAX_MANIFEST_BYTES)
    try:
        manifest = json.loads(data)
        if not isinstance(manifest, dict):
            raise TypeError("not an object")
        version = manifest["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _refused(folder / MANIFEST, "not a manifest of models") from None
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise ArtefactError(
            f"{folder / MANIFEST}: format {version!r} is newer than this program reads ({FORMAT_VERSION}); "
            "run: pip install -U hyperion-hook"
        )
    try:
        return _bundle(folder, manifest, hashlib.sha256(data).hexdigest())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise _refused(folder / MANIFEST, f"a part is missing or of the wrong kind ({error})") from None
    except ConfigError as error:
        raise _refused(folder / MANIFEST, str(error).partition(";")[0]) from None


def _bundle(folder: Path, manifest: Mapping[str, Any], digest: str) -> Bundle:
    files = manifest["files"]
    anomaly = manifest["anomaly"]
    return Bundle(
        name=str(manifest["name"]),
        version=str(manifest["version"]),
        trained_on=str(manifest["trained_on"]),
        digest=digest,
        card=dict(manifest["card"]),
        risk=_risk(folder, files, manifest["risk"]),
        anomaly=None if anomaly is None else _anomaly(folder, files, anomaly),
        thresholds={
            level: _number(manifest["thresholds"][level.value]) for level in (RiskLevel.HIGH, RiskLevel.MEDIUM)
        },
        typical={_feature(name): _number(value) for name, value in manifest["typical"].items()},
        quantiles={_feature(name): _three(values) for name, values in manifest["quantiles"].items()},
    )


def _risk(folder: Path, files: Mapping[str, Any], part: Mapping[str, Any]) -> RiskModel:
    features = tuple(_feature(name) for name in part["features"])
    members = tuple(_member(folder, files, member, len(features)) for member in part["members"])
    names = {member.name for member in members}
    combination = part["combination"]
    columns = tuple(split_column(column) for column in combination["columns"])
    if len(names) != len(members) or not {member for member, _ in columns} <= names:
        raise ValueError("a column of the combination belongs to no member")
    weights = _numbers(combination["weights"], len(columns))
    return RiskModel(
        features, members,
        Combination(
            columns, weights, _number(combination["intercept"]), _number(combination["slope"]),
            _number(combination["shift"]),
        ),
    )


def _member(folder: Path, files: Mapping[str, Any], part: Mapping[str, Any], feature_count: int) -> Member:
    if part["kind"] == "logistic":
        columns = tuple(int(column) for column in part["columns"])
        if any(not 0 <= column < feature_count for column in columns):
            raise ValueError("a column lies outside the features")
        scales = _numbers(part["scales"], len(columns))
        if any(scale <= 0 for scale in scales):
            raise ValueError("a scale is not positive")
        return LogisticMember(
            str(part["name"]), columns, _numbers(part["medians"], len(columns)), _numbers(part["means"], len(columns)),
            scales, _numbers(part["weights"], len(columns)), _number(part["intercept"]),
        )
    if part["kind"] not in ("forest", "boosting"):
        raise ValueError(f"member kind {part['kind']!r}")
    trees = _trees(folder, files, part["trees"], feature_count)
    return TreeMember(str(part["name"]), trees, part["kind"] == "forest", _number(part["base"]))


def _anomaly(folder: Path, files: Mapping[str, Any], part: Mapping[str, Any]) -> AnomalyModel:
    features = tuple(_feature(name) for name in part["features"])
    normaliser = _number(part["normaliser"])
    if normaliser <= 0:
        raise ValueError("the normaliser is not positive")
    return AnomalyModel(
        features, _numbers(part["medians"], len(features)), _trees(folder, files, part["trees"], len(features)),
        normaliser, _number(part["offset"]),
    )


def _trees(folder: Path, files: Mapping[str, Any], name: str, feature_count: int) -> Trees:
    # a plain name: a manifest must not lead out of its folder
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".", ".."):
        raise ValueError(f"file name {name!r}")
    entry = files[name]
    data = _read(folder / name, MAX_FILE_BYTES)
    if len(data) != entry["bytes"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise _refused(folder / name, "its digest differs from the manifest")
    trees = Trees.parse(name, data, feature_count)
    if not trees.roots:
        raise ValueError(f"'{name}' holds no tree")
    return trees


def _read(path: Path, limit: int) -> bytes:
    try:
        if path.stat().st_size > limit:
            raise _refused(path, f"larger than {limit:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, error.strerror or "cannot be read") from None


def _feature(name: str) -> str:
    return find_feature(name).name


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _numbers(values: Sequence[Any], count: int) -> tuple[float, ...]:
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} are needed")
    return tuple(_number(value) for value in values)


def _three(values: Sequence[Any]) -> tuple[float, float, float]:
    low, middle, high = _numbers(values, 3)
    return low, middle, high


def _refused(path: Path, what: str) -> ArtefactError:
    return ArtefactError(f"{path}: {what}; run: hyperion-hook models rollback, or reinstall hyperion-hook")
