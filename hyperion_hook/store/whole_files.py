"""Files that are whole or not there, and a lock that goes with the process that held it, however it ended."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

PART = ".part"
"""The end of what is being written, and of what a killed writer left."""


@contextmanager
def exclusive(lock: Path, seconds: float) -> Iterator[None]:
    """Hold a lock file; at most one process has it, and a killed one does not keep it.

    SQLite's own locking works on every system, waits, and needs no process to be asked whether it still lives.

    Raises
    ------
    OSError
        If it cannot be had in time, or not be written.
    """
    try:
        with closing(sqlite3.connect(lock, timeout=seconds, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    except sqlite3.Error as error:
        raise OSError(0, f"the lock cannot be had ({error})", str(lock)) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step, in the place of an older one."""
    part = path.with_name(f".{path.name}{PART}")
    _write(part, data)
    part.replace(path)
    _settle(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files in one step; what is in its place, left by a killed writer, is thrown away."""
    part = path.with_name(f".{path.name}{PART}")
    part.mkdir()
    for name, data in files.items():
        _write(part / name, data)
    _settle(part)
    if path.exists():
        shutil.rmtree(path)
    part.replace(path)
    _settle(path.parent)


def sweep(folder: Path) -> None:
    """Throw away what killed writers left in a folder; only for who holds its lock."""
    for entry in folder.iterdir():
        if entry.name[0] == "." and entry.name.endswith(PART):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def read_regular(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most ``most`` bytes.

    Raises
    ------
    OSError
        If it cannot be read, or is no such file.
    """
    found = path.stat()
    # reading from a pipe or a device could wait, or go on, for ever
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "not a file", str(path))
    if found.st_size > most:
        raise OSError(0, f"larger than {most:,} bytes", str(path))
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the names in a folder on disk before going on; where folders cannot be opened there is no need."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
