"""The one measurer: from a change, and what was known before it, to its vector.

What was known comes from the stores of a repository (``assess.store_measurer``), or from a history that is replayed
commit by commit (``training.rows.replay``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.domain.change import Change
from hyperion_hook.domain.deadline import NEVER
from hyperion_hook.domain.history import History
from hyperion_hook.domain.snapshot import Configured, Discussed, ImportGraph
from hyperion_hook.domain.vector import FeatureVector, Missing
from hyperion_hook.features.code.limits import DEFAULT, limits_for
from hyperion_hook.features.code.metrics import SourceMetrics
from hyperion_hook.features.context import Context, MeasureSource
from hyperion_hook.features.extract import extract
from hyperion_hook.features.source.measure import measure_source
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.changes import ChangeReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.git.sources import GitSources
from hyperion_hook.store.source_cache import SourceCache

if TYPE_CHECKING:
    from hyperion_hook.store.graphs.cache import ImportGraphs


class Measurer:
    """Measures changes of one repository; holds one git process and the caches open until ``close``.

    ``changes`` reads what is to be measured, ``graphs`` the import graphs it is measured against, which are kept in the
    file ``graphs`` or, for ``None``, in memory.

    ``exclude`` are patterns of files that are left out, ``attributes_of`` is the commit whose attributes leave out
    more, see ``Exclusions``; ``bulk_files`` are the files of a change that are looked into, ``max_file_bytes`` is the
    size of the largest of them. ``code`` keeps code metrics by content, or says why none are measured; ``reading`` is
    told path and blob of every file whose code is measured.
    """

    def __init__(
        self,
        repository: Repository,
        *,
        exclude: tuple[str, ...],
        attributes_of: str | None = None,
        bulk_files: int,
        max_file_bytes: int,
        code: SourceCache | Missing,
        graphs: Path | None,
        reading: Callable[[str, str], None] | None = None,
    ) -> None:
        self.repository = repository
        self.deadline = NEVER
        """When measuring ends; whoever measures a staged change sets it."""
        self._reader = BlobReader(repository)
        self._max_file_bytes = max_file_bytes
        self._code = code
        self.changes = ChangeReader(repository, Exclusions(self._reader, exclude, attributes_of), bulk_files)
        self._graphs = graphs
        self._measure = code if isinstance(code, Missing) else self._measuring(code, reading)

    def _measuring(self, code: SourceCache, reading: Callable[[str, str], None] | None) -> MeasureSource:
        limits = limits_for(self._max_file_bytes)
        measured = code.measured(
            lambda path, text: self.deadline.run(lambda: measure_source(path, text, limits=limits)),
            "" if limits == DEFAULT else f":{limits.max_bytes}",
        )
        if reading is None:
            return measured

        def measure(path: str, blob: str, text: str) -> SourceMetrics | Missing:
            reading(path, blob)
            return measured(path, blob, text)

        return measure

    @cached_property
    def graphs(self) -> ImportGraphs:
        """The import graphs of commits, opened when first asked for: a silent run needs none."""
        from hyperion_hook.store.graphs.cache import ImportGraphs

        root = self.repository.common_dir if self._graphs else None
        return ImportGraphs(self._reader, self._graphs, root=root)

    def close(self) -> None:
        """End the git process and close the stores."""
        self._reader.close()
        if "graphs" in vars(self):
            self.graphs.close()
        if not isinstance(self._code, Missing):
            self._code.close()

    def vector_of(
        self,
        change: Change,
        history: History,
        graph: ImportGraph | Missing,
        *,
        only: Collection[str] | None = None,
        configured: Configured | None = None,
        discussed: Discussed | None = None,
    ) -> FeatureVector:
        """Return the vector of a change, measured against what was known before it; see ``extract``."""
        return extract(
            Context(
                change,
                self.sources_of(change),
                history,
                graph,
                self._measure,
                configured or Configured(),
                discussed or Discussed(),
                self.deadline,
            ),
            only=only,
        )

    def measure_source(self, path: str, blob: str, text: str) -> SourceMetrics | Missing:
        """Return the code metrics of a text."""
        return self._measure if isinstance(self._measure, Missing) else self._measure(path, blob, text)

    def sources_of(self, change: Change) -> GitSources:
        """Return the two sides of a change as text."""
        return GitSources(self.repository, change, self._reader, max_bytes=self._max_file_bytes)
