"""The test that usually changes with a source file, and what such a change of it looks like here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.co_change import KnownFile, PastOfFile
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.paths import FileRole, role_of

LOOKED_AT = 60
"""Newest commits of a source file."""

FEWEST, SHARE = 3, 0.25
"""A test is a file's usual one when so many, and such a share, of the file's commits changed it."""

LEAST_ADDED = 5
"""Source lines added from which on a test is missed."""

EXAMPLES = 8
"""Newest commits with both that are read for their lines."""

_CLOSER_LOOK = 10


@dataclass(frozen=True, slots=True)
class UsualTest:
    """Of the last ``commits`` commits on ``source``, ``support`` changed ``test`` too; some of those by number."""

    source: FileChange
    test: str
    support: int
    commits: int
    examples: tuple[int, ...]


def missing_test(
    change: Change, together: Sequence[PastOfFile], known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    exists: Callable[[str], bool],
) -> UsualTest | None:
    """Return the test that is most surely missed in a change, ``None`` where tests changed or none is usual."""
    if any(role_of(file.path) is FileRole.TEST for file in change.files):
        return None
    grown = {
        file.previous_path: file for file in change.files
        if role_of(file.path) is FileRole.SOURCE and (file.lines_added or 0) >= LEAST_ADDED
    }
    found = [
        usual for past in together
        if past.path in grown and (usual := _usual(grown[past.path], past, known_files, exists)) is not None
    ]
    return max(found, key=lambda usual: (usual.support / usual.commits, usual.support, usual.test), default=None)


def _usual(
    source: FileChange, past: PastOfFile, known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    exists: Callable[[str], bool],
) -> UsualTest | None:
    changes = past.changes[:LOOKED_AT]
    counts = Counter(file for change in changes for file in change.files)
    enough = max(FEWEST, SHARE * len(changes))
    often = [file for file, count in counts.most_common(_CLOSER_LOOK) if count >= enough]
    known = known_files(often)
    tests = [
        file for file in often
        if file in known and role_of(known[file].path) is FileRole.TEST and exists(known[file].path)
    ]
    if not tests:
        return None
    test = min(tests, key=lambda file: (-counts[file], known[file].path))
    examples = tuple(change.commit for change in changes if test in change.files)[:EXAMPLES]
    return UsualTest(source, known[test].path, counts[test], len(changes), examples)


def typical_test_change(usual: UsualTest, examples: Sequence[Commit]) -> FileChange | None:
    """Return a real earlier change of the test that is as large as this source change usually gets.

    The usual size is the median of test lines a source line over the examples, times the source lines added now; of the
    examples the nearest to it in size is returned, ``None`` where none can be read.
    """
    ratios, tests = [], []
    for commit in examples:
        test = next((file for file in commit.files if file.path == usual.test), None)
        source = next((file for file in commit.files if file.path == usual.source.previous_path), None)
        if test is None or source is None or not test.lines_added or not source.lines_added or not test.hunks:
            continue
        ratios.append(test.lines_added / source.lines_added)
        tests.append(test)
    if not tests:
        return None
    from statistics import median  # noqa: PLC0415 - a silent hook asks for no median

    wanted = median(ratios) * (usual.source.lines_added or 0)
    best = min(tests, key=lambda test: abs((test.lines_added or 0) - wanted))
    return replace(best, status=FileStatus.MODIFIED, old_path=None)
