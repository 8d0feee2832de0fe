"""Which column says when a row was made, in seconds.

Of moments written as text a whole column has one order of day and month; it is never a guess for each cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError
from hyperion_hook.training.formulas import Numbers
from hyperion_hook.training.tables.frame_columns import NUMERIC, Column, Kind, check_name

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

_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T,]+(\S.*))?")
"""Two numbers of which one is the day and one the month, a year of four digits, perhaps a time of day."""
_SHORT = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:[ T,].*)?")
"""Any of the three numbers may be the year."""
_REMEDY = "write ISO dates, as 2024-12-31"


@dataclass(frozen=True)
class TimeColumn:
    """A column by its name, with each row's moment; ``is_moment`` is false for running numbers, which only order."""

    name: str
    seconds: Numbers
    is_moment: bool

    def day(self, row: int) -> str:
        """Return the day of a row as text, or its running number."""
        value = float(self.seconds[row])
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
    return TimeColumn(name, Column(0, name, _moments_of(column.series)).numbers, True)


def _moments_of(column: pd.Series) -> pd.Series:
    """Return the moments that are written in a column, in UTC; ``NaT`` where there is none.

    Dates as ``05/04/2024`` are read with the day first or with the month first, all of them alike: as the one order
    that is possible in every cell.

    Raises ``ConfigError`` if both orders are possible in every cell, or each is impossible in some; or years have
    two digits.

    Examples
    --------
    >>> _moments_of(pd.Series(["05/04/2024", "31.12.2024 18:30"], name="date")).astype(str).tolist()
    ['2024-04-05 00:00:00+00:00', '2024-12-31 18:30:00+00:00']
    """
    cells = column.astype(object)
    short = next((cell for cell in cells if isinstance(cell, str) and _SHORT.fullmatch(cell.strip())), None)
    if short is not None:
        raise ConfigError(f"time_column '{column.name}': the year of '{short}' cannot be told; {_REMEDY}")
    result = cells.map(lambda cell: _NUMBERS.fullmatch(cell.strip()) if isinstance(cell, str) else None)
    written = result.notna().to_numpy()
    if written.any():
        cells = cells.copy()
        cells[written] = _in_one_order(str(column.name), result[written].tolist())
    return pd.to_datetime(cells, utc=True, errors="coerce", format="mixed")


def _in_one_order(name: str, matches: list[re.Match[str]]) -> list[str]:
    """Return dates in ISO 8601."""
    first, second = (np.array([int(match[group]) for match in matches]) for group in (1, 3))
    day_first, month_first = bool((second <= 12).all()), bool((first <= 12).all())
    if day_first == month_first and not (first == second).all():
        why = "may be day or month first" if day_first else "have the day first in some rows and the month in others"
        raise ConfigError(f"time_column '{name}': dates as '{matches[0][0]}' {why}; {_REMEDY}")
    days, months = (first, second) if day_first else (second, first)
    return [
        f"{match[4]}-{month:02d}-{day:02d} {match[5] or ''}".strip()
        for match, day, month in zip(matches, days, months, strict=True)
    ]
