"""The composition root: everything a change's assessment depends on is put together here and passed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.assess.assess_change import ChangeAssessor
from hyperion_hook.assess.cut_off import lost
from hyperion_hook.assess.models import ModelsInUse, models_in_use
from hyperion_hook.assess.scorer import Scorer
from hyperion_hook.assess.store_measurer import STORE_FOLDER, StoreMeasurer
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.domain.change import Change, ChangeKind
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.snapshot import Discussed
from hyperion_hook.domain.vector import FeatureVector
from hyperion_hook.errors import GitError, HyperionError
from hyperion_hook.git.changes import commits_of_range, ids_of_range
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.reference_store import ReferenceStore

if TYPE_CHECKING:
    from hyperion_hook.assess.guidance.advice import Part
    from hyperion_hook.assess.indexing import IndexSummary
    from hyperion_hook.assess.repository.planning import Plan
    from hyperion_hook.domain.overview import HotSpot, Overview
    from hyperion_hook.domain.progress import Progress


class Assessor:
    """Assesses changes of one repository; a context manager, because it holds a git process and stores open."""

    def __init__(
        self,
        measurer: StoreMeasurer,
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
        self._references = references
        self._models = models
        self._scorer = Scorer(measurer, references, models.bundle, config)
        self._one = ChangeAssessor(measurer, self._scorer, references, models, config)
        self._config = config
        self._now = now
        self._kind = kind
        self._head_found = measurer.repository.head_at_discovery
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

        ``now``, by default the clock's, are Unix seconds that stand for the present. ``kind`` is what ``staged``
        assesses: the index, the whole work tree, or a ``patch``.

        Raises ``NotARepositoryError`` if the folder is in no git repository; ``ArtefactError`` if the configured or
        bundled models are damaged, tampered with or too new.
        """
        repository = Repository.discover(folder)
        warnings: tuple[str, ...] = ()
        if kind is not ChangeKind.STAGED:
            from hyperion_hook.git.uncommitted import with_pending

            repository, warnings = with_pending(repository, kind, patch)
        models = models_in_use(config.models, repository.common_dir)
        root = repository.common_dir
        references = ReferenceStore(root / STORE_FOLDER / "reference-v1.sqlite", root)
        return cls(StoreMeasurer(repository, config, progress), references, models, config, now, kind, warnings)

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

    def commits_since(self, commit: str, head: str) -> frozenset[str] | None:
        """Return the commits of ``head`` that another, given by its id, lacks; ``None`` where that one is not here."""
        try:
            if self._repository.resolve(commit) != commit:
                return None
            return frozenset(ids_of_range(self._repository, commit, head))
        except GitError:
            return None

    def __enter__(self) -> Assessor:
        return self

    def __exit__(self, *_: object) -> None:
        self._one.close()
        self._measurer.close()
        self._references.close()

    def staged(self, *, message: str | None = None) -> Assessment:
        """Assess what is staged; with a message, as the commit-msg hook knows it."""
        return self._one.assess(lambda: replace(self._staged(), message=message), deadline=self._new_deadline())

    def commit(self, revision: str) -> Assessment:
        """Assess a recorded commit as of its own moment, a merge against its first parent."""
        commit = self._repository.resolve(revision)
        return self._one.assess(lambda: self._changes.commit(commit), lost_as=(ChangeKind.COMMIT, commit))

    def range(self, start: str, end: str, discussed: Discussed | None = None, known: Sequence[str] = ()) -> Assessment:
        """Assess all that ``end`` adds to ``start`` and ``known`` as one change, with what a code host knows of it."""
        last = self._repository.resolve(end)
        lost_as = (ChangeKind.RANGE, last)
        return self._one.assess(lambda: self._changes.range(start, end, known), discussed, lost_as=lost_as)

    def each(self, start: str, end: str) -> Iterator[Assessment]:
        """Assess every non-merge commit of a range, each as of its own moment, newest last."""
        ids = dict.fromkeys(ids_of_range(self._repository, start, end))
        try:
            # one index over everything the range can see; each commit's history is cut at its own parent
            self._measurer.history(self._repository.resolve(end))
            for commit in commits_of_range(self._repository, start, end):
                change = self._changes.streamed(commit)
                del ids[commit.id]
                yield self._one.assess(lambda change=change: change)  # type: ignore[misc]
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
        adviser = adviser_for(self._measurer, change, self._scorer.probability, NEVER)
        return adviser.split(change, together, self._measurer.graphs.at(change.base))

    def build_index(self, *, rebuild: bool) -> IndexSummary:
        """Build or extend the history index, the import graph of HEAD and the reference of recent changes."""
        from hyperion_hook.assess.indexing import build_index

        return build_index(self._measurer, self._scorer, rebuild=rebuild)

    def extend(self, seconds: float) -> None:
        """Extend the history index and what percentiles rest on for so many seconds; a hook does once it has spoken."""
        from hyperion_hook.assess.indexing import extend_for

        extend_for(seconds, self._measurer, self._scorer)

    def overview(self) -> Overview:
        """Return an overview of the repository at HEAD; raise ``HyperionError`` if there is no commit yet."""
        from hyperion_hook.assess.repository.overview import overview_of

        self._measurer.deadline = NEVER
        result = overview_of(self._measurer, self._scorer, self._head("report"), self._config.max_file_bytes)
        return replace(result, warnings=(*self._models.warnings, *result.warnings))

    def plan(self, paths: Sequence[str], most: int) -> Plan:
        """Return a plan of an edit of these files of HEAD, at most so many entries of each kind.

        Raises ``HyperionError`` if there is no commit yet, or a path is not one of the repository.
        """
        from hyperion_hook.assess.repository.planning import plan_of

        self._measurer.deadline = NEVER
        return plan_of(self._measurer, self._head("plan"), paths, most)

    def hot_spots(self) -> tuple[HotSpot, ...]:
        """Return the source files that change most and are most complex, the hottest first.

        Raises ``HyperionError`` if there is no commit yet.
        """
        from hyperion_hook.assess.repository.hot_spots import Sources

        self._measurer.deadline = NEVER
        spots = Sources(self._measurer, self._head("hot spots")).hot_spots(self._config.max_file_bytes)
        return tuple(spot for spot, _ in spots)

    def _head(self, wanted: str) -> str:
        head = self._repository.head()
        if head is None:
            raise HyperionError(f"{wanted}: no commits yet; commit first")
        return head

    def _staged(self) -> Change:
        # what git said when the repository was found is true once
        head, self._head_found = self._head_found, None
        change = self._changes.staged(now=self._now, kind=self._kind, head=head)
        return replace(change, warnings=(*change.warnings, *self._warnings)) if self._warnings else change

    def _new_deadline(self) -> Deadline:
        return Deadline(self._config.deadline)
