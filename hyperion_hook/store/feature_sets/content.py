"""The form of a stored feature set: values as bytes, what is missing as text, the hashes of content and source.

Values are 64-bit floats, exact to the last bit. Before they are compressed their bytes are put together by place, all
first ones, all second ones and so on: sign and exponent are much the same for all.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

from hyperion_hook.domain.files.regular import ForeignFileError, TooLargeError, open_regular
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.errors import ConfigError
from hyperion_hook.features.names import EitherName
from hyperion_hook.store.files.whole_files import inflate

MAX_FEATURES = 10_000
MAX_SOURCE_BYTES = 100_000_000
NOT_GIVEN = Missing("no value was given")
NOT_A_NUMBER = Missing("not a number (NaN) was given")
_PANDAS_MISSING = ("NAType", "NaTType")
_LEVEL = 6


class DamagedRowError(ValueError):
    """Bytes that no feature set is stored as."""


def checked(features: Any) -> dict[str, Value]:
    """Return features as they are stored: floats, and ``Missing`` for what is none (``None``, NaN).

    Raises ``ConfigError`` if a name is no text, a value no number, or it is neither a mapping nor one row of pandas'.

    Examples
    --------
    >>> checked({"la": 3, "age": None})
    {'la': 3.0, 'age': Missing(reason='no value was given')}
    """
    if hasattr(features, "iloc") and (features.ndim == 1 or len(features) == 1):
        features = (features if features.ndim == 1 else features.iloc[0]).to_dict()
    if not isinstance(features, Mapping):
        raise ConfigError(
            f"features: a {type(features).__name__} is no mapping from name to value; give one, or a row of a frame"
        )
    if not features or len(features) > MAX_FEATURES:
        raise ConfigError(f"features: {len(features):,} of them; give 1 to {MAX_FEATURES:,}")
    # nearly all are floats: a call for each would take a third of the time of storing
    return {
        _name(name): value if value.__class__ is float and not isnan(value) else _value(name, value)
        for name, value in features.items()
    }


def _name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ConfigError(f"feature {name!r}: is no name; name every feature by text")
    return name


def _value(name: str, value: object) -> Value:
    if isinstance(value, Missing):
        return value
    if value is None or value.__class__.__name__ in _PANDAS_MISSING:
        return NOT_GIVEN
    try:
        # numpy's numbers among them; text is none, even where it could be read as one
        number = None if isinstance(value, str | bytes) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise ConfigError(f"feature '{name}': {str(value)[:60]!r} is no number; give a number, None or Missing")
    if isnan(number):
        return NOT_A_NUMBER
    if isinstance(value, int) and number != value:
        raise ConfigError(f"feature '{name}': {value} has too many digits to be kept exactly; give a float")
    return number


def content_hash(features: Mapping[str, Value]) -> str:
    """Return the SHA-256 (hex) of features in canonical form: JSON, keys in order, numbers as floats.

    Features are as ``checked`` returns them; their order does not matter.

    Examples
    --------
    >>> content_hash({"b": 1.0, "a": Missing("no history")}) == hashlib.sha256(
    ...     b'{"a": {"missing": "no history"}, "b": 1.0}').hexdigest()
    True
    """
    plain = {
        name: {"missing": value.reason} if isinstance(value, Missing) else value for name, value in features.items()
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def packed(features: Mapping[str, Value]) -> tuple[bytes, str]:
    """Return the numbers as bytes, and what is missing as text: ``{reason: [positions]}`` in JSON, '' for nothing."""
    reasons: dict[str, list[int]] = {}
    numbers = []
    for position, value in enumerate(features.values()):
        if isinstance(value, Missing):
            reasons.setdefault(value.reason, []).append(position)
            numbers.append(0.0)
        else:
            numbers.append(value)
    plain = struct.pack(f"<{len(numbers)}d", *numbers)
    packer = zlib.compressobj(_LEVEL)
    # two blocks, each with a code of its own: the lower bytes of a number are noise, the upper ones are not
    lower = packer.compress(b"".join(plain[byte::8] for byte in range(6))) + packer.flush(zlib.Z_BLOCK)
    blob = lower + packer.compress(plain[6::8] + plain[7::8]) + packer.flush()
    return blob, json.dumps(reasons, separators=(",", ":")) if reasons else ""


def numbers_of(blob: bytes, count: int) -> tuple[float, ...]:
    """Return the numbers that ``packed`` made bytes of; 0 at the positions of what is missing.

    Raises ``DamagedRowError`` if the bytes are not whole, or hold another count of numbers.
    """
    try:
        # never more than there can be, whatever the bytes claim; the checksum tells a changed bit
        shuffled = inflate(blob, 8 * count)
    except (ValueError, TypeError) as error:
        raise DamagedRowError(str(error)) from None
    if len(shuffled) != 8 * count:
        raise DamagedRowError("another count of numbers")
    plain = bytearray(8 * count)
    for byte in range(8):
        plain[byte::8] = shuffled[byte * count : (byte + 1) * count]
    return struct.unpack(f"<{count}d", plain)


def absences_of(reasons: Mapping[str, Sequence[int]], count: int) -> dict[int, Missing]:
    """Return the missing values by position; raise ``DamagedRowError`` if one is none of ``count`` features."""
    try:
        absent = {position: Missing(reason) for reason, positions in reasons.items() for position in positions}
    except (TypeError, AttributeError) as error:
        raise DamagedRowError(str(error)) from None
    if not all(type(position) is int and 0 <= position < count for position in absent):
        raise DamagedRowError("places that are not there")
    return absent


def joined(names: Sequence[str], numbers: Sequence[float], absent: Mapping[int, Missing]) -> EitherName[Value]:
    """Return the values by name; either name of a feature is answered."""
    features: EitherName[Value] = EitherName(zip(names, numbers, strict=True))
    for position, missing in absent.items():
        features[names[position]] = missing
    return features


def source_hash(source_file: str) -> tuple[str, str]:
    """Return the MD5 (hex) of a file, '' where it cannot be had, and then the reason.

    The specification asks for MD5: it tells whether a file has changed, and protects against nothing.

    Examples
    --------
    >>> source_hash("")
    ('', 'no source file was named')
    """
    if not source_file:
        return "", "no source file was named"
    try:
        with open_regular(Path(source_file), MAX_SOURCE_BYTES, links=True) as file:
            return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest(), ""  # type: ignore[arg-type]
    except FileNotFoundError:
        return "", "there is no such source file here"
    except ForeignFileError:
        return "", "the source file is no regular file"
    except TooLargeError as error:
        return "", f"the source file is {error.strerror}"
    except (OSError, ValueError):
        return "", "the source file cannot be read"
