"""How the touched modules hang together with the rest of the system.

A change to a module that many others import travels far; one to a module on an import cycle cannot be understood
alone. Touched modules are the touched source files whose imports are read, as they were at the base; what a new file
imports is read from the change.
"""

from __future__ import annotations

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.graph.import_graph import imports_of_specs
from hyperion_hook.features.imports.read import is_module, read_imports

FEATURES = (
    "afferent_coupling",
    "efferent_coupling",
    "instability",
    "dependency_depth",
    "circular_dependency_count",
    "fan_in_fan_out",
)
NO_MODULE = Missing("no source file whose imports are read")


@dataclass(frozen=True, slots=True)
class Module:
    """A touched module: the files that import it, the files it imports, and the longest chain below it."""

    path: str
    importers: frozenset[str]
    imports: frozenset[str]
    depth: int


def measure(context: Context) -> dict[str, Value]:
    """Return the coupling features of a change.

    References
    ----------
    .. [1] R. Martin, "OO design quality metrics", 1994: afferent (Ca) and efferent (Ce) coupling, instability
       Ce / (Ca + Ce).
    """
    if not any(is_module(file.path) or is_module(file.previous_path) for file in context.change.files):
        return dict.fromkeys(FEATURES, NO_MODULE)
    graph = context.graph
    if isinstance(graph, Missing):
        return dict.fromkeys(FEATURES, graph)
    modules = touched_modules(context, graph)
    if isinstance(modules, Missing):
        return dict.fromkeys(FEATURES, modules)
    touched = {module.path for module in modules}
    importers = frozenset().union(*(module.importers for module in modules)) - touched
    imports = frozenset().union(*(module.imports for module in modules)) - touched
    cycles = {graph.cycle.get(module.path, ()) for module in modules} - {()}
    return {
        "afferent_coupling": float(len(importers)),
        "efferent_coupling": float(len(imports)),
        "instability": _instability(modules),
        "dependency_depth": float(max(module.depth for module in modules)),
        "circular_dependency_count": float(len(cycles)),
        "fan_in_fan_out": max(fan_ratio(len(module.importers), len(module.imports)) for module in modules),
    }


def fan_ratio(importers: float, imports: float) -> float:
    """Return how much more a module is imported than it imports, 1 for as much."""
    return (importers + 1) / (imports + 1)


def instability_of(importers: float, imports: float) -> float:
    """Return the share of imports in all edges of a module that has any: Ce / (Ca + Ce)."""
    return imports / (imports + importers)


def touched_modules(context: Context, graph: ImportGraph) -> list[Module] | Missing:
    """Return the touched modules: those that existed as the graph knows them, new ones as their text says."""
    modules = []
    unread: Missing = NO_MODULE
    for file in context.change.files:
        is_new = file.status in (FileStatus.ADDED, FileStatus.COPIED)
        path = file.path if is_new else file.previous_path
        if not is_module(path):
            continue
        if path in graph.imports:
            modules.append(
                Module(path, frozenset(graph.importers[path]), frozenset(graph.imports[path]), graph.depth[path])
            )
            continue
        if not context.looks_into(file):
            continue
        after = context.sources.after(file)
        if isinstance(after, Missing):
            unread = after
            continue
        specs = context.deadline.run(lambda file=file, after=after: read_imports(file.path, after.text))  # type: ignore[misc]
        if isinstance(specs, Missing):
            unread = specs
            continue
        targets, _ = imports_of_specs(graph, file.path, specs)
        depth = max((graph.depth[target] + 1 for target in targets), default=0)
        modules.append(Module(file.path, frozenset(), frozenset(targets), depth))
    return modules or unread


def _instability(modules: list[Module]) -> Value:
    shares = [
        instability_of(len(module.importers), len(module.imports))
        for module in modules
        if module.imports or module.importers
    ]
    return sum(sorted(shares)) / len(shares) if shares else Missing("no touched module imports or is imported")
