"""What an edit of given files would touch, before there is an edit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hyperion_hook.assess.guidance.recommendations import counsel_reviewers
from hyperion_hook.assess.impact import ranked_co_changes
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.assessment import Reviewer
from hyperion_hook.domain.change import Change, ChangeKind, FileChange, FileStatus
from hyperion_hook.domain.co_change import CoChange, rule_in_words
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import FIX
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import HyperionError

MOST_FILES = 50
_LEAST_SUPPORT, _LEAST_PROBABILITY = 2, 0.1


class PastBug(NamedTuple):
    """A bug fix that touched a planned file; ``time`` in Unix seconds."""

    commit: str
    time: int
    subject: str
    path: str


class Plan(NamedTuple):
    """What an edit would touch, the nearest first; ``unknown`` are paths that HEAD does not have.

    ``importers`` is ``None`` where the import graph is not known; ``past_bugs`` are the newest of them.
    """

    unknown: tuple[str, ...]
    importers: tuple[str, ...] | None
    changes_with: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]
    people: tuple[Reviewer, ...]
    past_bugs: tuple[PastBug, ...]
    past_bug_count: int
    warnings: tuple[str, ...]


def plan_of(measurer: StoreMeasurer, head: str, paths: Sequence[str], most: int) -> Plan:
    """Return a plan of an edit of these files.

    Raises ``HyperionError`` if a path leads out of the repository, or there are none or too many. Paths are from the
    top of the repository, with forward slashes.
    """
    paths = checked(paths)
    known = [path for path in paths if measurer.has_file(head, path)]
    files = tuple(FileChange(path, FileStatus.MODIFIED) for path in known)
    now = int(time.time())
    change = Change(ChangeKind.WORKTREE, files, head, now, now)
    history, warnings = measurer.history(head)
    graph = measurer.graphs.at(head)
    importers, missing = None, [f"no import graph: {graph.reason}"] if isinstance(graph, Missing) else []
    if not isinstance(graph, Missing):
        importers = tuple(sorted({name for path in known for name in graph.importers.get(path, ())} - set(known)))
    every = ranked_co_changes(change, history, history.changed_together(known))
    likely = [entry for entry in every if entry.support >= _LEAST_SUPPORT and entry.probability >= _LEAST_PROBABILITY]
    ranked = [entry for entry in likely if measurer.has_file(head, entry.path)]
    beside = [entry for entry in ranked if role_of(entry.path) is not FileRole.TEST]
    bugs = {
        event.commit: (event.time, path) for path in known for event in history.file(path).events if event.flags & FIX
    }
    return Plan(
        unknown=tuple(path for path in paths if path not in known),
        importers=importers and tuple(name for name in importers if role_of(name) is not FileRole.TEST),
        changes_with=tuple(_in_words(beside)),
        tests=tuple(_tests(ranked, importers or ())),
        people=counsel_reviewers(measurer, change) if files else (),
        past_bugs=_past_bugs(measurer, bugs, most),
        past_bug_count=len(bugs),
        warnings=(*warnings, *missing),
    )


def checked(paths: Sequence[str]) -> list[str]:
    """Return paths as git writes them.

    Examples
    --------
    >>> checked(["./src//a.py", "b.py"])
    ['src/a.py', 'b.py']
    """
    if not 1 <= len(paths) <= MOST_FILES:
        raise HyperionError(f"paths: {len(paths)} are given; name 1 to {MOST_FILES} files")
    cleaned = []
    for path in paths:
        parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", "."}]
        if not parts or ".." in parts or path.startswith(("/", "\\", "~")) or ":" in parts[0] or "\0" in path:
            raise HyperionError(f"path '{path[:80]}': not inside the repository; name it from the top, like src/a.py")
        cleaned.append("/".join(parts))
    return list(dict.fromkeys(cleaned))


def _in_words(entries: Iterable[CoChange]) -> Iterable[tuple[str, str]]:
    return ((entry.path, rule_in_words(entry.support, entry.commits, entry.beside)) for entry in entries)


def _tests(ranked: Iterable[CoChange], importers: Iterable[str]) -> list[tuple[str, str]]:
    """Return tests with why they are named: those that import a file, then those that usually change with one."""
    tests = {name: "imports it" for name in importers if role_of(name) is FileRole.TEST}
    for path, why in _in_words(entry for entry in ranked if role_of(entry.path) is FileRole.TEST):
        tests[path] = f"{tests[path]}; changed {why}" if path in tests else f"changed {why}"
    return sorted(tests.items(), key=lambda entry: -len(entry[1].split(";")))


def _past_bugs(measurer: StoreMeasurer, events: dict[int, tuple[int, str]], most: int) -> tuple[PastBug, ...]:
    past = measurer.past(measurer.repository.head())
    newest = sorted(events, key=lambda number: -events[number][0])[:most]
    if past is None or not newest:
        return ()
    ids = past.ids(newest)
    subjects = {commit.id: commit.subject for commit in measurer.messages(ids)}
    return tuple(
        PastBug(commit, events[number][0], subjects.get(commit, ""), events[number][1])
        for number, commit in zip(newest, ids, strict=True)
    )
