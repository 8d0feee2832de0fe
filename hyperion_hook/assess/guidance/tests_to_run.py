"""The tests of source files: which usually change with them, which import them, what a change of one looks like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.co_change import ChangeSet, KnownFile, PastOfFile
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.languages import TEMPLATE_ENDINGS, language_of
from hyperion_hook.domain.files.paths import FileRole, directory_of, role_of
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.scoring.co_change import words_of

LOOKED_AT = 60
"""Newest commits of a source file."""

FEWEST, SHARE = 3, 0.25
"""A test is a file's usual one when so many, and such a share, of the file's commits changed it."""

LEAST_ADDED = 5
"""Source lines added from which on a test is missed."""

EXAMPLES = 8
"""Newest commits with both that are read for their lines."""

_CLOSER_LOOK = 10
MOST_TO_RUN = 3
_SHARED = late_pattern(
    r"(?:^|/)(?:fixtures|testdata|test_apps|data|support|helpers?|utils?)/|(?:Utils?|Helpers?)\.\w+$"
)


@dataclass(frozen=True, slots=True)
class UsualTest:
    """Of the last ``commits`` commits on ``source``, ``support`` changed ``test`` too; some of those by number."""

    source: FileChange
    test: str
    support: int
    commits: int
    examples: tuple[int, ...]


def missing_test(
    change: Change,
    together: Sequence[PastOfFile],
    known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    exists: Callable[[str], bool],
) -> UsualTest | None:
    """Return the test that is most surely missed in a change, ``None`` where tests changed or none is usual."""
    if any(role_of(file.path) is FileRole.TEST for file in change.files):
        return None
    grown = {
        file.previous_path: file
        for file in change.files
        if role_of(file.path) is FileRole.SOURCE and (file.lines_added or 0) >= LEAST_ADDED
    }
    usual = (_usual(grown[past.path], past, known_files, exists) for past in together if past.path in grown)
    return max(
        filter(None, usual), key=lambda test: (test.support / test.commits, test.support, test.test), default=None
    )


def _usual(
    source: FileChange,
    past: PastOfFile,
    known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    exists: Callable[[str], bool],
) -> UsualTest | None:
    changes = past.changes[:LOOKED_AT]
    counts = _often(changes, max(FEWEST, SHARE * len(changes)))
    paths = {file: about.path for file, about in known_files(list(counts)).items()}
    tests = [file for file, path in paths.items() if role_of(path) is FileRole.TEST and exists(path)]
    if not tests:
        return None
    test = min(tests, key=lambda file: (-counts[file], paths[file]))
    examples = tuple(change.commit for change in changes if test in change.files)[:EXAMPLES]
    return UsualTest(source, paths[test], counts[test], len(changes), examples)


def _often(changes: Sequence[ChangeSet], least: float) -> dict[int, int]:
    """Return the files that changed most along with another, and how often: at least so many times."""
    counts = Counter(file for change in changes for file in change.files)
    return {file: count for file, count in counts.most_common(_CLOSER_LOOK) if count >= least}


def tests_to_run(
    change: Change,
    together: Sequence[PastOfFile],
    graph: ImportGraph | Missing,
    known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    exists: Callable[[str], bool],
) -> tuple[tuple[str, str], ...]:
    """Return the tests that import or usually change with the touched source, the surest first, each with its reason.

    Tests that the change touches itself are run anyway, and are left out.
    """
    touched = {path for file in change.files for path in (file.path, file.previous_path)}
    source = [file.previous_path for file in change.files if role_of(file.path) is FileRole.SOURCE]
    weights: defaultdict[str, float] = defaultdict(float)
    reasons: dict[str, str] = {}

    def note(path: str, weight: float, reason: str) -> None:
        weights[path] += weight
        reasons.setdefault(path, reason)

    for past in together:
        if past.path in source:
            changes = past.changes[:LOOKED_AT]
            often = _often(changes, FEWEST - 1)
            for file, about in known_files(often).items():
                reason = f"changed in {often[file]} of the last {len(changes)} changes to {past.path}"
                note(about.path, often[file] / len(changes), reason)
    importers = {} if isinstance(graph, Missing) else graph.importers
    for path in source:
        for importer in importers.get(path, ()):
            # a test of a name like the source's is that one's own test
            note(importer, 1.0 if words_of(importer) == words_of(path) else 0.2, f"imports {path}")
        if path.endswith(".go"):
            # tests of a package of Go lie beside its files and import nothing for it
            own, folder = f"{path.removesuffix('.go')}_test.go", directory_of(path)
            note(own, 1.0, f"tests the package of {path}")
            for test in [test for test in weights if test.endswith("_test.go") and directory_of(test) == folder]:
                weights[test] += 1.0
    ranked = sorted(weights, key=lambda path: (-weights[path], path))
    shared = {path for path in ranked if any(role_of(user) is FileRole.SOURCE for user in importers.get(path, ()))}
    tests = [path for path in ranked if path not in {*touched, *shared} and _can_be_run(path)]
    present = [path for path in tests[: 2 * MOST_TO_RUN] if exists(path)]
    return tuple((path, reasons[path]) for path in present[:MOST_TO_RUN])


def _can_be_run(path: str) -> bool:
    """Return whether a path is that of tests themselves, not of what they share or read."""
    is_named = not path.endswith(".py") or "test" in path.rpartition("/")[2].removeprefix("conftest")
    is_template = language_of(path) == "Server page" or path.rpartition(".")[2].lower() in TEMPLATE_ENDINGS
    return role_of(path) is FileRole.TEST and is_named and not is_template and not _SHARED.search(path)


def typical_test_change(usual: UsualTest, examples: Sequence[Commit]) -> FileChange | None:
    """Return a real earlier change of the test (or other file) that is as large as this source change usually gets.

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
    from statistics import median

    wanted = median(ratios) * (usual.source.lines_added or 0)
    best = min(tests, key=lambda test: abs((test.lines_added or 0) - wanted))
    return replace(best, status=FileStatus.MODIFIED, old_path=None)
