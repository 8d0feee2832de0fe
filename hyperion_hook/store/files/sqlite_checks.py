"""The files of an SQLite store before SQLite sees them: whether they can be ours, and moving them aside.

SQLite obeys what lies beside a database. A rollback journal may name a super-journal, which is deleted when the journal
has been played back; journal and write-ahead log may claim any number of pages, to which the database is then extended.
Our own stores never attach a second database, so no journal of ours names a super-journal, and no page of ours lies
far beyond the file. What a killed process leaves (a hot journal, a log) passes, and SQLite heals it.

The formats: https://www.sqlite.org/fileformat2.html, sections 1.3, 3 and 4.
"""

from __future__ import annotations

import itertools
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from hyperion_hook.domain.files.regular import ForeignFileError

COMPANIONS = ("-journal", "-wal", "-shm")
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_MAGIC = b"SQLite format 3\0"
_DATABASE_HEADER = 100
_JOURNAL_HEADER = struct.Struct(">8sIIIII")
"""Magic, records, nonce, pages of the database before, bytes of a sector, bytes of a page."""
_WAL_HEADER = struct.Struct(">IIIIIIII")
"""Magic, version, bytes of a page, checkpoint, two salts, two checksums."""
_FRAME_HEADER = struct.Struct(">IIII")
"""Page, pages after a commit, two salts; two checksums follow."""
_FRAME_BYTES = 24
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_WAL_VERSION = 3_007_000
_PAGE_SIZES = frozenset(1 << power for power in range(9, 17))
_SECTOR_SIZES = frozenset(1 << power for power in range(5, 17))
_SLACK_PAGES = 1_000


class UnfitError(Exception):
    """A file that is no store of this version; the text says what it is."""


def inspect(path: Path, *, write_ahead: bool) -> int | None:
    """Return the size of a store's main file, ``None`` where there is none, once it and its companions can be ours.

    Raises ``ForeignFileError`` if the main file is a link or no regular file; ``UnfitError`` if it has a second
    name, or a companion that SQLite cannot have written for us; ``OSError`` if the folder cannot be searched or a
    companion not be read.
    """
    present = [ending for ending in COMPANIONS if _is_present(_beside(path, ending))]
    # before the size is taken: the file only grows while another process writes it
    journal = _head_and_tail(_beside(path, "-journal")) if "-journal" in present else None
    try:
        facts = path.lstat()
    except FileNotFoundError:
        if present:
            raise UnfitError(f"is gone, but a file '{path.name}{present[0]}' is there") from None
        return None
    if not stat.S_ISREG(facts.st_mode):
        raise ForeignFileError(_kind(facts.st_mode), path)
    if facts.st_nlink > 1:
        raise UnfitError("is a hard link to another file")
    if present:
        page_bytes = _page_bytes(path)
        pages = facts.st_size // page_bytes if page_bytes else 0
        if journal is not None:
            _check_journal(*journal, page_bytes, pages)
        if not write_ahead and present != ["-journal"]:
            raise UnfitError("has a write-ahead log, which is not ours")
        if "-wal" in present:
            _check_wal(_beside(path, "-wal"), page_bytes, pages)
    return facts.st_size


class NewerError(UnfitError):
    """A file that a newer version wrote."""


def move_aside(path: Path, *, keep_earlier: bool = False) -> bool:
    """Rename a file that does not fit to ``<name>.unfit``, its companions with it; tell whether that worked.

    An earlier one is replaced, or kept by giving this one the next number: ``<name>.unfit2``.
    """
    names = (f"{path.name}.unfit{number if number > 1 else ''}" for number in itertools.count(1))
    name = next(name for name in names if not (keep_earlier and os.path.lexists(path.with_name(name))))
    # the companions first: a journal that stayed would be played back into the next file of this name
    for ending in (*COMPANIONS, ""):
        try:
            _beside(path, ending).replace(path.with_name(name + ending))
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending) if ending else path


def _is_present(path: Path) -> bool:
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(facts.st_mode):
        raise UnfitError(f"'{path.name}' beside it {_kind(facts.st_mode)}")
    # SQLite writes into what is there
    if facts.st_nlink > 1:
        raise UnfitError(f"'{path.name}' beside it is a hard link to another file")
    return True


def _kind(mode: int) -> str:
    return "is a symbolic link" if stat.S_ISLNK(mode) else "is no regular file"


def _head_and_tail(path: Path) -> tuple[bytes, bytes] | None:
    """Return the first bytes of a journal and the last eight, ``None`` if its writer removed it meanwhile."""
    try:
        with path.open("rb") as file:
            head = file.read(_JOURNAL_HEADER.size)
            file.seek(max(0, file.seek(0, os.SEEK_END) - len(JOURNAL_MAGIC)))
            return head, file.read(len(JOURNAL_MAGIC))
    except FileNotFoundError:
        return None


def _page_bytes(path: Path) -> int:
    """Return the page size that a database names, 0 for a file without a header."""
    with path.open("rb") as file:
        header = file.read(_DATABASE_HEADER)
    if len(header) < _DATABASE_HEADER or not header.startswith(_MAGIC):
        return 0
    (size,) = struct.unpack_from(">H", header, 16)
    return 65_536 if size == 1 else size if size in _PAGE_SIZES else 0


def _check_journal(head: bytes, tail: bytes, page_bytes: int, pages: int) -> None:
    if tail == JOURNAL_MAGIC:
        raise UnfitError("has a journal that names another file, which is not ours")
    # the magic is written last: without it the journal is not played back
    if len(head) < _JOURNAL_HEADER.size or not head[0]:
        return
    magic, _, _, before, sector, page = _JOURNAL_HEADER.unpack(head)
    fits = magic == JOURNAL_MAGIC and sector in _SECTOR_SIZES and before <= pages
    # what was an empty file may have no header yet
    if not fits or page not in _PAGE_SIZES or (before and page != page_bytes):
        raise UnfitError("has a journal that is not ours")


def _check_wal(path: Path, page_bytes: int, pages: int) -> None:
    """Refuse a log with pages that lie far beyond the file, or of another size."""
    for most, (page, after) in enumerate(_frames(path, page_bytes), 2 * pages + _SLACK_PAGES):
        if max(page, after) > most:
            raise UnfitError("has a write-ahead log that is not ours")


def _frames(path: Path, page_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield the page of each frame of a log that SQLite would read, and the pages there are after it."""
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        return
    with file:
        header = file.read(_WAL_HEADER.size)
        if len(header) < _WAL_HEADER.size:
            return
        magic, version, size, _, *salts, _, _ = _WAL_HEADER.unpack(header)
        if magic not in _WAL_MAGIC or version != _WAL_VERSION or size not in _PAGE_SIZES or page_bytes not in (0, size):
            raise UnfitError("has a write-ahead log that is not ours")
        while len(head := file.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
            page, after, *frame_salts = _FRAME_HEADER.unpack(head)
            if frame_salts != salts:
                return
            yield page, after
            file.seek(_FRAME_BYTES - _FRAME_HEADER.size + size, os.SEEK_CUR)
