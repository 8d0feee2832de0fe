"""Whether what a score rests on is all there: where history or content is cut off, nobody can tell the risk.

A repository that is young is not cut off, nor is one whose clone is as deep as its history. A shallow clone always is:
what its authors know and what is usual in it are read from the whole history. A partial clone is, unless the recent
changes, among which a change is ranked, are there but for a few objects, and everything that was asked of this one is.
"""

from __future__ import annotations

from collections.abc import Collection

from hyperion_hook.domain.assessment import Unknown
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.history import RECENT_CHANGES, History
from hyperion_hook.domain.remedies import REBUILD, note_of
from hyperion_hook.domain.vector import NOT_FETCHED, SHALLOW, FeatureVector
from hyperion_hook.errors import GitError
from hyperion_hook.features.history.process import UNCOUNTED
from hyperion_hook.git.blobs import DAMAGED
from hyperion_hook.git.missing_objects import lacks_objects
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import LOST

DEEPEN = Unknown("git fetch --unshallow", "the history is cut off at this clone's depth")
FETCH = Unknown("git fetch --refetch --no-filter", "this clone left files and folders of its history at its origin")
RECOUNT = Unknown(REBUILD, "the history was indexed before its files were fetched")
REPAIR = Unknown("git fsck", "objects of the change or its history are missing or damaged")

_ABSENT = frozenset({NOT_FETCHED.reason, DAMAGED.reason})


def rests_on_a_cut(vector: FeatureVector) -> bool:
    """Whether a value of a row is missing because the clone it was measured in lacks history or content."""
    return not {*_ABSENT, SHALLOW.reason}.isdisjoint(vector.missing.values())


def is_cut_off(repository: Repository, tip: str | None) -> Unknown | None:
    """Return the verdict where history before a commit is cut off, ``None`` where all that is read of it is here."""
    if repository.cut_off():
        return DEEPEN
    if tip is not None and repository.is_partial and lacks_objects(repository, tip, newest=RECENT_CHANGES):
        return FETCH
    return None


def lost(repository: Repository, error: GitError) -> Unknown | None:
    """Return the verdict on lost objects where git broke off, ``None`` where it did so for another reason."""
    if not LOST.search(str(error)):
        return None
    return is_cut_off(repository, None) or (FETCH if repository.is_partial else REPAIR)


def why_unknown(
    repository: Repository, change: Change, history: History, vector: FeatureVector, needed: Collection[str]
) -> Unknown | None:
    """Return the reason for which the risk of a change is unknown, ``None`` where it can be told."""
    if repository.cut_off():
        return DEEPEN
    reasons = {file.unread for file in change.files} | {vector.missing.get(name, "") for name in needed}
    tip = change.revision or change.base
    if repository.is_partial and (reasons & {*_ABSENT, UNCOUNTED.reason}):
        if reasons & _ABSENT:
            return FETCH
        # where only the newest commits were read, lines of older ones are not counted in any clone
        if (cut := is_cut_off(repository, tip)) is not None or history.missing_reason is None:
            return cut or RECOUNT
    if reasons & _ABSENT:
        return REPAIR
    if history.missing_reason is not None:
        reason = note_of(history.missing_reason)
        return Unknown(reason.run, reason.cause)
    return is_cut_off(repository, tip)
