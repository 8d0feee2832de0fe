"""The one extractor: hook, command line and training replay all call ``extract``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module

from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.domain.remedies import PASSING, Note
from hyperion_hook.domain.vector import FeatureVector, Missing, Value
from hyperion_hook.errors import show_traceback_if_asked
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.context import Context
from hyperion_hook.features.imports import read as imports
from hyperion_hook.features.source import measure as source

EXTRACTOR_VERSION = 6
"""Raised whenever a value can change for the same input; cached vectors of another version are not used."""

MODULES = {
    "size": "change.size",
    "diffusion": "change.diffusion",
    "tokens": "change.tokens",
    "purpose": "history.purpose",
    "process": "history.process",
    "people": "history.people",
    "review": "history.review",
    "quality": "change.quality",
    "coupling": "structure.coupling",
    "dependencies": "structure.dependencies",
    "interface": "structure.breaking_changes",
    "business": "structure.business",
}
"""Where each is; imported when it is run. Cheap ones first: when the time runs out, the costly ones are missing."""

LIGHT_MODULES = frozenset({"size", "diffusion", "tokens", "purpose", "process", "people", "review"})
"""Modules that read the patch and the history only: some milliseconds a change, so cheap enough for whole histories."""

_PURE = frozenset({"diffusion", "tokens", "purpose"})
"""Modules that look at nothing but the change: they can be broken off anywhere."""

_Bounds = tuple[float, float]
_FEATURES: dict[str, dict[str, _Bounds]] = {
    name: {
        feature.name: (max(feature.low, -sys.float_info.max), min(feature.high, sys.float_info.max))
        for feature in CATALOGUE
        if feature.module == name
    }
    for name in MODULES
}
_MODULE_OF = {feature.name: feature.module for feature in CATALOGUE}
_NAMES = tuple(_MODULE_OF)

NOT_ASKED = Missing("not measured: the model does not use it and no explanation was asked for")


def code_versions() -> str:
    """Return the versions of all code that a vector depends on."""
    versions = (EXTRACTOR_VERSION, source.EXTRACTOR_VERSION, imports.READER_VERSION, CLASSIFIER_VERSION)
    return f"x{'.'.join(map(str, versions))}"


def nothing_known(reason: str) -> FeatureVector:
    """Return the vector of a change that could not be measured at all."""
    return FeatureVector(dict.fromkeys(_NAMES, Missing(reason)))


def extract(context: Context, *, only: Collection[str] | None = None) -> FeatureVector:
    """Return every feature of the catalogue for one change.

    Features are in catalogue order; one failing module makes its features missing and hurts no other. Past the deadline
    of the context the remaining features are missing; modules without any of the canonical names in ``only`` are not
    run, and their features are missing.
    """
    vector: dict[str, Value] = dict.fromkeys(_NAMES, NOT_ASKED)
    for name in MODULES:
        features = _FEATURES[name]
        if only is not None and not any(map(only.__contains__, features)):
            continue
        if context.deadline.expired():
            vector |= dict.fromkeys(features, context.deadline.late)
        else:
            _run(name, features, context, vector)
    return FeatureVector(vector)


def _run(name: str, features: Mapping[str, _Bounds], context: Context, vector: dict[str, Value]) -> None:
    try:
        measure: Callable[[Context], dict[str, Value]] = import_module(
            f"hyperion_hook.features.{MODULES[name]}"
        ).measure
        values = context.deadline.run(lambda: measure(context)) if name in _PURE else measure(context)
    except Exception as error:  # noqa: BLE001 - hostile sources must cost one metric, not the hook
        show_traceback_if_asked(error)
        values = Missing(Note(f"could not be measured: {type(error).__name__}", kind=PASSING))
    if isinstance(values, Missing):
        vector |= dict.fromkeys(features, values)
        return
    for feature, (low, high) in features.items():
        value = values.get(feature)
        # bounds are finite, so neither NaN nor an infinity lies between them
        vector[feature] = (
            value if value.__class__ is float and low <= value <= high else _checked(feature, low, high, value)
        )


def _checked(name: str, low: float, high: float, value: Value | None) -> Value:
    if value is None:
        return Missing(f"not measured by {_MODULE_OF[name]}")
    if isinstance(value, Missing):
        return value
    number = float(value)
    if not low <= number <= high:
        return Missing(f"{number} is outside the range of {name}")
    return number
