"""The composition root: everything a change's assessment depends on is put together here and passed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from hyperion_hook.assess.bugs import bug_forecast
from hyperion_hook.assess.cut_off import is_cut_off, lost, why_unknown
from hyperion_hook.assess.guidance.files_to_read import files_to_read
from hyperion_hook.assess.measuring import STORE_FOLDER, Measured, Measurer, Progress
from hyperion_hook.assess.models import ModelsInUse, models_in_use
from hyperion_hook.assess.record import later_fixed, recalibration, record_of
from hyperion_hook.assess.reference import WINDOW, Reference, ReferenceBuilder, reference_names
from hyperion_hook.assess.vector_cache import KeptVectors
from hyperion_hook.assess.verdict import anomaly_of, explanation_by_size, leading_files, typical_of
from hyperion_hook.config import Config
from hyperion_hook.domain.assessment import (
    Assessment,
    Contribution,
    FileToRead,
    Impact,
    ModelInfo,
    RiskLevel,
    Score,
    Unknown,
)
from hyperion_hook.domain.change import Change, ChangeKind, is_no_code
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.light_dataclasses import dataclass, replace
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.errors import GitError, HyperionError
from hyperion_hook.features.extract import nothing_known
from hyperion_hook.git.changes import commits_of_range, ids_of_range
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.search import Hit, search_tree
from hyperion_hook.scoring.members import sigmoid
from hyperion_hook.scoring.policy import risk_level, with_floor
from hyperion_hook.store.history.update import extend_index, update_index
from hyperion_hook.store.reference_store import ReferenceStore

if TYPE_CHECKING:
    from hyperion_hook.assess.guidance.advice import Part
    from hyperion_hook.assess.guidance.recommendations import Counsel
    from hyperion_hook.assess.planning import Plan
    from hyperion_hook.domain.breaks import Break
    from hyperion_hook.domain.overview import HotSpot, Overview

FIXES_STEP = 6
"""Bug fixes that are traced along with a staged change to keep the record up to date."""
REFERENCE_STEP = 60
"""Recent changes that are scored along with a staged one to keep the percentile up to date; more is for ``index``.

Whoever asks for a recorded change has no commit waiting: then all are scored, so that the answer does not depend on
what was asked before.
"""

BREAK_SECONDS = 2.0
"""How long a hook looks for what a staged change would break."""


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What ``index`` did; ``reference_changes`` is how many recent changes the percentile now rests on."""

    commits: int
    commits_added: int
    seconds: float
    bytes: int
    reference_changes: int
    warnings: tuple[str, ...] = ()


