"""Measures one change and says all that is known of it: score, level, explanation and what stands beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hyperion_hook.assess.bugs import bug_forecast
from hyperion_hook.assess.cut_off import FETCH, REPAIR, lost, why_unknown
from hyperion_hook.assess.explanation import anomaly_of, explanation_by_size
from hyperion_hook.assess.guidance.files_to_read import files_to_read
from hyperion_hook.assess.models import ModelsInUse
from hyperion_hook.assess.reference import Reference, of_code
from hyperion_hook.assess.scorer import Scorer, share_of_level
from hyperion_hook.assess.store_measurer import Measured, StoreMeasurer
from hyperion_hook.assess.vector_cache import KeptVectors
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment, FileToRead, Impact, ModelInfo, Record, RiskLevel, Score, Unknown
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.history import RECENT_CHANGES
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.remedies import PERCENTILE, note_of
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import GitError
from hyperion_hook.features.extract import nothing_known
from hyperion_hook.git.run import PATIENT_SECONDS
from hyperion_hook.git.search import Hit, search_staged, search_tree
from hyperion_hook.scoring.levels import raised, with_floor
from hyperion_hook.store.reference_store import ReferenceStore

if TYPE_CHECKING:
    from hyperion_hook.assess.guidance.recommendations import Counsel
    from hyperion_hook.domain.breaks import Break

FIXES_STEP = 6
"""Bug fixes that are traced along with a staged change to keep the record up to date."""
REFERENCE_STEP = 60
"""Recent changes that are scored along with a staged one to keep the percentile up to date; more is for ``index``.

