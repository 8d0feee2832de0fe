"""What a whole repository looks like: recent scores, hot spots, and who knows which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.explanation import explanation_by_size
from hyperion_hook.assess.people.knowledge import knowledge
from hyperion_hook.assess.reference import of_code
from hyperion_hook.assess.repository.coupling import coupling_of
from hyperion_hook.assess.repository.hot_functions import hot_functions
from hyperion_hook.assess.repository.hot_spots import Sources
from hyperion_hook.assess.scorer import Scorer
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.assess.track_record import record_of
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.domain.history import RECENT_CHANGES
from hyperion_hook.domain.overview import Coupling, ExplainedChange, Overview, ScoredChange
from hyperion_hook.domain.vector import Missing
from hyperion_hook.report.reasons import SIZE, reasons

MOST_RISKIEST = 10
MOST_REASONS = 4
_SUBJECT = 200

_LEVELS = (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)

Fixes = Mapping[str, tuple[str, ...]]
"""The later fixes that trace back to a commit, oldest first."""


def overview_of(measurer: StoreMeasurer, scorer: Scorer, head: str, max_bytes: int) -> Overview:
    """Return an overview of a repository at a commit; files of more than ``max_bytes`` are not measured."""
    recent = measurer.recent_changes(head, RECENT_CHANGES)
    cut = is_cut_off(measurer.repository, head)
    reference = (
        Missing(f"no levels: {cut.sentence}")
        if cut
        else scorer.references_at(head).build(recent, at_most=RECENT_CHANGES)
    )
    code = of_code(reference)
    rows = {} if isinstance(reference, Missing) else reference.rows
    scored = {commit: scorer.score_of(row[0], code) for commit, row in rows.items()}
    levels = scorer.levels(code)
    # ``None`` where it is not known what later repaired recent changes
    fixes = scorer.later_fixed(head, at_most=RECENT_CHANGES) if levels else None
    repository = measurer.repository
    sources = Sources(measurer, head)
    known = knowledge(sources.names, sources.lives, sources.now)
    repairs = {} if fixes is None else {commit: fixes.get(commit, ()) for commit in levels}
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
        riskiest=_riskiest(measurer, scorer, changes),
        hot_spots=tuple(spot for spot, _ in spots),
        whole=known.whole,
        areas=known.areas,
        people=known.people,
        warnings=(*sources.warnings, *((reference.reason,) if isinstance(reference, Missing) else ())),
        outcomes=tuple(record for record in records if record is not None),
        functions=hot_functions(measurer, head, functions, sources.lives),
        coupling=Coupling() if past is None else coupling_of(past, sources.files),
    )


def _changes(
    measurer: StoreMeasurer, scored: Mapping[str, tuple[float, RiskLevel]], fixes: Fixes
) -> tuple[ScoredChange, ...]:
    results = []
    for commit in measurer.messages(list(scored)[:RECENT_CHANGES]):
        (probability, level), subject = scored[commit.id], commit.message.partition("\n")[0][:_SUBJECT]
        results.append(
            ScoredChange(
                commit.id, commit.committed_at, commit.author.name, subject, probability, level, fixes.get(commit.id)
            )
        )
    return tuple(sorted(results, key=lambda change: (change.time, change.commit)))


def _riskiest(measurer: StoreMeasurer, scorer: Scorer, changes: Sequence[ScoredChange]) -> tuple[ExplainedChange, ...]:
    worst = sorted(changes, key=lambda change: (-change.probability, change.commit))[:MOST_RISKIEST]
    results = []
    for scored in worst:
        # as score does: compared with what was typical when it was made
        change = measurer.changes.commit(scored.commit)
        measured = measurer.measure(change, only=scorer.features)
        before = of_code(scorer.reference(change.base, at_most=RECENT_CHANGES))
        log_odds = scorer.score(change, measured, before).log_odds
        _, _, explanation = explanation_by_size(
            scorer.bundle, change, measured.vector, measured.history, before, log_odds
        )
        # the size comes first, as in score, and is often all there is
        shown = (*(entry for entry in explanation if entry.group == SIZE), *reasons(explanation, MOST_REASONS))
        results.append(ExplainedChange(scored, tuple(entry for entry in shown if entry.contribution > 0)))
    return tuple(results)
