"""Into which parts a change falls: files that belong together, and nothing between the parts.

Two files belong together when their names say so (a module and its test), when one imports the other, when they
usually change together, or when they lie in one folder. Files that are no source go with the part they are nearest to.
Hunks of one file are never parted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.co_change import PastOfFile
from hyperion_hook.domain.files.paths import FileRole, directory_of, role_of
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.scoring.co_change import words_of

MOST_PARTS = 4
FEWEST_LINES = 50
"""A smaller change is read at one go."""

TOGETHER_SHARE, TOGETHER_COMMITS = 0.3, 2
"""Files usually change together when so many of one's commits, and at least so many, changed the other."""

_CODE = frozenset((FileRole.SOURCE, FileRole.TEST))


class _Groups:
    """Disjoint sets of files by path."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._above = {path: path for path in paths}

    def root(self, path: str) -> str:
        while self._above[path] != path:
            path = self._above[path]
        return path

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first


def is_worth_splitting(change: Change) -> bool:
    """Return whether a change is large enough, and known well enough, to be parted."""
    return (
        all(file.hunks is not None for file in change.files)
        and not change.bulk
        and not change.is_merge
        and change.lines_added + change.lines_deleted >= FEWEST_LINES
        and sum(role_of(file.path) is FileRole.SOURCE for file in change.files) > 1
    )


def parts_of(
    files: Sequence[FileChange], together: Sequence[PastOfFile], graph: ImportGraph | Missing
) -> tuple[tuple[FileChange, ...], ...]:
    """Return the files of a change by part, at most four, the part with most changed lines first.

    Every file is in exactly one part, in the order of paths; one part when all belongs together. Without a graph of the
    base imports join nothing.
    """
    code = [file for file in files if role_of(file.path) in _CODE]
    groups = _Groups(file.path for file in code)
    _join_by_key(groups, ((directory_of(file.path), file.path) for file in code))
    _join_by_key(groups, ((words, file.path) for file in code if (words := words_of(file.path))))
    _join_imports(groups, code, graph)
    _join_past(groups, code, together)
    members: dict[str, list[FileChange]] = {}
    for file in code:
        members.setdefault(groups.root(file.path), []).append(file)
    parts = _with_source(sorted(members.values(), key=_order))
    if not parts:
        return (tuple(files),)
    for file in files:
        if role_of(file.path) not in _CODE:
            _nearest(parts, file).append(file)
    while len(parts) > MOST_PARTS:
        smallest = parts.pop()
        parts[-1] += smallest
        parts.sort(key=_order)
    return tuple(tuple(sorted(part, key=lambda file: file.path)) for part in sorted(parts, key=_order))


def _join_by_key(groups: _Groups, keyed: Iterable[tuple[object, str]]) -> None:
    first: dict[object, str] = {}
    for key, path in keyed:
        groups.join(path, first.setdefault(key, path))


def _join_imports(groups: _Groups, code: Sequence[FileChange], graph: ImportGraph | Missing) -> None:
    if isinstance(graph, Missing):
        return
    paths = {file.previous_path: file.path for file in code}
    for previous, path in paths.items():
        for imported in graph.imports.get(previous, ()):
            if imported in paths:
                groups.join(path, paths[imported])


def _join_past(groups: _Groups, code: Sequence[FileChange], together: Sequence[PastOfFile]) -> None:
    paths = {file.previous_path: file.path for file in code}
    known = {past.file: paths[past.path] for past in together if past.path in paths}
    for past in together:
        if past.path not in paths:
            continue
        for file, path in known.items():
            shared = sum(file in change.files for change in past.changes)
            if shared >= TOGETHER_COMMITS and shared >= TOGETHER_SHARE * len(past.changes):
                groups.join(paths[past.path], path)


def _with_source(parts: list[list[FileChange]]) -> list[list[FileChange]]:
    """Return the parts that have source; tests without go with the nearest of them."""
    results = [part for part in parts if any(role_of(file.path) is FileRole.SOURCE for file in part)]
    for part in parts:
        if results and all(part is not other for other in results):
            _nearest(results, part[0]).extend(part)
    return results


def _nearest(parts: Sequence[list[FileChange]], file: FileChange) -> list[FileChange]:
    """Return the part that shares most leading folders with a file, of several the first."""
    folders = directory_of(file.path).split("/")

    def shared(other: FileChange) -> int:
        pairs = zip(folders, directory_of(other.path).split("/"), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1] != "", pairs))

    return max(parts, key=lambda part: max(map(shared, part)))


def _order(part: Sequence[FileChange]) -> tuple[int, str]:
    return -sum(file.lines_changed for file in part), min(file.path for file in part)


def names_of(parts: Sequence[Sequence[FileChange]]) -> list[str]:
    """Return a name for each part: its largest source file, and how many files go with it."""
    names = []
    for part in parts:
        source = [file for file in part if role_of(file.path) is FileRole.SOURCE] or list(part)
        largest = min(source, key=lambda file: (-file.lines_changed, file.path))
        names.append(largest.path if len(part) == 1 else f"{largest.path} and {len(part) - 1} more")
    return names
