"""Keeps the history index up with the repository: a little in every hook, all of it in the command ``index``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import EmptyHistory, History
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.remedies import INDEX, Note, note_of
from hyperion_hook.domain.vector import SHALLOW
from hyperion_hook.errors import GitError, StoreError
from hyperion_hook.git.ancestry import commit_ids, rev_list
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.missing_objects import present
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.index import HistoryIndex

INDEX_FILE = Path("hyperion-hook") / "history-v1.sqlite"
"""In the common git directory, so all worktrees share it."""

Progress = Callable[[int, int], None]
"""Told (done, total)."""

_COUNTED_IN_HOOK = 150
"""Up to so many new commits a hook reads line counts, which cost ten times the names; the rest is filled in later."""
_COUNTED_LATER = 100  # so many that were left uncounted a later hook counts, newest first
_BATCH = 20_000  # commits a transaction: bounds memory, and an interrupted build goes on from the last one
_STEP = 200
_ATTEMPTS = 3  # how often a build starts again because another process emptied the index under it


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What the command ``index`` did; ``bytes`` is the size of the file, ``commits`` those in it."""

    commits_added: int
    commits: int
    seconds: float
    bytes: int


def index_path(repository: Repository) -> Path:
    """Return where the history index of a repository lies."""
    return repository.common_dir / INDEX_FILE


def open_history(
    repository: Repository,
    base: str | None,
    *,
    auto_limit: int = 1000,
    short: int = 400,
    progress: Progress | None = None,
) -> tuple[HistoryIndex, History]:
    """Return the index and what ``base`` and its ancestors know, after adding the few commits that are new.

    Parameters
    ----------
    repository
        Where the commits are; the index lies in its common directory, or in memory where that cannot be written.
    base
        The commit that a change is made on; ``None`` before the first.
    auto_limit
        At most so many new commits are added to the index.
    short
        Where more are new, only the newest so many are read, into memory, and the history says so.
    """
    if base is None:
        return HistoryIndex.open(None), EmptyHistory()
    index = HistoryIndex.open(index_path(repository), repository.common_dir)
    boundary = _boundary(repository)
    added = False
    for _ in range(_ATTEMPTS):
        generation = index.generation
        fits = index.boundary == boundary or not index.commit_count
        if fits and index.knows(base):
            index.missing_reason = SHALLOW.reason if repository.is_shallow else None
            if not added:
                _count_some(repository, index)
            return index, index.history_at(base)
        added = True
        ids = _new_ids(repository, base, index.tips() if fits else [], auto_limit + 1)
        if len(ids) > auto_limit:
            break
        detail = Detail.COUNTS if len(ids) <= _COUNTED_IN_HOOK else Detail.NAMES
        commits = list(_parents_first(_reporting(_read(repository, ids, detail), len(ids), progress)))
        try:
            _extend(index, commits, boundary, generation)
        except StoreError as error:
            index = _copy(index)
            index.warnings.append(note_of(str(error)).worded(f"{error}; this run works on a copy in memory"))
            _extend(index, commits, boundary, generation)
    return _short_history(repository, index, base, short, progress)


def _extend(
    index: HistoryIndex, commits: Iterable[Commit], boundary: str, generation: int | None, *, anew: bool = False
) -> int | None:
    """Add commits, ``anew`` to an empty index, and return the generation then.

    Where those they follow have been removed meanwhile nothing is added, and the answer is ``None``.
    """
    with index.transaction():
        if index.generation != generation:
            return None
        if anew or index.boundary != boundary:
            # in one transaction with the first commits: whoever reads meanwhile sees the old index
            index.clear()
            index.note_boundary(boundary)
        for commit in commits:
            index.add(commit)
        return index.generation


def _count_some(repository: Repository, index: HistoryIndex) -> None:
    """Count lines that a killed ``index`` or a hook with many new commits left uncounted, a few each time."""
    # an index or repository that cannot be used for it now serves as it is
    with suppress(StoreError, GitError):
        ids = index.uncounted(_COUNTED_LATER)
        if not ids:
            index.note_counted()
            return
        with index.transaction():
            pass  # what cannot be written need not be read
        alive = set(present(repository, ids))
        commits = list(_read(repository, [commit for commit in ids if commit in alive], Detail.COUNTS))
        index.fill_lines(commits, gone=[commit for commit in ids if commit not in alive])


def _copy(index: HistoryIndex) -> HistoryIndex:
    try:
        copied = index.copy_to_memory()
    except StoreError as error:
        copied = HistoryIndex.open(None)
        copied.warnings = [*index.warnings, str(error)]
    index.close()
    return copied


def _short_history(
    repository: Repository, index: HistoryIndex, base: str, short: int, progress: Progress | None
) -> tuple[HistoryIndex, History]:
    behind = "the history index is not built up to here" if index.commit_count else "no index yet"
    in_memory = HistoryIndex.open(None)
    in_memory.warnings = index.warnings
    index.close()
    ids = _new_ids(repository, base, [], short)
    for commit in _parents_first(_reporting(_read(repository, ids, Detail.NAMES), len(ids), progress)):
        in_memory.add(commit)
    in_memory.missing_reason = Note(f"{behind}: only the newest {len(ids)} commits were read", run=INDEX)
    return in_memory, in_memory.history_at(base)


