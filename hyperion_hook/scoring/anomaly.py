"""How unusual a change is: isolation forest, and the single values that stand out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.scoring.trees import Trees, as_row

STANDS_OUT = 2.0
"""Distance from the median, in units of the distance to the 95 % (or 5 %) point on a log scale."""
MOST = 5
_TIME = frozenset({"hour_of_day", "day_of_week"})


@dataclass(frozen=True, slots=True)
class AnomalyModel:
    """An isolation forest (Liu, Ting, Zhou 2008) whose leaves hold path lengths; missing values count as medians."""

    features: tuple[str, ...]
    medians: tuple[float, ...]
    trees: Trees
    normaliser: float
    offset: float

    def decision(self, numbers: list[float]) -> float:
        """Return scikit-learn's ``decision_function`` for values in the order of ``features``: negative is unusual."""
        filled = [median if math.isnan(value) else value for value, median in zip(numbers, self.medians, strict=True)]
        mean_depth = self.trees.total(as_row(filled)) / len(self.trees.roots)
        return -math.pow(2.0, -mean_depth / self.normaliser) - self.offset

    def score(self, vector: FeatureVector) -> tuple[float, bool]:
        """Return a score in [-1, 1], the more negative the more unusual, and whether the change is an anomaly."""
        decision = self.decision([vector.number(name) for name in self.features])
        return min(max(2.0 * decision, -1.0), 1.0), decision < 0.0


def unusual_values(vector: FeatureVector, quantiles: Mapping[str, tuple[float, float, float]]) -> list[str]:
    """Return the features whose values stand out from what is usual, farthest first, at most five.

    Parameters
    ----------
    vector
        The change's values.
    quantiles
        The 5 %, 50 % and 95 % points of each feature over changes that are usual here.
    """
    far = []
    for feature in CATALOGUE:
        if feature.name not in quantiles or feature.name in _TIME or feature.at_commit:
            continue
        value = vector.number(feature.name)
        distance = _distance(value, *quantiles[feature.name])
        # low values of what is risky when high are no news
        if distance > STANDS_OUT and (feature.direction == 0 or (value > quantiles[feature.name][1]) == (
            feature.direction > 0
        )):
            far.append((-distance, feature.name))
    return [name for _, name in sorted(far)[:MOST]]


def _distance(value: float, low: float, middle: float, high: float) -> float:
    if math.isnan(value):
        return 0.0
    centre = _log(middle)
    reach = _log(high) - centre if value > middle else centre - _log(low)
    # where hardly anything varies, one unit on the log scale is the measure
    return abs(_log(value) - centre) / max(reach, 0.7)


def _log(value: float) -> float:
    return math.copysign(math.log1p(abs(value)), value)
