"""Moments as days for people."""

from __future__ import annotations

from datetime import UTC, datetime


def day(moment: float) -> str:
    """Return the day in UTC of a moment in Unix seconds.

    Examples
    --------
    >>> day(1_599_955_200)
    '2020-09-13'
    """
    return datetime.fromtimestamp(int(moment), UTC).date().isoformat()
