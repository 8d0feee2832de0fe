"""Reads one difference, of the index or of two commits, as far as it can be read: names, then contents or counts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress

from hyperion_hook.domain.change import SUBMODULE_MODE, FileChange
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.vector import NOT_FETCHED
from hyperion_hook.errors import GitError
from hyperion_hook.git.blobs import DAMAGED
from hyperion_hook.git.diffs.parse_diff import MAX_PATCH_BYTES, is_cut, parse_difference, with_counts
from hyperion_hook.git.environment.settings import RENAMES, SAME_CONTENT
from hyperion_hook.git.run import Conversation, Git

# ``diff`` and not the plumbing: only it takes the pinned ``diff.context``, on which line counts depend
_COMMAND = ("diff", "--raw", "--no-color", "--no-abbrev", "--full-index", "--no-relative", "--ignore-submodules=none")
_TREE_OPTIONS = ("-r", "--root", "--no-commit-id", "--no-color", "--no-abbrev", "--full-index")

_END = b"~"
_ASKED_AT_ONCE = 400  # their ids and the answers fit into the pipes, so that neither side waits for the other
_PATCH = b"\ndiff --git "
_CHUNK = 1 << 20
_TIMEOUT = 300.0
_ARGUMENTS = 400  # files named in one command line


@dataclass(frozen=True, slots=True)
class Difference:
    """Files in the order of their paths, and what to warn of."""

    files: tuple[FileChange, ...]
    warnings: tuple[str, ...]


def read_part(git: Git, sides: Sequence[str], paths: Sequence[str]) -> tuple[FileChange, ...]:
    """Return the differences between two sides in files with these paths, as if no other file differed.

    Raises ``GitError`` if it cannot be read.
    """
    return _sorted(_contents(git, (RENAMES, *sides), _as_arguments(paths))[0])


def read_difference(git: Git, sides: Sequence[str]) -> Difference:
    """Return the differences between two sides; raise ``GitError`` if even the names cannot be read.

    The sides are two commits or trees, or ``--cached`` and one: it against the index.
    """
    try:
        return _whole(git, sides)
    except GitError:
        return _what_is_there(git, sides)


def read_present(
    git: Git, sides: Sequence[str], files: Sequence[FileChange], presence: Presence
) -> tuple[FileChange, ...]:
    """Return files, of which some cannot be read, with the contents of the others, and with why there are none.

    ``files`` are all that differ, by their names.
    """
    known: dict[tuple[str, str], FileChange] = {}
    present = [file for file in files if presence.has_all((file,))]
    there = {file.path for file in present}
    for renames in (RENAMES, "--no-renames"):
        chosen = [file for file in present if (file.old_path is not None) == (renames == RENAMES)]
        for start in range(0, len(chosen), _ARGUMENTS):
            paths = {path for file in chosen[start : start + _ARGUMENTS] for path in (file.previous_path, file.path)}
            with suppress(GitError):  # damaged objects are found out only when they are read
                read, _ = _contents(git, (renames, *sides), _as_arguments(paths))
                known |= {(file.previous_path, file.path): file for file in read}
    return tuple(
        known.get((file.previous_path, file.path))
        or replace(file, unread=(DAMAGED if file.path in there else NOT_FETCHED).reason)
        for file in files
    )


def _as_arguments(paths: Iterable[str]) -> list[str]:
    # as the bytes they are, whatever the locale
    return [os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in sorted(paths)]


def _whole(git: Git, sides: Sequence[str]) -> Difference:
    files, names = _contents(git, (RENAMES, *sides))
    warnings = _warnings(names)
    if cut := sum(file.hunks is None for file in files):
        warnings.append(f"more than {MAX_PATCH_BYTES:,} bytes changed: files whose contents were not read: {cut:,}")
    return Difference(_sorted(files), tuple(warnings))


def _contents(git: Git, sides: Sequence[str], paths: Sequence[str] = ()) -> tuple[tuple[FileChange, ...], bytes]:
    """Return files with their contents, those too large with their line counts, and git's raw entries."""
    text = _patch(git, sides, paths)
    files = parse_difference(text)
    if is_cut(files):
        counted = git.run(*_COMMAND, "--numstat", *sides, "--", *paths, timeout=_TIMEOUT)
        files = with_counts(files, parse_difference(counted))
    return files, text.partition(_PATCH)[0]


