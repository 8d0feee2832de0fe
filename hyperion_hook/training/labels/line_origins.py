"""The commit that introduced each line, for every commit of a history in one pass.

The stream of commits (parents first) is followed with one map for each live head: path to the blob and the numbers of
the commits that introduced its lines. A commit's hunks are applied by slicing; at a merge the side whose blob won is
taken over, and only files that mix both sides are resolved line by line. A fix's deleted lines then name the commits
they come from without ``git blame``, and equal to it. Git is asked only for a file that was moved to where it is
followed from where it was not.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from hyperion_hook.domain.change import FileChange, FileStatus, Hunk
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import GitError
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.diffs.hunks import blamed
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.file_lines import (
    GIT_KNOWS,
    NOBODY_KNOWS,
    UNKNOWN,
    Lines,
    Numbers,
    own_lines,
    patched,
    span_of,
)
from hyperion_hook.training.labels.merge_lines import MixedFile, mixed_files, mixed_lines

ALL = frozenset(FileRole)
SOURCES = frozenset({FileRole.SOURCE})
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class FileBefore:
    """A file before a commit: its content, which is read when it is asked for, and who introduced each line."""

    lines: Lines
    names: Sequence[str | None]
    content: Callable[[], bytes | None]

    def origin(self, line: int) -> str | None:
        """Return the commit that introduced a line (zero-based), ``None`` where that is unknown."""
        listed, rest = self.lines
        number = listed[line] if line < len(listed) else rest
        return None if number is None else self.names[number]


@dataclass(frozen=True, slots=True)
class TracedHunk:
    """A hunk with the commits that introduced the lines it deletes, and the lines right before and after it.

    ``None`` where that is unknown; at the ends of a file there is nothing ``around``.
    """

    file: FileChange
    hunk: Hunk
    deleted: tuple[str | None, ...]
    around: tuple[str | None, ...] = ()
    before: FileBefore | None = field(default=None, compare=False, repr=False)


class _File(NamedTuple):
    """One version of a file."""

    blob: str | None
    lines: Lines


_Files = dict[str, _File]


class LineOrigins:
    """Follows a history commit by commit; memory holds the live heads only. A context manager: it holds git open.

    ``roles`` are those of the files that are followed; where these are sources alone, the stream need not have the
    hunks of others. ``ignored`` commits leave lines to those who wrote what they replace. With ``asks`` nothing is
    followed, and git is asked for the lines of each file that is traced: for few commits. ``commits`` is how many the
    stream has.
    """

    def __init__(
        self,
        repository: Repository,
        tips: Sequence[str],
        *,
        roles: frozenset[FileRole] = ALL,
        ignored: Collection[str] = (),
        asks: bool = False,
    ) -> None:
        self._repository = repository
        self._ignored = ignored
        self._roles = roles
        self.asks = asks
        self._names: list[str | None] = [None, None]  # UNKNOWN and NOT_FOLLOWED are no commits
        self._heads: dict[str, _Files] = {}
        self._children, merges, self.commits = _family(repository, tips)
        self._merges = mixed_files(repository.comparing_sources() if roles == SOURCES else repository, merges)
        self._reader: BlobReader | None = None
        self._read_ahead: dict[str, dict[str, MixedFile]] = {}

    def __enter__(self) -> LineOrigins:
        return self

    def __exit__(self, *_: object) -> None:
        self._merges.close()
        if self._reader is not None:
            self._reader.close()

    def advance(self, commit: Commit, *, trace: bool = False) -> tuple[TracedHunk, ...]:
        """Take in the next commit, and return where its deleted lines come from if asked to.

        Commits come parents before children, with hunks; a merge with the files that differ from its first parent. All
        hunks of files that are followed are returned.
        """
        self._names.append(commit.id)
        if self.asks:
            return tuple(self._traced({}, commit)) if trace else ()
        number = len(self._names) - 1
        parents = [self._heads.get(parent, {}) for parent in commit.parents[1:]]
        files = self._take(commit.parents[0]) if commit.parents else {}
        traced: tuple[TracedHunk, ...] = ()
        if commit.is_merge:
            self._merge(commit, files, parents, number)
        else:
            if trace:
                traced = tuple(self._traced(files, commit))
            self._apply(files, commit.files, number)
        for parent in commit.parents[1:]:
            self._release(parent)
        if self._children[commit.id]:
            self._heads[commit.id] = files
        return traced

    @property
    def live_heads(self) -> int:
        """How many heads are held in memory."""
        return len(self._heads)

    def _release(self, commit: str) -> None:
        self._children[commit] -= 1
        if self._children[commit] <= 0:
            self._heads.pop(commit, None)

    def _take(self, commit: str) -> _Files:
        """Return the files of a parent to build on: its own map when this is its last child."""
        files = self._heads.get(commit, {})
        self._release(commit)
        return files if commit not in self._heads else files.copy()

    def _is_followed(self, path: str) -> bool:
        return self._roles is ALL or role_of(path) in self._roles

    def _traced(self, before: _Files, commit: Commit) -> Iterator[TracedHunk]:
        for change in commit.files:
            if change.status is FileStatus.COPIED or not self._is_followed(change.previous_path):
                continue
            known = GIT_KNOWS if self.asks else _lines_before(before, change)
            if change.hunks and known.is_for_git:
                known = self._blamed(commit.parents[0], change.previous_path)
                before[change.previous_path] = _File(change.old_blob, known)
            before_change = FileBefore(known, self._names, partial(self._content, change.old_blob))
            for hunk in change.hunks or ():
                start, end = span_of(hunk)
                lines = known.until(end + (known.rest is not None))
                if lines is None:
                    break
                around = (*lines[max(0, start - 1) : start], *lines[end : end + 1])
                yield TracedHunk(change, hunk, self._named(lines[start:end]), self._named(around), before_change)

    def _content(self, blob: str | None) -> bytes | None:
        if self._reader is None:
            self._reader = BlobReader(self._repository)
        content = Missing("no such file") if blob is None else self._reader.read(blob, _MOST_BYTES)
        return None if isinstance(content, Missing) else content

    def _named(self, numbers: Iterable[int]) -> tuple[str | None, ...]:
        return tuple([self._names[number] for number in numbers])

    def _blamed(self, commit: str, path: str) -> Lines:
        try:
            origins = blamed(self._repository.git, commit, path)
        except GitError:
            return NOBODY_KNOWS
        numbers = {name: number for number, name in enumerate(self._names)}
        return Lines(array("I", [numbers.get(name, UNKNOWN) for name in origins]))

    def _apply(self, files: _Files, changes: Sequence[FileChange], number: int) -> None:
        """Bring files to what a commit makes of them; every old version is read before any is replaced."""
        after = {
            change.path: _File(change.new_blob, self._lines_after(files, change, number))
            for change in changes
            if change.status is not FileStatus.DELETED and self._is_followed(change.path)
        }
        for change in changes:
            if change.status in (FileStatus.DELETED, FileStatus.RENAMED):
                files.pop(change.previous_path, None)
        files.update(after)

    def _lines_after(self, files: _Files, change: FileChange, number: int) -> Lines:
        if change.is_regular and not self._is_followed(change.previous_path):
            return GIT_KNOWS
        return _lines_after(files, change, number, ignored=self._names[number] in self._ignored)

    def _merge(self, commit: Commit, files: _Files, others: list[_Files], number: int) -> None:
        """Bring the first parent's files to what the merge made of them."""
        mixed = self._mixed(commit.id)
        first = {change.previous_path: files.get(change.previous_path) for change in commit.files}
        for change in commit.files:
            if change.status in (FileStatus.DELETED, FileStatus.RENAMED):
                files.pop(change.previous_path, None)
        for change in commit.files:
            if change.status is not FileStatus.DELETED and self._is_followed(change.path):
                before, file = first[change.previous_path], mixed.get(change.path)
                lines = self._merged_lines(change, before, others, file, number)
                files[change.path] = _File(change.new_blob, lines)

    def _merged_lines(
        self, change: FileChange, first: _File | None, others: list[_Files], file: MixedFile | None, number: int
    ) -> Lines:
        """Return a merge's lines of a file, by the rules of ``git blame``: a whole side if one is equal, else by line.

        A side that has the file under the same name is preferred to one that has it under another.
        """
        if not change.is_regular:
            return NOBODY_KNOWS
        paths = [change.previous_path, *(file.parent_paths[1:] if file else ())]
        sides = [first, *(files.get(path) for files, path in zip(others, paths[1:], strict=False))]
        for side in (*(files.get(change.path) for files in others), *sides):
            if side is not None and side.blob == change.new_blob:
                return side.lines
        if not all(map(self._is_followed, paths)) or any(side and side.lines.is_for_git for side in sides):
            return GIT_KNOWS
        if file is None or file.hunks is None or file.blob != change.new_blob:
            return NOBODY_KNOWS
        known = [_side_lines(side, blob) for side, blob in zip(sides, file.parent_blobs, strict=False)]
        lines = mixed_lines(file, known, number)
        return NOBODY_KNOWS if lines is None else Lines(lines)

    def _mixed(self, commit: str) -> dict[str, MixedFile]:
        while commit not in self._read_ahead:
            name, files = next(self._merges, (commit, {}))
            self._read_ahead[name] = files
        return self._read_ahead.pop(commit)


