"""What git prints of a difference, parsed: raw entries, line counts and hunks. Pure: bytes in, file changes out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hyperion_hook.domain.change import SUBMODULE_MODE, FileChange, FileStatus, Hunk
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import replace

_HEADER = late_pattern(rb"(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@[^\n]*\n?")
_REMARK = late_pattern(rb"\n\\[^\n]*")
_ESCAPE = late_pattern(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
    b'"': b'"',
    b"\\": b"\\",
}
_STATUSES = {status.value.encode(): status for status in FileStatus}
MAX_PATCH_BYTES = 20_000_000
"""Patch text of one change that is read; the files after it keep no hunks, so a giant file cannot fill the memory."""


def unquote(path: bytes) -> str:
    r"""Return the path that git quoted, any byte of it kept.

    Examples
    --------
    >>> unquote(b'plain'), unquote(b'"a\\tb\\303\\251"')
    ('plain', 'a\tbé')
    """
    if path[:1] == b'"':
        path = _ESCAPE.sub(
            lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else _LETTERS[found[1]], path[1:-1]
        )
    return path.decode("utf-8", "surrogateescape")


def parse_difference(text: bytes, *, is_whole: bool = True) -> tuple[FileChange, ...]:
    """Return the file changes that ``git ... --raw [--numstat] [-p -U0]`` printed for one change, without ``-z``.

    Unmerged entries are left out. Counts come from numstat lines where there are any, else from the hunks; without both
    they are ``None``, and so they are for submodules and for files that turn into something else (a link, a submodule),
    whose lines do not compare. Paths are quoted where they hold line feeds, so every line is told by its beginning.
    Where the text does not end where git ended it (``is_whole``), the files after the cut, as those after
    ``MAX_PATCH_BYTES`` of patch, have neither counts nor hunks.
    """
    start = 0 if text.startswith(b"diff --git ") else text.find(b"\ndiff --git ") + 1
    has_patch = start > 0 or text.startswith(b"diff --git ")
    entries, numbers = _entries(text[:start] if has_patch else text)
    files = [file for file in entries if file is not None]
    if has_patch:
        end = start + MAX_PATCH_BYTES
        return _with_patch(files, text[start:end], is_whole=is_whole and len(text) <= end)
    if len(numbers) == len(entries):
        return tuple(_with_count(file, number) for file, number in zip(entries, numbers, strict=True) if file)
    return tuple(files)


def with_counts(files: Sequence[FileChange], counted: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """Return files whose patch was cut off with the line counts of a second reading."""
    counts = {file.path: file for file in counted}
    return tuple(
        file
        if file.hunks is not None or file.path not in counts
        else replace(
            file,
            lines_added=counts[file.path].lines_added,
            lines_deleted=counts[file.path].lines_deleted,
            is_binary=counts[file.path].is_binary,
        )
        for file in files
    )


def is_cut(files: Sequence[FileChange]) -> bool:
    """Whether hunks are missing of files that were read with their patch."""
    return any(file.hunks is None for file in files)


def _entries(head: bytes) -> tuple[list[FileChange | None], list[bytes]]:
    """Return the raw entries, ``None`` for an unmerged one, and the numstat lines, which are in the same order."""
    files, numbers = [], []
    for line in head.split(b"\n"):
        if line[:1] == b":":
            files.append(_entry(line))
        elif line[:1].isdigit() or line[:2] == b"-\t":
            numbers.append(line)
    return files, numbers


def _entry(line: bytes) -> FileChange | None:
    meta, _, paths = line[1:].partition(b"\t")
    old_mode, new_mode, old_blob, new_blob, letter = meta.split()
    status = _STATUSES.get(letter[:1])
    # unmerged and unknown entries are no changes
    if status is None:
        return None
    first, _, second = paths.partition(b"\t")
    return FileChange(
        path=unquote(second or first),
        status=status,
        old_path=unquote(first) if second else None,
        old_mode=int(old_mode, 8),
        new_mode=int(new_mode, 8),
        old_blob=_object(old_blob),
        new_blob=_object(new_blob),
    )


def _object(name: bytes) -> str | None:
    return name.decode() if name.strip(b"0") else None


def _with_count(file: FileChange, number: bytes) -> FileChange:
    added, deleted = number.split(b"\t")[:2]
    if not _has_lines(file):
        return file
    # a patch says nothing of a file that was only moved; the counts shall say the same
    if file.old_blob == file.new_blob:
        return replace(file, lines_added=0, lines_deleted=0)
    if added == b"-":
        return replace(file, is_binary=True)
    return replace(file, lines_added=int(added), lines_deleted=int(deleted))


def _has_lines(file: FileChange) -> bool:
    return file.status is not FileStatus.TYPE_CHANGED and SUBMODULE_MODE not in (file.old_mode, file.new_mode)


def _with_patch(files: Sequence[FileChange], patch: bytes, *, is_whole: bool) -> tuple[FileChange, ...]:
    # every line of content has a mark before it, so a line that starts with "diff" starts a file
    blocks = patch.removeprefix(b"diff --git ").split(b"\ndiff --git ")
    if not is_whole:
        blocks.pop()
    # a file that becomes a link is printed as a deletion and a creation
    widths = [2 if file.status is FileStatus.TYPE_CHANGED else 1 for file in files]
    if is_whole and sum(widths) != len(blocks):
        return tuple(files)
    changed, position = [], 0
    for file, width in zip(files, widths, strict=True):
        position += width
        if position > len(blocks):
            changed.append(file)
        elif _has_lines(file):
            changed.append(_with_block(file, blocks[position - 1]))
        else:
            changed.append(_read(file, None, None, ()))
    return tuple(changed)


def _with_block(file: FileChange, block: bytes) -> FileChange:
    # every line of content has a mark before it, so a line that starts with "@@" starts a hunk
    head, *pieces = block.removesuffix(b"\n").split(b"\n@@ -")
    if not pieces and (b"\nBinary files " in head or b"\nGIT binary patch" in head):
        return _read(file, None, None, (), is_binary=True)
    hunks = [hunk for hunk in map(_hunk, pieces) if hunk is not None]
    added = deleted = 0
    for hunk in hunks:
        added += hunk.added_count
        deleted += hunk.deleted_count
    return _read(file, added, deleted, tuple(hunks))


def _read(
    file: FileChange, added: int | None, deleted: int | None, hunks: tuple[Hunk, ...], *, is_binary: bool = False
) -> FileChange:
    return FileChange(  # five times as fast as "replace", and called for every file of a history
        file.path,
        file.status,
        file.old_path,
        file.old_mode,
        file.new_mode,
        file.old_blob,
        file.new_blob,
        added,
        deleted,
        is_binary,
        hunks,
    )


def _hunk(piece: bytes) -> Hunk | None:
    """Return the hunk that a text begins with, from after ``@@ -``."""
    header = _HEADER.match(piece)
    if header is None:
        return None
    old_start, old_count, new_start, new_count = header.groups()
    body = piece[header.end() :]
    if b"\n\\" in body:  # a last line without a line feed is followed by a remark of git's
        body = _REMARK.sub(b"", body)
    return Hunk.of_patch(
        int(old_start),
        int(new_start),
        1 if old_count is None else int(old_count),
        1 if new_count is None else int(new_count),
        body,
    )
