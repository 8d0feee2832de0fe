"""Members of the ensemble, each from data: a tree ensemble or a logistic regression, to log-odds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.scoring.trees import Trees

SMALLEST = 1e-9
"""Probabilities are kept this far from 0 and 1 before they become log-odds."""


@dataclass(frozen=True, slots=True)
class TreeMember:
    """A random forest (``averaged``: leaves are probabilities) or boosted trees (leaves add up to log-odds)."""

    name: str
    trees: Trees
    averaged: bool
    base: float

    def log_odds(self, row: Sequence[float]) -> float:
        """Return the log-odds for one row."""
        return self.link(self.trees.total(row))

    def used_columns(self) -> frozenset[int]:
        """Return the columns that some tree splits on."""
        return self.trees.columns

    def link(self, total: float) -> float:
        """Return the log-odds for a sum of leaves."""
        return logit(total / len(self.trees.roots)) if self.averaged else total + self.base


@dataclass(frozen=True, slots=True)
class LogisticMember:
    """Logistic regression on ``sign(x) log(1 + |x|)``, standardised; missing values count as the training median.

    Without ``logged`` it is on the values as they are.
    """

    name: str
    columns: tuple[int, ...]
    medians: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    logged: bool = True

    def terms(self, row: Sequence[float]) -> list[float]:
        """Return the term of each column; with the intercept they sum to the log-odds."""
        terms = []
        for column, median, mean, scale, weight in zip(
            self.columns, self.medians, self.means, self.scales, self.weights, strict=True
        ):
            value = row[column]
            if math.isnan(value):
                value = median
            if self.logged:
                value = math.copysign(math.log1p(abs(value)), value)
            terms.append(weight * (value - mean) / scale)
        return terms

    def log_odds(self, row: Sequence[float]) -> float:
        """Return the log-odds for one row."""
        return self.intercept + math.fsum(self.terms(row))

    def used_columns(self) -> frozenset[int]:
        """Return the columns with a weight."""
        return frozenset(column for column, weight in zip(self.columns, self.weights, strict=True) if weight)


Member = TreeMember | LogisticMember
"""One model of the ensemble: its name in the manifest, and log-odds for one row of 32-bit floats, NaN where missing."""


def logit(probability: float) -> float:
    """Return log-odds, probabilities kept ``SMALLEST`` away from 0 and 1.

    Examples
    --------
    >>> logit(0.5)
    0.0
    """
    inside = min(max(probability, SMALLEST), 1.0 - SMALLEST)
    return math.log(inside / (1.0 - inside))


def sigmoid(log_odds: float) -> float:
    """Return the probability of log-odds.

    Examples
    --------
    >>> sigmoid(0.0), sigmoid(-1000.0), sigmoid(1000.0)
    (0.5, 0.0, 1.0)
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    grown = math.exp(log_odds)
    return grown / (1.0 + grown)
