"""What a whole repository looks like: recent scores, hot spots, and who knows which part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hyperion_hook.assess.people.knowledge import knowledge
from hyperion_hook.assess.reference import WINDOW
from hyperion_hook.assess.repository.coupling import coupling_of
from hyperion_hook.assess.repository.hot_functions import hot_functions
from hyperion_hook.assess.repository.hot_spots import Sources
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.assess.track_record import record_of
from hyperion_hook.domain.assessment import Contribution, RiskLevel
from hyperion_hook.domain.overview import Coupling, ExplainedChange, Overview, ScoredChange
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.report.reasons import SIZE, reasons

MOST_RISKIEST = 10
MOST_REASONS = 4
_SUBJECT = 200

_LEVELS = (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)

Explain = Callable[[str], Sequence[Contribution]]
Fixes = Mapping[str, tuple[str, ...]]
"""The later fixes that trace back to a commit, oldest first."""


def overview_of(
    measurer: StoreMeasurer,
    head: str,
    scored: Mapping[str, tuple[float, RiskLevel]],
    levels: Mapping[str, RiskLevel],
    fixes: Fixes | None,
    explain: Explain,
    max_bytes: int,
) -> Overview:
    """Return what there is to see of a repository at a commit.

    ``fixes`` is what later repaired recent changes, ``None`` where that is not known; files of more than ``max_bytes``
    are not measured.
    """
    repository = measurer.repository
    sources = Sources(measurer, head)
    known = knowledge(sources.names, sources.lives, sources.now)
    repairs = {} if fixes is None else {code: fixes.get(code, ()) for code in levels}
    changes = _changes(measurer, scored, repairs)
    spots = sources.hot_spots(max_bytes)
    functions = [(spot.path, functions) for spot, functions in spots]
    records = () if fixes is None else [record_of(of, levels, fixes) for of in reversed(_LEVELS)]
    past = measurer.past(head)
    return Overview(
        name=(repository.work_tree or repository.git_dir).name.removesuffix(".git"),
        head=head,
        time=sources.now,
        commits=sum(sources.history.repository().total[:1]),
        changes=changes,
        riskiest=_riskiest(changes, explain),
        hot_spots=tuple(spot for spot, _ in spots),
        whole=known.whole,
        areas=known.areas,
        people=known.people,
        warnings=sources.warnings,
        outcomes=tuple(record for record in records if record is not None),
        functions=hot_functions(measurer, head, functions, sources.lives),
        coupling=Coupling() if past is None else coupling_of(past, sources.files),
    )


def _changes(
    measurer: StoreMeasurer, scored: Mapping[str, tuple[float, RiskLevel]], fixes: Fixes
) -> tuple[ScoredChange, ...]:
    results = []
    for commit in read_commits(measurer.repository, list(scored)[:WINDOW], detail=Detail.NOTHING):
        (probability, level), subject = scored[commit.id], commit.message.partition("\n")[0][:_SUBJECT]
        results.append(
            ScoredChange(
                commit.id,
                commit.committed_at,
                commit.author.name,
                subject,
                probability,
                level,
                fixes.get(commit.id),
            )
        )
    return tuple(sorted(results, key=lambda change: (change.time, change.commit)))


def _riskiest(changes: Sequence[ScoredChange], explain: Explain) -> tuple[ExplainedChange, ...]:
    worst = sorted(changes, key=lambda change: (-change.probability, change.commit))[:MOST_RISKIEST]
    results = []
    for change in worst:
        told = explain(change.commit)
        # the size comes first, as in score, and is often all there is
        shown = (*(entry for entry in told if entry.group == SIZE), *reasons(told, MOST_REASONS))
        results.append(ExplainedChange(change, tuple(entry for entry in shown if entry.contribution > 0)))
    return tuple(results)
