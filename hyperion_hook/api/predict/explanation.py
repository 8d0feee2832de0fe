"""Why a row got its score: what each column adds, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperion_hook.api.predict.named_estimator import NamedEstimator
from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.domain.assessment import Contribution
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, canonical, find_feature
from hyperion_hook.report.sentences import sentence
from hyperion_hook.scoring.coalitions import coalitions
from hyperion_hook.scoring.members import logit
from hyperion_hook.scoring.shapley import Explanation, divide

if TYPE_CHECKING:
    import pandas as pd

GROUPS = {feature.name: feature.group.value for feature in CATALOGUE}
COLUMNS = ("feature", "title", "value", "typical", "contribution", "sentence")


@dataclass(frozen=True, slots=True)
class RowExplanation:
    """``base``, the score of what is typical, and the contributions sum to ``score``; the largest come first.

    ``missing`` says why what has no value has none.
    """

    base: float
    score: float
    contributions: tuple[Contribution, ...]
    missing: Mapping[str, str]

    def __iter__(self) -> Iterator[Contribution]:
        return iter(self.contributions)

    def __len__(self) -> int:
        return len(self.contributions)

    def frame(self) -> pd.DataFrame:
        """Return one line for each contribution."""
        import pandas as pd

        return pd.DataFrame([[getattr(entry, name) for name in COLUMNS] for entry in self], columns=list(COLUMNS))


def explained(
    explanation: Explanation,
    values: Mapping[str, Value],
    typical: Mapping[str, float],
    score: float,
    words: Any,
    rest: str = "",
) -> RowExplanation:
    """Return an explanation in words: base and contributions sum to ``score``.

    ``words`` gives title and sentence for a name, a value and a typical value (``None`` where missing); ``rest`` names
    what gets the difference to ``score``, by default the largest contribution.
    """
    amounts = dict(explanation.contributions)
    gap = score - explanation.base_log_odds - math.fsum(amounts.values())
    if gap and amounts:
        name = rest or max(amounts, key=lambda name: (abs(amounts[name]), name))
        amounts[name] = amounts.get(name, 0.0) + gap
    entries = []
    for name, amount in amounts.items():
        if amount:
            value, usual = (_known(row.get(name, math.nan)) for row in (values, typical))
            title, text = words(name, value, usual)
            entries.append(Contribution(name, title, value, usual, amount, text))
    entries.sort(key=lambda entry: (-abs(entry.contribution), entry.feature))
    missing = {name: value.reason for name, value in values.items() if isinstance(value, Missing)}
    return RowExplanation(explanation.base_log_odds, score, tuple(entries), missing)


def _known(value: Value) -> float | None:
    return None if isinstance(value, Missing) or math.isnan(value) else value


def typical_of(given: object, names: tuple[str, ...], **how: Any) -> dict[str, float]:
    """Return the typical values: a row as it is, of several rows the median of each column.

    Raises ``ConfigError`` if there is no row.
    """
    table = [numbers_of(values, names) for values in values_of(given, names, **how)]
    if not table:
        raise ConfigError("typical: no row; give one row, or rows whose medians are typical")
    results = {}
    for name, column in zip(names, zip(*table, strict=True), strict=True):
        known = [value for value in column if not math.isnan(value)]
        if known:
            results[name] = median(known)
    return results


def explain_estimator(model: NamedEstimator, rows: object, typical: object) -> list[RowExplanation]:
    """Explain rows: the addition of each column to the log-odds of the class that is looked for, against a typical row.

    Raises ``ConfigError`` without a typical row, or with other than two classes.
    """
    if typical is None:
        raise ConfigError("explain: an estimator does not say what is typical; give it: explain(rows, typical=frame)")
    names = model.features
    usual = typical_of(typical, names, optional=False)
    groups = {name: GROUPS.get(canonical(name), "other") for name in names}
    other = [usual.get(name, math.nan) for name in names]

    def game(
        one: Sequence[float], other: Sequence[float], players: Sequence[Sequence[int]], *, alone: bool = False
    ) -> list[float]:
        sets = np.array(coalitions(len(players), alone=alone))
        matrix = np.tile(np.asarray(other, dtype=np.float64), (len(sets), 1))
        for player, columns in enumerate(players):
            inside = (sets >> player & 1).astype(bool)
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
    text = f"not known: {title}" if value is None else f"{title} is {value:.4g}"
    return f"{text}; {'what is typical is not known' if typical is None else f'typical is {typical:.4g}'}"
