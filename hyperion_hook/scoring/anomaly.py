"""How unusual a change is: isolation forest, rare content, and the single values that stand out.

Repositories differ more than changes do: one forest over many of them flags 1 % of the changes of one and 37 % of those
of another. So where recent changes of the repository are known, the forest's verdict is shifted until a tenth of *them*
is unusual. What a forest of some forty features cannot see is a change that is unusual in one of them alone: a binary
file where there never are any (a key, a dump, a library) is looked for by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.features.catalogue import CATALOGUE
from hyperion_hook.features.extract import LIGHT_MODULES
from hyperion_hook.scoring.trees import Trees, as_row

STANDS_OUT = 2.0
"""Distance from the median, in units of the distance to the 95 % (or 5 %) point on a log scale."""
MOST = 5
RARE = 0.03
"""A binary file is unusual where fewer of the recent changes than this have one; most repositories have one in 200."""
BINARY = "binary_files"
LIGHT = frozenset(feature.name for feature in CATALOGUE if feature.module in LIGHT_MODULES)
"""Features that are known of recent changes too."""
_TIME = frozenset({"hour_of_day", "day_of_week"})


@dataclass(frozen=True, slots=True)
class Usual:
    """What recent changes of a repository are like.

    ``decision`` is the point below which a tenth of their decisions lie, made without code metrics; ``binary_share``
    the share of them with a binary file.
    """

    decision: float
    binary_share: float


@dataclass(frozen=True, slots=True)
class AnomalyModel:
    """An isolation forest (Liu, Ting, Zhou 2008) whose leaves hold path lengths; missing values count as medians.

    ``light_decision`` is what ``Usual.decision`` was over the training data: without code metrics decisions are milder,
    because medians are nothing unusual.
    """

    features: tuple[str, ...]
    medians: tuple[float, ...]
    trees: Trees
    normaliser: float
    offset: float
    light_decision: float = 0.0

    def decision(self, numbers: Sequence[float]) -> float:
        """Return scikit-learn's ``decision_function`` for values in the order of ``features``: negative is unusual."""
        return self.decision_at(self.trees.total(as_row(self.filled(numbers))))

    def filled(self, numbers: Sequence[float]) -> list[float]:
        """Return values with the medians in place of what is missing."""
        return [median if math.isnan(value) else value for value, median in zip(numbers, self.medians, strict=True)]

    def decision_at(self, total: float) -> float:
        """Return the decision for a sum of path lengths over all trees."""
        return -math.pow(2.0, -total / len(self.trees.roots) / self.normaliser) - self.offset

    def light_decision_of(self, values: Mapping[str, float]) -> float:
        """Return the decision on a change of which no code metrics are known; ``values`` by name, NaN where missing."""
        return self.decision([values.get(name, math.nan) if name in LIGHT else math.nan for name in self.features])

    def score(self, vector: FeatureVector, usual: Usual | None = None) -> tuple[float, bool]:
        """Return a score in [-1, 1], the more negative the more unusual, and whether the change is an anomaly.

        Without ``usual`` it is compared with what was usual in training.
        """
        numbers = [vector.number(name) for name in self.features]
        decision = self.decision(numbers) - self.zero(numbers, usual)
        if is_rare_binary(vector, usual):
            decision = min(decision, (0.0 if usual is None else usual.binary_share) - RARE)
        return min(max(2.0 * decision, -1.0), 1.0), decision < 0.0

    def zero(self, numbers: Sequence[float], usual: Usual | None = None) -> float:
        """Return the decision below which such a change is unusual; whether its code metrics are known matters."""
        values = zip(self.features, numbers, strict=True)
        has_code = any(not math.isnan(value) for name, value in values if name not in LIGHT)
        here = self.light_decision if usual is None else usual.decision
        # a change with code metrics is compared with the training's zero, moved as far as this repository lies from it
        return here - self.light_decision if has_code else here


def is_rare_binary(vector: FeatureVector, usual: Usual | None) -> bool:
    """Whether a change has a binary file in a repository where that is rare (or nothing is known of it)."""
    return vector.number(BINARY) >= 1.0 and (usual is None or usual.binary_share < RARE)


def unusual_values(vector: FeatureVector, quantiles: Mapping[str, tuple[float, float, float]]) -> list[str]:
    """Return the features whose values stand out from what is usual, farthest first, at most five.

    ``quantiles`` are the 5 %, 50 % and 95 % points of each feature over changes that are usual here.
    """
    far = []
    for feature in CATALOGUE:
        name, way = feature.name, feature.direction
        if name not in quantiles or name in _TIME or feature.at_commit:
            continue
        value = vector.number(name)
        distance = _distance(value, *quantiles[name])
        # low values of what is risky when high are no news
        if distance > STANDS_OUT and (way == 0 or (value > quantiles[name][1]) == (way > 0)):
            far.append((-distance, name))
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
