"""A folder of models as data, checked before anything in it is believed.

``manifest.json`` names every file with its length and SHA-256, the models' features and how members are combined.
Nothing in a bundle can be executed; a bundle that was changed, cut short or made by a newer version is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.files.digests import hex_digest
from hyperion_hook.domain.files.regular import read_regular
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import ArtefactError, ConfigError
from hyperion_hook.features.catalogue import feature_named
from hyperion_hook.features.history.file_bug_features import PAST_VERSION
from hyperion_hook.scoring.anomaly import AnomalyModel
from hyperion_hook.scoring.bugs import BugModel, columns_of
from hyperion_hook.scoring.members import LogisticMember, Member, TreeMember
from hyperion_hook.scoring.risk import Combination, RiskModel, split_column
from hyperion_hook.scoring.trees import REINSTALL, Trees

FORMAT_VERSION = 2
"""2 has trees whose left children are 16 bits wide; 1 is read as well."""
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4_000_000
MAX_FILE_BYTES = 64_000_000
MAX_FILES = 32
MAX_NUMBER = 1e100
"""No number of a model is larger; products of a few of them stay finite."""
_PACKAGE = Path(__file__).resolve().parents[1]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Bundle:
    """Checked models, ready to score; ``digest`` is the manifest's SHA-256. Old bundles have no bug predictor."""

    name: str
    version: str
    trained_on: str
    digest: str
    card: Mapping[str, Any]
    risk: RiskModel
    anomaly: AnomalyModel | None
    bugs: BugModel | None
    thresholds: Mapping[RiskLevel, float]
    typical: Mapping[str, float]
    quantiles: Mapping[str, tuple[float, float, float]]


def bundled_models() -> Path:
    """Return the folder of the models that came with the program."""
    installed = _PACKAGE / "bundled_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def load_bundle(path: Path | None = None) -> Bundle:
    """Load a bundle; without a path the one that came with the program.

    Raises ``ArtefactError`` if a file is missing, damaged, not the one the manifest names, made by a newer version,
    or out of bounds.
    """
    folder = path if path is not None else bundled_models()
    path = folder / MANIFEST
    data = read_limited(path, MAX_MANIFEST_BYTES)
    try:
        manifest = json.loads(data)
        version = manifest["format_version"]
        if type(version) is not int or version < 1:
            raise ValueError(version)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _refused(path, "not a manifest of models") from None
    if version > FORMAT_VERSION:
        raise ArtefactError(
            f"{_shown(path)}: format {str(version)[:20]} is newer than this program reads ({FORMAT_VERSION})",
            "run: pip install -U hyperion-hook",
        )
    try:
        return _bundle(folder, manifest, hex_digest(data))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise _refused(path, f"a part is missing or of the wrong kind ({error})") from None
    except ConfigError as error:
        raise _refused(path, str(error)) from None


def _bundle(folder: Path, manifest: Mapping[str, Any], digest: str) -> Bundle:
    files = _files(folder, manifest["files"])
    anomaly, bugs = manifest["anomaly"], manifest.get("bugs")
    return Bundle(
        name=_text(manifest["name"]),
        version=_text(manifest["version"]),
        trained_on=_text(manifest["trained_on"]),
        digest=digest,
        card=_typed(manifest["card"], dict, "table"),
        risk=_risk(files, manifest["risk"]),
        anomaly=None if anomaly is None else _anomaly(files, anomaly),
        bugs=None if bugs is None else _bugs(files, bugs),
        thresholds=_thresholds(manifest["thresholds"]),
        typical={_feature(name): _number(value) for name, value in manifest["typical"].items()},
        quantiles={_feature(name): _three(values) for name, values in manifest["quantiles"].items()},
    )


def _risk(files: Mapping[str, bytes], part: Mapping[str, Any]) -> RiskModel:
    features = _features(part["features"])
    members = tuple(_member(files, member, len(features)) for member in part["members"])
    names = {member.name for member in members}
    combination = part["combination"]
    columns = tuple(split_column(column) for column in combination["columns"])
    if len(names) != len(members) or not {member for member, _ in columns} <= names:
        raise ValueError("a column of the combination belongs to no member")
    weights = _numbers(combination["weights"], len(columns))
    intercept, slope, shift = (_number(combination[name]) for name in ("intercept", "slope", "shift"))
    if slope <= 0:
        raise ValueError("the calibration would turn the order round")
    return RiskModel(features, members, Combination(columns, weights, intercept, slope, shift))


