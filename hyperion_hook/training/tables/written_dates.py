"""Moments written as text: one order of day and month for a whole column, never a guess for each cell."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from hyperion_hook.errors import ConfigError

_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T,]+(\S.*))?")
"""Two numbers of which one is the day and one the month, a year of four digits, perhaps a time of day."""
_SHORT = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:[ T,].*)?")
"""Any of the three numbers may be the year."""
_REMEDY = "write ISO dates, as 2024-12-31"


def moments_of(column: pd.Series) -> pd.Series:
    """Return the moments that are written in a column, in UTC; ``NaT`` where there is none.

    Dates as ``05/04/2024`` are read with the day first or with the month first, all of them alike: as the one order
    that is possible in every cell.

    Raises ``ConfigError`` if both orders are possible in every cell, or each is impossible in some; or years have
    two digits.

    Examples
    --------
    >>> moments_of(pd.Series(["05/04/2024", "31.12.2024 18:30"], name="date")).astype(str).tolist()
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


def _in_one_order(name: str, found: list[re.Match[str]]) -> list[str]:
    """Return dates in ISO 8601."""
    first, second = (np.array([int(match[place]) for match in found]) for place in (1, 3))
    day_first, month_first = bool((second <= 12).all()), bool((first <= 12).all())
    if day_first == month_first and not (first == second).all():
        why = "may be day or month first" if day_first else "have the day first in some rows and the month in others"
        raise ConfigError(f"time_column '{name}': dates as '{found[0][0]}' {why}; {_REMEDY}")
    days, months = (first, second) if day_first else (second, first)
    return [
        f"{match[4]}-{month:02d}-{day:02d} {match[5] or ''}".strip()
        for match, day, month in zip(found, days, months, strict=True)
    ]
