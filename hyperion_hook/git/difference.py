"""Reads one difference, of the index or of two commits, as far as it can be read: names, then contents or counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from hyperion_hook.domain.change import FileChange
from hyperion_hook.errors import GitError
from hyperion_hook.git.diff import MAX_PATCH_BYTES, is_cut, parse_difference, with_counts
from hyperion_hook.git.difftree import RENAMES, SAME_CONTENT, Presence
from hyperion_hook.git.run import Git

# ``diff`` and not the plumbing: only it takes the pinned ``diff.context``, on which line counts depend
_COMMAND = ("diff", "--raw", "--no-color", "--no-abbrev", "--full-index", "--no-relative", "--ignore-submodules=none")
_COUNTS, _PATCH = ("--numstat",), ("-p", "-U0")
_CHUNK = 1 << 20
_TIMEOUT = 300.0


class Difference(NamedTuple):
    """Files in the order of their paths, whether they were too many to read their contents, and what to warn of."""

    files: tuple[FileChange, ...]
    bulk: bool
    warnings: tuple[str, ...]


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
    warnings: list[str] = []
    names = _names(git, sides)
    unmerged = sum(line.partition(b"\t")[0].endswith(b" U") for line in names.split(b"\n"))
    if unmerged:
        warnings.append(f"{unmerged} file(s) with merge conflicts left out; resolve and stage them")
    files = parse_difference(names)
    bulk = len(files) > bulk_above
    if bulk:
        warnings.append(f"{len(files):,} files changed, more than {bulk_above:,}: lines are counted, contents not read")
    if files:
        files, complaints = _contents(git, sides, files, bulk=bulk)
        warnings += complaints
    return Difference(tuple(sorted(files, key=lambda file: file.path)), bulk, tuple(warnings))


def _names(git: Git, sides: Sequence[str]) -> bytes:
    try:
        return git.run(*_COMMAND, RENAMES, *sides, "--", timeout=_TIMEOUT)
    except GitError:
        # similar files are found by their contents, and these may be missing
        return git.run(*_COMMAND, SAME_CONTENT, *sides, "--", timeout=_TIMEOUT)


def _contents(
    git: Git, sides: Sequence[str], names: tuple[FileChange, ...], *, bulk: bool
) -> tuple[tuple[FileChange, ...], list[str]]:
    detail = _COUNTS if bulk else _PATCH
    try:
        files = _read(git, (*detail, RENAMES, *sides, "--"))
    except GitError:
        return _what_is_there(git, (*detail, SAME_CONTENT, *sides, "--"), names)
    if bulk or not is_cut(files):
        return files, []
    cut = sum(file.hunks is None for file in files)
    warning = f"more than {MAX_PATCH_BYTES:,} bytes changed: the contents of {cut} files were not read"
    return with_counts(files, _read(git, (*_COUNTS, RENAMES, *sides, "--"))), [warning]


def _what_is_there(
    git: Git, arguments: Sequence[str], names: tuple[FileChange, ...]
) -> tuple[tuple[FileChange, ...], list[str]]:
    """Read the contents of those files of which both sides are there."""
    with Presence(git) as presence:
        there = [file for file in names if presence.has_all((file,))]
    lost = len(names) - len(there)
    warning = f"objects are missing from this clone: the contents of {lost} files could not be read"
    if not there:
        return names, [warning]
    # paths as the bytes they are, whatever the locale
    paths = {path.encode("utf-8", "surrogateescape") for file in there for path in (file.path, file.previous_path)}
    try:
        read = {file.path: file for file in _read(git, (*arguments, *map(os.fsdecode, sorted(paths))))}
    except GitError as error:
        return names, [f"the contents of the changed files could not be read: {error}"]
    return tuple(read.get(file.path, file) if file in there else file for file in names), [warning]


def _read(git: Git, arguments: Sequence[str]) -> tuple[FileChange, ...]:
    parts: list[bytes] = []
    size, is_whole = 0, True
    with git.stream(*_COMMAND, *arguments) as output:
        while is_whole and (chunk := output.read(_CHUNK)):
            parts.append(chunk)
            size += len(chunk)
            # the names before a patch are few, or it would be a bulk change
            is_whole = size <= 2 * MAX_PATCH_BYTES or "-p" not in arguments
    return parse_difference(b"".join(parts), is_whole=is_whole)
