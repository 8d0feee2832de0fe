"""The import graph of one commit: which file imports which, and what follows from it.

``LiveGraph`` holds the graph and moves it from commit to commit; what features see is the read-only ``ImportGraph`` of
the domain, whose mappings are computed when asked: a change that touches ten files pays for ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.graph.packed_imports import Specs

_Value = TypeVar("_Value")


class PerFile(Mapping[str, _Value]):
    """A value of every file, computed when asked for."""

    def __init__(self, graph: LiveGraph, value_of: Callable[[int], _Value]) -> None:
        self._live = graph
        self._version = graph.version
        self._value_of = value_of

    @property
    def live(self) -> LiveGraph:
        """The graph, as long as it stands where it stood when this was handed out."""
        if self._live.version != self._version:
            raise RuntimeError("the import graph has moved on to another commit; ask for it again")
        return self._live

    def __getitem__(self, path: str) -> _Value:
        return self._value_of(self.live.number(path))

    def __contains__(self, path: object) -> bool:
        try:
            self.live.number(str(path))
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        live = self.live
        return iter(sorted(live.names[node] for node in live.files()))

    def __len__(self) -> int:
        return len(self.live.files())

    def nodes(self, paths: Iterable[str]) -> list[int]:
        """Return the nodes of those paths that are modules."""
        return [self.live.number(path) for path in paths if path in self]


def build_graph(files: Mapping[str, Specs]) -> ImportGraph:
    """Return the import graph of a set of files.

    ``files`` are import specifications (``read_imports``) by path; the order does not matter. ``go.mod``,
    ``Cargo.toml`` and ``package.json`` take part as names of folders and are no modules themselves. The graph's
    mappings are lazy. Depth, cycles and entry points are exact at every size.

    Examples
    --------
    >>> graph = build_graph({"a/x.py": ("a.y", "os", "flask"), "a/y.py": (), "a/__init__.py": ()})
    >>> graph.imports["a/x.py"], graph.external["a/x.py"], graph.depth["a/x.py"]
    (('a/y.py',), ('flask',), 1)
    """
    graph = LiveGraph()
    graph.update(files)
    return view_of(graph)


def view_of(live: LiveGraph) -> ImportGraph:
    """Return a graph as features see it; what is returned may be used until the next ``update``."""
    return ImportGraph(
        imports=PerFile(live, lambda node: _paths(live, live.order.imports_of(node))),
        importers=PerFile(live, lambda node: _paths(live, live.order.importers_of(node))),
        external=PerFile(live, lambda node: live.external.get(node, ())),
        depth=PerFile(live, live.order.depth_of),
        cycle=PerFile(live, lambda node: _paths(live, live.order.cycle_of(node))),
        reach=PerFile(live, lambda node: live.usage.reach((node,))),
        rank=PerFile(live, live.usage.rank),
    )


def _paths(live: LiveGraph, nodes: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(live.names[node] for node in nodes))


def _live_of(graph: ImportGraph) -> LiveGraph:
    """Return the graph behind a view; one that was put together by hand knows its files by their paths alone."""
    if isinstance(graph.imports, PerFile):
        return graph.imports.live
    live = LiveGraph()
    live.update(dict.fromkeys(graph.imports, ()))
    return live


def imports_of_specs(graph: ImportGraph, path: str, specs: Specs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files and the external packages that a version of a file outside the graph imports.

    The file need not be in the graph; ``specs`` are its import specifications (``read_imports``).
    """
    live = _live_of(graph)
    nodes, external = live.resolve(path, specs)
    return _paths(live, nodes), external


def resolve_after(
    graph: ImportGraph, changes: Mapping[str, Specs | None], questions: Sequence[tuple[str, str]]
) -> list[tuple[set[str], tuple[str, ...]]]:
    """Return the files and external packages that imports (path, specification) mean once files have changed."""
    return _live_of(graph).resolve_after(changes, questions)


def entry_share(graph: ImportGraph, paths: Iterable[str]) -> float | None:
    """Return the share of entry points that reach at least one of the files, ``None`` when there are none.

    For a graph put together by hand, which does not tell who is reached together, the largest single share.
    """
    if not isinstance(graph.reach, PerFile):
        return max((graph.reach[path] for path in paths if path in graph.reach), default=None)
    live: LiveGraph = graph.reach.live
    return live.usage.reach(graph.reach.nodes(paths)) if live.usage.entries() else None


def dependent_share(graph: ImportGraph, paths: Iterable[str]) -> float:
    """Return the share of the other modules that import one of the files, directly or through others, in [0, 1].

    For a graph put together by hand, of those that import one directly.
    """
    if isinstance(graph.reach, PerFile):
        live: LiveGraph = graph.reach.live
        nodes = set(graph.reach.nodes(paths))
        dependent = sum(live.order.weight[node] for node in live.usage.above(nodes)) - len(nodes)
        others = len(live.files()) - len(nodes)
    else:
        touched = {path for path in paths if path in graph.importers}
        dependent = len({name for path in touched for name in graph.importers[path]} - touched)
        others = len(graph.importers) - len(touched)
    return dependent / others if others else 0.0


def external_packages(graph: ImportGraph) -> set[str]:
    """Return the packages outside the repository that any of its files imports."""
    external = graph.external.live.external if isinstance(graph.external, PerFile) else graph.external
    return set().union(*external.values())
