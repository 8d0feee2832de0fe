"""Cycles and depths of a directed graph that changes edge by edge.

Training replays thousands of commits, each of which changes a handful of imports. Computing strongly connected
components and longest chains anew for each would cost more than all other features together; so both are kept while
edges come and go, and only what an edge can change is looked at.

Nodes of weight 1 are files, nodes of weight 0 are groups of files that are imported as one; groups point at files only.
The depth of a node is the largest number of files below it on a chain of edges, where a cycle counts once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import heappop, heappush


def strong_components(
    nodes: Iterable[int], edges: Sequence[Sequence[int]], within: Collection[int] | None = None
) -> Iterator[list[int]]:
    """Yield the strongly connected components, those without successors first (Tarjan's algorithm, no recursion).

    Parameters
    ----------
    nodes
        Where to start.
    edges
        Successors by node.
    within
        Nodes that may be visited; all by default.

    References
    ----------
    .. [1] R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Computing 1(2), 1972.

    Examples
    --------
    >>> [sorted(component) for component in strong_components([0], [[1], [2], [1]])]
    [[1, 2], [0]]
    """
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: dict[int, None] = {}
    for start in nodes:
        if start in order:
            continue
        order[start] = low[start] = len(order)
        open_nodes[start] = None
        work = [(start, iter(edges[start]))]
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in order:
                    if within is not None and successor not in within:
                        continue
                    order[successor] = low[successor] = len(order)
                    open_nodes[successor] = None
                    work.append((successor, iter(edges[successor])))
                    break
                if successor in open_nodes and order[successor] < low[node]:
                    low[node] = order[successor]
            else:
                work.pop()
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
                if low[node] == order[node]:
                    component = []
                    while True:
                        member, _ = open_nodes.popitem()
                        component.append(member)
                        if member == node:
                            break
                    yield component


class ImportOrder:
    """Edges with their components and depths; both are computed when first asked for and kept from then on."""

    def __init__(self) -> None:
        self.out: list[list[int]] = []
        self.inn: list[list[int]] = []
        self.weight: list[int] = []
        # a component is named by one of its nodes, a file where it has one; depth is kept under that name
        self.label: list[int] = []
        self.depth: list[int] = []
        self.members: dict[int, list[int]] = {}
        self.is_ready = False

    def add_node(self, weight: int) -> int:
        """Add a node without edges and return its number."""
        number = len(self.out)
        self.out.append([])
        self.inn.append([])
        self.weight.append(weight)
        self.label.append(number)
        self.depth.append(0)
        return number

    def restore(self, weight: list[int], out: list[list[int]], inn: list[list[int]], label: list[int],
                depth: list[int]) -> None:
        """Take over a graph with its components; ``depth`` by node, ``label`` a file where the component has one."""
        self.out, self.inn, self.weight, self.label, self.depth = out, inn, weight, label, depth
        self.members = {}
        for node, name in enumerate(label):
            if node != name:
                self.members.setdefault(name, [name]).append(node)
        self.is_ready = True

    def depth_of(self, node: int) -> int:
        """Return how many files lie below a node on the longest chain."""
        self.prepare()
        return self.depth[self.label[node]]

    def cycle_of(self, node: int) -> list[int] | None:
        """Return the nodes of the component a node lies in, ``None`` unless it holds several files."""
        self.prepare()
        members = self.members.get(self.label[node])
        if members is None or sum(self.weight[member] for member in members) < 2:
            return None
        return members

    def cycles(self) -> list[list[int]]:
        """Return every component with several files."""
        self.prepare()
        return [nodes for nodes in self.members.values() if sum(self.weight[node] for node in nodes) > 1]

    def connect(self, source: int, target: int) -> None:
        """Add an edge that is not there yet."""
        self.out[source].append(target)
        self.inn[target].append(source)
        if not self.is_ready:
            return
        upper, lower = self.label[source], self.label[target]
        # along an edge between components the depth falls, so an edge that falls already can close no cycle
        if upper == lower or self.depth[upper] >= self.depth[lower] + self.weight[lower]:
            return
        below = self._labels_below(lower, at_least=self.depth[upper], until=upper)
        if upper in below:
            self._merge(self._labels_above(upper, below))
        else:
            self._settle([upper])

    def disconnect(self, source: int, target: int) -> None:
        """Take an edge away."""
        self.out[source].remove(target)
        self.inn[target].remove(source)
        if not self.is_ready:
            return
        upper, lower = self.label[source], self.label[target]
        if upper != lower:
            if self.depth[upper] == self.depth[lower] + self.weight[lower]:
                self._settle([upper])
        elif not self._reaches(source, target, upper):
            self._split(upper)

    def forget(self) -> None:
        """Leave components and depths to be computed anew, which is cheaper before many changes."""
        self.is_ready = False

    def prepare(self) -> None:
        """Compute components and depths if they are not known."""
        if self.is_ready:
            return
        self.members = {}
        for component in strong_components(range(len(self.out)), self.out):
            self._name(component)
        self.is_ready = True

    def _name(self, component: list[int]) -> int:
        name = component[0]
        if len(component) > 1:
            name = next(node for node in component if self.weight[node])
            self.members[name] = component
        for node in component:
            self.label[node] = name
        self.depth[name] = self._depth_below(name)
        return name

    def _nodes(self, name: int) -> Sequence[int]:
        return self.members.get(name) or (name,)

    def _depth_below(self, name: int) -> int:
        best = 0
        for node in self._nodes(name):
            for target in self.out[node]:
                lower = self.label[target]
                if lower != name and self.depth[lower] + self.weight[lower] > best:
                    best = self.depth[lower] + self.weight[lower]
        return best

    def _labels_below(self, start: int, *, at_least: int, until: int) -> set[int]:
        seen = {start}
        stack = [start]
        while stack:
            for node in self._nodes(stack.pop()):
                for target in self.out[node]:
                    name = self.label[target]
                    if name not in seen and self.depth[name] >= at_least:
                        seen.add(name)
                        if name != until:
                            stack.append(name)
        return seen

    def _labels_above(self, start: int, among: set[int]) -> set[int]:
        seen = {start}
        stack = [start]
        while stack:
            for node in self._nodes(stack.pop()):
                for source in self.inn[node]:
                    name = self.label[source]
                    if name in among and name not in seen:
                        seen.add(name)
                        stack.append(name)
        return seen

    def _reaches(self, source: int, target: int, name: int) -> bool:
        """Return whether a path leads from source to target inside their component."""
        seen = {source}
        stack = [source]
        while stack:
            for node in self.out[stack.pop()]:
                if node == target:
                    return True
                if node not in seen and self.label[node] == name:
                    seen.add(node)
                    stack.append(node)
        return False

    def _merge(self, names: set[int]) -> None:
        nodes: list[int] = []
        for name in names:
            nodes += self.members.pop(name, [name])
        name = self._name(nodes)
        self._settle(self._labels_importing([name]))

    def _split(self, name: int) -> None:
        nodes = self.members.pop(name)
        names = [self._name(part) for part in strong_components(nodes, self.out, frozenset(nodes))]
        self._settle(self._labels_importing(names))

    def _labels_importing(self, names: Iterable[int]) -> set[int]:
        return {
            self.label[source] for name in names for node in self._nodes(name) for source in self.inn[node]
        }.difference(names)

    def _settle(self, names: Iterable[int]) -> None:
        """Correct depths upwards from components whose depth may be wrong, the deepest-lying first."""
        heap: list[tuple[int, int]] = []
        waiting = set(names)
        for name in sorted(waiting):
            heappush(heap, (self.depth[name], name))
        budget = 4 * len(self.out) + 100
        while heap:
            _, name = heappop(heap)
            waiting.discard(name)
            depth = self._depth_below(name)
            if depth == self.depth[name]:
                continue
            self.depth[name] = depth
            budget -= 1
            if not budget:
                self.forget()
                return
            for upper in self._labels_importing([name]):
                if upper not in waiting:
                    waiting.add(upper)
                    heappush(heap, (self.depth[upper], upper))
