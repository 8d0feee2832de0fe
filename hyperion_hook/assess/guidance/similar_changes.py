"""Earlier changes like this one, and what became of them.

1. Nearest among those of the repository's last 500 changes that share files with this one, are of its kind (source,
   tests alone, neither) and of its size (a quarter to four times as many lines): which files and folders they share,
   and how close they are in size, spread and age of the files, each as a percentile. One alone is none.
2. What became of each, as known when this change was made: reverted by a commit that says so; a bug fix that deleted
   or replaced lines it had added; else bug fixes in the same source files, which is only what it says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from hyperion_hook.assess.reference import midrank
from hyperion_hook.assess.track_record import telling
from hyperion_hook.domain.assessment import SimilarChange
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import MOST_FILES_OF_A_FIX, Commit
from hyperion_hook.domain.files.paths import FileRole, directory_of, role_of
from hyperion_hook.domain.history import BOT, DAY, FIX, REVERT, FileEvent
from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.domain.phrases import counted
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.store.history.commits_before import Past, PastCommit

FEWEST, MOST = 2, 3
_SHARED, _TIMES = 0.2, math.log(4)
"""How much of the files must be shared, and how many times as large one may be."""
FIXED_WITHIN = 30
"""Days in which a bug fix in the same files is told; without one, younger changes have no outcome yet."""

COMPARED = tuple(
    "source_lines_added test_lines_added la ld nf nd entropy files_added hunk_count recent_commits file_age "
    "author_file_commits source_files test_files".split()
)
_FILES, _FOLDERS, _SHAPE = 1.0, 0.5, 0.5
_FILES_FOLLOWED = 20
"""Files of a similar change in which later commits are looked for."""
_FIXES_READ, _REVERTS_READ = 3, 2
"""Later commits of each similar change that are read."""

_ON_A_BRANCH = late_pattern(
    r"^(?:\[[^\]]*+\]\s*+)++|(?:[ \t]{0,3}\(#\d{1,9}\)|[ \t]{1,3}-[ \t]{1,3}v?\d{1,5}(?:\.\d{1,5}){1,4}){1,4}$"
)
"""What a backport adds to the subject."""
_HEX = late_pattern(r"\b[0-9a-f]{7,64}\b")

ReadCommits = Callable[[Sequence[str]], Iterable[Commit]]
"""Commit ids to commits; what cannot be read is left out."""

Row = Mapping[str, float]
"""Feature values by name; what is missing is NaN or absent."""


def similar_changes(
    change: Change,
    vector: FeatureVector,
    rows: Mapping[str, Row],
    past: Past,
    read_messages: ReadCommits,
    read_patches: ReadCommits,
) -> tuple[SimilarChange, ...]:
    """Return the earlier changes most like this one, at most three, nearest first.

    ``rows`` are feature values of recent changes by commit id; a change without a row is not compared. Nothing later
    than the ``past`` is looked at. ``read_messages`` reads what commits say, ``read_patches``, which costs ten times as
    much, what they did: that is asked of chosen changes with fixes after them, and of these.
    """
    recent = [commit for commit in past.recent(len(rows)) if commit.id in rows and not commit.flags & BOT]
    near = nearest(change, vector, recent, rows, past)
    by_id = {commit.id: commit for commit in read_messages([commit.id for commit in near])}
    chosen = _without_copies(near, by_id, rows)
    small = {commit.number for commit in recent if len(commit.files) <= MOST_FILES_OF_A_FIX}
    later = [_later(commit, past) for commit in chosen]
    own = [commit.number for commit in chosen]
    compared: dict[int, None] = {}
    for number, (fixes, _) in zip(own, later, strict=True):
        first = [event.commit for event in fixes if event.commit in small][:_FIXES_READ]
        read = [*first, *(event.commit for event in fixes if event.commit in own)]
        compared |= dict.fromkeys((number, *read) if read else ())
    undone = [event.commit for _, reverts in later for event in reverts[:_REVERTS_READ]]
    numbers = list(dict.fromkeys((*compared, *own, *undone)))
    ids = past.ids(numbers)
    by_id |= {commit.id: commit for commit in read_patches(ids[: len(compared)])}
    by_id |= {commit.id: commit for commit in read_messages([name for name in ids if name not in by_id])}
    commits = {number: by_id[name] for number, name in zip(numbers, ids, strict=True) if name in by_id}
    return tuple(
        SimilarChange(
            commit.id,
            commits[commit.number].subject,
            outcome(commits[commit.number], fixes, reverts, commits, change.time),
        )
        for commit, (fixes, reverts) in zip(chosen, later, strict=True)
        if commit.number in commits
    )


def _without_copies(
    near: Sequence[PastCommit], by_id: Mapping[str, Commit], rows: Mapping[str, Row]
) -> list[PastCommit]:
    """Return the first few changes, one that was made on several branches once; none where one is left."""
    chosen: dict[tuple[str, float], PastCommit] = {}
    for commit in near:
        if (known := by_id.get(commit.id)) is not None:
            lines = rows[commit.id].get("la", math.nan) + rows[commit.id].get("ld", math.nan)
            chosen.setdefault((_ON_A_BRANCH.sub("", known.subject).lower(), lines), commit)
    return list(chosen.values())[:MOST] if len(chosen) >= FEWEST else []


def nearest(
    change: Change, vector: FeatureVector, recent: Sequence[PastCommit], rows: Mapping[str, Row], past: Past
) -> list[PastCommit]:
    """Return the most similar recent commits that share a file with the change and are like it, nearest first."""
    together = past.history.changed_together(file.previous_path for file in change.files)
    files = frozenset(entry.file for entry in together)
    folders = past.directories({directory_of(file.path) for file in change.files})
    alike = [
        commit
        for commit in recent
        if not files.isdisjoint(commit.files)
        and overlap(files, commit.files) >= _SHARED
        and _is_alike(vector, rows[commit.id])
    ]
    if len(alike) < FEWEST:
        return []
    columns = {
        name: sorted(v for row in rows.values() if not math.isnan(v := row.get(name, math.nan))) for name in COMPARED
    }
    mine = {name: share_below(columns[name], vector.number(name)) for name in COMPARED}
    ranked = []
    for commit in alike:
        shared = _FILES * overlap(files, commit.files) + _FOLDERS * overlap(folders, commit.directories)
        row = rows[commit.id]
        gaps = [abs(mine[name] - share_below(columns[name], row.get(name, math.nan))) for name in COMPARED]
        known = [gap for gap in gaps if not math.isnan(gap)]
        ranked.append((shared + _SHAPE * (1.0 - sum(known) / len(known) if known else 0.0), commit))
    ranked.sort(key=lambda entry: (-entry[0], -entry[1].time, entry[1].id))
    return [commit for _, commit in ranked[: 2 * MOST]]


def _is_alike(vector: FeatureVector, row: Row) -> bool:
    """Return whether two changes are of one kind and about as large; what is not known of either does not part them."""

    def kind_and_size(number: Callable[[str], float]) -> tuple[int, float]:
        kind = 2 if number("source_files") > 0 else int(number("test_files") > 0)
        return kind, math.log1p(number("la") + number("ld"))

    kind, size = kind_and_size(vector.number)
    other_kind, other_size = kind_and_size(lambda name: row.get(name, math.nan))
    return kind == other_kind and not abs(size - other_size) > _TIMES


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return how much two sets share: 1 for equal ones, 0 for none in common.

    Examples
    --------
    >>> overlap(frozenset((1, 2)), frozenset((2, 3))), overlap(frozenset(), frozenset((1,)))
    (0.5, 0.0)
    """
    return len(one & other) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def share_below(ordered: Sequence[float], value: float) -> float:
    """Return the share of values below, equal ones counted half; NaN for a missing value.

    Examples
    --------
    >>> share_below([1.0, 2.0, 2.0, 4.0], 2.0)
    0.5
    """
    if math.isnan(value) or not ordered:
        return math.nan
    return midrank(ordered, value) / len(ordered)


