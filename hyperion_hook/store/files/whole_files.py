"""Files that are whole or not there, in folders that are real ones; no link of a stranger's is followed."""

from __future__ import annotations

import os
import shutil
import stat
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PART = ".part"
"""The end of what is being written, and of what a killed writer left."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class ForeignFileError(OSError):
    """Something that is no file or folder of ours and is left alone: a link, a pipe, a device."""

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(0, reason, str(path))

    def __str__(self) -> str:
        return f"{self.filename} {self.strerror}"


def real_folder(folder: Path, root: Path | None = None) -> None:
    """Make a folder where there is none, once all above it up to ``root`` are real folders.

    Parameters
    ----------
    folder
        The folder.
    root
        The folder above that the user has chosen, and with it all above; by default that is ``folder`` itself.

    Raises
    ------
    ForeignFileError
        If something between is a link or no folder.
    OSError
        If the folder cannot be made.
    """
    check_folder(folder, root)
    folder.mkdir(parents=True, exist_ok=True)


def check_folder(folder: Path, root: Path | None = None) -> None:
    """Refuse a folder with a link between it and ``root``, as ``real_folder`` does; nothing is made.

    Raises
    ------
    ForeignFileError
        If something between is a link or no folder.
    """
    if root is None:
        return
    step = root
    with suppress(FileNotFoundError):
        for part in folder.relative_to(root).parts:
            step /= part
            if not stat.S_ISDIR(step.lstat().st_mode):
                raise ForeignFileError("is a symbolic link" if step.is_symlink() else "is no folder", step)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step, in the place of an older one."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    # what a killed writer left, or a link of a stranger's
    with suppress(FileNotFoundError):
        part.unlink()
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
    if path.is_symlink():
        path.unlink()
    elif path.exists():
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
    """Return the bytes of a regular file of at most ``most`` bytes; no link is followed.

    Raises
    ------
    OSError
        If it cannot be read, or is no such file.
    """
    if path.is_symlink():
        raise ForeignFileError("is a symbolic link", path)
    # reading from a pipe or a device could wait, or go on, for ever
    handle = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY)
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ForeignFileError("is not a file", path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(most + 1) if facts.st_size <= most else b""
    finally:
        os.close(handle)
    if facts.st_size > most or len(data) > most:
        raise OSError(0, f"larger than {most:,} bytes", str(path))
    return data


def inflate(packed: bytes, most: int) -> bytes:
    """Return what zlib packed, at most ``most`` bytes of it.

    Raises
    ------
    ValueError
        If it is longer, cut short or damaged.

    Examples
    --------
    >>> inflate(zlib.compress(b"text"), 4)
    b'text'
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(plain) > most or not unpacker.eof:
        raise ValueError(f"longer than {most:,} bytes, or cut short")
    return plain


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
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
