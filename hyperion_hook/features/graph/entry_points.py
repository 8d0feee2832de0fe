"""Who uses a file, how much it is used compared with the others, and which entry points lead to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.features.graph.depth import ImportOrder


class Usage:
    """Importers counted, and entry points, kept up to date for the nodes that changed.

    An entry point is a file that is no test, imports something and is imported by no file but tests: there the use of a
    program begins. In a repository of tests only, tests are taken.
    """

    def __init__(self, order: ImportOrder, names: list[str]) -> None:
        self._order = order
        self._names = names
        self._counts: dict[int, int] = {}
        self._histogram: Counter[int] = Counter()
        self._entries: set[int] = set()
        self._test_entries: set[int] = set()
        self._dirty: set[int] | None = None

    def touch(self, nodes: Iterable[int]) -> None:
        """Say that edges of these nodes changed."""
        if self._dirty is not None:
            self._dirty.update(nodes)

    def forget(self) -> None:
        """Count everything anew when asked next."""
        self._dirty = None

    def restore(self, importers: list[int], entries: list[int], test_entries: list[int]) -> None:
        """Take over counts of importers by node (files come first) and entry points."""
        self._counts = dict(enumerate(importers))
        self._histogram = Counter(importers)
        self._entries, self._test_entries = set(entries), set(test_entries)
        self._dirty = set()

    def state(self) -> tuple[dict[int, int], set[int], set[int]]:
        """Return the number of importers by file, the entry points, and the tests nobody imports."""
        self._flush()
        return self._counts, self._entries, self._test_entries

    def rank(self, node: int) -> float:
        """Return the share of the other files that have fewer importers, 0..1."""
        self._flush()
        others = len(self._counts) - 1
        mine = self._counts[node]
        fewer = sum(files for count, files in self._histogram.items() if count < mine)
        return fewer / others if others > 0 else 0.0

    def entries(self) -> set[int]:
        """Return the entry points."""
        self._flush()
        return self._entries or self._test_entries

    def reach(self, nodes: Iterable[int]) -> float:
        """Return the share of entry points from which at least one of the nodes is reached, 0 without entry points."""
        entries = self.entries()
        return len(entries & self.above(nodes)) / len(entries) if entries else 0.0

    def above(self, nodes: Iterable[int]) -> set[int]:
        """Return the nodes, and all that lead to one of them."""
        seen = set(nodes)
        stack = list(seen)
        above = self._order.inn
        while stack:
            for source in above[stack.pop()]:
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        return seen

    def _flush(self) -> None:
        if self._dirty is None:
            self._counts, self._histogram, self._entries, self._test_entries = {}, Counter(), set(), set()
            changed = {node for node, name in enumerate(self._names) if name and self._order.weight[node]}
        elif self._dirty:
            changed = self._dirty
        else:
            return
        for node in changed:
            self._recount(node)
        self._dirty = set()

    def _recount(self, node: int) -> None:
        self._entries.discard(node)
        self._test_entries.discard(node)
        before = self._counts.pop(node, None)
        if before is not None:
            self._histogram[before] -= 1
            if not self._histogram[before]:
                del self._histogram[before]
        name = self._names[node]
        # the number of a file that is gone may be a group's by now
        if not name or not self._order.weight[node]:
            return
        importers = self._order.importers_of(node)
        self._counts[node] = len(importers)
        self._histogram[len(importers)] += 1
        if not importers:
            is_test = _is_test(name)
        elif not _is_test(name) and all(_is_test(self._names[importer]) for importer in importers):
            is_test = False
        else:
            return
        if self._order.imports_of(node):
            (self._test_entries if is_test else self._entries).add(node)


def _is_test(path: str) -> bool:
    return role_of(path) is FileRole.TEST
