"""What git prints of a difference, parsed: raw entries, line counts and hunks. Pure: bytes in, file changes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hyperion_hook.domain.change import SUBMODULE_MODE, FileChange, FileStatus, Hunk

_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {
    b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r", b'"': b'"', b"\\": b"\\",
}
_STATUSES = {status.value.encode(): status for status in FileStatus}
MAX_HUNK_BYTES = 20_000_000
"""Patch text of one change beyond which hunks are no longer kept."""


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


def parse_difference(text: bytes) -> tuple[FileChange, ...]:
    """Return the file changes that ``git ... --raw [--numstat] [-p -U0]`` printed for one change, without ``-z``.

    Counts come from numstat lines where there are any, else from the hunks; without both they are ``None``.
    """
    start = text.find(b"\ndiff --git ")
    head, patch = (text, b"") if start < 0 else (text[:start], text[start + 1 :])
    files, numbers = _entries(head)
    if start >= 0:
        return _with_patch(files, patch)
    if len(numbers) == len(files):
        return tuple(_with_count(file, number) for file, number in zip(files, numbers, strict=True))
    return tuple(files)


def _entries(head: bytes) -> tuple[list[FileChange], list[bytes]]:
    files, numbers = [], []
    for line in head.split(b"\n"):
        if line[:1] == b":":
            file = _entry(line)
            if file is not None:
                files.append(file)
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
    # a patch says nothing of a file that was only moved; the counts shall say the same
    if file.old_blob == file.new_blob:
        return replace(file, lines_added=0, lines_deleted=0)
    if added == b"-":
        return replace(file, is_binary=True)
    if SUBMODULE_MODE in (file.old_mode, file.new_mode):
        return file
    return replace(file, lines_added=int(added), lines_deleted=int(deleted))




def _with_patch(files: Sequence[FileChange], patch: bytes) -> tuple[FileChange, ...]:
    blocks = _blocks(patch)
    changed, position = [], 0
    keep = len(patch) <= MAX_HUNK_BYTES
    for file in files:
        # a file that becomes a link is printed as a deletion and a creation
        width = 2 if file.status is FileStatus.TYPE_CHANGED else 1
        own = blocks[position : position + width]
        position += width
        changed.append(_with_blocks(file, own, keep=keep))
    return tuple(changed)


def _blocks(patch: bytes) -> list[bytes]:
    return patch.removeprefix(b"diff --git ").split(b"\ndiff --git ")


def _with_blocks(file: FileChange, blocks: Sequence[bytes], *, keep: bool) -> FileChange:
    if SUBMODULE_MODE in (file.old_mode, file.new_mode):
        return replace(file, hunks=())
    hunks: list[Hunk] = []
    for block in blocks:
        start = block.find(b"\n@@ -")
        if start >= 0:
            _read_hunks(block[start + 1 :].split(b"\n"), hunks)
        elif b"\nBinary files " in block or b"\nGIT binary patch" in block:
            return replace(file, is_binary=True, hunks=())
    return replace(
        file,
        lines_added=sum(len(hunk.added) for hunk in hunks),
        lines_deleted=sum(len(hunk.deleted) for hunk in hunks),
        hunks=tuple(hunks) if keep else None,
    )


def _read_hunks(lines: list[bytes], hunks: list[Hunk]) -> None:
    position, end = 0, len(lines)
    while position < end:
        header = _HEADER.match(lines[position])
        if header is None:
            position += 1
            continue
        old_start, old_count, new_start, new_count = header.groups()
        deletions = 1 if old_count is None else int(old_count)
        additions = 1 if new_count is None else int(new_count)
        position += 1
        deleted = tuple([line[1:] for line in lines[position : position + deletions]])
        position += deletions
        # a last line without a line feed is followed by a remark of git's
        if position < end and lines[position][:1] == b"\\":
            position += 1
        added = tuple([line[1:] for line in lines[position : position + additions]])
        position += additions
        hunks.append(Hunk(int(old_start), int(new_start), deleted, added))
