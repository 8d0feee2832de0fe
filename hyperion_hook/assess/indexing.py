"""Builds what scores rest on: the history index, the import graph of HEAD and the scores of recent changes."""

from __future__ import annotations

import time
from contextlib import suppress

from hyperion_hook.assess.cut_off import is_cut_off
from hyperion_hook.assess.scorer import Scorer
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.history import RECENT_CHANGES
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.vector import Missing
from hyperion_hook.errors import HyperionError
from hyperion_hook.store.history.open_history import extend_index, update_index

_FIXES_AT_ONCE = 10
"""Fixes that are traced before the clock is looked at again."""


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What ``index`` did; ``reference_changes`` is how many recent changes the percentile now rests on."""

    commits: int
    commits_added: int
    seconds: float
    bytes: int
    reference_changes: int
    warnings: tuple[str, ...] = ()


def build_index(measurer: StoreMeasurer, scorer: Scorer, *, rebuild: bool) -> IndexSummary:
    """Build or extend the history index, the import graph of HEAD and the reference of recent changes."""
    started = time.perf_counter()
    measurer.deadline = NEVER
    measurer.forget_index()
    report = update_index(measurer.repository, rebuild=rebuild, progress=measurer.stage("reading history"))
    head = measurer.repository.head()
    graph = measurer.graphs.build(head) if head else Missing("no commit yet")
    scorer.references_at(head).forget_provisional()
    reference = scorer.reference(head, at_most=RECENT_CHANGES)
    scorer.later_fixed(head, at_most=RECENT_CHANGES)
    cut = is_cut_off(measurer.repository, head)
    # where history is cut off no index helps, and one remedy is enough
    outcomes = (("import graph", graph), ("percentile", Missing("") if cut else reference))
    warnings = [
        f"{name}: {outcome.reason}" for name, outcome in outcomes if isinstance(outcome, Missing) and outcome.reason
    ]
    if cut:
        warnings.insert(0, f"{cut.cause}, so the risk of a change stays UNKNOWN; run: {cut.remedy}")
    return IndexSummary(
        commits=report.commits,
        commits_added=report.commits_added,
        seconds=time.perf_counter() - started,
        bytes=report.bytes,
        reference_changes=0 if isinstance(reference, Missing) else len(reference.rows),
        warnings=tuple(warnings),
    )


def extend_for(seconds: float, measurer: StoreMeasurer, scorer: Scorer) -> None:
    """Extend the history index and the scores of recent changes for so many seconds."""
    until = Deadline(seconds)
    measurer.deadline = until
    measurer.forget_index()
    with suppress(HyperionError):
        extend_index(measurer.repository, until.expired)
        head = measurer.repository.head()
        if until.expired() or measurer.history(head)[0].missing_reason or is_cut_off(measurer.repository, head):
            return
        scorer.references_at(head).extend(measurer.recent_changes(head, RECENT_CHANGES))
        while not until.expired() and scorer.later_fixed(head, at_most=_FIXES_AT_ONCE) is None:
            pass
