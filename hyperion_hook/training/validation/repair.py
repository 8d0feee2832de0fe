"""A table made fit to learn from: what can be mended without guessing is, and every step is told.

What is not mended stays: outliers (long tails are what these features are like), values outside of a feature's range,
imbalance, a target that has too few classes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hyperion_hook.training.tables.frame_columns import LARGEST, NUMERIC, Column, Kind, columns_of, listed
from hyperion_hook.training.validation.result import Table


def repaired(frame: pd.DataFrame, target_column: str, *, fill_missing: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return a mended copy of a frame, and what was done, one line for each kind of step.

    It has the features as numbers, then the target, rows numbered anew.

    Parameters
    ----------
    frame
        Not changed.
    target_column
        The column whose values are kept as they are; rows without one are left out.
    fill_missing
        Whether missing numbers become the median of their column. They stay missing without.
    """
    steps: list[str] = []
    frame = _without_equal_columns(frame, steps)
    table = Table.of(frame, target_column)
    usable = ~table.duplicates()
    if not usable.all():
        steps.append(f"dropped {int((~usable).sum())} duplicate rows")
    if table.target is not None and (usable & table.target.missing).any():
        steps.append(f"dropped {int((usable & table.target.missing).sum())} rows without a target")
        usable &= ~table.target.missing
    table = Table.of(frame[usable].reset_index(drop=True), target_column)
    names, series = [], []
    for column, values in _numeric(table, steps, fill_missing=fill_missing):
        names.append(frame.columns[column.position])
        series.append(values)
    for column in table.targets:
        names.append(frame.columns[column.position])
        series.append(_plain(column))
    if not series:
        return table.frame.iloc[:, :0].copy(), steps
    clean = pd.concat(series, axis=1)
    clean.columns = pd.Index(names)
    return clean, steps


def _without_equal_columns(frame: pd.DataFrame, steps: list[str]) -> pd.DataFrame:
    """Return the frame without columns that equal an earlier one of the same name."""
    columns = columns_of(frame)
    first = {column.name: column for column in reversed(columns)}
    surplus = {
        column.position: column.name
        for column in columns
        if first[column.name] is not column and column.series.equals(first[column.name].series)
    }
    if surplus:
        steps.append(f"joined columns of one name and content: {listed(list(surplus.values()))}")
    return frame.iloc[:, [position for position in range(len(columns)) if position not in surplus]]


def _numeric(table: Table, steps: list[str], *, fill_missing: bool) -> Iterator[tuple[Column, pd.Series]]:
    """Yield the features that can be learned from as numbers; what is left out or changed is added to the steps."""
    unread, empty, constant, converted, infinite, filled = [], [], [], [], [], []
    for column in table.features:
        if column.kind not in NUMERIC and column.kind is not Kind.EMPTY:
            unread.append(column.name)
            continue
        if not len(column.finite):
            empty.append(column.name)
            continue
        values = column.numbers.copy()
        beyond = np.abs(values) > LARGEST
        if beyond.any():
            infinite.append(f"{column.name} ({int(beyond.sum())})")
            values[beyond] = np.nan
        if column.finite.min() == column.finite.max():
            constant.append(column.name)
            continue
        if column.kind in {Kind.NUMBER_AS_TEXT, Kind.MOMENT, Kind.DURATION, Kind.FLAG} or column.series.dtype == object:
            converted.append(column.name)
        gone = np.isnan(values)
        if gone.any() and fill_missing:
            filled.append(f"{column.name} ({int(gone.sum())})")
            values[gone] = np.median(column.finite)
        yield column, _as_before(values, column.series)
    for what, names in (
        ("left out, for they are no numbers", unread),
        ("left out, for they hold no value", empty),
        ("left out, for they are constant", constant),
        ("read as numbers", converted),
        ("infinite or too large, taken for missing", infinite),
        ("missing, filled with the median", filled),
    ):
        if names:
            steps.append(f"{what}: {listed(names)}")


def _as_before(values: np.ndarray, before: pd.Series) -> pd.Series:
    """Return whole numbers as such where they were, everything else as 64-bit floats."""
    if isinstance(before.dtype, np.dtype) and before.dtype.kind in "iu":
        return before
    return pd.Series(values, dtype="float64")


def _plain(target: Column) -> pd.Series:
    """Return a target in a type that estimators take: classes of nullable and categorical dtypes as plain values."""
    series = target.series
    if target.kind is Kind.FLAG and not target.missing.any():
        return series.astype("int64")
    if isinstance(series.dtype, np.dtype):
        return series
    if target.kind is Kind.NUMBER:
        numbers = pd.Series(target.numbers)
        whole = not target.missing.any() and pd.api.types.is_integer_dtype(series.dtype)
        return numbers.astype("int64") if whole else numbers
    return series.astype(object)
