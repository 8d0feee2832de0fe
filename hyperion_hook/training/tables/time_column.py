"""Which column says when a row was made, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.tables.frame_columns import NUMERIC, Column, Kind, check_name
from hyperion_hook.training.tables.written_dates import moments_of

USUAL_NAMES = frozenset(
    "time date datetime timestamp moment committed_at commit_date commit_time author_date authored_at "
    "created_at horodatage date_commit date_heure instant".split()
)
"""Names by which a column is taken for the time, in any case, if it holds moments."""

_EARLIEST = 1e8
"""Unix seconds, March 1973: what lies before is a running number rather than a moment."""
_LATEST = 253_402_300_799
"""Unix seconds, the end of 9999: what lies after is no moment either."""
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""From which value on Unix times are in nano-, micro- and milliseconds, and how many make a second."""


@dataclass(frozen=True)
class TimeColumn:
    """A column by its name, with each row's moment; ``is_moment`` is false for running numbers, which only order."""

    name: str
    seconds: Numbers
    is_moment: bool

    def day(self, place: int) -> str:
        """Return the day of a row as text, or its running number."""
        value = float(self.seconds[place])
        return f"{datetime(1970, 1, 1) + timedelta(seconds=value):%Y-%m-%d}" if self.is_moment else f"{value:g}"  # noqa: DTZ001


def time_column_of(frame: pd.DataFrame, asked: str | None, target: str) -> TimeColumn | None:
    """Return the column that was asked for, else one with a usual name that holds moments in every row, else nothing.

    Raises ``ConfigError`` if the column that was asked for is not there, is the target, or holds no moments or
    numbers in some row; if dates are written so that day and month cannot be told apart.

    Examples
    --------
    >>> frame = pd.DataFrame({"date": ["2024-01-01", "2024-01-02T12:00:00Z"], "risque_reel": [0, 1]})
    >>> time_column_of(frame, None, "risque_reel").seconds.tolist()
    [1704067200.0, 1704196800.0]
    """
    check_name("time_column", asked)
    if asked is not None:
        if asked not in frame.columns or asked == target:
            why = "is the target" if asked == target else "is not a column"
            raise ConfigError(f"time_column '{asked}': {why}; columns are {', '.join(map(str, frame.columns[:12]))}")
        read = _read(frame, asked)
        if not np.isfinite(read.seconds).all():
            count = int((~np.isfinite(read.seconds)).sum())
            raise ConfigError(f"time_column '{asked}': no moment or number in {count} rows; drop or mend them")
        return read
    for name in frame.columns:
        if str(name).lower() in USUAL_NAMES and name != target:
            read = _read(frame, name)
            if read.is_moment and np.isfinite(read.seconds).all() and len(np.unique(read.seconds)) > 1:
                return read
    return None


def tells_the_time(column: Column) -> bool:
    """Return whether a column of numbers has a usual name of a time and holds Unix times."""
    return column.kind in NUMERIC and column.name.lower() in USUAL_NAMES and _of(column).is_moment


def _read(frame: pd.DataFrame, name: str) -> TimeColumn:
    return _of(Column(frame.columns.get_loc(name), name, frame[name]))


def _of(column: Column) -> TimeColumn:
    name = column.name
    if column.kind is Kind.MOMENT:
        return TimeColumn(name, column.numbers, True)
    if column.kind in NUMERIC:
        values = column.numbers
        smallest = float(np.nanmin(values)) if np.isfinite(values).any() else 0.0
        scale = next(unit for least, unit in _UNITS if smallest >= least or least == 0.0)
        is_moment = smallest / scale >= _EARLIEST and float(np.nanmax(values)) / scale <= _LATEST
        return TimeColumn(name, values / scale if is_moment else values, is_moment)
    return TimeColumn(name, Column(0, name, moments_of(column.series)).numbers, True)
