"""What each column adds to an estimator's log-odds: the program's own explanation, on rows asked in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.row_explanation import RowExplanation, explained, typical_of
from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, canonical, find_feature
from hyperion_hook.report.sentences import sentence
from hyperion_hook.scoring.coalitions import coalitions
from hyperion_hook.scoring.members import logit
from hyperion_hook.scoring.shapley import divide

GROUPS = {feature.name: feature.group.value for feature in CATALOGUE}
OTHER = "other"
"""The group of columns that are in no catalogue."""


def explain_estimator(model: NamedEstimator, rows: object, typical: object) -> list[RowExplanation]:
    """Return what each column adds to the log-odds of the class that is looked for, against a typical row.

    Raises ``ConfigError`` without a typical row, or with other than two classes.
    """
    if typical is None:
        raise ConfigError("explain: an estimator does not say what is typical; give it: explain(rows, typical=frame)")
    names = model.features
    usual = typical_of(typical, names, optional=False)
    groups = {name: GROUPS.get(canonical(name), OTHER) for name in names}
    other = [usual.get(name, float("nan")) for name in names]

    def game(
        one: Sequence[float], other: Sequence[float], players: Sequence[Sequence[int]], *, alone: bool = False
    ) -> list[float]:
        asked = np.array(coalitions(len(players), alone=alone))
        matrix = np.tile(np.asarray(other, dtype=np.float64), (len(asked), 1))
        for player, columns in enumerate(players):
            inside = (asked >> player & 1).astype(bool)
            for column in columns:
                matrix[inside, column] = one[column]
        return log_odds_of(model, matrix)

    results = []
    for values in values_of(rows, names, optional=False):
        one = numbers_of(values, names)
        explanation = divide(game, names, one, other, range(len(names)), groups)
        [score] = log_odds_of(model, np.array([one]))
        results.append(explained(explanation, values, usual, score, in_words))
    return results


def log_odds_of(model: NamedEstimator, matrix: Any) -> list[float]:
    """Return the log-odds of the class that is looked for, one for each row."""
    probabilities = model.harmless_first(model.ask_matrix("predict_proba", matrix))
    return [logit(float(probability)) for probability in probabilities[:, 1]]


def in_words(name: str, value: float | None, typical: float | None) -> tuple[str, str]:
    """Return title and sentence of a column, whether the catalogue knows it or not.

    Examples
    --------
    >>> in_words("mine", 3.0, None)
    ('mine', 'mine is 3; what is typical is not known')
    """
    if canonical(name) in GROUPS:
        return find_feature(name).title, sentence(name, value, typical)
    return name, plainly(name, value, typical)


def plainly(title: str, value: float | None, typical: float | None) -> str:
    """Return a sentence for a number that has no phrase of its own.

    Examples
    --------
    >>> plainly("commits", 3.0, 1.5), plainly("commits", None, 2.0)
    ('commits is 3; typical is 1.5', 'not known: commits; typical is 2')
    """
    said = f"not known: {title}" if value is None else f"{title} is {value:.4g}"
    return f"{said}; {'what is typical is not known' if typical is None else f'typical is {typical:.4g}'}"
