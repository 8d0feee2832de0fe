"""Tables to learn from: a CSV or Parquet file, or a frame, to a frame of its own."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from hyperion_hook.errors import ConfigError

DataSource: TypeAlias = str | Path | pd.DataFrame
PARQUET = frozenset({".parquet", ".pq"})


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
        return pd.read_parquet(path) if path.suffix.lower() in PARQUET else pd.read_csv(path, low_memory=False)
    except ImportError:
        raise ConfigError(
            f"{what} '{path}': Parquet needs the package 'pyarrow', which is not installed; run: pip install pyarrow"
        ) from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ConfigError(f"{what} '{path}': cannot be read ({first}); give a CSV or Parquet file") from None
