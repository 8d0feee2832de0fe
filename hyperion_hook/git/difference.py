"""Reads one difference, of the index or of two commits, as far as it can be read: names, then contents or counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.vector import NOT_FETCHED
from hyperion_hook.errors import GitError
from hyperion_hook.git.blobs import DAMAGED
from hyperion_hook.git.diff import MAX_PATCH_BYTES, parse_difference, with_counts
from hyperion_hook.git.difftree import RENAMES, SAME_CONTENT, Presence
from hyperion_hook.git.run import Git

# ``diff`` and not the plumbing: only it takes the pinned ``diff.context``, on which line counts depend
_COMMAND = ("diff", "--raw", "--no-color", "--no-abbrev", "--full-index", "--no-relative", "--ignore-submodules=none")
_PATCH = b"\ndiff --git "
_CHUNK = 1 << 20
_TIMEOUT = 300.0


class Difference(NamedTuple):
    """Files in the order of their paths, whether they were too many to read their contents, and what to warn of."""

    files: tuple[FileChange, ...]
    bulk: bool
    warnings: tuple[str, ...]


def read_part(git: Git, sides: Sequence[str], paths: Sequence[str]) -> tuple[FileChange, ...]:
    """Return what differs between two sides in files with these paths, as if no other file differed.

    Raises
    ------
    GitError
        If it cannot be read.
    """
    # paths as the bytes they are, whatever the locale
    asked = [os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in paths]
    return _sorted(parse_difference(git.run(*_COMMAND, "-p", "-U0", RENAMES, *sides, "--", *asked, timeout=_TIMEOUT)))


def read_difference(git: Git, sides: Sequence[str], *, bulk_above: int) -> Difference:
    """Return what differs between two sides.

    Parameters
    ----------
    git
        Of the repository.
    sides
        Two commits or trees, or ``--cached`` and one: it against the index.
    bulk_above
        With more files than this their lines are counted and their contents not read.

    Raises
    ------
    GitError
        If even the names cannot be read.
    """
    try:
        return _whole(git, sides, bulk_above)
    except GitError:
        return _what_is_there(git, sides, bulk_above)


def _whole(git: Git, sides: Sequence[str], bulk_above: int) -> Difference:
    text = _patch(git, sides, bulk_above)
    files = parse_difference(text)
    bulk = len(files) > bulk_above
    warnings = _warnings(text, len(files), bulk_above)
    cut = sum(file.hunks is None for file in files)
    if cut:
        counted = git.run(*_COMMAND, "--numstat", RENAMES, *sides, "--", timeout=_TIMEOUT)
        files = with_counts(files, parse_difference(counted))
    if cut and not bulk:
        warnings.append(f"more than {MAX_PATCH_BYTES:,} bytes changed: the contents of {cut} files were not read")
    return Difference(_sorted(files), bulk, tuple(warnings))


def _patch(git: Git, sides: Sequence[str], bulk_above: int) -> bytes:
    """Return the names and then as much of the patch as is parsed; of too many files only the names."""
    parts: list[bytes] = []
    size = names = 0
    with git.stream(*_COMMAND, "-p", "-U0", RENAMES, *sides, "--") as output:
        while chunk := output.read1(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if not names and _PATCH in chunk:
                text = b"".join(parts)
                parts, names = [text], text.index(_PATCH) + 1
                if len(parse_difference(text[:names])) > bulk_above:
                    return text[:names]
            if names and size > names + MAX_PATCH_BYTES:
                break
    return b"".join(parts)


def _what_is_there(git: Git, sides: Sequence[str], bulk_above: int) -> Difference:
    """Return the names that object ids tell, and the contents of those files of which both sides are there."""
    try:
        text = git.run(*_COMMAND, SAME_CONTENT, *sides, "--", timeout=_TIMEOUT)
    except GitError as error:
        if "unable to read tree" not in str(error):
            raise
        raise GitError(
            f"{error}, which this clone did not fetch; run: git fetch --refetch --filter=blob:none"
        ) from None
    files = parse_difference(text)
    bulk = len(files) > bulk_above
    warnings = _warnings(text, len(files), bulk_above)
    with Presence(git) as presence:
        files = tuple(
            file if presence.has_all((file,)) else replace(file, unread=NOT_FETCHED.reason) for file in files
        )
    there = [file for file in files if not file.unread]
    if there and not bulk:
        # paths as the bytes they are, whatever the locale
        paths = {path.encode("utf-8", "surrogateescape") for file in there for path in (file.path, file.previous_path)}
        try:
            read = parse_difference(git.run(*_COMMAND, "-p", "-U0", SAME_CONTENT, *sides, "--",
                                            *map(os.fsdecode, sorted(paths)), timeout=_TIMEOUT))
        except GitError:  # damaged objects are found out only when they are read
            read = tuple(replace(file, unread=DAMAGED.reason) for file in there)
        known = {file.path: file for file in read}
        files = tuple(known.get(file.path, file) for file in files)
    if lost := sum(file.hunks is None for file in files):
        warnings.append(f"objects are missing or damaged: the contents of {lost} files could not be read")
    return Difference(_sorted(files), bulk, tuple(warnings))


def _warnings(text: bytes, count: int, bulk_above: int) -> list[str]:
    names = text.partition(_PATCH)[0]
    warnings = []
    if unmerged := sum(line.partition(b"\t")[0].endswith(b" U") for line in names.split(b"\n")):
        warnings.append(f"{unmerged} file(s) with merge conflicts left out; resolve and stage them")
    if count > bulk_above:
        warnings.append(f"{count:,} files changed, more than {bulk_above:,}: lines are counted, contents not read")
    return warnings


def _sorted(files: Sequence[FileChange]) -> tuple[FileChange, ...]:
    return tuple(sorted(files, key=lambda file: file.path))
