"""From a change to its vector: git, stores and the extractor put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from hyperion_hook.assess.inputs import configured
from hyperion_hook.assess.vector_cache import NOT_NEEDED, KeptVectors
from hyperion_hook.config import Config
from hyperion_hook.domain.change import Change, change_of_commit
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.deadline import NEVER
from hyperion_hook.domain.history import History
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.snapshot import Discussed, ImportGraph
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.catalogue import CATALOGUE, Origin
from hyperion_hook.features.context import Context
from hyperion_hook.features.extract import extract
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.sources import GitSources
from hyperion_hook.store.history.commits_before import Past
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.update import open_history
from hyperion_hook.store.history.view import IndexedHistory
from hyperion_hook.store.source_cache import SourceCache

if TYPE_CHECKING:
    from hyperion_hook.store.graphs.cache import ImportGraphs

STORE_FOLDER = "hyperion-hook"
GRAPH_MODULES = frozenset(feature.module for feature in CATALOGUE if feature.origin is Origin.GRAPH) | {"interface"}

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A change's vector, the history and import graph it was measured against, and what to warn of."""

    vector: FeatureVector
    history: History
    graph: ImportGraph | Missing
    warnings: tuple[str, ...]


class Measurer:
    """Measures changes of one repository; holds one git process and the caches open until ``close``.

    ``measure_source`` gives the code metrics of a path, a blob and its text, and keeps them.
    """

    def __init__(self, repository: Repository, config: Config, progress: Progress | None = None) -> None:
        root = repository.common_dir
        folder = root / STORE_FOLDER
        self.repository = repository
        self._config = config
        self._progress = progress
        self._reader = BlobReader(repository)
        self._sources = SourceCache.open(folder / "source-v1.sqlite", root=root)
        self.measure_source = self._sources.measured(
            lambda path, text: self.deadline.run(lambda: measure_source(path, text))
        )
        self._index: HistoryIndex | None = None
        self.deadline = NEVER
        """When measuring ends; whoever measures a staged change sets it."""

    @cached_property
    def graphs(self) -> ImportGraphs:
        """The import graphs of commits, opened when first asked for: a silent run needs none."""
        from hyperion_hook.store.graphs.cache import ImportGraphs  # noqa: PLC0415

        root = self.repository.common_dir
        return ImportGraphs(self.repository, self._reader, root / STORE_FOLDER / "imports-v1.sqlite", root=root)

    def close(self) -> None:
        """End the git process and close the stores."""
        self._reader.close()
        if "graphs" in vars(self):
            self.graphs.close()
        self._sources.close()
        self.forget_index()

    def forget_index(self) -> None:
        """Close the history index, so that the next change opens it as it is by then."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def measure(
        self, change: Change, *, only: Collection[str] | None = None, discussed: Discussed | None = None,
        kept: KeptVectors | None = None,
    ) -> Measured:
        """Return the vector of a change, as far as it is measured before the deadline.

        Parameters
        ----------
        change
            What is measured.
        only
            Names of the features that are wanted; all by default.
        discussed
            What a code host knows of it.
        kept
            Where the vector is read if it is there, and written if not.
        """
        started = time.monotonic()
        history, warnings = self.history(change.base)
        facts, faults = configured(self.repository, self._config, self.deadline)
        wants_graph = only is None or any(f.module in GRAPH_MODULES and f.name in only for f in CATALOGUE)
        graph = self.graphs.at(change.base, self.deadline) if wants_graph else NOT_NEEDED
        vector = kept.read(change, only, history, graph) if kept else None
        if vector is None:
            vector = extract(
                Context(
                    change, self._sources_of(change), history, graph, self.measure_source, facts,
                    discussed or Discussed(), self.deadline,
                ),
                only=only,
            )
            if kept:
                kept.keep(change, only, history, graph, vector, 1000 * (time.monotonic() - started))
        drawn = self.graphs.warnings if wants_graph else ()
        warnings = (*change.warnings, *warnings, *self._sources.warnings, *drawn, *faults)
        return Measured(vector, history, graph, warnings)

    def history(self, base: str | None) -> tuple[History, tuple[str, ...]]:
        """Return what a commit and its ancestors know, and what to warn of."""
        if self._index is None or (base is not None and not self._index.knows(base)):
            self.forget_index()
            self._index, history = open_history(
                self.repository, base, auto_limit=self._config.index_auto_limit, progress=self.stage("reading history")
            )
        else:
            history = self._index.history_at(base)
        reason = history.missing_reason
        return history, (*self._index.warnings, *([reason] if reason else []))

    def is_counted(self) -> bool:
        """Return whether the lines of all commits in the index are counted."""
        return self._index is not None and not self._index.uncounted(1)

    def has_file(self, commit: str | None, path: str) -> bool:
        """Return whether a path is a file of a commit."""
        return commit is not None and not isinstance(self._reader.entry(commit, path), Missing)

    def recent_changes(self, base: str | None, count: int) -> list[str]:
        """Return the newest non-merge commits that ``base`` knows, itself included, newest first."""
        history, _ = self.history(base)
        if base is None or self._index is None or history.missing_reason:
            return []
        return self._index.recent_commits(base, count)

    def past(self, base: str | None) -> Past | None:
        """Return the commits that ``base`` knows one by one, ``None`` where there are none."""
        history, _ = self.history(base)
        if base is None or self._index is None or not isinstance(history, IndexedHistory):
            return None
        return Past(self._index, base, history)

    def vectors_of(self, commits: Sequence[str], only: Collection[str]) -> Iterator[tuple[str, FeatureVector]]:
        """Yield the vectors of recorded commits that the index knows, each as of its own moment.

        Past the deadline there are no more: what is kept of a recorded commit is whole.
        """
        report = self.stage("scoring recent changes")
        for done, commit in enumerate(read_commits(self.repository, commits, detail=Detail.PATCH), 1):
            change = self.change_of(commit)
            history, _ = self.history(change.base)
            context = Context(
                change, self._sources_of(change), history, Missing("not needed"), self.measure_source
            )
            report(done, len(commits))
            vector = extract(context, only=only)
            if self.deadline.expired():
                return
            yield commit.id, vector

    def change_of(self, commit: Commit) -> Change:
        """Return the change of a streamed commit, read the way ``commit_change`` reads it."""
        if len(commit.files) > self._config.bulk_files:
            return commit_change(self.repository, commit.id, bulk_above=self._config.bulk_files)
        return change_of_commit(commit)

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Return a progress reporter for one stage."""
        progress = self._progress

        def report(done: int, total: int) -> None:
            if progress is not None:
                progress(name, done, total)

        return report

    def _sources_of(self, change: Change) -> GitSources:
        return GitSources(self.repository, change, self._reader, max_bytes=self._config.max_file_bytes)
