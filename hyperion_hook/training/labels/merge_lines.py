"""Which parent each line of a mixed file comes from, read from git's combined diff of every merge in one pass.

A merge mixes a file when its content equals neither parent's. ``git log -c`` shows exactly these files, and marks for
every line the parents that lack it: the work of two diffs and no process a file. One line of context is asked for,
because without any git leaves out the unchanged lines between two neighbouring differences.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple

from hyperion_hook.errors import GitError
from hyperion_hook.git.environment.settings import RENAMES
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.file_lines import UNKNOWN, Numbers, own_lines

_COMMAND = tuple(
    f"log --no-walk=unsorted --stdin -c {RENAMES} --raw -z -p -U1 --combined-all-paths --no-abbrev --full-index "
    "--no-color --no-ext-diff --no-textconv --no-notes --format=%x01%H".split()
)
_RECORD = re.compile(rb"(?:^|[\n\0])\x01([0-9a-f]{40}(?:[0-9a-f]{24})?)\0")
_HEADER = re.compile(rb"@@+((?: -\d+(?:,\d+)?)+) \+(\d+)")
_CHUNK = 1 << 18
_NOBODY = -1


class Run(NamedTuple):
    """Consecutive lines of the result: taken from ``parent`` at zero-based ``start``; parent -1: from none."""

    parent: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class MixedHunk:
    """A stretch where some parent differs; all numbers are zero-based, ends exclusive."""

    parent_ends: tuple[int, ...]
    start: int
    end: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class MixedFile:
    """A file that differs from all parents; ``hunks`` is ``None`` where it is no text."""

    path: str
    parent_paths: tuple[str, ...]
    parent_blobs: tuple[str, ...]
    blob: str
    hunks: tuple[MixedHunk, ...] | None


def mixed_files(
    repository: Repository, merges: Sequence[str]
) -> Generator[tuple[str, dict[str, MixedFile]], None, None]:
    """Yield each of the merges, in the order given, with its mixed files by path.

    A merge whose blobs are missing (partial snapshots) is given without files.
    """
    position = 0
    while position < len(merges):
        try:
            for commit, body in _bodies(repository, merges[position:]):
                yield commit, {file.path: file for file in parse_combined(body)}
                position += 1
        except GitError:
            yield merges[position], {}
        position += 1


def _bodies(repository: Repository, merges: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield git's text on each merge, one behind: where it gives up, the last one is not whole."""
    last: tuple[str, bytes] | None = None
    with repository.git.stream(*_COMMAND, stdin="\n".join((*merges, "")).encode()) as stream:
        for record in _records(stream):
            if last is not None:
                yield last
            last = record
    if last is not None:
        yield last


