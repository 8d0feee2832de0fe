"""Raw data of any form to features: one row, a list of rows, a table, or a change of a repository."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hyperion_hook.api.engineer.derive import derive, why_not
from hyperion_hook.api.engineer.engineered_features import EngineeredFeatures
from hyperion_hook.api.engineer.feature_frames import (
    as_pandas,
    engineered_frame,
    interactions_frame,
    is_frame,
    numeric_features,
    raise_faults,
)
from hyperion_hook.api.engineer.feature_names import Language, catalogue_name, language_of, named
from hyperion_hook.api.engineer.fill_and_scale import read_row
from hyperion_hook.api.engineer.fitted_state import Options
from hyperion_hook.api.engineer.interactions import INTERACTIONS, Interaction
from hyperion_hook.api.engineer.raw_facts import Raw, read_raw
from hyperion_hook.api.engineer.raw_values import RawFaultError, moment, shown
from hyperion_hook.api.engineer.repository_features import RepositoryChange, repository_change, repository_vector
from hyperion_hook.domain.vector import Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.features.feature import Feature

Requested = Mapping[str, Feature | Interaction]
Clock = Callable[[], float]


def engineered(raw: Any, requested: Requested | None, options: Options, clock: Clock) -> Any:
    """Make the features of ``FeatureEngineer.engineer_full_feature_set``, before gaps are filled and values scaled."""
    raw = as_pandas(raw)
    change = repository_change(raw)
    if change is not None:
        return _of_repository(change, requested, options)
    if is_frame(raw):
        return engineered_frame(raw, requested, lambda row: _derived(row, clock), interactions=options.interactions)
    if is_rows(raw):
        return _each(raw, lambda row: engineered(row, requested, options, clock))
    result = _derived(raw, clock)
    raise_faults(result.faults)
    names = _everything(options, result.language) if requested is None else requested
    return _named(result.values, names, result.notes, result.unused)


def some_of(raw: Any, keep: Callable[[str, bool], bool], clock: Clock) -> Any:
    """Return the features that raw data tell of and that are kept, by canonical name and whether they are given."""
    raw = as_pandas(raw)
    change = repository_change(raw)
    if change is not None:
        vector, warnings = repository_vector(change)
        return EngineeredFeatures(
            {name: value for name, value in vector.items() if keep(name, False)}, warnings=warnings
        )
    if is_frame(raw):
        given = set(map(catalogue_name, raw.columns))
        features = engineered_frame(raw, None, lambda row: _derived(row, clock), interactions=False)
        return without(features, lambda name: not keep(str(catalogue_name(name)), catalogue_name(name) in given))
    if is_rows(raw):
        return _each(raw, lambda row: some_of(row, keep, clock))
    result = _derived(raw, clock)
    raise_faults(result.faults)
    features = [find_feature(name) for name in result.values if keep(name, name in result.given)]
    return _named(result.values, {named(one, result.language): one for one in features}, result.notes, result.unused)


def interactions_of(base: Any) -> Any:
    """Return the interactions of features that are all named in the base."""
    return over_rows(base, _row_interactions, interactions_frame)


def _row_interactions(base: Mapping[str, object]) -> EngineeredFeatures:
    values, _ = read_row({name: value for name, value in base.items() if catalogue_name(name) is not None})
    by_name = {catalogue_name(name): value for name, value in values.items()}
    language = language_of(values)
    return EngineeredFeatures(
        {
            named(entry, language): entry.of(by_name.__getitem__)
            for entry in INTERACTIONS
            if entry.left in by_name and entry.right in by_name
        }
    )


def over_rows(data: Any, row: Callable[[Mapping[str, object]], EngineeredFeatures], frame: Callable[[Any], Any]) -> Any:
    """Apply a function to one row, to each row of a list, or another to a table."""
    data = as_pandas(data)
    if is_frame(data):
        return frame(data)
    if is_rows(data):
        return _each(data, lambda one: over_rows(one, row, frame))
    return row(_mapping(data, "features", "such as extract_basic_features returns"))


def is_rows(data: object) -> bool:
    """Return whether data are a list of rows."""
    return isinstance(data, Sequence) and not isinstance(data, str | bytes)


def columns_of(features: Any) -> tuple[dict[str, list[float]], int]:
    """Return engineered rows as columns by canonical name, NaN where missing, and how many rows there are.

    Raises ``ConfigError`` if it is a single row.
    """
    if is_frame(features):
        numeric = numeric_features(features)
        return {str(catalogue_name(name)): column.tolist() for name, column in numeric.items()}, len(features)
    if not isinstance(features, list):
        raise ConfigError("training data: is a single row; give a list of rows or a table")
    rows = [{str(catalogue_name(name)): row.number(name) for name in row} for row in features]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, math.nan) for row in rows] for name in names}, len(rows)


def without(features: Any, unwanted: Callable[[str], bool]) -> Any:
    """Return engineered rows without some of their features."""
    if isinstance(features, list):
        return [without(row, unwanted) for row in features]
    if not is_frame(features):
        return features.only([name for name in features if not unwanted(name)])
    frame = features[[name for name in features.columns if not unwanted(name)]]
    frame.attrs = {
        kind: {name: text for name, text in texts.items() if name in frame.columns}
        for kind, texts in features.attrs.items()
    }
    return frame


def with_dates(data: Any, dates: Any) -> Any:
    """Return raw data with more dates: by key, one that counts as now, or those of all commits."""
    if dates is None:
        return data
    data = as_pandas(data)
    if is_frame(data):
        # a column by its name, a moment for each row, or one for all
        known = isinstance(dates, str) and dates in data.columns
        more = dates if isinstance(dates, Mapping) else {"reference_date": data[dates] if known else dates}
        return data.assign(**more)
    if is_rows(data):
        return _each(data, lambda row: with_dates(row, dates))
    if isinstance(dates, Mapping):
        return {**_mapping(data), **dates}
    if isinstance(dates, list | tuple) or getattr(dates, "ndim", 0) == 1:
        return {**_mapping(data), "commit_history": [{"date": one} for one in dates]}
    try:
        moment(dates)
    except RawFaultError as fault:
        raise ConfigError(f"dates: {fault}") from None
    return {**_mapping(data), "reference_date": dates}


def _each(rows: Sequence[Any], one: Callable[[Any], Any]) -> list[Any]:
    """Apply a function to each row; faults of all rows are raised at once."""
    results, faults = [], []
    for number, row in enumerate(rows, 1):
        try:
            results.append(one(row))
        except ConfigError as error:
            faults += [f"row {number}: {line}" for line in str(error).split("\n")]
    raise_faults(faults)
    return results


def _mapping(row: Any, what: str = "raw_data", more: str = "a commit or a repository") -> Mapping[Any, Any]:
    if isinstance(row, Mapping):
        return row
    if hasattr(row, "to_dict"):  # a row of a table
        result: Mapping[Any, Any] = row.to_dict()
        return result
    raise ConfigError(f"{what} {shown(row)}: give a mapping, a list of them, a table, {more}")


def _derived(row: Any, clock: Clock) -> Raw:
    result = read_raw(_mapping(row))
    derive(result, clock)
    return result


def _of_repository(change: RepositoryChange, requested: Requested | None, options: Options) -> EngineeredFeatures:
    only = None if requested is None else {part for entry in requested.values() for part in _parts(entry)}
    vector, warnings = repository_vector(change, only)
    names = _everything(options, Language.CANONICAL) if requested is None else requested
    return _named(vector, names, {}, (), warnings)


def _parts(entry: Feature | Interaction) -> tuple[str, ...]:
    return (entry.left, entry.right) if isinstance(entry, Interaction) else (entry.name,)


def _everything(options: Options, language: Language) -> Requested:
    entries: list[Feature | Interaction] = [*CATALOGUE, *(INTERACTIONS if options.interactions else ())]
    return {named(entry, language): entry for entry in entries}


def _named(
    values: Mapping[str, Value],
    requested: Requested,
    notes: Mapping[str, str],
    unused: Sequence[str],
    warnings: Sequence[str] = (),
) -> EngineeredFeatures:
    def value(name: str) -> Value:
        return values[name] if name in values else why_not(name)

    return EngineeredFeatures(
        {
            name: entry.of(value) if isinstance(entry, Interaction) else value(entry.name)
            for name, entry in requested.items()
        },
        {name: notes[entry.name] for name, entry in requested.items() if entry.name in notes},
        unused,
        warnings,
    )
