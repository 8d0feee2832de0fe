"""Reading single raw values: numbers, moments and people, as profiles, tables and JSON write them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.vector import Missing, Value

GIVEN_AS_MISSING = Missing("given as missing")
_EARLIEST, _LATEST = -2_208_988_800, 253_402_300_799
"""The years 1900 to 9999, in Unix seconds: what lies outside is a count or a mistake, not a moment."""


class RawFaultError(ValueError):
    """A raw value is not what its key says; the text ends a line that opens with the key."""


class Moment(NamedTuple):
    """Unix seconds, the offset of local time in minutes, and whether the time of day is known."""

    seconds: int
    offset: int = 0
    has_time: bool = True


def is_missing(value: object) -> bool:
    """Return whether a value stands for none: ``None``, NaN in any of its forms, ``Missing``.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None or isinstance(value, Missing):
        return True
    if isinstance(value, str | bytes | Mapping | list | tuple):
        return False
    try:
        return bool(value != value)  # noqa: PLR0124 - NaN and NaT of every library differ from themselves
    except (TypeError, ValueError):
        # pandas.NA refuses to say; a table or an array is some value
        return type(value).__name__ == "NAType"


def number(value: object) -> float:
    """Return a finite number; texts are none, flags count 0 and 1.

    Raises ``RawFaultError`` if it is none.

    Examples
    --------
    >>> number(3), number(True)
    (3.0, 1.0)
    """
    if not isinstance(value, str | bytes):
        try:
            result = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            pass
        else:
            if math.isfinite(result):
                return result
    raise RawFaultError(f"{shown(value)} is no finite number")


def given(value: object) -> Value:
    """Return a value of a feature, ``Missing`` where it stands for none; raise ``RawFaultError`` if it is no number."""
    if isinstance(value, Missing):
        return value
    return GIVEN_AS_MISSING if is_missing(value) else number(value)


def count(value: object) -> float:
    """Return how many there are: a number from 0, or the length of a list or mapping.

    Examples
    --------
    >>> count(["click", "requests"]), count(7)
    (2.0, 7.0)
    """
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return float(len(value))
    result = number(value)
    if result < 0:
        raise RawFaultError(f"{shown(value)} is less than 0")
    return result


def moment(value: object) -> Moment:
    """Return a moment from a date, a time, an ISO 8601 text or Unix seconds; without a zone it counts as UTC.

    Examples
    --------
    >>> moment("1970-01-02"), moment("1970-01-02T01:00:00+01:00"), moment(1_600_000_000).has_time
    (Moment(seconds=86400, offset=0, has_time=False), Moment(seconds=86400, offset=60, has_time=True), True)
    """
    if hasattr(value, "item") and not getattr(value, "ndim", 0) and not isinstance(value, datetime):
        # a scalar of numpy; of a time it would be a mere number of nanoseconds
        value = str(value)[:26] if value.__class__.__name__ == "datetime64" else value.item()
    result: Moment | None = None
    if isinstance(value, str):
        result = _of_text(value.strip())
    elif isinstance(value, datetime):
        result = _of_datetime(value)
    elif isinstance(value, date):
        result = Moment(int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()), 0, has_time=False)
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        result = Moment(int(value))
    if result is None or not _EARLIEST <= result.seconds <= _LATEST:
        raise RawFaultError(f"{shown(value)} is no date; write 2024-12-31, 2024-12-31T18:00:00+01:00 or Unix seconds")
    return result


def _of_text(text: str) -> Moment | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d|\d{8}", text):
            return moment(date.fromisoformat(text))
        return _of_datetime(datetime.fromisoformat(text))
    except ValueError:
        return None


def _of_datetime(value: datetime) -> Moment:
    offset = value.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    return Moment(int((value if offset is not None else value.replace(tzinfo=UTC)).timestamp()), minutes)


def person(value: object) -> Author:
    """Return a person from ``Name <address>``, a name, an address, or a mapping with ``name`` and ``email``.

    Examples
    --------
    >>> person("Ada <ada@example.org>"), person({"name": "Ada"})
    (Author(name='Ada', email='ada@example.org'), Author(name='Ada', email=''))
    """
    if isinstance(value, Author):
        return value
    if isinstance(value, Mapping):
        name, email = value.get("name"), value.get("email")
        result = Author(name if isinstance(name, str) else "", email if isinstance(email, str) else "")
    elif isinstance(value, str):
        name, bracket, email = value.strip().partition("<")
        if bracket and email.endswith(">"):
            result = Author(name.strip(), email[:-1].strip())
        else:
            text = value.strip()
            result = Author("", text) if "@" in text and " " not in text else Author(text, "")
    else:
        result = Author("", "")
    if not result.identity:
        raise RawFaultError(f"{shown(value)} names nobody; write 'Ada <ada@example.org>'")
    return result


def shown(value: object) -> str:
    """Return a value for a line of an error, cut short."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
