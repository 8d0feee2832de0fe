"""The import graph of a set of files, moved on from commit to commit.

Names become numbers here: ``depth`` keeps cycles and depths of the numbered graph, ``entry_points`` who uses what,
and ``imports.index`` tells which files must be resolved anew when a file comes or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.features.graph.depth import ImportOrder, Rows
from hyperion_hook.features.graph.entry_points import Usage
from hyperion_hook.features.graph.packed_imports import Specs, SpecTable
from hyperion_hook.features.imports.index import GROUP, Entry, ImportIndex, entries_of, words_of
from hyperion_hook.features.imports.read import import_language, is_module
from hyperion_hook.features.imports.resolve import EXTERNAL


@dataclass(frozen=True, slots=True)
class GraphParts:
    """A graph in plain lists: nodes are numbered from 0, modules first, then groups; what it takes to store one."""

    modules: list[str]
    groups: list[str]
    out: Rows
    inn: Rows
    external: dict[int, tuple[str, ...]]
    importers: list[int]
    entries: list[int]
    test_entries: list[int]


class LiveGraph:
    """The import graph of a set of files, moved on by ``update``; equal sets of files give equal graphs.

    ``track`` remembers which file asked for which name, so that a later update resolves only what it can change; it
    pays when many updates follow.
    """

    def __init__(self, *, track: bool = False) -> None:
        self.order = ImportOrder()
        self.names: list[str] = []
        self.external: dict[int, tuple[str, ...]] = {}
        self.usage = Usage(self.order, self.names)
        self.version = 0
        self._numbers: dict[str, int] = {}
        self._free: list[int] = []
        self.track = track
        self._index: ImportIndex | None = None
        self.specs = SpecTable()

    @classmethod
    def restored(cls, parts: GraphParts, specs: SpecTable) -> LiveGraph:
        """Return the graph that ``parts`` were taken from."""
        graph = cls()
        graph.names += [*parts.modules, *(GROUP + key for key in parts.groups)]
        graph.order.restore([1] * len(parts.modules) + [0] * len(parts.groups), parts.out, parts.inn)
        graph.external = parts.external
        graph.usage.restore(parts.importers, parts.entries, parts.test_entries)
        graph._numbers = {name: number for number, name in enumerate(graph.names)}
        graph.specs = specs
        return graph

    def parts(self) -> GraphParts:
        """Return the parts of the graph, nodes numbered by name: equal graphs have equal parts."""
        modules = sorted(self.names[node] for node in self.files())
        groups = sorted(name[len(GROUP) :] for name in self._numbers if name.startswith(GROUP))
        old = [self._numbers[name] for name in modules] + [self._numbers[GROUP + name] for name in groups]
        new = {number: index for index, number in enumerate(old)}
        importers, entries, test_entries = self.usage.state()
        return GraphParts(
            modules=modules,
            groups=groups,
            out=[sorted(new[target] for target in self.order.out[number]) for number in old],
            inn=[sorted(new[source] for source in self.order.inn[number]) for number in old],
            external={index: self.external[number] for index, number in enumerate(old) if number in self.external},
            importers=[importers[number] for number in old[: len(modules)]],
            entries=sorted(new[number] for number in entries),
            test_entries=sorted(new[number] for number in test_entries),
        )

    # what features ask, by node number

    def number(self, path: str) -> int:
        """Return the node of a module; raises ``KeyError`` for a path that is none."""
        if path.startswith(GROUP):
            raise KeyError(path)
        return self._numbers[path]

    def files(self) -> list[int]:
        """Return the nodes that are files."""
        weight = self.order.weight
        return [number for number in self._numbers.values() if weight[number]]

    def resolve(self, path: str, specs: Specs) -> tuple[set[int], tuple[str, ...]]:
        """Return the files and the external packages that the imports of a file, known or new, mean here."""
        names = self._ready_index(track=False).resolve(path, specs)
        results: set[int] = set()
        for number in (self._numbers[name] for name in names if name in self._numbers):
            results.update((number,) if self.order.weight[number] else self.order.out[number])
        results.discard(self._numbers.get(path, -1))
        return results, _external(names)

    def resolve_after(
        self, changes: Mapping[str, Specs | None], questions: Sequence[tuple[str, str]]
    ) -> list[tuple[set[str], tuple[str, ...]]]:
        """Return the targets of imports, each given as path and specification, once files have changed.

        Each is answered by the files of the repository and the external packages. ``changes`` are as for ``update``;
        the graph stays as it is.
        """
        index = self._ready_index(track=False)
        read = {path: specs for path, specs in changes.items() if import_language(path)}
        before = [entry for path in read if path in self.specs for entry in entries_of(path, self.specs.declared(path))]
        after = [entry for path, specs in read.items() if specs is not None for entry in entries_of(path, specs)]
        index.replace(before, after)
        try:
            answers = [index.resolve(path, (spec,)) for path, spec in questions]
            members = [
                {
                    file
                    for name in names
                    for file in (index.group(name) if name.startswith(GROUP) else (name,))
                    if not file.startswith("\0")
                }
                for names in answers
            ]
        finally:
            index.replace(after, before)
        return [(files, _external(names)) for files, names in zip(members, answers, strict=True)]

    # moving on

    def update(self, changes: Mapping[str, Specs | None]) -> None:
        """Set the import specifications of files; ``None`` takes a file out.

        Files whose imports are not read (by path) are ignored.
        """
        changed = {
            path: specs
            for path, specs in changes.items()
            if (tuple(specs) if specs is not None else None) != self.specs.get(path) and import_language(path)
        }
        if not changed:
            return
        self.version += 1
        first = not self.specs
        index = self._ready_index(track=self.track and not first)
        keys, telling = self._register(index, changed)
        touched = {path for path, specs in changed.items() if specs is not None}
        if first:
            touched.update(self.specs)
        elif telling:
            touched |= self._asking(index, telling)
        self._regroup(index, keys)
        if first:
            self.usage.forget()
        for path in sorted(touched):
            if path in self._numbers:
                self._point(self._numbers[path], path, index.resolve(path, self.specs.get(path) or ()))
        for path in sorted(changed):
            if changed[path] is None and path in self._numbers:
                self._drop(path)
        for key in sorted(keys):
            if key.startswith(GROUP) and key in self._numbers and not index.group(key):
                self._drop(key)

    def _asking(self, index: ImportIndex, keys: set[str]) -> set[str]:
        """Return the files whose imports can mean something else now that keys have changed."""
        if index.tracks:
            return {path for path in index.watchers(keys) if path in self.specs}
        words = words_of(keys)
        return set(self.specs) if words is None else self.specs.paths_mentioning(words)

    def _ready_index(self, *, track: bool) -> ImportIndex:
        """Return the index, built anew when it must track and does not."""
        if self._index is None or (track and not self._index.tracks):
            index = self._index = ImportIndex(track=track)
            for path in self.specs:
                index.add(entries_of(path, self.specs.declared(path)))
            if track:
                for path in self.specs:
                    index.resolve(path, self.specs.get(path) or ())
        return self._index

    def _register(self, index: ImportIndex, changed: Mapping[str, Specs | None]) -> tuple[set[str], set[str]]:
        """Bring specifications and index up to date; return the keys that changed and those that change answers."""
        known = self.specs
        before: list[Entry] = []
        after: list[Entry] = []
        for path, specs in changed.items():
            if path in known:
                before += entries_of(path, known.declared(path))
            known.put(path, specs)
            if specs is None:
                continue
            after += entries_of(path, specs)
            if path not in self._numbers and is_module(path):
                self._new_node(path, 1)
        return index.replace(before, after)

    def _regroup(self, index: ImportIndex, keys: Iterable[str]) -> None:
        for key in sorted(key for key in keys if key.startswith(GROUP)):
            members = index.group(key)
            if members and key not in self._numbers:
                self._new_node(key, 0)
            if key in self._numbers:
                self._set_targets(self._numbers[key], {self._numbers[path] for path in members})

    def _point(self, node: int, path: str, names: set[str]) -> None:
        numbers = self._numbers
        self._set_targets(node, {numbers[name] for name in names if name in numbers and name != path})
        external = _external(names)
        if external:
            self.external[node] = external
        else:
            self.external.pop(node, None)

    def _set_targets(self, node: int, targets: set[int]) -> None:
        order = self.order
        old = order.out[node]
        if len(old) == len(targets) and targets.issuperset(old):
            return
        before = set(old)
        gone, new = sorted(before - targets), sorted(targets - before)
        for target in gone:
            order.disconnect(node, target)
        for target in new:
            order.connect(node, target)
        self._touch(node, gone + new)

    def _touch(self, node: int, others: Sequence[int]) -> None:
        order = self.order
        self.usage.touch((node, *others))
        if order.weight[node]:
            for other in others:
                if not order.weight[other]:
                    self.usage.touch(order.out[other])
        else:
            self.usage.touch(order.inn[node])

    def _new_node(self, name: str, weight: int) -> int:
        if self._free:
            node = self._free.pop()
            self.order.weight[node] = weight
            self.names[node] = name
        else:
            node = self.order.add_node(weight)
            self.names.append(name)
        self._numbers[name] = node
        if weight:
            self.usage.touch((node,))
        return node

    def _drop(self, name: str) -> None:
        node = self._numbers[name]
        self._set_targets(node, set())
        for source in list(self.order.inn[node]):
            self.order.disconnect(source, node)
            self._touch(source, (node,))
        self.usage.touch((node,))
        del self._numbers[name]
        self.names[node] = ""
        self.external.pop(node, None)
        self._free.append(node)


def _external(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name[len(EXTERNAL) :] for name in names if name.startswith(EXTERNAL)))
