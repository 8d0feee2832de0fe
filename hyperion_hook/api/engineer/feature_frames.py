"""Tables of raw data to tables of features; columns may carry either name of a feature."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hyperion_hook.api.engineer.derive import why_not
from hyperion_hook.api.engineer.feature_names import catalogue_name, language_of, named
from hyperion_hook.api.engineer.interactions import INTERACTIONS, Interaction
from hyperion_hook.api.engineer.raw_facts import FACT_KEYS, SECTIONS, Raw
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, feature_named
from hyperion_hook.features.feature import Feature

if TYPE_CHECKING:
    import pandas as pd

MOST_FAULTS = 20
"""Faults of a table that are reported; a wrong column has one in every row."""


def is_frame(value: object) -> bool:
    """Return whether something is a table of pandas, without importing it."""
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "columns")


def as_pandas(value: Any) -> Any:
    """Return a table of polars or Arrow as one of pandas, an iterator as a list; anything else as it is."""
    if isinstance(value, Iterator):
        return list(value)
    if not (hasattr(value, "schema") and (hasattr(value, "to_pydict") or hasattr(value, "to_dict"))):
        return value
    from hyperion_hook.training.tables.table_reading import frame_of  # pandas, which such a caller has

    return frame_of(value)


def numeric_features(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that are features or interactions, by the names they have, as floats, NaN where missing.

    Raises ``ConfigError`` if such a column holds what is no number, or a feature stands there twice; all faults at
    once.
    """
    names = [
        name
        for index, name in enumerate(frame.columns)
        if catalogue_name(name) is not None and not _holds_facts(frame.iloc[:, index], name)
    ]
    faults = []
    for feature, times in Counter(map(catalogue_name, names)).items():
        if times > 1:
            columns = " and ".join(repr(name) for name in names if catalogue_name(name) == feature)
            faults.append(f"columns {columns}: are the same feature; keep one of them")
    results = {}
    for name in [] if faults else names:
        try:
            results[name] = _floats(frame[name])
        except (TypeError, ValueError) as error:
            faults.append(f"column '{name}': holds what is no number ({error})")
    if faults:
        raise ConfigError("\n".join(faults))
    return results


def _holds_facts(column: pd.Series, name: object) -> bool:
    """Whether something other than a feature is read from a column; 'recent_commits' may be a number or a list."""
    is_fact = name in FACT_KEYS or name in SECTIONS
    return is_fact and (feature_named(name) is None or column.map(lambda value: isinstance(value, list | tuple)).any())


def _floats(column: pd.Series) -> pd.Series:
    if column.dtype == object:
        column = column.map(lambda value: None if isinstance(value, Missing) else value)
    result = column.astype("float64")
    # an infinite value has no place among others
    return result.where(result.abs() != float("inf"))


def engineered_frame(
    frame: pd.DataFrame,
    asked: Mapping[str, Feature | Interaction] | None,
    derive_row: Callable[[Mapping[str, Any]], Raw],
    *,
    interactions: bool,
) -> pd.DataFrame:
    """Return the features of each row of a table, with its index.

    Values are floats, NaN where missing. ``attrs['missing']`` says why a feature is missing in every row,
    ``attrs['notes']`` tells of the others.

    Columns are features, under either name, and facts as in ``raw_facts.FACTS``; others are left out. ``asked`` are the
    features by name, by default those that some row has, in the language of the columns. ``derive_row`` returns a row
    with all that can be derived; it is only asked where a column is a fact.
    """
    has_facts = any(_holds_facts(frame.iloc[:, index], name) for index, name in enumerate(frame.columns))
    columns, reasons, notes = _by_row(frame, derive_row) if has_facts else _as_given(frame)
    language = language_of(frame.columns)
    if asked is None:
        entries: list[Feature | Interaction] = [feature for feature in CATALOGUE if feature.name in columns]
        if interactions:
            entries += [entry for entry in INTERACTIONS if entry.left in columns and entry.right in columns]
        asked = {named(entry, language): entry for entry in entries}
    import pandas as pd

    nothing = pd.Series(float("nan"), frame.index, dtype="float64")
    features, missing = {}, {}
    for name, entry in asked.items():
        column = interaction_column(entry, columns.get) if isinstance(entry, Interaction) else columns.get(entry.name)
        features[name] = nothing if column is None else column
        if isinstance(entry, Feature) and features[name].isna().all():
            missing[name] = reasons.get(entry.name, why_not(entry.name).reason)
    result = pd.DataFrame(features, index=frame.index)
    result.attrs = {
        "missing": missing,
        "notes": {name: notes[entry.name] for name, entry in asked.items() if entry.name in notes},
    }
    return result


def _as_given(frame: pd.DataFrame) -> tuple[dict[str, pd.Series], dict[str, str], dict[str, str]]:
    columns = {str(catalogue_name(name)): column for name, column in numeric_features(frame).items()}
    notes = {}
    for name, values in columns.items():
        feature = feature_named(name)
        outside = 0 if feature is None else int(((values < feature.low) | (values > feature.high)).sum())
        if feature is not None and outside:
            notes[name] = (
                f"{outside} of {len(values)} values lie outside {feature.low:g} to "
                f"{feature.high:g}, in {feature.unit}; taken as they stand"
            )
    return columns, {}, notes


def _by_row(
    frame: pd.DataFrame, derive_row: Callable[[Mapping[str, Any]], Raw]
) -> tuple[dict[str, pd.Series], dict[str, str], dict[str, str]]:
    given = set(map(catalogue_name, numeric_features(frame)))
    rows: list[dict[str, float]] = []
    reasons: dict[str, str] = {}
    notes: dict[str, str] = {}
    faults: list[str] = []
    for number, record in enumerate(frame.to_dict("records"), 1):
        raw = derive_row(record)
        faults += [f"row {number}: {fault}" for fault in raw.faults]
        rows.append({name: math.nan if isinstance(value, Missing) else value for name, value in raw.values.items()})
        reasons |= {name: value.reason for name, value in raw.values.items() if isinstance(value, Missing)}
        notes |= raw.notes
    raise_faults(faults)
    import pandas as pd

    table = pd.DataFrame(rows, index=frame.index, dtype="float64")
    columns = {name: table[name] for name in table.columns if table[name].notna().any() or name in given}
    return columns, reasons, notes


def raise_faults(faults: Iterable[str]) -> None:
    """Raise all faults as one error, as many as can be read."""
    lines = list(dict.fromkeys(faults))
    if lines:
        more = [f"and {len(lines) - MOST_FAULTS} more faults"] if len(lines) > MOST_FAULTS else []
        raise ConfigError("\n".join([*lines[:MOST_FAULTS], *more]))


def interaction_column(entry: Interaction, column: Callable[[str], pd.Series | None]) -> pd.Series | None:
    """Return an interaction of two columns, ``None`` where one of them is not there; NaN where divided by zero."""
    left, right = column(entry.left), column(entry.right)
    if left is None or right is None:
        return None
    return left * right if entry.sign == "*" else left / right.where(right != 0)


def interactions_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every interaction whose two features are columns of a table, named in the language of the columns."""
    columns = {catalogue_name(name): values for name, values in numeric_features(frame).items()}
    language = language_of(frame.columns)
    results = {named(entry, language): interaction_column(entry, columns.get) for entry in INTERACTIONS}
    import pandas as pd

    return pd.DataFrame({name: column for name, column in results.items() if column is not None}, index=frame.index)
