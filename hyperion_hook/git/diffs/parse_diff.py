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
_Entry = tuple[str, FileStatus, str | None, int, int, str | None, str | None]
"""The fields of a ``FileChange`` that a raw entry says, its first seven."""
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
            lambda escape: bytes([int(escape[1], 8)]) if len(escape[1]) == 3 else _LETTERS[escape[1]], path[1:-1]
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
    present = [entry for entry in entries if entry is not None]
    if has_patch:
        end = start + MAX_PATCH_BYTES
        return _with_patch(present, text[start:end], is_whole=is_whole and len(text) <= end)
    if len(numbers) == len(entries):
        pairs = zip(entries, numbers, strict=True)
        return tuple(FileChange(*entry, *_counts(entry, number)) for entry, number in pairs if entry is not None)
    return tuple(FileChange(*entry) for entry in present)


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


def _entries(head: bytes) -> tuple[list[_Entry | None], list[bytes]]:
    """Return the raw entries, ``None`` for an unmerged one, and the numstat lines, which are in the same order."""
    entries, numbers = [], []
    for line in head.split(b"\n"):
        if line[:1] == b":":
            entries.append(_entry(line))
        elif line[:1].isdigit() or line[:2] == b"-\t":
            numbers.append(line)
    return entries, numbers


def _entry(line: bytes) -> _Entry | None:
    meta, _, paths = line[1:].partition(b"\t")
    old_mode, new_mode, old_blob, new_blob, letter = meta.split()
    status = _STATUSES.get(letter[:1])
    # unmerged and unknown entries are no changes
    if status is None:
        return None
    first, _, second = paths.partition(b"\t")
    old_path = unquote(first) if second else None
    modes = int(old_mode, 8), int(new_mode, 8)
    return unquote(second or first), status, old_path, *modes, _object(old_blob), _object(new_blob)


def _object(name: bytes) -> str | None:
    return name.decode() if name.strip(b"0") else None


def _has_lines(entry: _Entry) -> bool:
    return entry[1] is not FileStatus.TYPE_CHANGED and SUBMODULE_MODE not in entry[3:5]


def _counts(entry: _Entry, number: bytes) -> tuple[int | None, int | None, bool]:
    """Return added and deleted lines, and whether the file is binary."""
    added, deleted = number.split(b"\t")[:2]
    if not _has_lines(entry):
        return None, None, False
    # a patch says nothing of a file that was only moved; the counts shall say the same
    if entry[5] == entry[6]:
        return 0, 0, False
    return (None, None, True) if added == b"-" else (int(added), int(deleted), False)


def _with_patch(entries: Sequence[_Entry], patch: bytes, *, is_whole: bool) -> tuple[FileChange, ...]:
    # every line of content has a mark before it, so a line that starts with "diff" starts a file
    blocks = patch.removeprefix(b"diff --git ").split(b"\ndiff --git ")
    if not is_whole:
        blocks.pop()
    # a file that becomes a link is printed as a deletion and a creation
    widths = [2 if entry[1] is FileStatus.TYPE_CHANGED else 1 for entry in entries]
    if is_whole and sum(widths) != len(blocks):
        blocks.clear()
    changed, position = [], 0
    for entry, width in zip(entries, widths, strict=True):
        position += width
        if position > len(blocks):
            changed.append(FileChange(*entry))
        elif _has_lines(entry):
            changed.append(_with_block(entry, blocks[position - 1]))
        else:
            changed.append(FileChange(*entry, None, None, False, ()))
    return tuple(changed)


def _with_block(entry: _Entry, block: bytes) -> FileChange:
    # every line of content has a mark before it, so a line that starts with "@@" starts a hunk
    head, *pieces = block.removesuffix(b"\n").split(b"\n@@ -")
    if not pieces and (b"\nBinary files " in head or b"\nGIT binary patch" in head):
        return FileChange(*entry, None, None, True, ())
    hunks = tuple([hunk for hunk in map(_hunk, pieces) if hunk is not None])
    added = deleted = 0
    for hunk in hunks:
        added += hunk.added_count
        deleted += hunk.deleted_count
    return FileChange(*entry, added, deleted, False, hunks)


def _hunk(piece: bytes) -> Hunk | None:
    """Return the hunk that a text begins with, from after ``@@ -``."""
    header = _HEADER.match(piece)
    if header is None:
        return None
    old_start, old_count, new_start, new_count = header.groups()
    body = piece[header.end() :]
    if b"\n\\" in body:  # a last line without a line feed is followed by a remark of git's
        body = _REMARK.sub(b"", body)
    # of one line git prints no count
    return Hunk.of_patch(int(old_start), int(new_start), int(old_count or 1), int(new_count or 1), body)
