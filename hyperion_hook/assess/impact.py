"""How far a change reaches, from what its files did before and from what imports them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, takewhile

from hyperion_hook.domain.assessment import Affected, Impact
from hyperion_hook.domain.change import Change, FileChange, FileStatus
from hyperion_hook.domain.co_change import CoChange, PastOfFile
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import DAY, FIX, History
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import dependent_share
from hyperion_hook.scoring.co_change import LEAST_PROBABILITY, LEAST_SUPPORT, rank_co_changes
from hyperion_hook.scoring.impact import (
    LEAST_STRENGTH,
    MOST_AFFECTED,
    ImpactEvidence,
    affected_components,
    component_of,
    impact_level,
    impact_score,
)
from hyperion_hook.store.history.changes import MOST_TOUCHED

MOST_SHOWN = 5

_LATELY = 180 * DAY


def impact_of(
    change: Change, history: History, graph: ImportGraph | Missing, exists: Callable[[str], bool]
) -> Impact | None:
    """Return the impact of a change, ``None`` of one without files.

    History and graph may be short or missing, and the score makes do with the other; ``exists`` tells whether a path is
    a file of the base commit.
    """
    if not change.files:
        return None
    paths = looked_at(change)
    pasts = history.changed_together(paths)
    ranked = ranked_co_changes(change, history, pasts)
    evidence = evidence_of(change, history, graph, pasts, ranked)
    affected = affected_components(evidence)
    score = impact_score(evidence, affected)
    shown = [entry for entry in _without_change_logs(affected, evidence) if entry.strength >= LEAST_STRENGTH]
    return Impact(
        score, impact_level(score), tuple(shown[:MOST_AFFECTED]), () if change.bulk else worth_telling(ranked, exists)
    )


def _without_change_logs(affected: Sequence[Affected], evidence: ImpactEvidence) -> list[Affected]:
    """Judge the top folder by what is no document there: a change log gains a line by nearly every change."""
    top = component_of("")
    others = [entry for entry in affected if entry.component != top]
    if len(others) == len(affected):
        return others
    at_top = {
        file: path
        for file, path in evidence.names.items()
        if component_of(path) == top and role_of(path) is not FileRole.DOCUMENT
    }
    judged = [entry for entry in affected_components(replace(evidence, names=at_top)) if entry.component == top]
    return sorted((*judged, *others), key=lambda entry: (-entry.strength, entry.component))


def looked_at(change: Change) -> list[str]:
    """Return the paths at the base of the files that are looked at, those with the most changed lines first."""
    files = sorted(change.files, key=lambda file: (-file.lines_changed, file.path))
    return list(dict.fromkeys(map(_base_path, files[:MOST_TOUCHED])))


def ranked_co_changes(change: Change, history: History, pasts: Sequence[PastOfFile]) -> list[CoChange]:
    """Return all files that changed with the touched ones before and are not among them, the likeliest first."""
    return rank_co_changes(pasts, history.known_files, touched_paths(change), change.time)


def touched_paths(change: Change) -> list[str]:
    """Return the paths of a change's files before and after it."""
    return sorted({path for file in change.files for path in (file.path, _base_path(file))})


def _base_path(file: FileChange) -> str:
    # what a copy was made from is not touched
    return file.path if file.status is FileStatus.COPIED else file.previous_path


def worth_telling(ranked: Sequence[CoChange], exists: Callable[[str], bool]) -> tuple[CoChange, ...]:
    """Return the co-changes whose absence is worth a remark, the likeliest first."""
    likely = takewhile(lambda entry: entry.probability >= LEAST_PROBABILITY, ranked)
    known = (
        entry for entry in likely if entry.support >= LEAST_SUPPORT and role_of(entry.path) is not FileRole.FOREIGN
    )
    return tuple(islice((entry for entry in known if exists(entry.path)), MOST_SHOWN))


def evidence_of(
    change: Change,
    history: History,
    graph: ImportGraph | Missing,
    pasts: Sequence[PastOfFile],
    ranked: Sequence[CoChange],
) -> ImpactEvidence:
    """Return the evidence that the score and the affected components are computed from."""
    touched = touched_paths(change)
    paths = looked_at(change)
    lately = {
        event.commit: event.flags
        for path in paths
        for event in history.file(path).events
        if change.time - event.time < _LATELY
    }
    importers = None
    reach = 0.0
    if not isinstance(graph, Missing):
        modules = [path for path in paths if path in graph.importers]
        importers = {path: sorted(set(graph.importers[path]).difference(touched)) for path in modules}
        reach = dependent_share(graph, modules)
    return ImpactEvidence(
        paths=touched,
        pasts=pasts,
        names={entry.file: entry.path for entry in ranked},
        importers=importers,
        reach=reach,
        commits=len(lately),
        fixes=sum(bool(flags & FIX) for flags in lately.values()),
    )