def _later(commit: PastCommit, past: Past) -> tuple[list[FileEvent], list[FileEvent]]:
    """Return the fixes and the reverts in the source files of a commit after it, oldest first."""
    known = past.history.known_files(sorted(commit.files)[:_FILES_FOLLOWED])
    source = [file for file, about in known.items() if role_of(about.path) is FileRole.SOURCE] or list(known)
    by_commit = {event.commit: event for life in past.lives(source) for event in life.events}
    later = [event for event in by_commit.values() if event.time >= commit.time and event.commit != commit.number]
    later.sort(key=lambda event: (event.time, event.commit))
    return [event for event in later if event.flags & FIX], [event for event in later if event.flags & REVERT]


def outcome(
    commit: Commit, fixes: Sequence[FileEvent], reverts: Sequence[FileEvent], commits: Mapping[int, Commit], now: int
) -> str:
    """Return in words what became of a change by the time ``now``.

    ``fixes`` and ``reverts`` are later commits in its source files, oldest first; ``commits`` those of them that were
    read, by number, with hunks.
    """
    for event in reverts:
        if (read := commits.get(event.commit)) is not None and _reverts(read, commit):
            return f"reverted {_later_by(event.time - commit.committed_at)} by {read.id[:10]}"
    for event in fixes:
        if (read := commits.get(event.commit)) is not None and _repairs(read, commit):
            return f"bug fix {read.id[:10]} changed its lines {_later_by(event.time - commit.committed_at)}"
    soon = [event for event in fixes if event.time - commit.committed_at <= FIXED_WITHIN * DAY]
    if soon:
        return f"{counted(len(soon), 'bug fix')} in the same files within {FIXED_WITHIN} days"
    if fixes:
        return f"first bug fix in its files after {_days(fixes[0].time - commit.committed_at)}"
    if now - commit.committed_at < FIXED_WITHIN * DAY:
        return f"too new to tell what becomes of it ({_days(now - commit.committed_at)} old)"
    return f"no bug fix in its files in the {_days(now - commit.committed_at)} since"


def _reverts(later: Commit, commit: Commit) -> bool:
    named = any(commit.id.startswith(word) for word in _HEX.findall(later.message[:20_000].lower()))
    return named or f'revert "{commit.subject.lower()}"' in later.subject.lower()


def _repairs(later: Commit, commit: Commit) -> bool:
    added = {file.path: {line for hunk in file.hunks or () for line in telling(hunk.added)} for file in commit.files}
    return any(
        line in added.get(file.previous_path, ())
        for file in later.files
        if role_of(file.path) is FileRole.SOURCE
        for hunk in file.hunks or ()
        for line in telling(hunk.deleted)
    )


def _later_by(seconds: int) -> str:
    return "the same day" if seconds < DAY else f"{_days(seconds)} later"


def _days(seconds: int) -> str:
    return counted(max(0, seconds) // DAY, "day")
