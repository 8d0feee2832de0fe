"""Tables to learn from: a CSV or Parquet file, or a frame, to a frame of its own."""

from __future__ import annotations

import functools
import os
import warnings
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError

DataSource: TypeAlias = Any
"""A file's path, or what ``frame_of`` takes."""
PARQUET = frozenset({".parquet", ".pq"})
_MISSING = frozenset(
    ("", "#N/A N/A", *"#N/A #NA -1.#IND -1.#QNAN -NaN -nan 1.#IND 1.#QNAN <NA> N/A NA NaN n/a nan".split())
)
"""What pandas reads as missing, without the words that may be a class."""
_NOTHING = frozenset({"None", "NULL", "null"})
"""Missing among numbers and truth values; among words a word, as in a target of ``HIGH`` and ``None``."""


def read_table(data: DataSource, *, what: str = "data_file") -> pd.DataFrame:
    """Return a table with a plain index; a frame that was given is copied and never changed.

    Raises ``ConfigError`` if it cannot be read, has no rows, or has two columns of one name. It may be a CSV file (also
    compressed: ``.gz``, ``.bz2``, ``.xz``, ``.zip``), a Parquet file, or what ``frame_of`` takes.
    """
    is_file = isinstance(data, str | os.PathLike)
    table = _from_file(Path(data), what) if is_file else frame_of(data, what=what).copy()
    named = f"{what} '{data}'" if is_file else what
    if table.empty:
        raise ConfigError(f"{named}: has no rows; give a table of at least 10")
    table.columns = [str(name) for name in table.columns]
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise ConfigError(f"{named}: has two columns named '{twice[0]}'; rename or drop one")
    return table.reset_index(drop=True)


def frame_of(data: Any, names: Sequence[str] = (), *, what: str = "rows") -> pd.DataFrame:
    """Return rows as a frame.

    Raises ``ConfigError`` if it is no table, or has another number of columns than there are names.

    Parameters
    ----------
    data
        A pandas frame (returned as it is) or series (one row), a polars or Arrow table, an array, a list of rows or
        mappings, a mapping (one row, or columns).
    names
        The columns of rows that have no names, in order.

    Examples
    --------
    >>> frame_of({"la": 3}).shape, frame_of({"la": [3, 4]}).shape, frame_of([[1, 2]], ["la", "nf"]).columns.tolist()
    ((1, 1), (2, 1), ['la', 'nf'])
    """
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame().T
    columns = getattr(data, "to_pydict", None) or getattr(data, "to_dict", None)
    if columns is not None and hasattr(data, "schema"):
        # polars' columns are series of its own unless it is told otherwise
        return pd.DataFrame(columns(as_series=False) if hasattr(data, "lazy") else columns())
    try:
        if isinstance(data, Mapping):
            is_row = not any(isinstance(value, list | tuple | np.ndarray | pd.Series) for value in data.values())
            return pd.DataFrame([dict(data)] if is_row else dict(data))
        if isinstance(data, list | tuple) and data and all(isinstance(row, Mapping) for row in data):
            return pd.DataFrame([dict(row) for row in data])
        if not isinstance(data, list | tuple) and not hasattr(data, "__array__"):
            raise ValueError("it has no rows")
        if isinstance(data, list | tuple) and len({len(row) for row in data if isinstance(row, list | tuple)}) > 1:
            raise ValueError("its rows differ in length")
        values = np.atleast_2d(np.asarray(data, dtype=None if hasattr(data, "dtype") else object))
        if names and values.shape[1] != len(names):
            raise ConfigError(
                f"features: {values.shape[1]} columns where the model was trained on {len(names)}; "
                "give a frame with their names"
            )
        return pd.DataFrame(values, columns=list(names) or None).infer_objects()
    except (ValueError, TypeError) as error:
        reason = f"{what}: a {type(data).__name__} is no table ({str(error)[:120]})"
        raise ConfigError(f"{reason}; give a pandas.DataFrame, an array, a mapping or a list of mappings") from None


def as_table(data: Any) -> Any:
    """Return rows with columns as ``frame_of`` does; anything else as it is."""
    has_columns = (
        isinstance(data, Mapping)
        or hasattr(data, "schema")
        or (hasattr(data, "__array__") and getattr(data, "ndim", 0) == 2)
        or (isinstance(data, list | tuple) and bool(data) and isinstance(data[0], list | tuple | Mapping))
    )
    try:
        return frame_of(data) if has_columns else data
    except ConfigError:
        return data


def _from_file(path: Path, what: str) -> pd.DataFrame:
    if not path.is_file():
        fault = "is a folder" if path.is_dir() else "is not there"
        raise ConfigError(f"{what} '{path}': {fault}; give a CSV or Parquet file")
    try:
        return pd.read_parquet(path) if path.suffix.lower() in PARQUET else _from_csv(path, f"{what} '{path}'")
    except ConfigError:
        raise
    except ImportError:
        raise ConfigError(
            f"{what} '{path}': Parquet needs the package 'pyarrow', which is not installed; run: pip install pyarrow"
        ) from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ConfigError(f"{what} '{path}': cannot be read ({first}); give a CSV file in UTF-8, or Parquet") from None


def _from_csv(path: Path, named: str) -> pd.DataFrame:
    # pandas numbers names that come twice, so that they are looked at before
    first = functools.partial(pd.read_csv, path, header=None, nrows=1, dtype=str, keep_default_na=False)
    header, mark = first().iloc[0], ","
    if len(header) == 1 and (mark := next((other for other in ";\t" if other in header[0]), ",")) != ",":
        header = first(sep=mark).iloc[0]
    twice = header[header.duplicated() & (header != "")]
    if len(twice):
        raise ConfigError(f"{named}: has two columns named '{twice.iloc[0]}'; rename or drop one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # else the first field of rows that are longer than the header becomes the index, and all others move
            table = pd.read_csv(
                path, sep=mark, low_memory=False, index_col=False, keep_default_na=False, na_values=_MISSING
            )
    except pd.errors.ParserWarning:
        raise ConfigError(f"{named}: rows have more fields than the header has names; name every column") from None
    for name in table.columns:
        table[name] = _without_gaps(table[name])
        if mark != ",":
            table[name] = _with_decimal_commas(table[name])
    return table


def _with_decimal_commas(column: pd.Series) -> pd.Series:
    """Return a column of texts as numbers where each is one with a decimal comma."""
    if pd.api.types.is_numeric_dtype(column) or not column.dropna().map(lambda cell: isinstance(cell, str)).all():
        return column
    numbers = pd.to_numeric(column.str.replace(",", "."), errors="coerce")
    return numbers if numbers.notna().equals(column.notna()) else column


def _without_gaps(column: pd.Series) -> pd.Series:
    """Return a column whose words for nothing are missing where they stand among numbers or truth values."""
    if pd.api.types.is_numeric_dtype(column) or not column.isin(_NOTHING).any():
        return column
    known = column[~column.isin(_NOTHING)].dropna().astype(str)
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.notna().all() and len(known):
        return numbers.reindex(column.index)
    truth = known.str.lower().map({"true": True, "false": False})
    return truth.astype(object).reindex(column.index) if truth.notna().all() and len(known) else column
