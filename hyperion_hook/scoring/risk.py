"""The risk model: members, a linear combination of what they say, and a calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.scoring.members import Member, sigmoid
from hyperion_hook.scoring.trees import as_row

_COLUMNS = ("log_odds", "prediction", "confidence")


@dataclass(frozen=True, slots=True)
class Combination:
    """A logistic regression on columns ``<member>_log_odds``, ``_prediction`` or ``_confidence``.

    The specification's meta-learner has predictions and confidences of forest and XGBoost as its columns; a mean of
    log-odds is the same thing with equal weights. ``slope`` and ``intercept`` of the calibration come last (Platt).
    """

    columns: tuple[tuple[str, str], ...]
    weights: tuple[float, ...]
    intercept: float
    slope: float
    shift: float

    def log_odds(self, members: Mapping[str, float]) -> float:
        """Return calibrated log-odds from each member's log-odds."""
        weighted = zip(self.columns, self.weights, strict=True)
        total = math.fsum(weight * column_value(kind, members[name]) for (name, kind), weight in weighted)
        return self.slope * (self.intercept + total) + self.shift


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A change's probability to introduce a bug."""

    features: tuple[str, ...]
    members: tuple[Member, ...]
    combination: Combination

    def used_columns(self) -> frozenset[int]:
        """Return the positions in ``features`` that some member looks at."""
        return frozenset().union(*(member.used_columns() for member in self.members))

    def score(self, vector: FeatureVector) -> tuple[float, float]:
        """Return the calibrated probability in [0, 1] and its log-odds."""
        log_odds = self.log_odds([vector.number(name) for name in self.features])
        return sigmoid(log_odds), log_odds

    def lower_log_odds(self, vector: FeatureVector, bare: FeatureVector | None) -> float:
        """Return the log-odds of a change, at most those of the same change without its tests.

        To the model a test is more lines in more files; but nobody makes a change riskier by testing it.
        """
        return min(self.score(each)[1] for each in (vector, bare) if each is not None)

    def log_odds(self, numbers: Sequence[float]) -> float:
        """Return calibrated log-odds for values in the order of ``features``, NaN where missing."""
        row = as_row(numbers)
        return self.combination.log_odds({member.name: member.log_odds(row) for member in self.members})


def column_value(kind: str, log_odds: float) -> float:
    """Return the value of a column of the combination; confidence is the probability of the likelier class.

    Examples
    --------
    >>> column_value("prediction", 0.0), column_value("confidence", -100.0), column_value("log_odds", 2.0)
    (0.5, 1.0, 2.0)
    """
    if kind == "log_odds":
        return log_odds
    probability = sigmoid(log_odds)
    return probability if kind == "prediction" else max(probability, 1.0 - probability)


def split_column(column: str) -> tuple[str, str]:
    """Return the member and the kind that a column's name stands for.

    Raises ``ValueError`` if the name ends in no known kind.

    Examples
    --------
    >>> split_column("random_forest_confidence")
    ('random_forest', 'confidence')
    """
    for kind in _COLUMNS:
        if column.endswith(f"_{kind}"):
            return column.removesuffix(f"_{kind}"), kind
    raise ValueError(f"column '{column}' ends in none of {', '.join(_COLUMNS)}")
