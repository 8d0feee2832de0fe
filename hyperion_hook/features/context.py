"""What a metric may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hyperion_hook.domain.change import Change, FileChange
from hyperion_hook.domain.deadline import NEVER, Deadline
from hyperion_hook.domain.history import History
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.snapshot import Configured, Discussed, ImportGraph, Sources
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.code.metrics import SourceMetrics

Measured = Mapping[str, Value]
MeasureSource = Callable[[str, str, str], SourceMetrics | Missing]
"""(path, blob id, text) to metrics; a caching wrapper around ``features.source.measure_source``."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything known about one change when it is made.

    ``graph`` and ``measure_source`` may be ``Missing``: then the features that need them are missing for that reason.
    """

    change: Change
    sources: Sources
    history: History
    graph: ImportGraph | Missing
    measure_source: MeasureSource | Missing
    configured: Configured = field(default_factory=Configured)
    discussed: Discussed = field(default_factory=Discussed)
    deadline: Deadline = NEVER
    _sample: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sample", frozenset(file.path for file in self.change.sample()))

    def looks_into(self, file: FileChange) -> bool:
        """Return whether a file is among those whose whole content is read."""
        return file.path in self._sample

    def metrics_before(self, file: FileChange) -> SourceMetrics | Missing:
        """Return the code metrics of a file as it was at the base."""
        return self._metrics(self.sources.before(file))

    def metrics_after(self, file: FileChange) -> SourceMetrics | Missing:
        """Return the code metrics of a file as the change leaves it."""
        return self._metrics(self.sources.after(file))

    def _metrics(self, source: object) -> SourceMetrics | Missing:
        if isinstance(self.measure_source, Missing):
            return self.measure_source
        if isinstance(source, Missing):
            return source
        path: str = source.path  # type: ignore[attr-defined]
        metrics = self.measure_source(path, source.blob, source.text)  # type: ignore[attr-defined]
        return metrics.worded(f"{metrics.reason} ({path})") if isinstance(metrics, Missing) else metrics
