"""Files that are whole or not there, in folders that are real ones; no link of a stranger's is followed."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hyperion_hook.domain.files.regular import ForeignFileError

PART = ".part"
"""The end of what is being written, and of what a killed writer left."""


def real_folder(folder: Path, root: Path | None = None) -> None:
    """Make a folder where there is none, once all above it up to ``root`` are real folders.

    ``root`` is the folder above that the user has chosen, and with it all above; by default ``folder`` itself.

    Raises ``ForeignFileError`` if something between is a link or no folder; ``OSError`` if the folder cannot be
    made.
    """
    check_folder(folder, root)
    folder.mkdir(parents=True, exist_ok=True)


def check_folder(folder: Path, root: Path | None = None) -> None:
    """Refuse a folder with a link between it and ``root``, as ``real_folder`` does; nothing is made.

    Raises ``ForeignFileError`` if something between is a link or no folder.
    """
    if root is None:
        return
    step = root
    with suppress(FileNotFoundError):
        for part in folder.relative_to(root).parts:
            step /= part
            if not stat.S_ISDIR(step.lstat().st_mode):
                raise ForeignFileError("is a symbolic link" if step.is_symlink() else "is no folder", step)


def write_whole(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file in one step, in the place of an older one; a link there is replaced, not followed."""
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    # what a killed writer left, or a link of a stranger's
    with suppress(FileNotFoundError):
        part.unlink()
    try:
        _write(part, data)
        if mode is not None:
            part.chmod(mode)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
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
        _remove_folder(path)
    part.replace(path)
    _settle(path.parent)


def sweep(folder: Path) -> None:
    """Throw away what killed writers left in a folder; only for who holds its lock."""
    for entry in folder.iterdir():
        if entry.name[0] == "." and entry.name.endswith(PART):
            if entry.is_dir() and not entry.is_symlink():
                _remove_folder(entry)
            else:
                entry.unlink()


def inflate(packed: bytes, most: int) -> bytes:
    """Return the bytes that zlib packed, at most ``most`` of them.

    Raises ``ValueError`` if it is longer, cut short or damaged.

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


def _remove_folder(folder: Path) -> None:
    # with it come the readers of every archive format, and a hook removes no folder
    from shutil import rmtree

    rmtree(folder)