def _member(files: Mapping[str, bytes], part: Mapping[str, Any], feature_count: int) -> Member:
    if part["kind"] in ("logistic", "linear"):
        columns = tuple(int(column) for column in part["columns"])
        if any(not 0 <= column < feature_count for column in columns):
            raise ValueError("a column lies outside the features")
        medians, means, scales, weights = (
            _numbers(part[name], len(columns)) for name in ("medians", "means", "scales", "weights")
        )
        if any(scale < 1e-9 for scale in scales):
            raise ValueError("a scale is too small")
        name, intercept, is_logged = _text(part["name"]), _number(part["intercept"]), part["kind"] == "logistic"
        return LogisticMember(name, columns, medians, means, scales, weights, intercept, is_logged)
    if part["kind"] not in ("forest", "boosting"):
        raise ValueError(f"member kind {part['kind']!r}")
    trees = _trees(files, part["trees"], feature_count)
    return TreeMember(_text(part["name"]), trees, part["kind"] == "forest", _number(part["base"]))


def _anomaly(files: Mapping[str, bytes], part: Mapping[str, Any]) -> AnomalyModel:
    features = _features(part["features"])
    normaliser = _number(part["normaliser"])
    if normaliser < 1e-9:
        raise ValueError("the normaliser is too small")
    return AnomalyModel(
        features,
        _numbers(part["medians"], len(features)),
        _trees(files, part["trees"], len(features)),
        normaliser,
        _number(part["offset"]),
        _number(part.get("light_decision", 0.0)),
    )


def _bugs(files: Mapping[str, bytes], part: Mapping[str, Any]) -> BugModel:
    if part["past_version"] != PAST_VERSION:
        raise ValueError(f"the bug predictor reads numbers of version {part['past_version']!r}, not {PAST_VERSION}")
    columns = columns_of(part["numbers"])
    change = part["change"]
    slope, largest = _number(part["slope"]), _number(change["largest"])
    if slope <= 0 or largest <= 0:
        raise ValueError("the calibration of the bug predictor would turn the order round")
    trees = TreeMember("bugs", _trees(files, part["trees"], len(columns)), averaged=False, base=_number(part["base"]))
    return BugModel(
        columns, trees, slope, _number(part["shift"]), largest, _number(change["count"]), _number(change["intercept"])
    )


def _trees(files: Mapping[str, bytes], name: str, feature_count: int) -> Trees:
    trees = Trees.parse(name, files[name], feature_count)
    if not trees.roots:
        raise ValueError(f"'{name}' holds no tree")
    return trees


def _files(folder: Path, entries: Mapping[str, Any]) -> dict[str, bytes]:
    """Return every file that the manifest names, each checked against its length and digest."""
    if len(entries) > MAX_FILES:
        raise ValueError(f"{len(entries)} files")
    files = {}
    for name, entry in entries.items():
        # a plain name: a manifest must not lead out of its folder
        if name[:1] in ("", ".") or not all(letter.isalnum() or letter in "._-" for letter in name):
            raise ValueError(f"file name {name!r}")
        data = read_limited(folder / name, MAX_FILE_BYTES)
        if len(data) != entry["bytes"] or hex_digest(data) != entry["sha256"]:
            raise _refused(folder / name, "its digest differs from the manifest")
        files[name] = data
    return files


def read_limited(path: Path, limit: int) -> bytes:
    """Return a regular file of at most ``limit`` bytes.

    Raises ``ArtefactError`` if it is none, is larger, or cannot be read.
    """
    try:
        return read_regular(path, limit, links=True)
    except OSError as error:
        raise _refused(path, error.strerror or "cannot be read") from None


def _feature(name: str) -> str:
    feature = feature_named(name)
    if feature is None:
        raise ConfigError(f"feature '{name}': not in the catalogue")
    return feature.name


def _features(names: Sequence[str]) -> tuple[str, ...]:
    features = tuple(_feature(name) for name in names)
    if not features or len(set(features)) != len(features):
        raise ValueError("no features, or one of them twice")
    return features


def _thresholds(part: Mapping[str, Any]) -> dict[RiskLevel, float]:
    high, medium = _number(part[RiskLevel.HIGH.value]), _number(part[RiskLevel.MEDIUM.value])
    if not 0.0 <= medium <= high <= 1.0:
        raise ValueError(f"thresholds {medium:g} and {high:g} are not rising probabilities")
    return {RiskLevel.HIGH: high, RiskLevel.MEDIUM: medium}


def _text(value: Any) -> str:
    return _typed(value, str, "text")


def _typed(value: Any, kind: type[_T], called: str) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {called}")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
        raise ValueError(f"{str(value)[:20]} is no number of a model")
    return float(value)


def _numbers(values: Sequence[Any], count: int) -> tuple[float, ...]:
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} are needed")
    return tuple(_number(value) for value in values)


def _three(values: Sequence[Any]) -> tuple[float, float, float]:
    low, middle, high = _numbers(values, 3)
    if not low <= middle <= high:
        raise ValueError("quantiles that do not rise")
    return low, middle, high


def _shown(text: object) -> str:
    """Return a name or a fault as one line of printable characters, not too long."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text)[:500])


def _refused(path: Path, what: str) -> ArtefactError:
    return ArtefactError(f"{_shown(path)}: {_shown(what)}", REINSTALL)
