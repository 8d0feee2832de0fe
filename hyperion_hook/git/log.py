"""History as a stream of commits, parents before children.

The list of commits is asked for first and their contents after, in one long-running process: so a blob that a partial
snapshot lacks, at which git gives up, costs the contents of one commit and not the rest of the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from enum import Enum
from typing import IO

from hyperion_hook.domain.author import LATEST, Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.errors import GitError
from hyperion_hook.git.ancestry import commit_ids, rev_list
from hyperion_hook.git.diffs.parse_diff import MAX_PATCH_BYTES, is_cut, parse_difference, with_counts
from hyperion_hook.git.diffs.read_difference import DiffTree, Presence, read_present
from hyperion_hook.git.environment.settings import RENAMES, SAME_CONTENT
from hyperion_hook.git.repository import Repository

_FORMAT = "--format=%x00%x01%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00"
_OPTIONS = tuple(
    "--no-walk=unsorted --stdin --no-color --no-abbrev --full-index --no-notes --encoding=UTF-8 --date=raw --root"
    " --no-relative --diff-merges=off".split()
)
_MARK = b"\n\x00\x01"
_CHUNK = 1 << 20
_TIME = re.compile(rb"(-?\d{1,20})(?: ([+-])(\d{2,20})(\d\d))?")
_DAY = 24 * 60


class Detail(Enum):
    """How much of each commit is read."""

    NOTHING = ("--no-patch",)
    NAMES = ("--raw",)
    COUNTS = ("--raw", "--numstat")
    PATCH = ("--raw", "-p", "-U0")


def stream_commits(
    repository: Repository,
    tips: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    detail: Detail,
    newest: int | None = None,
    first_parent_of_merges: bool = False,
) -> Iterator[Commit]:
    """Yield the commits reachable from ``tips`` and not from ``exclude``, parents before children.

    ``detail`` says whether file changes carry names only, line counts, or hunks too. With ``first_parent_of_merges``
    merges have their file names against the first parent; otherwise they have no files.
    """
    ids = commit_ids(repository, tips, exclude=exclude, newest=newest)
    yield from read_commits(repository, ids, detail=detail, first_parent_of_merges=first_parent_of_merges)


def read_commits(
    repository: Repository, ids: Sequence[str], *, detail: Detail, first_parent_of_merges: bool = False
) -> Iterator[Commit]:
    """Yield these commits in this order; one whose blobs are missing has names only.

    Raises ``GitError`` if a commit or a tree cannot be read.
    """
    if not ids:
        return  # asked for nothing, git takes HEAD
    position = 0
    try:
        # one behind: git breaks off in the middle of the commit it cannot read
        last: Commit | None = None
        for commit in _read(repository, ids, detail, merges=first_parent_of_merges):
            if last is not None:
                position += 1
                yield last
            last = commit
        if last is not None:
            position += 1
            yield last
    except GitError:
        yield from _read_what_is_there(repository, ids[position:], detail, merges=first_parent_of_merges)


def _read(repository: Repository, ids: Sequence[str], detail: Detail, *, merges: bool) -> Iterator[Commit]:
    with ExitStack() as opened:
        output = opened.enter_context(_log(repository, ids, (RENAMES, *detail.value)))
        of_merges = _merges(repository, ids, opened) if merges else iter(())
        for commit in map(_commit, _records(output)):
            if commit.is_merge and merges:
                merge = next(of_merges, None)
                if merge is None or merge.id != commit.id:
                    raise GitError(f"git log: commit {commit.id} was not read")
                yield replace(commit, files=merge.files)
            elif detail is Detail.PATCH and is_cut(commit.files):
                yield replace(commit, files=with_counts(commit.files, _counted(repository, commit)))
            else:
                yield commit


def _merges(repository: Repository, ids: Sequence[str], opened: ExitStack) -> Iterator[Commit]:
    """Return the merges among commits with the names that differ from their first parents, from a process of its own.

    One process cannot show the contents of some commits and the names alone of others, and to ask for each merge by
    itself costs more than to compare it.
    """
    merges = rev_list(repository, ids, options=("--no-walk=unsorted", "--merges"))
    if not merges:
        return iter(())
    names = (RENAMES, *Detail.NAMES.value, "--diff-merges=first-parent")
    return map(_commit, _records(opened.enter_context(_log(repository, merges, names))))


def _read_what_is_there(
    repository: Repository, ids: Sequence[str], detail: Detail, *, merges: bool
) -> Iterator[Commit]:
    """Yield commits of which git cannot read all: the names as in any other stream, the contents that are there."""
    git = repository.git
    with (
        Presence(git) as presence,
        DiffTree(git, Detail.PATCH.value) as contents,
        DiffTree(git, Detail.NAMES.value) as names,
        DiffTree(git, Detail.NAMES.value, SAME_CONTENT) as bare_names,
        _log(repository, ids, (SAME_CONTENT, *Detail.NAMES.value)) as output,
    ):
        for commit in map(_commit, _records(output)):
            if commit.is_merge and not merges:
                yield commit
                continue
            parent = commit.parents[0] if commit.parents else None
            files = bare_names.files(commit.id, parent) if commit.is_merge else commit.files
            if {FileStatus.ADDED, FileStatus.DELETED} <= {file.status for file in files}:
                # one may be the other, edited: whether git can tell depends on the blobs of these files alone
                with suppress(GitError):
                    files = names.files(commit.id, parent)
            if detail is not Detail.NAMES and not commit.is_merge:
                sides = parent or repository.empty_tree, commit.id
                try:
                    if not presence.has_all(files):
                        raise GitError(f"git: objects of commit {commit.id} are missing")
                    files = contents.files(commit.id, parent)
                    if is_cut(files):
                        files = with_counts(files, _counted(repository, commit))
                except GitError:  # a damaged blob is found out only when it is read
                    files = read_present(git, sides, files, presence)
                if detail is Detail.COUNTS:
                    files = tuple(replace(file, hunks=None) for file in files)
            yield replace(commit, files=files)


def _log(repository: Repository, ids: Sequence[str], options: Sequence[str]) -> AbstractContextManager[IO[bytes]]:
    return repository.git.stream("log", *_OPTIONS, *options, _FORMAT, stdin="\n".join((*ids, "")).encode())


def _counted(repository: Repository, commit: Commit) -> tuple[FileChange, ...]:
    # not by ``diff-tree``: it does not take the pinned ``diff.context``, on which line counts depend
    return next(_read(repository, [commit.id], Detail.COUNTS, merges=False)).files


def _records(output: IO[bytes]) -> Iterator[bytes]:
    """Split at the mark; it begins a line, and no line of a patch or of a message can begin with NUL.

    Of a giant patch only the beginning is kept, a little more than ``parse_difference`` takes.
    """
    parts: list[bytes] = []
    tail, size, enough, first = b"\n", 0, 0, True
    while chunk := output.read(_CHUNK):
        pieces = (tail + chunk).split(_MARK)
        # the mark may lie across two chunks
        tail = pieces[-1][-2:]
        for number, piece in enumerate(pieces):
            if number:
                if not first:
                    yield b"".join(parts)
                first, parts, size, enough = False, [], 0, 0
            goes_on = number == len(pieces) - 1
            body = piece[: -len(tail) or None] if goes_on else piece
            size += len(body)
            if not enough or size <= enough:
                parts.append(body)
            if goes_on and not enough and b"\ndiff --git " in body:
                enough = size + MAX_PATCH_BYTES
    if not first:
        yield b"".join((*parts, tail))


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
    """Return Unix seconds, clamped to 1970..9999, and the offset from UTC in minutes, 0 for one of a day and more.

    Examples
    --------
    >>> parse_time(b"1600000000 -0330"), parse_time(b"-5 +0000"), parse_time(b"")
    ((1600000000, -210), (0, 0), (0, 0))
    >>> parse_time(b"1312735823 +51800")  # in a repository of many users; no clock shows it
    (1312735823, 0)
    """
    result = _TIME.match(text)
    if result is None:
        return 0, 0
    seconds = min(max(int(result[1]), 0), LATEST)
    minutes = 0 if result[2] is None or len(result[3]) > 2 else int(result[3]) * 60 + int(result[4])
    return seconds, 0 if minutes >= _DAY else -minutes if result[2] == b"-" else minutes


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
