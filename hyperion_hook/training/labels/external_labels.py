"""Labels that come from elsewhere: a table of commits and whether each introduced a bug."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError

_COLUMNS = ("commit", "buggy")


def read_labels(path: Path) -> dict[str, int]:
    """Return 0 or 1 by full commit id, from a CSV file (also compressed) with the columns ``commit`` and ``buggy``.

    Raises ``ConfigError`` if the file cannot be read, lacks a column, or holds what is no id or no label.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"--labels '{path}': cannot be read ({first}); give a CSV file") from None
    absent = [name for name in _COLUMNS if name not in table.columns]
    if absent:
        raise ConfigError(f"--labels '{path}': column '{absent[0]}' is not there; the columns must be commit,buggy")
    commits, labels = table["commit"].str.lower(), table["buggy"].str.lower().map(_VALUES)
    wrong = ~commits.str.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?") | labels.isna()
    if wrong.any():
        line = int(np.flatnonzero(wrong.to_numpy())[0])
        row = ",".join(table[list(_COLUMNS)].iloc[line])
        raise ConfigError(f"--labels '{path}': row {line + 1} is '{row[:80]}'; write a full commit id and 0 or 1")
    return dict(zip(commits, labels.astype(int), strict=True))


_VALUES = {"0": 0, "1": 1, "false": 0, "true": 1}


def labelled_from(rows: pd.DataFrame, labels: Mapping[str, int]) -> pd.DataFrame:
    """Return the rows whose commits have a label, with it; when it became known is not said, so it counts at once."""
    labelled = rows[rows["commit"].isin(list(labels))].reset_index(drop=True)
    buggy = labelled["commit"].map(labels).astype("int8")
    return labelled.assign(buggy=buggy, known_at=labelled["time"].where(buggy == 1).astype("float64"))