class Assessor:
    """Assesses changes of one repository; a context manager, because it holds a git process and stores open."""

    def __init__(
        self,
        measurer: Measurer,
        references: ReferenceStore,
        models: ModelsInUse,
        config: Config,
        now: int | None,
        kind: ChangeKind = ChangeKind.STAGED,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self._measurer = measurer
        self._repository = measurer.repository
        self._changes = measurer.changes
        self._kept = KeptVectors(measurer.repository, config)
        self._references = references
        self._models = models
        self._bundle = models.bundle
        self._config = config
        self._now = now
        self._kind = kind
        self._warnings = warnings

    @classmethod
    def open(
        cls,
        folder: Path | None,
        config: Config,
        *,
        progress: Progress | None = None,
        now: int | None = None,
        kind: ChangeKind = ChangeKind.STAGED,
        patch: bytes = b"",
    ) -> Assessor:
        """Find the repository that ``folder`` (default: here) lies in and load the models.

        Parameters
        ----------
        folder, config, progress
            Where, under which settings, and who is told how far it is.
        now
            Unix seconds that stand for the present; the clock by default.
        kind
            What ``staged`` assesses: what is staged, the whole work tree, or a patch.
        patch
            The patch.

        Raises
        ------
        NotARepositoryError
            If the folder is in no git repository.
        ArtefactError
            If the configured or bundled models are damaged, tampered with or too new.
        """
        repository = Repository.discover(folder)
        warnings: tuple[str, ...] = ()
        if kind is not ChangeKind.STAGED:
            from hyperion_hook.git.pending import with_pending

            repository, warnings = with_pending(repository, kind, patch)
        models = models_in_use(config.models, repository.common_dir)
        root = repository.common_dir
        references = ReferenceStore.open(root / STORE_FOLDER / "reference-v1.sqlite", root)
        return cls(Measurer(repository, config, progress), references, models, config, now, kind, warnings)

    @property
    def models(self) -> ModelsInUse:
        """The models that judge."""
        return self._models

    @property
    def git_dir(self) -> Path | None:
        """The git directory of the work tree."""
        return self._repository.git_dir

    @property
    def origin(self) -> str:
        """The address of the remote that the repository was cloned from, '' without one; it may hold a password."""
        return self._repository.config("remote.origin.url") or ""

    def has_commit(self, commit: str) -> bool:
        """Whether a commit, given by its id, is in the repository."""
        with suppress(GitError):
            return self._repository.resolve(commit) == commit
        return False

    def __enter__(self) -> Assessor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()
        self._measurer.close()
        self._references.close()

    def staged(self, *, message: str | None = None) -> Assessment:
        """Assess what is staged; with a message, as the commit-msg hook knows it."""
        return self._assess(lambda: replace(self._staged(), message=message), deadline=self._new_deadline())

    def commit(self, revision: str) -> Assessment:
        """Assess a recorded commit as of its own moment, a merge against its first parent."""
        commit = self._repository.resolve(revision)
        return self._assess(lambda: self._changes.commit(commit), lost_as=(ChangeKind.COMMIT, commit))

    def range(self, start: str, end: str, discussed: Discussed | None = None) -> Assessment:
        """Assess all that ``end`` adds to ``start`` as one change, with what a code host knows of it."""
        last = self._repository.resolve(end)
        return self._assess(
            lambda: self._changes.range(start, end),
            discussed,
            lost_as=(ChangeKind.RANGE, last),
        )

    def each(self, start: str, end: str) -> Iterator[Assessment]:
        """Assess every non-merge commit of a range, each as of its own moment, newest last."""
        ids = dict.fromkeys(ids_of_range(self._repository, start, end))
        try:
            # one index over everything the range can see; each commit's history is cut at its own parent
            self._measurer.history(self._repository.resolve(end))
            for commit in commits_of_range(self._repository, start, end):
                change = self._changes.streamed(commit)
                del ids[commit.id]
                yield self._assess(lambda change=change: change)  # type: ignore[misc]
        except GitError as error:
            if lost(self._repository, error) is None:
                raise
            # git breaks off at the first it cannot read; each of the others is told what is lost of it
            for left in ids:
                yield self.commit(left)

    def vector(self, revision: str | None) -> tuple[Change, FeatureVector]:
        """Return a change (``None``: the staged one) with all its features, without a score."""
        self._measurer.deadline = self._new_deadline() if revision is None else NEVER
        change = self._staged() if revision is None else self._changes.commit(revision)
        return change, self._measurer.measure(change).vector

    def parts(self, revision: str | None) -> tuple[Part, ...]:
        """Return the parts of a change (``None``: the staged one), each with its score when committed alone."""
        from hyperion_hook.assess.guidance.recommendations import adviser_for

        self._measurer.deadline = NEVER
        change = self._staged() if revision is None else self._changes.commit(revision)
        history, _ = self._measurer.history(change.base)
        together = history.changed_together(file.previous_path for file in change.files)
        reference = self._reference(change.base, at_most=WINDOW)
        code = reference if isinstance(reference, Missing) else reference.code()
        fixed = self._fixed(change.base, code, at_most=WINDOW)
        shift = recalibration(code, self._measurer.past(change.base), fixed)
        adviser = adviser_for(self._measurer, change, self._probability_with(shift), NEVER)
        return adviser.split(change, together, self._measurer.graphs.at(change.base))

    def build_index(self, *, rebuild: bool) -> IndexSummary:
        """Build or extend the history index, the import graph of HEAD and the reference of recent changes."""
        started = time.perf_counter()
        self._measurer.deadline = NEVER
        self._measurer.forget_index()
        report = update_index(self._repository, rebuild=rebuild, progress=self._measurer.stage("reading history"))
        head = self._repository.head()
        graph = self._measurer.graphs.build(head) if head else Missing("no commit yet")
        self._references_at(head).forget_provisional()
        reference = self._reference(head, at_most=WINDOW)
        self._fixed(head, reference, at_most=WINDOW)
        warnings = [
            f"{what}: {outcome.reason}"
            for what, outcome in (("import graph", graph), ("percentile", reference))
            if isinstance(outcome, Missing)
        ]
        return IndexSummary(
            commits=report.commits,
            commits_added=report.commits_added,
            seconds=time.perf_counter() - started,
            bytes=report.bytes,
            reference_changes=0 if isinstance(reference, Missing) else len(reference.rows),
            warnings=tuple(warnings),
        )

    def extend(self, seconds: float) -> None:
        """Extend the history index and what percentiles rest on for so many seconds; a hook does once it has spoken."""
        until = Deadline(seconds)
        self._measurer.deadline = until
        self._measurer.forget_index()
        with suppress(HyperionError):
            extend_index(self._repository, until.expired)
            head = self._repository.head()
            if until.expired() or self._measurer.history(head)[0].missing_reason or is_cut_off(self._repository, head):
                return
            self._references_at(head).extend(self._measurer.recent_changes(head, WINDOW))

    def overview(self) -> Overview:
        """Return what the whole repository looks like at HEAD.

        Raises
        ------
        HyperionError
            If there is no commit yet.
        """
        from hyperion_hook.assess.overview import overview_of

        self._measurer.deadline = NEVER
        head = self._repository.head()
        if head is None:
            raise HyperionError("there is no commit yet; a report tells of what was committed")
        recent = self._measurer.recent_changes(head, WINDOW)
        references = self._references_at(head)
        cut = is_cut_off(self._repository, head)
        reference = Missing(f"no levels: {cut.sentence}") if cut else references.build(recent, at_most=WINDOW)
        scores = {} if isinstance(reference, Missing) else references.scores(recent)

        code = reference if isinstance(reference, Missing) else reference.code()
        fixed = self._fixed(head, code, at_most=WINDOW)
        shift = recalibration(code, self._measurer.past(head), fixed)

        scored = {}
        for commit, score in scores.items():
            probability = sigmoid(score + shift)
            scored[commit] = (probability, self._level(probability, _percentile(code, score, has_message=True)))

        def explain(commit: str) -> tuple[Contribution, ...]:
            # all are compared with the same: what is typical today
            change = self._changes.commit(commit)
            measured = self._measurer.measure(change, only=self._needed())
            subjects = leading_files(change, measured.history)
            return explanation_by_size(self._bundle, measured.vector, code, subjects, shift=shift)[2]

        levels = self._levels_of(code)
        found = overview_of(self._measurer, head, scored, levels, fixed, explain, self._config.max_file_bytes)
        more = (reference.reason,) if isinstance(reference, Missing) else ()
        return replace(found, warnings=(*self._models.warnings, *found.warnings, *more))

    def plan(self, paths: Sequence[str], most: int) -> Plan:
        """Return what an edit of these files of HEAD would touch, at most so many of each kind.

        Raises
        ------
        HyperionError
            If there is no commit yet, or a path is not one of the repository.
        """
        from hyperion_hook.assess.planning import plan_of

        self._measurer.deadline = NEVER
        return plan_of(self._measurer, self._head("plan"), paths, most)

    def hot_spots(self) -> tuple[HotSpot, ...]:
        """Return the source files that change most and are most complex, the hottest first.

        Raises
        ------
        HyperionError
            If there is no commit yet.
        """
        from hyperion_hook.assess.overview import hot_spots_of

        self._measurer.deadline = NEVER
        return hot_spots_of(self._measurer, self._head("hot spots"), self._config.max_file_bytes)

    def _head(self, wanted: str) -> str:
        head = self._repository.head()
        if head is None:
            raise HyperionError(f"{wanted}: no commits yet; commit first")
        return head

    def _staged(self) -> Change:
        change = self._changes.staged(now=self._now, kind=self._kind)
        return replace(change, warnings=(*change.warnings, *self._warnings)) if self._warnings else change

    def _new_deadline(self) -> Deadline:
        return Deadline(self._config.deadline)

    def _assess(
        self,
        read: Callable[[], Change],
        discussed: Discussed | None = None,
        *,
        deadline: Deadline = NEVER,
        lost_as: tuple[ChangeKind, str | None] = (ChangeKind.STAGED, None),
    ) -> Assessment:
        self._measurer.deadline = deadline
        clock = _Stopwatch()
        change: Change | None = None
        try:
            change = read()
            clock.lap("read")
            measured = self._measurer.measure(
                change,
                only=None if self._config.explain else self._needed(),
                discussed=discussed,
                # what a code host knows can change, and is no part of what vectors are kept by
                kept=self._kept if discussed is None else None,
            )
            vector = measured.vector
            clock.lap("features")
            unknown = why_unknown(self._repository, change, measured.history, vector, self._needed())
        except GitError as error:
            unknown = lost(self._repository, error)
            if unknown is None:
                raise
            change = change or Change(lost_as[0], (), None, 0, 0, revision=lost_as[1], unreadable=str(error))
            return self._unknown(unknown, change, nothing_known(unknown.cause), (), clock)
        if unknown is not None:
            return self._unknown(unknown, change, vector, measured.warnings, clock)
        impact = self._impact(change, measured) if self._config.explain else None
        clock.lap("impact")
        reference = self._reference(change.base, at_most=REFERENCE_STEP if change.is_pending else WINDOW)
        clock.lap("reference")
        breaks = self._breaks(change, clock)
        code = reference if isinstance(reference, Missing) else reference.code()
        levels = self._levels_of(code)
        fixed = self._fixed(change.base, code, at_most=FIXES_STEP if change.is_pending else WINDOW)
        shift = recalibration(code, self._measurer.past(change.base), fixed)
        scored = self._scored(change, measured, code, shift)
        measured_level, log_odds = scored.level, scored.log_odds
        same = None if isinstance(reference, Missing) else _share_of(measured_level, levels, reference)
        touched = [path for file in change.files for path in {file.path, file.previous_path}]
        level, floor = with_floor(measured_level, touched, self._config.floor)
        risk = _raised(replace(scored, level=level, share_of_level=same), breaks)
        anomaly = anomaly_of(self._bundle, vector, typical_of(self._bundle, code), reference)
        bugs = bug_forecast(self._bundle.bugs, change, measured.history)
        clock.lap("score")
        base: float | None = None
        contributions: tuple[Contribution, ...] = ()
        if self._config.explain:
            subjects = leading_files(change, measured.history)
            base, size, contributions = explanation_by_size(
                self._bundle, vector, code, subjects, log_odds=log_odds, shift=shift
            )
            risk = replace(risk, size_probability=size)
        clock.lap("explanation")
        record = None if fixed is None or not self._config.explain else record_of(measured_level, levels, fixed)
        clock.lap("record")
        told = self._counsel(change, measured, risk, impact, shift) if self._config.explain else None
        clock.lap("counsel")
        warnings = [*self._models.warnings, *measured.warnings, *self._references.warnings, *filter(None, (floor,))]
        warnings += told.warnings if told else ()
        if isinstance(reference, Missing):
            warnings.append(f"no percentile: {reference.reason}")
        return Assessment(
            change=change,
            features=vector,
            risk=risk,
            anomaly=anomaly,
            base_log_odds=base,
            explanation=contributions,
            files_to_read=self._files_to_read(change, measured),
            impact=impact,
            model=ModelInfo(self._bundle.name, self._bundle.version, self._bundle.trained_on),
            record=record,
            bugs=bugs,
            advice=told.advice if told else None,
            reviewers=told.reviewers if told else None,
            similar=told.similar if told else None,
            breaks=breaks,
            warnings=tuple(dict.fromkeys(warnings)),
            timing_ms=clock.laps,
        )

    def _unknown(
        self, unknown: Unknown, change: Change, vector: FeatureVector, warnings: tuple[str, ...], clock: _Stopwatch
    ) -> Assessment:
        """Return an assessment that tells what to do, and nothing that rests on what is cut off."""
        # what the verdict says need not be said again
        said = [*self._models.warnings, *(line for line in warnings if f"run: {unknown.remedy}" not in line)]
        return Assessment(
            change=change,
            features=vector,
            risk=unknown,
            anomaly=None,
            base_log_odds=None,
            explanation=(),
            files_to_read=(),
            model=ModelInfo(self._bundle.name, self._bundle.version, self._bundle.trained_on),
            warnings=tuple(dict.fromkeys(said)),
            timing_ms=clock.laps,
        )

    def _files_to_read(self, change: Change, measured: Measured) -> tuple[FileToRead, ...]:
        if not self._config.explain:
            return files_to_read(change, measured.history)
        # a silent run is spared the import
        from hyperion_hook.assess.guidance.functions_to_read import functions_of

        return files_to_read(
            change, measured.history, lambda file, events: functions_of(self._measurer, change, file, events)
        )

    def _breaks(self, change: Change, clock: _Stopwatch) -> tuple[Break, ...]:
        from hyperion_hook.assess.breaks.find import find_breaks

        # what is said beside the score has a time of its own
        deadline = Deadline(BREAK_SECONDS) if change.is_pending else NEVER

        def search(words: Sequence[str]) -> list[Hit] | None:
            return search_tree(self._repository, change.base or self._repository.empty_tree, words)

        breaks = find_breaks(
            change,
            self._measurer.sources_of(change),
            lambda: self._measurer.graphs.at(change.base, deadline),
            search,
            deadline,
        )
        clock.lap("breaks")
        return breaks

    def _impact(self, change: Change, measured: Measured) -> Impact | None:
        # a silent run is spared the import
        from hyperion_hook.assess.impact import impact_of

        return impact_of(
            change, measured.history, measured.graph, lambda path: self._measurer.has_file(change.base, path)
        )

    def _counsel(self, change: Change, measured: Measured, risk: Score, impact: Impact | None, shift: float) -> Counsel:
        # a silent run is spared the import
        from hyperion_hook.assess.guidance.recommendations import SECONDS, counsel
        from hyperion_hook.assess.guidance.similar import COMPARED

        recent = self._measurer.recent_changes(change.base, WINDOW)
        rows = self._references_at(change.base).rows(recent, COMPARED)
        if change.is_pending:
            # what is said beside the score has a time of its own
            self._measurer.deadline = Deadline(SECONDS)
        return counsel(self._measurer, change, measured, risk, impact, self._probability_with(shift), rows)

    def _probability_with(self, shift: float) -> Callable[[Change], float]:
        """Return what gives any change the probability that ``score`` gives it."""
        return lambda change: sigmoid(
            self._log_odds(change, self._measurer.measure(change, only=self._needed())) + shift
        )

    def _scored(self, change: Change, measured: Measured, code: Reference | Missing, shift: float) -> Score:
        """Return the score of a change with its place among recent changes to code, and among those of its size."""
        log_odds = self._log_odds(change, measured)
        peers = code if isinstance(code, Missing) else code.peers(measured.vector)
        percentile, of_size = (
            _percentile(group, log_odds, has_message=change.message is not None) for group in (code, peers)
        )
        probability = sigmoid(log_odds + shift)
        level = self._level(probability, percentile, change)
        return Score(probability, log_odds + shift, level, percentile, of_size, recalibration=shift)

    def _log_odds(self, change: Change, measured: Measured) -> float:
        """Return the model's log-odds; whatever is promised and whatever is told comes from here."""
        bare = self._measurer.without_tests(
            change, measured.history, measured.graph, frozenset(self._bundle.risk.features)
        )
        return self._bundle.risk.lower_log_odds(measured.vector, bare)

    def _level(self, probability: float, percentile: float | None, change: Change | None = None) -> RiskLevel:
        if change is not None and is_no_code(change):
            return RiskLevel.LOW
        return risk_level(
            probability,
            percentile,
            high_rate=self._config.alert_high,
            medium_rate=self._config.alert_medium,
            thresholds=self._bundle.thresholds,
        )

    def _levels_of(self, code: Reference | Missing) -> dict[str, RiskLevel]:
        """Return the level of each recent change to code."""
        if isinstance(code, Missing):
            return {}
        return {commit: self._level(sigmoid(score), percentile) for commit, score, percentile in code.places()}

    def _fixed(self, base: str | None, code: Reference | Missing, *, at_most: int) -> dict[str, tuple[str, ...]] | None:
        """Return what later fixed recent changes, ``None`` where their fixes are not traced yet."""
        past = None if isinstance(code, Missing) else self._measurer.past(base)
        if past is None:
            return None
        return later_fixed(past, self._references, WINDOW, self._measurer.patches, at_most=at_most)

    def _needed(self) -> frozenset[str]:
        anomaly = self._bundle.anomaly.features if self._bundle.anomaly else ()
        return frozenset((*self._bundle.risk.features, *anomaly))

    def _reference(self, base: str | None, *, at_most: int) -> Reference | Missing:
        if self._measurer.history(base)[0].missing_reason:
            return Missing("it needs the whole history; run: hyperion-hook index")
        if cut := is_cut_off(self._repository, base):
            return Missing(cut.sentence)
        return self._references_at(base).build(self._measurer.recent_changes(base, WINDOW), at_most=at_most)

    def _references_at(self, base: str | None) -> ReferenceBuilder:
        names = reference_names(self._bundle)
        return ReferenceBuilder(
            self._references,
            self._bundle,
            lambda commits: self._measurer.vectors_of(commits, names, base),
            self._measurer.is_counted,
            self._measurer.deadline,
            self._changes.exclusions.digest(base),
        )


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


def _share_of(level: RiskLevel, levels: Mapping[str, RiskLevel], reference: Reference) -> float:
    """Return the share of recent changes that have a level; those without code are LOW."""
    without = len(reference.rows) - len(levels) if level is RiskLevel.LOW else 0
    return (without + sum(other is level for other in levels.values())) / len(reference.rows)


def _raised(risk: Score, breaks: Iterable[Break]) -> Score:
    """Return a score whose level is at least MEDIUM where something certainly breaks."""
    if risk.level is RiskLevel.LOW and any(entry.is_certain for entry in breaks):
        return replace(risk, level=RiskLevel.MEDIUM, raised=True)
    return risk


def _percentile(reference: Reference | Missing, log_odds: float, *, has_message: bool) -> float | None:
    if isinstance(reference, Missing):
        return None
    return reference.percentile(log_odds, has_message=has_message)
