"""What is judged, read from git: the staged change, a commit, a range, without the files that are left out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from hyperion_hook.domain.change import BULK_FILES, Change, ChangeKind, FileChange, FileStatus
from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.remedies import Note
from hyperion_hook.errors import GitError
from hyperion_hook.git.ancestry import commit_ids, merge_base
from hyperion_hook.git.diffs.read_difference import read_difference, read_part
from hyperion_hook.git.identity import identities_of
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.git.run import Git

MERGE = "a merge is judged against its first parent"
_MOST_HEADS_BYTES = 100_000
NOBODY = "author is not known: set user.name and user.email"


def staged_change(
    repository: Repository,
    *,
    now: int | None = None,
    bulk_above: int = BULK_FILES,
    amend: bool = False,
    kind: ChangeKind = ChangeKind.STAGED,
    head: str | None = None,
) -> Change:
    """Return the staged change against HEAD (against nothing on a branch without commits).

    Raises ``GitError`` if the repository is bare, or there is nothing to amend.

    Parameters
    ----------
    repository
        Where; the index that git names in ``GIT_INDEX_FILE`` is read, so partial commits and ``commit -a`` are seen.
    now
        Unix seconds that stand for the present where git has no say; the clock by default.
    bulk_above
        Of more changed files than this only so many are looked into.
    amend
        Whether the change takes the place of HEAD: it is then compared with HEAD's parent and keeps HEAD's author.
    kind
        What the index holds; a patch is no part of a merge in progress.
    head
        The commit that is checked out, where it has just been asked for.
    """
    if repository.work_tree is None:
        raise GitError(f"{repository.git_dir}: a bare repository has nothing staged; name a commit: score REV")
    author, committer = identities_of(repository, now)
    head = head or repository.head()
    # what a merge in progress will record as further parents
    merged = () if kind is ChangeKind.PATCH else repository.ids_in(repository.git_dir / "MERGE_HEAD", _MOST_HEADS_BYTES)
    parents = (head, *merged) if head else ()
    if amend:
        amended = _one(repository, head)
        parents = amended.parents
        author = replace(author, author=amended.author, time=amended.authored_at, utc_offset=amended.utc_offset)
    base = parents[0] if parents else None
    difference = read_difference(_git_of_index(repository), ("--cached", base or repository.empty_tree))
    warnings = [*difference.warnings, *([MERGE] if len(parents) > 1 else [])]
    if author.author is None:
        warnings.append(NOBODY)
    return Change(
        kind=kind,
        files=difference.files,
        base=base,
        time=committer.time,
        authored_at=author.time,
        utc_offset=author.utc_offset,
        author=author.author,
        committer=committer.author,
        parents=parents,
        bulk_files=bulk_above,
        warnings=tuple(warnings),
    )


def commit_change(repository: Repository, revision: str, *, bulk_above: int = BULK_FILES) -> Change:
    """Return the change of a commit: of a merge against its first parent, of a root against nothing.

    Raises ``GitError`` if the revision names no commit, or the commit's files cannot be told.
    """
    commit = _one(repository, repository.resolve(revision))
    base = commit.parents[0] if commit.parents else repository.empty_tree
    difference = read_difference(repository.git, (base, commit.id))
    warnings = [*([MERGE] if commit.is_merge else []), *difference.warnings]
    if not commit.parents and commit.id in repository.cut_off():
        warnings.append(Note("a shallow clone begins here, so all files count as added", run="git fetch --unshallow"))
    change = change_of_commit(replace(commit, files=difference.files), bulk_above)
    return replace(change, warnings=tuple(warnings))


def range_change(
    repository: Repository, start: str | None, end: str, known: Sequence[str] = (), *, bulk_above: int = BULK_FILES
) -> Change:
    """Return all that ``end`` adds to ``start`` as one change: from their merge base to ``end``.

    The author is that of the newest commit that is no merge; ``commit_count`` counts those, and the message is known
    when there is one.

    Raises ``GitError`` if a revision names no commit. ``start`` is ``None`` for nothing, as on the first push of a
    history. Commits that ``known`` contains are not new either: then only files that the new ones touch count.
    """
    first, last = repository.resolve(start) if start is not None else None, repository.resolve(end)
    base = merge_base(repository, first, last) if first else None
    warnings = []
    if base is None and first is not None:
        base = first
        warnings.append(f"'{start}' and '{end}' share no history: they are compared as they are")
    difference = read_difference(repository.git, (base or repository.empty_tree, last))
    exclude = [*([first] if first else []), *known]
    ids = commit_ids(repository, [last], exclude=exclude, merges=False)
    files = _touched(repository, last, exclude, difference.files) if known else difference.files
    newest = replace(_one(repository, ids[-1] if ids else last), files=files)
    return replace(
        change_of_commit(newest, bulk_above),
        kind=ChangeKind.RANGE,
        base=base,
        revision=last,
        message=newest.message if len(ids) == 1 else None,
        parents=(base,) if base else (),
        commit_count=len(ids),
        warnings=(*warnings, *difference.warnings),
    )


def _touched(
    repository: Repository, end: str, exclude: Sequence[str], files: Sequence[FileChange]
) -> tuple[FileChange, ...]:
    """Return the files that commits touch; a merge those that differ from all its parents."""
    answer = repository.git.run(
        "log", "--format=", "--name-only", "--no-renames", "-c", "-z", end, "--not", *exclude, timeout=600
    )
    paths = {os.fsdecode(path) for path in answer.split(b"\0")}
    return tuple(file for file in files if {file.path, file.previous_path} & paths)


def part_of(repository: Repository, change: Change, files: Sequence[FileChange]) -> Change:
    """Return the change that remains when only some of its files are committed, on the same base.

    Which file was renamed to which is told by all files that come and go, so where there are such it is asked again.

    Raises ``GitError`` if it cannot be read.
    """
    come_and_go = {file.status for file in files} - {FileStatus.MODIFIED, FileStatus.TYPE_CHANGED}
    if come_and_go and come_and_go not in ({FileStatus.ADDED}, {FileStatus.DELETED}):
        paths = sorted({path for file in files for path in (file.path, file.previous_path)})
        base = change.base or repository.empty_tree
        if change.is_pending:
            files = read_part(_git_of_index(repository), ("--cached", base), paths)
        else:
            files = read_part(repository.git, (base, change.revision or base), paths)
    return replace(change, files=tuple(files))


def commits_of_range(repository: Repository, start: str | None, end: str) -> Iterator[Commit]:
    """Yield the non-merge commits that ``end`` has and ``start`` has not, oldest first, with their hunks.

    Raises ``GitError`` if a revision names no commit.
    """
    return read_commits(repository, ids_of_range(repository, start, end), detail=Detail.PATCH)


def ids_of_range(repository: Repository, start: str | None, end: str) -> list[str]:
    """Return the ids of the non-merge commits that ``end`` has and ``start`` has not, oldest first.

    Raises ``GitError`` if a revision names no commit.
    """
    exclude, last = [repository.resolve(start)] if start is not None else [], repository.resolve(end)
    return commit_ids(repository, [last], exclude=exclude, merges=False)


def _one(repository: Repository, commit: str | None) -> Commit:
    if commit is None:
        raise GitError("HEAD: there is no commit to amend yet; commit first")
    return next(read_commits(repository, [commit], detail=Detail.NOTHING))


def _git_of_index(repository: Repository) -> Git:
    """Return git that compares the index with a commit and whom no file of attributes tells how."""
    has_attributes = repository.work_tree is not None and (repository.work_tree / ".gitattributes").exists()
    return repository.git_without_attributes if has_attributes else repository.git


@dataclass(frozen=True, slots=True)
class ChangeReader:
    """The one way from git to a ``Change`` that is measured, be it for a score, a percentile or training."""

    repository: Repository
    exclusions: Exclusions
    bulk_files: int = BULK_FILES

    def staged(
        self, *, now: int | None = None, kind: ChangeKind = ChangeKind.STAGED, head: str | None = None
    ) -> Change:
        """Return what the index holds; see ``staged_change``."""
        change = staged_change(self.repository, now=now, bulk_above=self.bulk_files, kind=kind, head=head)
        return self.exclusions.of(change)

    def commit(self, revision: str) -> Change:
        """Return the change of a commit; see ``commit_change``."""
        return self.exclusions.of(commit_change(self.repository, revision, bulk_above=self.bulk_files))

    def range(self, start: str | None, end: str, known: Sequence[str] = ()) -> Change:
        """Return all that ``end`` adds to ``start`` and ``known``; see ``range_change``."""
        return self.exclusions.of(range_change(self.repository, start, end, known, bulk_above=self.bulk_files))

    def streamed(self, commit: Commit) -> Change:
        """Return the change of a commit that was read with its hunks, equal to that of ``commit``."""
        return self.exclusions.of(change_of_commit(commit, self.bulk_files))

    def at(self, base: str | None) -> ChangeReader:
        """Return a reader that leaves out what the attributes of one commit say, whatever change it reads."""
        return replace(self, exclusions=self.exclusions.at(base))
