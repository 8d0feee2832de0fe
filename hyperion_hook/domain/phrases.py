"""Numbers in words, for everybody: counts with their nouns, shares in percent, days."""

from __future__ import annotations

import math
from time import gmtime


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "file"), counted(1200, "file"), counted(2, "bug fix")
    ('1 file', '1,200 files', '2 bug fixes')
    """
    plural = "es" if noun.endswith(("s", "x")) else "s"
    return f"{count:,} {noun}{'' if count == 1 else plural}"


def percent(share: float) -> str:
    """Return a probability or share in whole percent, 0% and 100% only for exactly none and all.

    Examples
    --------
    >>> percent(0.304), percent(0.0004), percent(0.9996), percent(0), percent(1)
    ('30%', 'under 1%', 'over 99%', '0%', '100%')
    """
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def rank(percentile: float) -> str:
    """Return a percentile that never claims all or none of the changes unless it is so.

    Examples
    --------
    >>> rank(99.7), rank(0.2), rank(100.0), rank(42.4)
    ('over 99%', 'under 1%', '100%', '42%')
    """
    return percent(percentile / 100)


def finely(probability: float) -> str:
    """Return a probability that stands beside that of its size, and so is as exact below one percent.

    Examples
    --------
    >>> finely(0.304), finely(0.0041), finely(0.0001), finely(0)
    ('30%', '0.4%', 'under 0.1%', '0%')
    """
    if probability >= 0.01 or not probability:
        return percent(probability)
    return "under 0.1%" if probability < 0.001 else f"{100 * probability:.1f}%"


def in_tenths(probability: float) -> str:
    """Return a probability that is compared with one that may be close, and so has a decimal below ten percent.

    Examples
    --------
    >>> in_tenths(0.314), in_tenths(0.0412), in_tenths(0.0004)
    ('31%', '4.1%', 'under 0.1%')
    """
    return finely(probability) if probability < 0.01 or probability >= 0.0995 else f"{100 * probability:.1f}%"


def number(value: float) -> str:
    """Return a value with three significant digits, whole numbers in full.

    Examples
    --------
    >>> number(1234567.0), number(0.12345), number(12.345), number(3.0)
    ('1,234,567', '0.123', '12.3', '3')
    """
    if math.isfinite(value) and value == int(value):
        return f"{int(value):,}"
    # what rounds to a thousand would be written 1e+03
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def day(moment: float) -> str:
    """Return the day in UTC of a moment in Unix seconds.

    Examples
    --------
    >>> day(1_599_955_200)
    '2020-09-13'
    """
    year, month, day_of_month, *_ = gmtime(int(moment))
    return f"{year:04}-{month:02}-{day_of_month:02}"
