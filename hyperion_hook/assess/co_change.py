"""Files that usually change with the touched ones and are missing from a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.co_change import CoChange
from hyperion_hook.domain.history import History
from hyperion_hook.domain.paths import FileRole, role_of
from hyperion_hook.scoring.co_change import rank_co_changes

MOST_SHOWN = 5
LEAST_PROBABILITY = 0.3
LEAST_SUPPORT = 3
"""Below either, what is shown is wrong more often than right."""


def missing_co_changes(change: Change, history: History, exists: Callable[[str], bool]) -> tuple[CoChange, ...]:
    """Return the files that should be looked at because they usually change too, the likeliest first, at most five.

    Parameters
    ----------
    change
        What is judged; of a bulk change nothing is missing.
    history
        What was known before it.
    exists
        Whether a path is a file of the base commit.
    """
    if change.bulk:
        return ()
    shown: list[CoChange] = []
    for entry in co_changes(change, history):
        if entry.probability < LEAST_PROBABILITY or len(shown) == MOST_SHOWN:
            break
        if entry.support >= LEAST_SUPPORT and role_of(entry.path) is not FileRole.FOREIGN and exists(entry.path):
            shown.append(entry)
    return tuple(shown)


def co_changes(change: Change, history: History) -> Iterator[CoChange]:
    """Yield all files that changed with the touched ones before and are not among them, the likeliest first.

    Where branches were merged that disagree about a file, one that is gone may be among them.
    """
    touched = {path for file in change.files for path in (file.path, file.previous_path)}
    evidence = history.changed_together(sorted({file.previous_path for file in change.files}))
    ranked = rank_co_changes(evidence, history.known_files, sorted(touched), change.time)
    yield from (entry for entry in ranked if entry.path not in touched)
