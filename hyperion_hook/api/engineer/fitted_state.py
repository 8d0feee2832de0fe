"""What is learned from training data for scaling and for filling gaps, as data that can be kept as JSON.

Nothing of it comes from the rows it is applied to: ranges and medians of the rows at hand would tell a model of the
future, and would differ between training and use.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from statistics import median, mode
from typing import Any

from hyperion_hook.api.engineer.interactions import INTERACTIONS
from hyperion_hook.errors import ArtefactError
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import EXTRACTOR_VERSION

KIND = "hyperion-hook fitted features"
FORMAT = 1
NAMES = (*(feature.name for feature in CATALOGUE), *(entry.name for entry in INTERACTIONS))
_FLAGS = frozenset(feature.name for feature in CATALOGUE if feature.unit == "flag")


@dataclass(frozen=True, slots=True)
class FittedFeature:
    """One feature in training: its range, what fills a gap and how that was found, rows with and without a value."""

    low: float
    high: float
    fill: float
    how: str
    known: int
    missing: int


@dataclass(frozen=True, slots=True)
class Options:
    """What ``engineer_full_feature_set`` does beyond features: interactions, filling gaps, scaling to 0..1."""

    interactions: bool = False
    impute: bool = False
    normalize: bool = False


@dataclass(frozen=True)
class Fitted:
    """What was learned of each feature, by canonical name; a feature without any value in training is not there."""

    rows: int = 0
    features: Mapping[str, FittedFeature] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    """Features that were there in training without a single value."""

    def range_of(self, name: str) -> tuple[float, float] | None:
        """Return the lowest and highest value in training, else the catalogue's bounds where it has both."""
        if name in self.features:
            return self.features[name].low, self.features[name].high
        return _BOUNDS.get(name)

    def indicated(self) -> tuple[str, ...]:
        """Return the features that were missing in some row of training: those whose absence a model can use."""
        return tuple(name for name, result in self.features.items() if result.missing)

    def to_json(self, options: Options) -> str:
        """Return it as JSON: names and numbers, nothing that could be executed."""
        document = {
            "kind": KIND,
            "format": FORMAT,
            "extractor_version": EXTRACTOR_VERSION,
            "options": asdict(options),
            "rows": self.rows,
            "features": {name: asdict(feature) for name, feature in self.features.items()},
            "empty": list(self.empty),
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"


_OPTIONS = {part.name for part in fields(Options)}
_BOUNDS = {
    feature.name: (feature.low, feature.high)
    for feature in CATALOGUE
    if math.isfinite(feature.low) and math.isfinite(feature.high)
}


def fit(columns: Mapping[str, Sequence[float]], rows: int) -> Fitted:
    """Learn ranges and fillings from training data.

    ``columns`` are by canonical name, one float for each row, NaN where missing.

    Examples
    --------
    >>> fitted = fit({"la": [1.0, 4.0, float("nan"), 10.0]}, 4)
    >>> fitted.features["la"]
    FittedFeature(low=1.0, high=10.0, fill=4.0, how='median', known=3, missing=1)
    """
    results: dict[str, FittedFeature] = {}
    empty = []
    for name, column in columns.items():
        known = [float(value) for value in column if math.isfinite(value)]
        if not known:
            empty.append(name)
            continue
        how = "most frequent value" if name in _FLAGS else "median"
        fill = mode(sorted(known)) if name in _FLAGS else _median(known)
        results[name] = FittedFeature(min(known), max(known), fill, how, len(known), rows - len(known))
    return Fitted(rows, results, tuple(empty))


def _median(values: list[float]) -> float:
    result = median(values)
    if math.isfinite(result):
        return result
    # the sum of two huge values is infinite, their mean is not
    ordered = sorted(values)
    return ordered[len(ordered) // 2 - 1] / 2 + ordered[len(ordered) // 2] / 2


def scaled(value: float, low: float, high: float) -> float:
    """Return the place of a value in a range, in [0, 1]; where the range is a single value, 0 up to it and 1 above.

    Examples
    --------
    >>> scaled(5.0, 0.0, 10.0), scaled(-1.0, 0.0, 10.0), scaled(99.0, 0.0, 10.0), scaled(3.0, 3.0, 3.0)
    (0.5, 0.0, 1.0, 0.0)
    """
    if value <= low:
        return 0.0
    if value >= high:
        return 1.0
    span = high - low
    # the difference of two huge numbers is infinite, that of their halves is not
    return (value - low) / span if math.isfinite(span) else (value / 2 - low / 2) / (high / 2 - low / 2)


def from_json(text: str, where: str = "fitted features") -> tuple[Fitted, Options]:
    """Read the text of ``Fitted.to_json``.

    Raises ``ArtefactError`` if it is damaged, of another kind, or of another version of the format or the
    extractor; all faults at once.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{where}: is no JSON ({error}); fit again") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ArtefactError(f"{where}: holds no fitted features; fit again")
    for key, here in (("format", FORMAT), ("extractor_version", EXTRACTOR_VERSION)):
        if document.get(key) != here:
            raise ArtefactError(f"{where}: {key} is {document.get(key)!r:.40}, this version reads {here}; fit again")
    faults: list[str] = []
    rows = document.get("rows")
    if not _is_count(rows):
        faults.append(f"rows is {rows!r:.40}")
    entries, empty = document.get("features"), document.get("empty")
    result = _features(entries if isinstance(entries, dict) else {}, faults)
    if not isinstance(entries, dict):
        faults.append("there are no features")
    if not isinstance(empty, list) or not all(name in NAMES for name in empty):
        faults.append(f"empty is {empty!r:.40}")
    options = document.get("options")
    if not (isinstance(options, dict) and options.keys() == _OPTIONS and set(map(type, options.values())) == {bool}):
        faults.append(f"options are {options!r:.80}")
    if faults:
        raise ArtefactError("\n".join(f"{where}: {fault}; fit again" for fault in faults))
    return Fitted(rows, result, tuple(empty)), Options(**options)  # type: ignore[arg-type]


def _features(entries: Mapping[str, Any], faults: list[str]) -> dict[str, FittedFeature]:
    results: dict[str, FittedFeature] = {}
    for name, entry in entries.items():
        if name not in NAMES:
            faults.append(f"feature '{name:.40}' is not in the catalogue")
        elif not isinstance(entry, dict) or entry.keys() != {part.name for part in fields(FittedFeature)}:
            faults.append(f"feature '{name}' has not the parts of one")
        elif not _fits(entry):
            faults.append(f"feature '{name}' has values that do not fit together")
        else:
            numbers = {part: float(entry[part]) for part in ("low", "high", "fill")}
            results[name] = FittedFeature(**(entry | numbers))
    return results


def _fits(entry: Mapping[str, Any]) -> bool:
    numbers = [entry[name] for name in ("low", "fill", "high")]
    return (
        all(type(number) in {int, float} and abs(number) <= sys.float_info.max for number in numbers)
        and numbers == sorted(numbers)
        and all(_is_count(entry[name]) for name in ("known", "missing"))
        and entry["known"] > 0
        and entry["how"] in ("median", "most frequent value")
    )


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0
