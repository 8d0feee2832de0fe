"""What became of the recent changes of each level, cheaply: which of them a later bug fix traces back to.

A fix of at most 20 files traces back to the change that last added a line it deletes, in the same source file, among
the 500 commits before the fix. That is a shorter way than ``label`` goes, and is kept fix by fix: a new commit costs no
more than its own tracing. Only commits that the change knows are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

from hyperion_hook.domain.assessment import Record, RiskLevel
from hyperion_hook.domain.commit import MOST_FILES_OF_A_FIX, Commit
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import FIX, REVERT
from hyperion_hook.store.history.commits_before import Past, PastCommit
from hyperion_hook.store.reference_store import ReferenceStore

_KIND = "culprits-2"
_AT_ONCE = 16
"""Fixes whose commits are read together; more would fill the memory."""
_LEFT = 0.1
"""The share of fixes that may be left untraced: a hook does not wait for the newest."""
_DIGITS = 12
"""Of a commit's id: 48 bits, which a row of numbers holds exactly."""
_LETTERS = 4
"""Shorter lines (brackets, ``else``) are in every file."""
_REPAIRS = FIX | REVERT

ReadPatches = Callable[[Sequence[str]], Iterable[Commit]]


def later_fixed(
    past: Past, store: ReferenceStore, count: int, read: ReadPatches, *, at_most: int
) -> dict[str, tuple[str, ...]] | None:
    """Return those of the newest ``count`` commits that later fixes among them trace back to, with these, oldest first.

    At most so many fixes are traced now, the oldest first, and kept. ``None`` where more than one in ten is left.
    """
    recent = past.recent(count)
    fixes = [commit for commit in recent if commit.flags & _REPAIRS and len(commit.files) <= MOST_FILES_OF_A_FIX]
    known = store.read(_KIND, [commit.id for commit in fixes])
    absent = [commit for commit in reversed(fixes) if commit.id not in known]
    for start in range(0, min(len(absent), at_most), _AT_ONCE):
        rows = _traced(absent[start : min(start + _AT_ONCE, at_most)], past, count, read)
        store.write(_KIND, rows)
        known |= rows
    if len(fixes) - len(known) > _LEFT * len(fixes):
        return None
    fixes_of: dict[float, tuple[str, ...]] = {}
    for fix in reversed(fixes):
        for number in known.get(fix.id, ())[1:]:
            fixes_of[number] = (*fixes_of.get(number, ()), fix.id)
    numbers = {commit.id: float(int(commit.id[:_DIGITS], 16)) for commit in recent}
    return {commit: fixes_of[number] for commit, number in numbers.items() if number in fixes_of}


def _traced(fixes: Sequence[PastCommit], past: Past, count: int, read: ReadPatches) -> dict[str, tuple[float, ...]]:
    """Return a row of culprits for each fix, each from the ``count`` commits that this very fix knows.

    So the answer does not depend on which change asks for it first.
    """
    # the commits that share a file with a fix, itself among them, oldest first
    windows = {
        fix.id: [commit.id for commit in reversed(past.at(fix.id).recent(count)) if commit.files & fix.files]
        for fix in fixes
    }
    commits = {commit.id: commit for commit in read(list(dict.fromkeys(chain.from_iterable(windows.values()))))}
    rows = {}
    for fix, ids in windows.items():
        culprits = trace({fix}, (commits[id_] for id_ in ids if id_ in commits))[fix]
        rows[fix] = (0.0, *(float(int(culprit[:_DIGITS], 16)) for culprit in sorted(culprits)))
    return rows


def trace(fixes: Collection[str], commits: Iterable[Commit]) -> dict[str, set[str]]:
    """Return the culprits of each fix: the commits that last added a line that it deletes.

    ``commits`` have hunks, oldest first, the fixes among them.
    """
    added: dict[str, dict[bytes, str]] = {}
    culprits: dict[str, set[str]] = {fix: set() for fix in fixes}
    for commit in commits:
        for file in commit.files:
            if role_of(file.path) is not FileRole.SOURCE:
                continue
            lines = added.setdefault(file.previous_path, {})
            if file.path != file.previous_path:
                lines = added[file.path] = dict(lines)
            for hunk in file.hunks or ():
                for line in telling(hunk.deleted):
                    culprit = lines.pop(line, None)
                    if culprit is not None and commit.id in culprits:
                        culprits[commit.id].add(culprit)
            for hunk in file.hunks or ():
                lines.update(dict.fromkeys(telling(hunk.added), commit.id))
    return culprits


def telling(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Return those of some lines, without indentation, that have letters enough to be told from others."""
    stripped = (line.strip() for line in lines)
    return (line for line in stripped if sum(97 <= letter | 32 <= 122 for letter in line) >= _LETTERS)


def record_of(level: RiskLevel, levels: Mapping[str, RiskLevel], fixed: Collection[str]) -> Record | None:
    """Return the record of one level, from the level of each recent change to code."""
    if not levels:
        return None
    same = [commit for commit, other in levels.items() if other is level]
    fixed_of_level, fixed_of_all = (sum(commit in fixed for commit in commits) for commits in (same, levels))
    return Record(level, len(same), fixed_of_level, fixed_of_all / len(levels))