def _family(repository: Repository, tips: Sequence[str]) -> tuple[Counter[str], list[str], int]:
    """Return how many children each commit has, the merges in the order of the stream, and the number of commits."""
    stdin = "\n".join((*tips, "")).encode()
    listed = repository.git.run(
        "rev-list", "--parents", "--topo-order", "--reverse", "--stdin", stdin=stdin, timeout=600
    )
    children: Counter[str] = Counter()
    merges = []
    lines = listed.decode("ascii").splitlines()
    for line in lines:
        commit, *parents = line.split()
        children.update(parents)
        if len(parents) > 1:
            merges.append(commit)
    return children, merges, len(lines)


def _lines_before(files: _Files, change: FileChange) -> Lines:
    """Return the origins of a file's lines before a change, unknown ones unless this very version was followed."""
    entry = files.get(change.previous_path)
    return entry.lines if entry is not None and change.old_blob in (None, entry.blob) else NOBODY_KNOWS


def _lines_after(files: _Files, change: FileChange, number: int, *, ignored: bool) -> Lines:
    if not change.is_regular or change.is_binary:
        return NOBODY_KNOWS
    if change.old_blob is None:
        if change.hunks is not None:
            return Lines(own_lines(number, sum(hunk.added_count for hunk in change.hunks)))
        # unread, but whatever the lines are, they are new
        return Lines(own_lines(number, change.lines_added or 0), None if change.lines_added is not None else number)
    before = _lines_before(files, change)
    if change.hunks is None:
        # a rename or a change of mode leaves the lines alone, whether or not its patch was read
        return before if change.old_blob == change.new_blob else NOBODY_KNOWS
    after = patched(before, change.hunks, number, ignored=ignored)
    if change.status is FileStatus.COPIED:
        # blame does not follow copies
        return Lines(own_lines(number, len(after.listed)), None if after.rest is None else number)
    return after


def _side_lines(side: _File | None, blob: str) -> Numbers[int] | None:
    if not blob.strip("0"):
        return array("I")  # this parent has no such file
    return side.lines.listed if side is not None and side.blob == blob and side.lines.rest is None else None
