"""History as a stream of commits, parents before children.

The list of commits is asked for first and their contents after, in one long-running process: so a blob that a partial
snapshot lacks, at which git gives up, costs the contents of one commit and not the rest of the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from typing import IO

from hyperion_hook.domain.change import FileChange
from hyperion_hook.domain.commit import Author, Commit
from hyperion_hook.errors import GitError
from hyperion_hook.git.diff import parse_difference
from hyperion_hook.git.repository import Repository

_FORMAT = "--format=%x00%x01%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00"
_MARK = b"\n\x00\x01"
_CHUNK = 1 << 20
_TIME = re.compile(rb"(-?\d+)(?: ([+-])(\d\d)(\d\d))?")
LATEST = 253_402_300_799
"""The last second of the year 9999; later and negative times are clock faults and are clamped."""


class Detail(Enum):
    """How much of each commit is read."""

    NAMES = ("--raw",)
    COUNTS = ("--raw", "--numstat")
    PATCH = ("--raw", "-p", "-U0")


def stream_commits(
    repository: Repository, tips: Sequence[str], *, exclude: Sequence[str] = (), detail: Detail,
    newest: int | None = None, first_parent_of_merges: bool = False,
) -> Iterator[Commit]:
    """Yield the commits reachable from ``tips`` and not from ``exclude``, parents before children.

    Parameters
    ----------
    tips, exclude
        Commit ids.
    detail
        Whether file changes carry names only, line counts, or hunks too.
    newest
        Only the newest so many commits.
    first_parent_of_merges
        Give merges their file names against the first parent; otherwise merges have no files.
    """
    ids = commit_ids(repository, tips, exclude=exclude, newest=newest)
    yield from read_commits(repository, ids, detail=detail, first_parent_of_merges=first_parent_of_merges)


def commit_ids(
    repository: Repository, tips: Sequence[str], *, exclude: Sequence[str] = (), newest: int | None = None
) -> list[str]:
    """Return the ids of a stretch of history, parents before children."""
    limit = () if newest is None else (f"--max-count={newest}",)
    asked = "\n".join((*tips, *(f"^{commit}" for commit in exclude), ""))
    found = repository.git.run(
        "rev-list", "--topo-order", "--reverse", *limit, "--stdin", stdin=asked.encode(), timeout=600
    )
    return found.decode("ascii").split()


def read_commits(
    repository: Repository, ids: Sequence[str], *, detail: Detail, first_parent_of_merges: bool = False
) -> Iterator[Commit]:
    """Yield these commits in this order; one whose blobs are missing has names only."""
    position = 0
    while position < len(ids):
        last: Commit | None = None
        try:
            for commit in _read(repository, ids[position:], detail, merges=first_parent_of_merges):
                # one behind: git breaks off in the middle of the commit it cannot read
                if last is not None:
                    position += 1
                    yield last
                last = commit
            if last is not None:
                yield last
            return
        except GitError:
            if detail is Detail.NAMES:
                raise
            yield from _read(repository, ids[position : position + 1], Detail.NAMES, merges=first_parent_of_merges)
            position += 1


def _read(repository: Repository, ids: Sequence[str], detail: Detail, *, merges: bool) -> Iterator[Commit]:
    with repository.git.stream(
        "log", "--no-walk=unsorted", "--stdin", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--no-abbrev",
        "--full-index", "--no-notes", "--encoding=UTF-8", "--date=raw", "--root", "--no-relative",
        "--diff-merges=first-parent" if merges and detail is Detail.NAMES else "--diff-merges=off", *detail.value,
        _FORMAT, stdin="\n".join((*ids, "")).encode(),
    ) as output:
        names = _names_of_merges(repository, ids) if merges and detail is not Detail.NAMES else {}
        for record in _records(output):
            commit = _commit(record)
            yield replace(commit, files=names[commit.id]) if commit.is_merge and commit.id in names else commit


def _names_of_merges(repository: Repository, ids: Sequence[str]) -> dict[str, tuple[FileChange, ...]]:
    with repository.git.stream(
        "log", "--no-walk=unsorted", "--stdin", "--merges", "--diff-merges=first-parent", "-M", "--no-color",
        "--no-abbrev", "--raw", "--no-notes", "--encoding=UTF-8", "--date=raw", _FORMAT,
        stdin="\n".join((*ids, "")).encode(),
    ) as output:
        return {commit.id: commit.files for commit in map(_commit, _records(output))}


def _records(output: IO[bytes]) -> Iterator[bytes]:
    """Split at the mark; it begins a line, and no line of a patch or of a message can begin with NUL."""
    buffer: list[bytes] = [b"\n"]
    first = True
    while chunk := output.read(_CHUNK):
        parts = (buffer.pop() + chunk).split(_MARK)
        if len(parts) == 1:
            # the mark may lie across two chunks: keep the end apart and join the long rest once
            buffer += [parts[0][:-2], parts[0][-2:]] if len(parts[0]) > 2 else [parts[0]]
            continue
        parts[0] = b"".join([*buffer, parts[0]])
        yield from parts[1 if first else 0 : -1]
        first = False
        tail = parts[-1]
        buffer = [tail[:-2], tail[-2:]] if len(tail) > 2 else [tail]
    if not first:
        yield b"".join(buffer)


def _commit(record: bytes) -> Commit:
    identity, parents, name, email, authored, committer, committer_email, committed, message, rest = record.split(
        b"\0", 9
    )
    authored_at, utc_offset = parse_time(authored)
    return Commit(
        id=identity.decode("ascii"),
        parents=tuple(parents.decode("ascii").split()),
        author=Author(_text(name), _text(email)),
        committer=Author(_text(committer), _text(committer_email)),
        authored_at=authored_at,
        committed_at=parse_time(committed)[0],
        utc_offset=utc_offset,
        message=_text(message),
        files=parse_difference(rest.lstrip(b"\n")) if rest else (),
    )


def parse_time(text: bytes) -> tuple[int, int]:
    """Return Unix seconds, clamped to 1970..9999, and the offset from UTC in minutes.

    Examples
    --------
    >>> parse_time(b"1600000000 -0330"), parse_time(b"-5 +0000"), parse_time(b"")
    ((1600000000, -210), (0, 0), (0, 0))
    """
    found = _TIME.match(text)
    if found is None:
        return 0, 0
    seconds = min(max(int(found[1]), 0), LATEST)
    if found[2] is None:
        return seconds, 0
    minutes = int(found[3]) * 60 + int(found[4])
    return seconds, -minutes if found[2] == b"-" else minutes


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
