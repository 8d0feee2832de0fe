"""From models' numbers to what a person is told: contributions in words, unusual values."""

from __future__ import annotations

import math
from collections.abc import Mapping

from hyperion_hook.assess.reference import Reference
from hyperion_hook.domain.assessment import Anomaly, Contribution, UnusualValue
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.scoring.anomaly import BINARY, MOST, Usual, is_rare_binary, unusual_values
from hyperion_hook.scoring.bundle import Bundle

GROUPS = {feature.name: feature.group.value for feature in CATALOGUE}


def explanation_of(
    bundle: Bundle, vector: FeatureVector, typical: Mapping[str, float]
) -> tuple[float, tuple[Contribution, ...]]:
    """Return the log-odds of the typical change and what each feature adds to it, largest first.

    The base and all contributions sum to the log-odds of the score.
    """
    # a silent run is spared the import
    from hyperion_hook.scoring.explain import explain  # noqa: PLC0415
    from hyperion_hook.scoring.sentences import sentence  # noqa: PLC0415

    explanation = explain(bundle.risk, vector, typical, GROUPS)
    contributions = [
        Contribution(
            feature=name,
            title=find_feature(name).title,
            value=_number(vector.number(name)),
            typical=_number(typical.get(name, math.nan)),
            contribution=amount,
            sentence=sentence(name, _number(vector.number(name)), _number(typical.get(name, math.nan))),
        )
        for name, amount in explanation.contributions.items()
        if amount != 0.0
    ]
    contributions.sort(key=lambda entry: (-abs(entry.contribution), entry.feature))
    return explanation.base_log_odds, tuple(contributions)


def anomaly_of(
    bundle: Bundle, vector: FeatureVector, typical: Mapping[str, float], reference: Reference | Missing
) -> Anomaly | None:
    """Return the anomaly model's view with the values that stand out, ``None`` without such a model."""
    if bundle.anomaly is None:
        return None
    usual = None if isinstance(reference, Missing) else reference.usual()
    score, is_anomaly = bundle.anomaly.score(vector, usual)
    quantiles = dict(bundle.quantiles) | ({} if isinstance(reference, Missing) else reference.quantiles())
    unusual = tuple(
        UnusualValue(name, find_feature(name).title, vector.number(name), typical.get(name, quantiles[name][1]))
        for name in _telling(vector, quantiles, usual)
    )
    return Anomaly(score, is_anomaly, unusual)


def _telling(
    vector: FeatureVector, quantiles: Mapping[str, tuple[float, float, float]], usual: Usual | None
) -> list[str]:
    names = unusual_values(vector, quantiles)
    rare = [BINARY] if is_rare_binary(vector, usual) and BINARY in quantiles else []
    return [*rare, *(name for name in names if name not in rare)][:MOST]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
