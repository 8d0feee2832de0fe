"""Which source files change most and are most complex, and their functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from hyperion_hook.assess.people.knowledge import Names
from hyperion_hook.assess.store_measurer import StoreMeasurer
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.history import DAY, FIX, FileHistory
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.domain.overview import QUARTERS, HotSpot
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.code.metrics import FunctionMetrics, SourceMetrics
from hyperion_hook.features.source.measure import can_measure
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.trees import list_tree

YEAR = 365 * DAY
QUARTER = 2 * YEAR // QUARTERS
MOST_HOT_SPOTS = 150


def heat_of(spot: HotSpot) -> float:
    """Return the number that hot spots are ranked by: changes times complexity, each fix counted as one change more."""
    return (spot.changes + spot.fixes) * math.sqrt(spot.complexity or 1)


class Sources:
    """The source files at a commit, with their history and who wrote them."""

    def __init__(self, measurer: StoreMeasurer, head: str) -> None:
        self._measurer = measurer
        self.history, self.warnings = measurer.history(head)
        excludes = measurer.changes.exclusions.excludes
        self.files = {
            path: entry
            for path, entry in list_tree(measurer.repository, head).items()
            if entry.is_regular and role_of(path) is FileRole.SOURCE and not excludes(path, head)
        }
        self.lives = {path: self.history.file(path) for path in self.files}
        (newest,) = measurer.messages([head])
        self.now = newest.committed_at
        self.names = Names(measurer.repository, head, self.history)

    def hot_spots(self, max_bytes: int) -> list[tuple[HotSpot, Sequence[FunctionMetrics]]]:
        """Return the hottest files with their functions; larger ones are not measured."""
        report, chosen = self._measurer.stage("measuring hot spots"), self._busiest()
        reader = BlobReader(self._measurer.repository)
        results: list[tuple[HotSpot, Sequence[FunctionMetrics]]] = []
        try:
            for done, spot in enumerate(chosen):
                report(done, len(chosen))
                measured = self._measured(reader, spot.path, max_bytes)
                if measured is None:
                    results.append((spot, ()))
                    continue
                complexity = sum(entry.cyclomatic for entry in measured.functions)
                results.append((replace(spot, complexity=complexity, lines=measured.code_lines), measured.functions))
        finally:
            reader.close()
        return sorted(results, key=lambda entry: (-heat_of(entry[0]), entry[0].path))

    def _busiest(self) -> list[HotSpot]:
        """Return the files that changed most within a year, not measured yet."""
        busy = []
        for path, life in self.lives.items():
            events = [event for event in life.events if event.time > self.now - YEAR]
            if events:
                fixes = sum(bool(event.flags & FIX) for event in events)
                persons = {self.names.of(event.author) for event in events} - {None}
                is_new = life.first_time is not None and life.first_time > self.now - YEAR
                quarters = quarters_of(life, self.now)
                busy.append(HotSpot(path, len(events), fixes, len(persons), quarters=quarters, is_new=is_new))
        return sorted(busy, key=lambda spot: (-spot.changes - spot.fixes, spot.path))[:MOST_HOT_SPOTS]

    def _measured(self, reader: BlobReader, path: str, max_bytes: int) -> SourceMetrics | None:
        blob = self.files[path].blob
        content = reader.read(blob, max_bytes) if can_measure(path) else Missing("not measured")
        if isinstance(content, Missing):
            return None
        result = self._measurer.measure_source(path, blob, content.decode("utf-8", "replace"))
        return None if isinstance(result, Missing) else result


def quarters_of(life: FileHistory, now: int) -> tuple[int, ...]:
    """Return the commits on a file in each quarter of two years, oldest first; those that are wholly known."""
    counts = Counter((now - event.time) // QUARTER for event in life.events)
    is_whole = life.event_count <= len(life.events)
    known = QUARTERS if is_whole else min(QUARTERS, (now - life.events[-1].time) // QUARTER)
    return tuple(counts[quarter] for quarter in reversed(range(known)))