Whoever asks for a recorded change has no commit waiting: then all are scored, so that the answer does not depend on
what was asked before.
"""

BREAK_SECONDS = 2.0
"""How long a hook looks for what a staged change would break."""
UNFINISHED = f"what it would break was not looked for to the end: {BREAK_SECONDS:g} s were used up"
_SEARCH_SECONDS = 5.0


class ChangeAssessor:
    """Assesses whatever change it is given, with what an ``Assessor`` holds open."""

    def __init__(
        self, measurer: StoreMeasurer, scorer: Scorer, references: ReferenceStore, models: ModelsInUse, config: Config
    ) -> None:
        self._measurer = measurer
        self._repository = measurer.repository
        self._cached = KeptVectors(measurer.repository, config)
        self._scorer = scorer
        self._references = references
        self._models = models
        self._bundle = models.bundle
        self._model = ModelInfo(models.bundle.name, models.bundle.version, models.bundle.trained_on)
        self._config = config

    def close(self) -> None:
        """Close the store of vectors."""
        self._cached.close()

    def assess(
        self,
        read: Callable[[], Change],
        discussed: Discussed | None = None,
        *,
        deadline: Deadline = NEVER,
        lost_as: tuple[ChangeKind, str | None] = (ChangeKind.STAGED, None),
    ) -> Assessment:
        """Return the assessment of the change that ``read`` gives; what is not measured by the deadline is left out.

        What git cannot read makes the risk unknown, with the reason; ``lost_as`` are kind and revision of a change that
        cannot be read itself.
        """
        self._measurer.deadline = deadline
        clock = _Stopwatch()
        change: Change | None = None
        try:
            change = read()
            clock.lap("read")
            measured = self._measurer.measure(
                change,
                only=None if self._config.explain else self._scorer.features,
                discussed=discussed,
                # what a code host knows can change, and is no part of what vectors are kept by
                kept=self._cached if discussed is None else None,
            )
            vector = measured.vector
            clock.lap("features")
            unknown = why_unknown(self._repository, change, measured.history, vector, self._scorer.features)
            if unknown is None:
                return self._judged(change, measured, clock)
        except GitError as error:
            unknown = lost(self._repository, error)
            if unknown is None:
                raise
            change = change or Change(lost_as[0], (), None, 0, 0, revision=lost_as[1], unreadable=str(error))
            return self._unknown(unknown, change, nothing_known(unknown.cause), (), clock)
        # what the tree says needs no history; a tree that is not all there says nothing
        whole = unknown not in (FETCH, REPAIR) and change.revision not in self._repository.cut_off()
        breaks, unfinished = self._breaks(change, clock) if whole else ((), ())
        return self._unknown(unknown, change, vector, (*measured.warnings, *unfinished), clock, breaks)

    def _judged(self, change: Change, measured: Measured, clock: _Stopwatch) -> Assessment:
        """Return the assessment of a change of which all is known that a score rests on."""
        vector, history, explain = measured.vector, measured.history, self._config.explain
        impact = self._impact(change, measured) if explain else None
        clock.lap("impact")
        reference = self._scorer.reference(change.base, at_most=REFERENCE_STEP if change.is_pending else RECENT_CHANGES)
        clock.lap("reference")
        breaks, unfinished = self._breaks(change, clock)
        code = of_code(reference)
        levels = self._scorer.levels(code)
        score = self._scorer.score(change, measured, code)
        risk, floor = self._with_floor(change, score, breaks)
        if not isinstance(reference, Missing):
            risk = replace(risk, share_of_level=share_of_level(score.level, levels.values(), reference))
        anomaly = anomaly_of(self._bundle, vector, reference, code)
        bugs = bug_forecast(self._bundle.bugs, change, history)
        clock.lap("score")
        base, size, contributions = (
            explanation_by_size(self._bundle, change, vector, history, code, score.log_odds)
            if explain
            else (None, None, ())
        )
        risk = replace(risk, size_probability=size)
        clock.lap("explanation")
        record = self._record(change, score.level, levels) if explain else None
        clock.lap("record")
        counsel = self._counsel(change, measured, risk, impact, reference) if explain else None
        clock.lap("counsel")
        warnings = [*self._models.warnings, *measured.warnings, *self._references.warnings, *filter(None, (floor,))]
        warnings += (*unfinished, *(counsel.warnings if counsel else ()))
        if isinstance(reference, Missing):
            warnings.append(note_of(reference.reason).worded(f"no percentile: {reference.reason}", kind=PERCENTILE))
        return Assessment(
            change=change,
            features=vector,
            risk=risk,
            anomaly=anomaly,
            base_log_odds=base,
            explanation=contributions,
            files_to_read=self._files_to_read(change, measured),
            impact=impact,
            model=self._model,
            record=record,
            bugs=bugs,
            advice=counsel.advice if counsel else None,
            reviewers=counsel.reviewers if counsel else None,
            similar=counsel.similar if counsel else None,
            breaks=breaks,
            warnings=tuple(dict.fromkeys(warnings)),
            timing_ms=clock.laps,
        )

    def _with_floor(self, change: Change, score: Score, breaks: Sequence[Break]) -> tuple[Score, str | None]:
        """Return a score whose level is no lower than its files and breaks ask for, and why where files raise it."""
        touched = [path for file in change.files for path in {file.path, file.previous_path}]
        level, floor = with_floor(score.level, touched, self._config.floor)
        return raised(replace(score, level=level), breaks), floor

    def _unknown(
        self,
        unknown: Unknown,
        change: Change,
        vector: FeatureVector,
        warnings: tuple[str, ...],
        clock: _Stopwatch,
        breaks: tuple[Break, ...] = (),
    ) -> Assessment:
        """Return an assessment that says what to do, and nothing that rests on what is cut off."""
        # what the verdict says need not be said again
        others = [*self._models.warnings, *(line for line in warnings if note_of(line).run != unknown.remedy)]
        return Assessment(
            change=change,
            features=vector,
            risk=unknown,
            anomaly=None,
            base_log_odds=None,
            explanation=(),
            files_to_read=(),
            model=self._model,
            breaks=breaks,
            warnings=tuple(dict.fromkeys(others)),
            timing_ms=clock.laps,
        )

    def _files_to_read(self, change: Change, measured: Measured) -> tuple[FileToRead, ...]:
        if not self._config.explain:
            return files_to_read(change, measured.history)
        from hyperion_hook.assess.guidance.functions_to_read import functions_of

        return files_to_read(
            change, measured.history, lambda file, events: functions_of(self._measurer, change, file, events)
        )

    def _breaks(self, change: Change, clock: _Stopwatch) -> tuple[tuple[Break, ...], tuple[str, ...]]:
        """Return the breaks of a change, and the note that they were not looked for to the end."""
        from hyperion_hook.assess.breaks.find import find_breaks

        # what is said beside the score has a time of its own
        deadline = Deadline(BREAK_SECONDS) if change.is_pending else NEVER

        def search(words: Sequence[str]) -> list[Hit] | None:
            base = change.base or self._repository.empty_tree
            if change.kind is ChangeKind.STAGED:
                return search_staged(self._repository, base, words, change.excluded, seconds=_SEARCH_SECONDS)
            seconds = _SEARCH_SECONDS if change.is_pending else PATIENT_SECONDS
            return search_tree(self._repository, base, words, seconds=seconds)

        breaks = find_breaks(
            change,
            self._measurer.sources_of(change),
            lambda: self._measurer.graphs.at(change.base, deadline),
            search,
            deadline,
        )
        clock.lap("breaks")
        return breaks, (UNFINISHED,) if deadline.expired() else ()

    def _impact(self, change: Change, measured: Measured) -> Impact | None:
        from hyperion_hook.assess.impact import impact_of

        return impact_of(
            change, measured.history, measured.graph, lambda path: self._measurer.has_file(change.base, path)
        )

    def _record(self, change: Change, level: RiskLevel, levels: Mapping[str, RiskLevel]) -> Record | None:
        """Return the record of a level among recent changes, ``None`` where their fixes are not traced yet."""
        from hyperion_hook.assess.track_record import record_of

        at_most = FIXES_STEP if change.is_pending else RECENT_CHANGES
        fixed = self._scorer.later_fixed(change.base, at_most=at_most) if levels else None
        return None if fixed is None else record_of(level, levels, fixed)

    def _counsel(
        self, change: Change, measured: Measured, risk: Score, impact: Impact | None, reference: Reference | Missing
    ) -> Counsel:
        from hyperion_hook.assess.guidance.recommendations import SECONDS, counsel
        from hyperion_hook.assess.guidance.similar_changes import COMPARED

        if isinstance(reference, Missing):
            recent = self._measurer.recent_changes(change.base, RECENT_CHANGES)
            reference = self._scorer.references_at(change.base).measured(recent)
        if change.is_pending:
            # what is said beside the score has a time of its own
            self._measurer.deadline = Deadline(SECONDS)
        rows = reference.values_of(COMPARED)
        return counsel(self._measurer, change, measured, risk, impact, self._scorer.probability, rows)


class _Stopwatch:
    """Milliseconds of each stage, and in total."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = 1000 * (now - self._last)
        self._last = now

    @property
    def laps(self) -> dict[str, float]:
        return self._laps | {"total": 1000 * (self._last - self._start)}
