"""Tables to learn from: a CSV or Parquet file, or a frame, to a frame of its own."""

from __future__ import annotations

import warnings
import zlib
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from hyperion_hook.errors import ConfigError

DataSource: TypeAlias = str | Path | pd.DataFrame
PARQUET = frozenset({".parquet", ".pq"})
_MISSING = frozenset({
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NaN", "n/a", "nan",
})
"""What pandas reads as missing, without the words that may be a class."""
_NOTHING = frozenset({"None", "NULL", "null"})
"""Missing among numbers and truth values; among words a word, as in a target of ``HIGH`` and ``None``."""


def read_table(data: DataSource, *, what: str = "data_file") -> pd.DataFrame:
    """Return a table with a plain index; a frame that was given is copied and never changed.

    Parameters
    ----------
    data
        A CSV file (also compressed: ``.gz``, ``.bz2``, ``.xz``, ``.zip``), a Parquet file, or a frame.
    what
        How an error calls it.

    Raises
    ------
    ConfigError
        If it cannot be read, has no rows, or has two columns of one name.
    """
    table = data.copy() if isinstance(data, pd.DataFrame) else _from_file(Path(data), what)
    named = what if isinstance(data, pd.DataFrame) else f"{what} '{data}'"
    if table.empty:
        raise ConfigError(f"{named}: has no rows; give a table of at least 10")
    table.columns = [str(name) for name in table.columns]
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise ConfigError(f"{named}: has two columns named '{twice[0]}'; rename or drop one")
    return table.reset_index(drop=True)


def _from_file(path: Path, what: str) -> pd.DataFrame:
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "is not there"
        raise ConfigError(f"{what} '{path}': {found}; give a CSV or Parquet file")
    try:
        return pd.read_parquet(path) if path.suffix.lower() in PARQUET else _from_csv(path, f"{what} '{path}'")
    except ConfigError:
        raise
    except ImportError:
        raise ConfigError(
            f"{what} '{path}': Parquet needs the package 'pyarrow', which is not installed; run: pip install pyarrow"
        ) from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ConfigError(f"{what} '{path}': cannot be read ({first}); give a CSV or Parquet file") from None


def _from_csv(path: Path, named: str) -> pd.DataFrame:
    # pandas numbers names that come twice, so that they are looked at before
    header = pd.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False).iloc[0]
    twice = header[header.duplicated() & (header != "")]
    if len(twice):
        raise ConfigError(f"{named}: has two columns named '{twice.iloc[0]}'; rename or drop one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # else the first field of rows that are longer than the header becomes the index, and all others move
            table = pd.read_csv(path, low_memory=False, index_col=False, keep_default_na=False, na_values=_MISSING)
    except pd.errors.ParserWarning:
        raise ConfigError(f"{named}: rows have more fields than the header has names; name every column") from None
    for name in table.columns:
        table[name] = _without_gaps(table[name])
    return table


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
