"""The one extractor: hook, command line and training replay all call ``extract``."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from types import ModuleType

from hyperion_hook.domain.vector import FeatureVector, Missing, Value
from hyperion_hook.features import (
    business,
    coupling,
    dependencies,
    diffusion,
    interface,
    people,
    process,
    purpose,
    quality,
    review,
    size,
    tokens,
)
from hyperion_hook.features.catalogue import CATALOGUE, Feature
from hyperion_hook.features.context import Context

EXTRACTOR_VERSION = 1
"""Raised whenever a value can change for the same input; cached vectors of another version are not used."""

MODULES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        size, diffusion, tokens, purpose, process, people, review, quality, coupling, dependencies, interface, business,
    )
}
"""Cheap ones first: when the time budget runs out, the dear ones are missing."""

LIGHT_MODULES = frozenset({"size", "diffusion", "tokens", "purpose", "process", "people", "review"})
"""Modules that read the patch and the history only: some milliseconds a change, so cheap enough for whole histories."""

NOT_ASKED = Missing("not measured: the model does not use it and no explanation was asked for")


def extract(
    context: Context, *, only: Collection[str] | None = None, expired: Callable[[], bool] = lambda: False
) -> FeatureVector:
    """Return every feature of the catalogue for one change.

    Parameters
    ----------
    context
        What is known about the change when it is made.
    only
        Canonical names that are wanted; modules without any of them are not run, their features are missing.
    expired
        Asked before each module; once true, the remaining features are missing.

    Returns
    -------
    FeatureVector
        All features in catalogue order; one failing module makes its features missing and hurts no other.
    """
    measured: dict[str, Value] = {}
    for name, module in MODULES.items():
        features = [feature for feature in CATALOGUE if feature.module == name]
        if only is not None and not any(feature.name in only for feature in features):
            measured |= dict.fromkeys((feature.name for feature in features), NOT_ASKED)
        elif expired():
            measured |= dict.fromkeys((feature.name for feature in features), Missing("the time budget was used up"))
        else:
            measured |= _run(module, features, context)
    return FeatureVector({feature.name: measured[feature.name] for feature in CATALOGUE})


def _run(module: ModuleType, features: list[Feature], context: Context) -> dict[str, Value]:
    try:
        values = module.measure(context)
    except (Exception, RecursionError) as error:  # noqa: BLE001 - hostile sources must cost one metric, not the hook
        reason = Missing(f"could not be measured: {type(error).__name__}")
        return dict.fromkeys((feature.name for feature in features), reason)
    return {feature.name: _checked(feature, values.get(feature.name)) for feature in features}


def _checked(feature: Feature, value: Value | None) -> Value:
    if value is None:
        return Missing(f"not measured by {feature.module}")
    if isinstance(value, Missing):
        return value
    number = float(value)
    if math.isnan(number) or not feature.low <= number <= feature.high or math.isinf(number):
        return Missing(f"{number} is outside the range of {feature.name}")
    return number
