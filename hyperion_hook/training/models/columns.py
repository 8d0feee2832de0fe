"""Which columns of a table are features, and why the others are not; decided on the rows that are trained on."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.training.models.transformers import FeatureColumns
from hyperion_hook.training.tables.frame_columns import NUMERIC, Column, Kind, columns_of

_IDENTIFIERS = frozenset("id index commit revision row pr issue ticket pull_request".split())
_IDENTIFYING = frozenset("id iid uuid guid sha sha1 sha256 oid hash identifiant identifier".split())
"""Words with which the names of identifiers begin or end."""
_NUMBERED = frozenset("pr mr issue ticket bug pull request commit build run job".split())
_NUMBERS = frozenset("number numero nr key".split())
_WORD = re.compile(r"[A-Z]?[a-zé]+|[A-Z]+(?![a-z])")
MOST_CATEGORIES = 20
FEWEST_FOR_A_COUNTER = 20


@dataclass(frozen=True)
class ChosenColumns:
    """Features in the table's order, the words of those that hold words, and the reason for each column left out."""

    names: tuple[str, ...]
    categories: dict[str, list[str]]
    left_out: dict[str, str]

    @property
    def transformer(self) -> FeatureColumns:
        """What takes them out of a frame."""
        return FeatureColumns(list(self.names), dict(self.categories))


def choose_columns(
    frame: pd.DataFrame, codes: NDArray[np.int64] | None, *, apart: Collection[str], wanted: Sequence[str] | None = None
) -> ChosenColumns:
    """Return the features among the columns of the training rows.

    Raises ``ConfigError`` if a wanted column is not there, is apart, or cannot be learned from; or if no column is
    left.

    Parameters
    ----------
    codes
        Their target, 0 or 1; shape ``(n_rows,)``. Without one no column can give it away.
    apart
        Columns that are no features: the target, the time.
    wanted
        Names of the features under either name, to take these and no others.
    """
    if isinstance(wanted, str):
        raise ConfigError(f"features '{wanted}': is one text; give a list of names")
    usable: dict[str, Column] = {}
    categories: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    asked = None if wanted is None else {canonical(name): name for name in wanted}
    seen: dict[str, str] = {}
    for column in columns_of(frame):
        name = column.name
        if name in apart or (asked is not None and column.canonical not in asked):
            continue
        if column.canonical in seen:
            left_out[name] = f"the same feature as '{seen[column.canonical]}'"
            continue
        seen[column.canonical] = name
        reason = _unfit(column, codes, is_asked=asked is not None)
        if reason:
            left_out[name] = reason
            continue
        usable[name] = column
        if column.kind not in NUMERIC:
            categories[name] = sorted({label for label in column.labels if label is not None})
    if asked is not None:
        lost = [name for key, name in asked.items() if key not in {canonical(name) for name in usable}]
        if lost:
            column_name = next((name for name in left_out if canonical(name) == canonical(lost[0])), None)
            why = left_out[column_name] if column_name else "is not a column that can be a feature"
            raise ConfigError(f"feature '{lost[0]}': {why}")
    if not usable:
        reasons = "; ".join(f"'{name}': {why}" for name, why in list(left_out.items())[:5])
        raise ConfigError(f"features: no column can be learned from ({reasons or 'there is none beside the target'})")
    return ChosenColumns(tuple(usable), categories, left_out)


def _unfit(column: Column, codes: NDArray[np.int64] | None, *, is_asked: bool) -> str:
    """Return why a column cannot be learned from, '' if it can; whoever asks for it may have identifiers."""
    if column.kind is Kind.EMPTY or column.missing.all():
        return "no row has a value"
    name = column.name
    if not is_asked and column.entry is None and _names_an_identifier(name):
        return "its name is that of an identifier"
    if not is_asked and column.kind is Kind.MOMENT:
        return "holds moments; name it as time_column= to split by it"
    if column.kind is Kind.MIXED:
        return "holds cells of several kinds"
    return _unfit_values(column, codes, is_asked=is_asked)


def _unfit_values(column: Column, codes: NDArray[np.int64] | None, *, is_asked: bool) -> str:
    values = column.numbers
    if column.kind not in NUMERIC:
        codes_of_words, words = pd.factorize(column.labels)
        if len(words) > MOST_CATEGORIES:
            return f"text of {len(words)} different values, more than {MOST_CATEGORIES}"
        values = np.where(codes_of_words < 0, np.nan, codes_of_words)
    if len(np.unique(values)) == 1:
        return "constant"
    if is_asked:
        return ""
    if _is_counter(column):
        return "numbers the rows"
    return "tells the target of every row" if codes is not None and _gives_away(values, codes) else ""


def _names_an_identifier(name: str) -> bool:
    """Return whether a name is that of an identifier, however its words are put together.

    Examples
    --------
    >>> [_names_an_identifier(name) for name in ("commit-id", "Commit SHA", "numero_pr", "issueKey", "valid")]
    [True, True, True, True, False]
    """
    words = [word.lower().replace("é", "e") for word in _WORD.findall(name)]
    if not name.strip("_ ") or name.startswith("Unnamed:") or "_".join(words) in _IDENTIFIERS:
        return True
    ends = set(words[:1] + words[-1:])
    return not ends.isdisjoint(_IDENTIFYING) or not (ends.isdisjoint(_NUMBERS) or _NUMBERED.isdisjoint(words))


def _is_counter(column: Column) -> bool:
    """Whether a column counts up or down, row by row, as the index of a table that was saved with it does."""
    values = column.numbers
    if column.kind not in NUMERIC or column.entry is not None or len(values) < FEWEST_FOR_A_COUNTER:
        return False
    steps = np.diff(values[np.isfinite(values)])
    return len(steps) == len(values) - 1 and bool(np.all(steps == 1) or np.all(steps == -1))


def _gives_away(values: NDArray[np.float64], codes: NDArray[np.int64]) -> bool:
    """Whether a column has two values, one for each class: a copy of the target."""
    if np.isnan(values).any() or len(np.unique(values)) != 2:
        return False
    upper = values == values.max()
    return bool(np.array_equal(upper, codes == 1) or np.array_equal(upper, codes == 0))
