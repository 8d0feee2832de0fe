"""Reading a file that somebody else may have put there: a regular one of bounded size, or an error; never a wait."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class ForeignFileError(OSError):
    """Something that is no file or folder of ours and is left alone: a link, a pipe, a device."""

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(0, reason, str(path))

    def __str__(self) -> str:
        return f"{self.filename} {self.strerror}"


class TooLargeError(OSError):
    """A file with more bytes than are read."""

    def __init__(self, most: int, path: Path) -> None:
        super().__init__(0, f"larger than {most:,} bytes", str(path))


def read_regular(path: Path, most: int, *, links: bool = False) -> bytes:
    """Return the bytes of a regular file of at most ``most`` bytes; no link is followed unless ``links`` says so.

    Raises ``OSError`` if it cannot be read, or is no such file.
    """
    with open_regular(path, most, links=links) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLargeError(most, path)
    return data


@contextmanager
def open_regular(path: Path, most: int, *, links: bool = False) -> Iterator[BinaryIO]:
    """Give a file that ``read_regular`` would read, opened."""
    # what is no file is not even opened, as far as nobody puts it there meanwhile
    _check(path.stat(follow_symlinks=links), path)
    # reading from a pipe or a device could wait, or go on, for ever
    handle = os.open(path, os.O_RDONLY | _NO_WAIT | _BINARY | (0 if links else _NO_LINK))
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        _check(facts, path)
        if facts.st_size > most:
            raise TooLargeError(most, path)
        yield file


def _check(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise ForeignFileError("is a symbolic link" if stat.S_ISLNK(facts.st_mode) else "is not a file", path)
