"""Why a row got its score: what each column adds, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from hyperion_hook.api.predict.rows import numbers_of, values_of
from hyperion_hook.domain.assessment import Contribution
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.scoring.shapley import Explanation

if TYPE_CHECKING:
    import pandas as pd

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
    found: Explanation,
    values: Mapping[str, Value],
    typical: Mapping[str, float],
    score: float,
    words: Any,
    rest: str = "",
) -> RowExplanation:
    """Return an explanation in words.

    Parameters
    ----------
    score
        What base and contributions have to sum to.
    words
        Gives title and sentence for a name, a value and a typical value (``None`` where missing).
    rest
        What gets the difference to ``score``; by default the largest contribution.
    """
    amounts = dict(found.contributions)
    gap = score - found.base_log_odds - math.fsum(amounts.values())
    if gap and amounts:
        name = rest or max(amounts, key=lambda name: (abs(amounts[name]), name))
        amounts[name] = amounts.get(name, 0.0) + gap
    entries = []
    for name, amount in amounts.items():
        if amount:
            value, usual = known(values.get(name, math.nan)), known(typical.get(name, math.nan))
            title, sentence = words(name, value, usual)
            entries.append(Contribution(name, title, value, usual, amount, sentence))
    entries.sort(key=lambda entry: (-abs(entry.contribution), entry.feature))
    missing = {name: value.reason for name, value in values.items() if isinstance(value, Missing)}
    return RowExplanation(found.base_log_odds, score, tuple(entries), missing)


def known(value: Value) -> float | None:
    """Return a number, ``None`` where it is missing."""
    return None if isinstance(value, Missing) or math.isnan(value) else value


def typical_of(given: object, names: tuple[str, ...], **how: Any) -> dict[str, float]:
    """Return what is typical: a row as it is, of several rows the median of each column.

    Raises ``ConfigError`` if there is no row.
    """
    table = [numbers_of(values, names) for values in values_of(given, names, **how)]
    if not table:
        raise ConfigError("typical: no row; give one row, or rows whose medians are typical")
    results = {}
    for name, column in zip(names, zip(*table, strict=True), strict=True):
        held = [value for value in column if not math.isnan(value)]
        if held:
            results[name] = median(held)
    return results
