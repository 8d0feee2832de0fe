"""The standard streams, whatever they are: closed, a full disk, a pipe that nobody reads, a terminal of any encoding.

A failure to write must not decide the exit code: Python ends with 120, or with the 1 of an error that nobody catches,
which says that the risk reached ``--fail-on``.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Descriptor(io.FileIO):
    """A file descriptor of which the first failure is raised, or none at all; what comes after it is dropped."""

    def __init__(self, descriptor: int, *, raises: bool) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self._raises = raises
        self.has_failed = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or drop what cannot be written."""
        try:
            return super().write(data) if not self.has_failed else memoryview(data).nbytes
        except OSError:
            self.has_failed = True
            if self._raises:
                raise
            return memoryview(data).nbytes


def prepare_streams() -> Descriptor | None:
    """Make output the same whatever the locale, and errors on it harmless; return what standard output writes to.

    UTF-8 unless a terminal says otherwise, and never an encoding error. Nothing is returned where standard output is
    closed, or not this process's own.
    """
    _open_all()
    output = None
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.StringIO())  # closed by whoever started this process
        elif stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        elif stream is getattr(sys, f"__{name}__"):
            raw = Descriptor(descriptor, raises=name == "stdout")
            output = output or raw
            setattr(
                sys,
                name,
                io.TextIOWrapper(
                    io.BufferedWriter(raw), "utf-8", "backslashreplace", "\n", line_buffering=name == "stderr"
                ),
            )
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return output


def _open_all() -> None:
    """Put the null device where a standard stream is closed; the next file opened would get its number.

    Then whatever a child or a library complains of would be written into that file.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
