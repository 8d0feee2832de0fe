"""How the history index writes numbers, sets of commits and paths as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

TIME_LIMIT = 2**53
"""Commit times beyond are clamped: git accepts any number, SQLite 64 bits."""


def pack(numbers: Iterable[int]) -> bytes:
    """Return non-negative integers as LEB128, seven bits a byte, smallest first.

    Examples
    --------
    >>> unpack(pack([0, 127, 128, 10**12]))
    [0, 127, 128, 1000000000000]
    """
    out = bytearray()
    for number in numbers:
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7  # noqa: PLW2901 - consumed seven bits at a time
        out.append(number)
    return bytes(out)


def unpack(packed: bytes) -> list[int]:
    """Return the integers that ``pack`` wrote."""
    if type(packed) is bytes and packed.isascii():
        # none of them takes two bytes
        return list(packed)
    numbers = []
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        if byte > 127:
            shift += 7
        else:
            numbers.append(number)
            number = shift = 0
    return numbers


def mask_of(ords: Iterable[int], size: int) -> int:
    """Return the set of ``ords``, each below ``size``, as an integer with one bit for each."""
    bits = bytearray(size // 8 + 1)
    for number in ords:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def members(mask: int) -> Iterator[int]:
    """Yield the members of a set of ``mask_of``, smallest first, in time linear in the mask's length.

    Examples
    --------
    >>> list(members(mask_of([0, 9, 64], 65)))
    [0, 9, 64]
    """
    for index, byte in enumerate(mask.to_bytes((mask.bit_length() + 7) // 8, "little")):
        if byte:
            base = index << 3
            for bit in range(8):
                if byte >> bit & 1:
                    yield base + bit


def path_key(path: str) -> bytes:
    """Return a path as the bytes git stores."""
    return path.encode("utf-8", "surrogateescape")


def clamp_time(time: int) -> int:
    """Return a time that fits, whatever a commit claims."""
    return max(-TIME_LIMIT, min(TIME_LIMIT, time))
