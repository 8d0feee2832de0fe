"""What is judged, read from git: the staged change, a commit, a range."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace

from hyperion_hook.domain.change import Change, ChangeKind, FileChange, change_of_commit
from hyperion_hook.domain.commit import Author, Commit
from hyperion_hook.errors import GitError
from hyperion_hook.git.ancestry import count_commits, merge_base
from hyperion_hook.git.diff import MAX_HUNK_BYTES, parse_difference
from hyperion_hook.git.log import Detail, commit_ids, parse_time, read_commits
from hyperion_hook.git.repository import Repository

BULK_FILES = 300
"""A change of more files is read without its patch."""

_IDENTITY = re.compile(rb"(.*?) ?<([^>\n]*)> (-?\d+ [+-]\d{4})\n?", re.DOTALL)
_NO_PROGRAMS = ("--no-ext-diff", "--no-textconv", "--no-color")


def staged_change(repository: Repository, *, now: int | None = None, bulk_above: int = BULK_FILES) -> Change:
    """Return what is staged against HEAD (against nothing on a branch without commits).

    Parameters
    ----------
    repository
        Where; the index that git names in ``GIT_INDEX_FILE`` is read, so partial commits and ``commit -a`` are seen.
    now
        Unix seconds that stand for the present where git has no say; the clock by default.
    bulk_above
        With more changed files than this the patch is not read.

    Raises
    ------
    GitError
        If the repository is bare.
    """
    if repository.work_tree is None:
        raise GitError(f"{repository.git_dir}: a bare repository has nothing staged; name a commit: score REV")
    head = repository.head()
    files, warnings = _staged_files(repository, head or repository.empty_tree, bulk_above)
    author, authored_at, utc_offset = _identity(repository, "GIT_AUTHOR_IDENT", now)
    committer, committed_at, _ = _identity(repository, "GIT_COMMITTER_IDENT", now)
    if author is None:
        warnings.append("author is not known: set user.name and user.email")
    return Change(
        kind=ChangeKind.STAGED, files=files, base=head, time=committed_at, authored_at=authored_at,
        utc_offset=utc_offset, author=author, committer=committer, parents=(head,) if head else (),
        bulk=len(files) > bulk_above, warnings=tuple(warnings),
    )


def commit_change(repository: Repository, revision: str, *, bulk_above: int = BULK_FILES) -> Change:
    """Return what a commit changes, a merge against its first parent, a root against nothing."""
    identity = repository.resolve(revision)
    commit = next(read_commits(repository, [identity], detail=Detail.NAMES, first_parent_of_merges=True))
    warnings = []
    if commit.is_merge:
        warnings.append("a merge is judged against its first parent")
    bulk = len(commit.files) > bulk_above
    files, complaints = _difference(
        repository, commit.parents[0] if commit.parents else repository.empty_tree, identity, commit.files, bulk=bulk
    )
    change = change_of_commit(replace(commit, files=files))
    return replace(change, bulk=bulk, warnings=(*warnings, *complaints))


def range_change(repository: Repository, start: str, end: str, *, bulk_above: int = BULK_FILES) -> Change:
    """Return all that ``end`` adds to ``start`` as one change: from their merge base to ``end``."""
    first, last = repository.resolve(start), repository.resolve(end)
    base = merge_base(repository, first, last)
    warnings = [] if base else [f"'{start}' and '{end}' share no history: everything in '{end}' is judged"]
    names = parse_difference(_diff_tree(repository, base or repository.empty_tree, last, "--raw"))
    bulk = len(names) > bulk_above
    files, complaints = _difference(repository, base or repository.empty_tree, last, names, bulk=bulk)
    newest = next(read_commits(repository, [last], detail=Detail.NAMES))
    count = count_commits(repository, last, [base] if base else [])
    return Change(
        kind=ChangeKind.RANGE, files=_sorted(files), base=base, revision=last, time=newest.committed_at,
        authored_at=newest.authored_at, utc_offset=newest.utc_offset, author=newest.author,
        committer=newest.committer, message=newest.message if count == 1 else None,
        parents=(base,) if base else (), commit_count=count, bulk=bulk, warnings=(*warnings, *complaints),
    )


def commits_of_range(repository: Repository, start: str, end: str) -> Iterator[Commit]:
    """Yield the non-merge commits that ``end`` has and ``start`` has not, oldest first, with their hunks."""
    first, last = repository.resolve(start), repository.resolve(end)
    ids = commit_ids(repository, [last], exclude=[first])
    return (commit for commit in read_commits(repository, ids, detail=Detail.PATCH) if not commit.is_merge)


def _staged_files(repository: Repository, base: str, bulk_above: int) -> tuple[tuple[FileChange, ...], list[str]]:
    arguments = ("diff-index", "--cached", "-M", "--no-abbrev", "--full-index", *_NO_PROGRAMS)
    names = repository.git.run(*arguments, "--raw", base)
    unmerged = sum(line.partition(b"\t")[0].endswith(b" U") for line in names.split(b"\n"))
    warnings = [f"{unmerged} unmerged file{'s' if unmerged > 1 else ''} left out"] if unmerged else []
    files = parse_difference(names)
    bulk = len(files) > bulk_above
    detail = ("--raw", "--numstat") if bulk else ("--raw", "-p", "-U0")
    if files and not unmerged:
        files, complaints = _read(repository, files, bulk, *arguments, *detail, base)
        warnings += complaints
    return _sorted(files), warnings


def _difference(
    repository: Repository, old: str, new: str, names: tuple[FileChange, ...], *, bulk: bool
) -> tuple[tuple[FileChange, ...], list[str]]:
    if not names:
        return (), []
    detail = ("--raw", "--numstat") if bulk else ("--raw", "-p", "-U0")
    arguments = ("diff-tree", "-r", "-M", "--no-abbrev", "--full-index", *_NO_PROGRAMS, *detail, old, new)
    files, warnings = _read(repository, names, bulk, *arguments)
    return _sorted(files), warnings


def _read(repository: Repository, names: tuple[FileChange, ...], bulk: bool, *arguments: str
          ) -> tuple[tuple[FileChange, ...], list[str]]:
    """Read the contents of a difference; where git cannot (a missing object), its names are what is left."""
    try:
        text = repository.git.run(*arguments, timeout=120)
    except GitError as error:
        return names, [f"only the names of the changed files could be read: {error}"]
    warnings = []
    if bulk:
        warnings.append(f"{len(names):,} files changed: read without their lines")
    elif len(text) > MAX_HUNK_BYTES:
        warnings.append(f"more than {MAX_HUNK_BYTES:,} bytes changed: read without their lines")
    return parse_difference(text), warnings


def _diff_tree(repository: Repository, old: str, new: str, *detail: str) -> bytes:
    return repository.git.run(
        "diff-tree", "-r", "-M", "--no-abbrev", "--full-index", *_NO_PROGRAMS, *detail, old, new, timeout=120
    )


def _identity(repository: Repository, variable: str, now: int | None) -> tuple[Author | None, int, int]:
    found = _IDENTITY.fullmatch(repository.git.run("var", variable, check=False))
    if found is None:
        return None, int(time.time()) if now is None else now, 0
    seconds, utc_offset = parse_time(found[3])
    author = Author(found[1].decode("utf-8", "replace"), found[2].decode("utf-8", "replace"))
    return author, seconds if now is None else now, utc_offset


def _sorted(files: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
    return tuple(sorted(files, key=lambda file: file.path))