def _patch(git: Git, sides: Sequence[str], paths: Sequence[str]) -> bytes:
    """Return the names and then as much of the patch as is parsed."""
    parts: list[bytes] = []
    size = names = 0
    with git.stream(*_COMMAND, "-p", "-U0", *sides, "--", *paths) as output:
        while chunk := output.read1(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if not names and _PATCH in chunk:
                text = b"".join(parts)
                parts, names = [text], text.index(_PATCH) + 1
            if names and size > names + MAX_PATCH_BYTES:
                break
    return b"".join(parts)


def _what_is_there(git: Git, sides: Sequence[str]) -> Difference:
    """Return the names, by object ids alone where contents that tell them are lost, and what contents there are."""
    try:
        text = git.run(*_COMMAND, RENAMES, *sides, "--", timeout=_TIMEOUT)
    except GitError:
        text = git.run(*_COMMAND, SAME_CONTENT, *sides, "--", timeout=_TIMEOUT)
    with Presence(git) as presence:
        files = read_present(git, sides, parse_difference(text), presence)
    warnings = _warnings(text)
    if lost := sum(file.hunks is None for file in files):
        warnings.append(f"objects are missing or damaged: files whose contents could not be read: {lost:,}")
    return Difference(_sorted(files), tuple(warnings))


def _warnings(names: bytes) -> list[str]:
    unmerged = sum(line.partition(b"\t")[0].endswith(b" U") for line in names.split(b"\n"))
    return [f"{unmerged} file(s) with merge conflicts left out; resolve and stage them"] if unmerged else []


def _sorted(files: Sequence[FileChange]) -> tuple[FileChange, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


class DiffTree(Conversation):
    """Compares commits with their first parents, merges too.

    ``detail`` are options that say what is printed: ``--raw`` alone, or with ``--numstat`` or ``-p -U0``; ``renames``
    is ``RENAMES`` or ``SAME_CONTENT``.
    """

    def __init__(self, git: Git, detail: Sequence[str], renames: str = RENAMES) -> None:
        super().__init__(git, "diff-tree", "--stdin", renames, *_TREE_OPTIONS, *detail)

    def files(self, commit: str, parent: str | None) -> tuple[FileChange, ...]:
        """Return the changes of a commit against a parent, of a root (``None``) against nothing.

        Raises ``GitError`` if git breaks off, as it does at a missing object; the next question starts it anew.
        """
        # git repeats a line that is no commit, and no line of its own begins like this one: so the answer has an end
        process = self.asked(f"{commit} {parent}\n".encode().replace(b" None", b"") + _END + b"\n")
        parts: list[bytes] = []
        size, tail = 0, b"\n"
        while not tail.endswith(b"\n" + _END + b"\n"):
            chunk = process.stdout.read1(_CHUNK)
            if not chunk:
                raise self.broken()
            tail = (tail + chunk)[-3:]
            size += len(chunk)
            if size <= 2 * MAX_PATCH_BYTES:
                parts.append(chunk)
        text = b"".join(parts)
        is_whole = size == len(text)
        return parse_difference(text[:-2] if is_whole else text, is_whole=is_whole)


class Presence(Conversation):
    """Tells which objects are in the repository; nothing is fetched."""

    def __init__(self, git: Git) -> None:
        super().__init__(git, "cat-file", "--batch-check")

    def has_all(self, files: Iterable[FileChange]) -> bool:
        """Whether both sides of all files can be read."""
        sides = [(file.old_mode, file.old_blob) for file in files] + [(file.new_mode, file.new_blob) for file in files]
        blobs = list(dict.fromkeys(blob for mode, blob in sides if blob and mode != SUBMODULE_MODE))
        return all(self._has(blobs[start : start + _ASKED_AT_ONCE]) for start in range(0, len(blobs), _ASKED_AT_ONCE))

    def _has(self, blobs: Sequence[str]) -> bool:
        process = self.asked("\n".join((*blobs, "")).encode())
        answers = [process.stdout.readline() for _ in blobs]
        if not all(answers):
            raise self.broken()
        return not any(answer.endswith(b" missing\n") for answer in answers)
