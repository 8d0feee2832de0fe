"""The columns of any table, hostile ones too: what each holds, as numbers or as labels, whatever its dtype says.

A frame from elsewhere has numbers written as text, two columns of one name, cells that are lists, infinities, nullable
dtypes. Validation and drift look at a frame through these columns alone and never change it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyperion_hook.errors import ConfigError
from hyperion_hook.features.catalogue import canonical, feature_named
from hyperion_hook.features.feature import Feature
from hyperion_hook.training.formulas import Numbers

LARGEST = float(np.finfo(np.float32).max)
"""Estimators read 32-bit floats; what lies beyond is infinite to them."""


class Kind(StrEnum):
    """What the cells of a column are, missing ones aside."""

    NUMBER = "number"
    FLAG = "flag"
    NUMBER_AS_TEXT = "number as text"
    MOMENT = "moment"
    DURATION = "length of time"
    CATEGORY = "category"
    TEXT = "text"
    MIXED = "mixed"
    EMPTY = "empty"


_KINDS = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), Kind.NUMBER),
    **dict.fromkeys(("datetime64", "datetime", "date", "period"), Kind.MOMENT),
    **dict.fromkeys(("timedelta64", "timedelta"), Kind.DURATION),
    "boolean": Kind.FLAG,
    "categorical": Kind.CATEGORY,
    "string": Kind.TEXT,
    "empty": Kind.EMPTY,
}
"""By what pandas infers of a column."""
NUMERIC = frozenset({Kind.NUMBER, Kind.FLAG, Kind.NUMBER_AS_TEXT, Kind.MOMENT, Kind.DURATION})
"""Kinds whose cells can be read as numbers; a moment as Unix seconds, a length of time as seconds."""


@dataclass(frozen=True)
class Column:
    """One column of a frame by its position, since a name may occur twice."""

    position: int
    name: str
    series: pd.Series

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which cells hold nothing; a blank among numbers written as text is nothing."""
        missing = np.isnan(self.numbers) if self.kind is Kind.NUMBER_AS_TEXT else self.series.isna()
        return np.asarray(missing, dtype=bool)

    @cached_property
    def coverage(self) -> float:
        """The share of cells that hold something, 0..1; 0 without rows."""
        return float(1.0 - self.missing.mean()) if len(self.missing) else 0.0

    @cached_property
    def kind(self) -> Kind:
        """What the cells are."""
        return _kind(self.series)

    @cached_property
    def numbers(self) -> Numbers:
        """The cells as numbers, NaN where there is none; shape ``(n_rows,)``."""
        return _numbers(self.series, self.kind)

    @cached_property
    def finite(self) -> Numbers:
        """The numbers that an estimator can read, without missing, infinite and larger ones."""
        values = self.numbers
        return values[np.abs(values) <= LARGEST]

    @cached_property
    def labels(self) -> NDArray[np.object_]:
        """The cells as text, ``None`` where there is none; shape ``(n_rows,)``."""
        cells = self.series.astype(object).to_numpy()
        return np.array([None if gone else str(cell) for cell, gone in zip(cells, self.missing, strict=True)], object)

    @cached_property
    def entry(self) -> Feature | None:
        """The feature of the catalogue that has this name, French or English."""
        return feature_named(self.name)

    @property
    def canonical(self) -> str:
        """The catalogue's name where the column is one of its features, else the column's own."""
        return canonical(self.name)


def columns_of(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns of a frame in their order.

    Examples
    --------
    >>> [(column.name, str(column.kind)) for column in columns_of(pd.DataFrame({"la": ["1", " "], "who": ["x", None]}))]
    [('la', 'number as text'), ('who', 'text')]
    """
    return tuple(Column(index, str(name), frame.iloc[:, index]) for index, name in enumerate(frame.columns))


def check_name(what: str, name: object) -> None:
    """Raise ``ConfigError`` if an argument that names a column is no name, such as the column itself."""
    if not isinstance(name, Hashable):
        raise ConfigError(f"{what}: a {type(name).__name__} is no name of a column; give the name as text")


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return names as a list for people, cut after ``most``.

    Examples
    --------
    >>> listed(["la", "ld", "lt"], most=2)
    'la, ld and 1 more'
    """
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _kind(series: pd.Series) -> Kind:
    # of a dtype that is not object pandas tells the kind without a look at the cells
    present = series.dropna() if series.dtype == object else series
    kind = _KINDS.get(pd.api.types.infer_dtype(present, skipna=True), Kind.MIXED)
    if kind in {Kind.CATEGORY, Kind.TEXT, Kind.MIXED} and present.isna().all():
        return Kind.EMPTY
    if kind is Kind.TEXT:
        words = present.dropna().astype(str).str.strip()
        words = words[words != ""]
        if len(words) and pd.to_numeric(words, errors="coerce").notna().all():
            return Kind.NUMBER_AS_TEXT
    return kind


def _numbers(series: pd.Series, kind: Kind) -> Numbers:
    if kind is Kind.DURATION:
        return np.asarray(pd.to_timedelta(series).dt.total_seconds(), dtype=np.float64)
    if kind is Kind.MOMENT:
        return _seconds(series)
    if kind is Kind.NUMBER_AS_TEXT:
        words = series.astype(object).where(series.notna(), "").astype(str).str.strip()
        return np.asarray(pd.to_numeric(words, errors="coerce"), dtype=np.float64)
    if kind in {Kind.NUMBER, Kind.FLAG}:
        try:
            return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError, OverflowError):
            pass
    return np.array([_number(cell) for cell in series.astype(object)], dtype=np.float64)


def _number(cell: object) -> float:
    """Return a cell as a number: NaN if it is none, infinity if no float is as large."""
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return np.inf if cell > 0 else -np.inf  # type: ignore[operator]
    except (TypeError, ValueError):
        return np.nan


def _seconds(series: pd.Series) -> Numbers:
    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    moments = pd.to_datetime(series, utc=True, errors="coerce")
    # from a moment of the coarsest unit: pandas would bring 9999-12-31 to nanoseconds, which end in 2262
    return np.asarray((moments - pd.Timestamp(0, tz="UTC").as_unit("s")).dt.total_seconds(), dtype=np.float64)