def _records(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    commit: str | None = None
    pending = b""
    while chunk := stream.read(_CHUNK):
        # a mark may be cut in two by the end of a chunk, so the search starts a little before it
        searched = max(0, len(pending) - 70)
        pending += chunk
        start = 0
        for match in _RECORD.finditer(pending, searched):
            if commit is not None:
                yield commit, pending[start : match.start() + 1]
            commit, start = match[1].decode(), match.end() - 1
        pending = pending[start:]
    if commit is not None:
        yield commit, pending


def parse_combined(body: bytes) -> list[MixedFile]:
    """Return the mixed files of one merge from ``--raw -z -p`` in combined form."""
    raw, _, patch = body.partition(b"\0\0diff --c")
    fields = raw.strip(b"\0").split(b"\0")
    texts = _texts(b"diff --c" + patch) if patch else {}
    files = []
    position = 0
    while position < len(fields) and fields[position].startswith(b"::"):
        head = fields[position]
        parents = len(head) - len(head.lstrip(b":"))
        words = head[parents:].split()
        blobs = tuple(word.decode() for word in words[parents + 1 : 2 * parents + 2])
        paths = [path.decode("utf-8", "surrogateescape") for path in fields[position + 1 : position + parents + 2]]
        position += parents + 2
        if len(paths) == parents + 1 and set(blobs[-1]) != {"0"}:
            files.append(MixedFile(paths[-1], tuple(paths[:-1]), blobs[:-1], blobs[-1], texts.get(blobs)))
    return files


def _texts(patch: bytes) -> dict[tuple[str, ...], tuple[MixedHunk, ...]]:
    """Return the hunks of each file by the blobs of its parents and its own: paths may be quoted, blobs never are."""
    texts = {}
    # every line of content has a mark before it, so a line that starts with "diff" starts a file
    for section in re.split(rb"(?:^|\n)diff --c(?:ombined|c) ", patch):
        head, at, body = section.partition(b"\n@@")
        named = re.search(rb"^index ([0-9a-f,]+)\.\.([0-9a-f]+)$", head, re.MULTILINE)
        if named and at:
            blobs = (*named[1].decode().split(","), named[2].decode())
            texts[blobs] = tuple(_hunks(b"@@" + body, len(blobs) - 1))
    return texts


def _hunks(body: bytes, parents: int) -> Iterator[MixedHunk]:
    lines = body.split(b"\n")
    headers = [number for number, line in enumerate(lines) if line.startswith(b"@@")]
    for position, stop in zip(headers, [*headers[1:], len(lines)], strict=True):
        header = _HEADER.match(lines[position])
        if header is not None:
            numbers = [*re.findall(rb" -(\d+)", header[1]), header[2]]
            yield _hunk(lines[position + 1 : stop], [max(0, int(number) - 1) for number in numbers], parents)


def _hunk(lines: list[bytes], starts: list[int], parents: int) -> MixedHunk:
    at = list(starts)
    runs: list[Run] = []
    for line in lines:
        columns = line[:parents]
        if len(columns) < parents or columns.strip(b" +-"):
            continue  # "\\ No newline at end of file", or the end of the record
        deleted = b"-" in columns
        if not deleted:
            source = columns.find(b" ")
            _extend(runs, source, at[source] if source != _NOBODY else 0)
            at[parents] += 1
        # in a lost line a blank says that this parent never had it, elsewhere that it has it
        had = b"-" if deleted else b" "
        for parent in range(parents):
            at[parent] += columns[parent : parent + 1] == had
    return MixedHunk(tuple(at[:parents]), starts[parents], at[parents], tuple(runs))


def _extend(runs: list[Run], parent: int, start: int) -> None:
    if runs and runs[-1].parent == parent and (parent == _NOBODY or runs[-1].start + runs[-1].length == start):
        runs[-1] = runs[-1]._replace(length=runs[-1].length + 1)
    else:
        runs.append(Run(parent, start, 1))


def mixed_lines(file: MixedFile, sides: list[Numbers[int] | None], number: int) -> Numbers[int] | None:
    """Return the lines of a mixed file: unchanged ones as the first parent that has them knows them."""
    lines: Numbers[int] = array("I")
    at = [0] * len(sides)
    for hunk in file.hunks or ():
        gap = _unchanged(sides, at, hunk.start - len(lines))
        if gap is None:
            return None
        lines += gap
        for run in hunk.runs:
            side = None if run.parent == _NOBODY else sides[run.parent]
            if side is None:
                lines += own_lines(number if run.parent == _NOBODY else UNKNOWN, run.length)
            else:
                lines += side[run.start : run.start + run.length]
        at = list(hunk.parent_ends)
        if len(lines) != hunk.end:
            return None
    rest = _unchanged(sides, at, None)
    return None if rest is None else lines + rest


def _unchanged(sides: list[Numbers[int] | None], at: list[int], count: int | None) -> Numbers[int] | None:
    if count == 0:
        return array("I")
    for side, start in zip(sides, at, strict=False):
        if side is not None:
            return side[start:] if count is None else side[start : start + count]
    return None
