"""Rows of a caller's table, whatever holds them: a frame, a mapping, a list of mappings; columns by either name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hyperion_hook.domain.vector import FeatureVector, Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical
from hyperion_hook.features.names import both_names

NO_VALUE = Missing("no value in the row")
MOST_NAMED = 5


def records(rows: object) -> list[dict[str, Any]]:
    """Return one dictionary for each row, columns by the names they came with.

    Raises ``ConfigError`` if it is none of these, or columns differ in length. Rows are a pandas frame, or a series as
    one row; a mapping from column to value (one row) or to a sequence of values; or a sequence of such rows.

    Examples
    --------
    >>> records({"la": 3, "nf": 1}), records({"la": [3, 4]})
    ([{'la': 3, 'nf': 1}], [{'la': 3}, {'la': 4}])
    """
    if hasattr(rows, "columns") and hasattr(rows, "to_dict"):
        names = [str(name) for name in rows.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ConfigError(f"rows: column '{twice[0]}' is there twice; drop one of them")
        return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    if isinstance(rows, Mapping):
        return _of_mapping(rows)
    if hasattr(rows, "to_dict") and hasattr(rows, "index"):
        return _of_mapping(rows.to_dict())
    if isinstance(rows, Sequence) and not isinstance(rows, str | bytes):
        for entry in rows:
            if not isinstance(entry, Mapping) and not hasattr(entry, "to_dict"):
                raise ConfigError(f"rows: a {type(entry).__name__} in the list is no mapping from column to value")
        return [row for entry in rows for row in records(entry)]
    raise ConfigError(
        f"rows: a {type(rows).__name__} has no names of columns; give a DataFrame, a mapping or a list of mappings"
    )


def _of_mapping(row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    columns = {str(name): value for name, value in row.items()}
    lengths = {name: len(value) for name, value in columns.items() if _is_column(value)}
    if not lengths:
        return [columns]
    if len(lengths) < len(columns) or len(set(lengths.values())) > 1:
        raise ConfigError("rows: columns of one mapping differ in length; give as many values for each")
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _is_column(value: object) -> bool:
    # an array of numpy's without axes is a single number
    return hasattr(value, "__len__") and not isinstance(value, str | bytes | Mapping) and getattr(value, "ndim", 1) > 0


def values_of(
    rows: object, names: Sequence[str], *, called: Callable[[str], str] = canonical, optional: bool = True
) -> list[dict[str, Value]]:
    """Return the values of some columns, one dictionary for each row, in the order of the names.

    Raises ``ConfigError`` if a value is no number, two columns stand for one name, no asked-for column is there, or
    one that is not optional is absent.

    Rows are as for ``records``; other columns are not looked at. ``called`` gives the name that a column stands for. An
    ``optional`` column may be absent: its values are missing then.

    Examples
    --------
    >>> values_of({"lignes_ajoutees": 3, "mine": 1}, ["la", "nf"])
    [{'la': 3.0, 'nf': Missing(reason="no column 'nf' (nb_fichiers)")}]
    """
    requested = {called(name): name for name in names}
    title = both_names if called is canonical else repr
    either = ", by either name" if title is both_names else ""
    absent = {name: Missing(f"no column {title(name)}") for name in names}
    result = []
    known: dict[str, str | None] = {}
    for number, record in enumerate(records(rows), 1):
        results: dict[str, Value] = {}
        for column, value in record.items():
            if column not in known:
                known[column] = requested.get(called(column))
            name = known[column]
            if name is None:
                continue
            if name in results:
                raise ConfigError(f"rows: two columns stand for {title(name)}; drop one of them")
            results[name] = _number(value, column, number)
        gone = [name for name in names if name not in results]
        if gone and (not optional or len(gone) == len(names)):
            more = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
            raise ConfigError(
                f"row {number}: no column {', '.join(map(title, gone[:MOST_NAMED]))}{more}; the model looks at"
                f" {len(names)} columns{either}"
            )
        result.append({name: results.get(name, absent[name]) for name in names})
    return result


def vectors_of(rows: object, names: Sequence[str]) -> list[FeatureVector]:
    """Return the feature vectors of rows: what ``score`` would have measured, missing where no column says it."""
    return [FeatureVector(values) for values in values_of(rows, names)]


def numbers_of(values: Mapping[str, Value], names: Iterable[str]) -> list[float]:
    """Return values as floats, NaN where missing."""
    return FeatureVector(values).numbers(names)


def _number(value: Any, column: str, row: int) -> Value:
    if isinstance(value, Missing):
        return value
    # pandas has two values of its own that are no number and not equal to themselves either
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return NO_VALUE
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"row {row}, column '{column[:80]}': {str(value)[:60]!r} is not a number") from None
    return NO_VALUE if math.isnan(number) else number