def update_index(repository: Repository, *, rebuild: bool = False, progress: Progress | None = None) -> IndexReport:
    """Bring the index up to ``HEAD``: first the names of all commits, then their line counts.

    Commits that no branch, tag or ``HEAD`` reaches any more are removed. Whatever interrupts it, the index is usable:
    it holds the batches that were finished.

    Raises ``StoreError`` if the index cannot be written; ``GitError`` if the history cannot be read.
    """
    started = time.perf_counter()
    path = index_path(repository)
    with HistoryIndex.open(path, repository.common_dir) as index:
        if index.path is None:
            raise StoreError(index.warnings[0] if index.warnings else f"history index {path}: cannot be written")
        head = repository.head()
        added = 0
        if head is not None:
            _prune(repository, index, head)
            before = index.commit_count
            _add_names(repository, index, head, progress, rebuild=rebuild)
            added = index.commit_count - (0 if rebuild else min(before, index.commit_count))
            _add_counts(repository, index, progress)
        count = index.commit_count
    return IndexReport(added, count, time.perf_counter() - started, path.stat().st_size)


def extend_index(repository: Repository, expired: Callable[[], bool]) -> None:
    """Add the names of commits that ``HEAD`` reaches to the index, the oldest first, until all are there or time is up.

    An index that would have to be emptied first is left to the command ``index``.
    """
    with HistoryIndex.open(index_path(repository), repository.common_dir) as index:
        head, boundary = repository.head(), _boundary(repository)
        if index.path is None or head is None or (index.commit_count and index.boundary != boundary):
            return
        generation: int | None = index.generation
        ids = [] if index.knows(head) else commit_ids(repository, [head], exclude=index.tips())
        for start in range(0, len(ids), _STEP):
            if expired():
                return
            commits = list(_read(repository, ids[start : start + _STEP], Detail.NAMES))
            if (generation := _extend(index, commits, boundary, generation)) is None:
                return


def _prune(repository: Repository, index: HistoryIndex, head: str) -> int:
    if set(index.tips()) <= {head}:
        return 0
    return index.prune(rev_list(repository, [head], options=("--all",)))


def _add_names(
    repository: Repository, index: HistoryIndex, head: str, progress: Progress | None, *, rebuild: bool
) -> None:
    boundary = _boundary(repository)
    for _ in range(_ATTEMPTS):
        anew = rebuild or index.boundary != boundary
        generation: int | None = index.generation
        known = [] if anew else index.tips()
        ids = commit_ids(repository, [] if index.knows(head) and not anew else [head], exclude=known)
        commits = _reporting(_read(repository, ids, Detail.NAMES), len(ids), progress)
        for start in range(0, len(ids), _BATCH):
            batch = islice(commits, _BATCH)
            if (generation := _extend(index, batch, boundary, generation, anew=anew and not start)) is None:
                break
        else:
            return
    raise StoreError(f"history index {index_path(repository)}: other processes keep emptying it; run it again")


def _add_counts(repository: Repository, index: HistoryIndex, progress: Progress | None) -> None:
    # newest first: the features look at the lines of the last months
    ids = index.uncounted()
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        commits = _reporting(_read(repository, batch, Detail.COUNTS), len(ids), progress, start)
        # git takes its time: read all before the file is locked
        index.fill_lines(list(commits))
    index.note_counted()


def _new_ids(repository: Repository, base: str, tips: Sequence[str], limit: int) -> list[str]:
    """Return up to ``limit`` commits that ``base`` reaches and ``tips`` do not, oldest date first.

    By date and not topologically: git then stops after ``limit`` commits instead of walking all of history.
    """
    options = (f"--max-count={limit}",)
    try:
        ids = rev_list(repository, [base], tips, options)
    except GitError:  # a tip was collected as garbage after a rebase
        ids = rev_list(repository, [base], present(repository, tips), options)
    return ids[::-1]


def _parents_first(commits: Iterable[Commit]) -> Iterator[Commit]:
    """Yield commits after their parents; dates alone do not put them in that order where clocks ran backwards."""
    waiting = {commit.id: commit for commit in commits}
    for first in list(waiting):
        stack = [first]
        while stack:
            commit = waiting.get(stack[-1])
            if commit is None:
                stack.pop()
                continue
            above = [parent for parent in commit.parents if parent in waiting]
            if above:
                stack += above
            else:
                del waiting[stack.pop()]
                yield commit


def _reporting(commits: Iterator[Commit], total: int, progress: Progress | None, done: int = 0) -> Iterator[Commit]:
    if progress is None:
        yield from commits
        return
    for commit in commits:
        yield commit
        done += 1
        if done % _STEP == 0 or done == total:
            progress(done, total)


def _read(repository: Repository, ids: Sequence[str], detail: Detail) -> Iterator[Commit]:
    """Read commits; where a shallow clone ends, git shows a commit that adds every file, which is not what happened."""
    cut = repository.cut_off() if repository.is_shallow else frozenset()
    for commit in read_commits(repository, ids, detail=detail):
        yield replace(commit, files=()) if commit.id in cut else commit


def _boundary(repository: Repository) -> str:
    """Return where history is cut off; commits there change their parents when the clone is deepened."""
    return " ".join(sorted(repository.cut_off())) if repository.is_shallow else ""
