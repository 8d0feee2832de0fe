from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.features.graph.import_graph import (
    build_graph,
    dependent_share,
    entry_share,
    external_packages,
    imports_of_specs,
    view_of,
)
from hyperion_hook.features.graph.incremental import LiveGraph
from hyperion_hook.features.imports.read import read_imports

MAPPINGS = ("imports", "importers", "external", "depth", "cycle", "reach", "rank")


def values_of(graph: ImportGraph) -> dict[str, object]:
    return {name: dict(getattr(graph, name)) for name in MAPPINGS}


def by_hand(edges: Mapping[str, Sequence[str]]) -> dict[str, dict[str, object]]:
    """Every measure straight from its definition, by walking all paths."""
    nodes = sorted(edges)
    below = {node: walk(edges, node) for node in nodes}
    group = {node: frozenset([node, *(other for other in below[node] if node in below[other])]) for node in nodes}
    importers = {node: sorted(other for other in nodes if node in edges[other]) for node in nodes}

    def depth(members: frozenset[str]) -> int:
        outside = {group[target] for member in members for target in edges[member]} - {members}
        return max((1 + depth(other) for other in outside), default=0)

    def is_test(path: str) -> bool:
        return role_of(path) is FileRole.TEST

    entries = [node for node in nodes if edges[node] and not is_test(node) and all(map(is_test, importers[node]))]
    entries = entries or [node for node in nodes if edges[node] and not importers[node]]
    return {
        "imports": {node: tuple(sorted(edges[node])) for node in nodes},
        "importers": {node: tuple(importers[node]) for node in nodes},
        "depth": {node: depth(group[node]) for node in nodes},
        "cycle": {node: tuple(sorted(group[node])) if len(group[node]) > 1 else () for node in nodes},
        "reach": {
            node: sum(node == entry or node in below[entry] for entry in entries) / len(entries) if entries else 0.0
            for node in nodes
        },
        "rank": {
            node: sum(len(importers[other]) < len(importers[node]) for other in nodes) / (len(nodes) - 1)
            if len(nodes) > 1
            else 0.0
            for node in nodes
        },
    }


def walk(edges: Mapping[str, Sequence[str]], start: str) -> set[str]:
    seen: set[str] = set()
    stack = list(edges[start])
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += edges[node]
    return seen


NAMES = [*(f"p/m{number}.py" for number in range(6)), "tests/test_a.py", "tests/test_b.py"]


@st.composite
def edge_sets(draw: st.DrawFn) -> dict[str, list[str]]:
    nodes = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return {
        node: draw(st.lists(st.sampled_from([other for other in nodes if other != node]), unique=True))
        if len(nodes) > 1
        else []
        for node in nodes
    }


def python_specs(targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(target.removesuffix(".py").replace("/", ".") for target in targets)


def specs_of(edges: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {node: python_specs(targets) for node, targets in edges.items()}


def test_no_files_give_an_empty_graph() -> None:
    graph = build_graph({})
    assert values_of(graph) == {name: {} for name in MAPPINGS}
    assert entry_share(graph, ["a.py"]) is None


def test_a_chain_a_cycle_and_a_leaf_are_measured() -> None:
    # main -> a <-> b -> leaf, and a test that imports the leaf
    graph = build_graph(
        {
            "main.py": ("p.a",),
            "p/a.py": ("p.b",),
            "p/b.py": ("p.a", "p.leaf"),
            "p/leaf.py": ("os", "yaml"),
            "tests/test_leaf.py": ("p.leaf",),
        }
    )
    assert dict(graph.depth) == {"main.py": 2, "p/a.py": 1, "p/b.py": 1, "p/leaf.py": 0, "tests/test_leaf.py": 1}
    assert {path: cycle for path, cycle in graph.cycle.items() if cycle} == {
        "p/a.py": ("p/a.py", "p/b.py"),
        "p/b.py": ("p/a.py", "p/b.py"),
    }
    assert dict(graph.reach) == {"main.py": 1, "p/a.py": 1, "p/b.py": 1, "p/leaf.py": 1, "tests/test_leaf.py": 0}
    assert graph.rank["p/leaf.py"] == 3 / 4
    assert graph.importers["p/leaf.py"] == ("p/b.py", "tests/test_leaf.py")
    assert external_packages(graph) == {"yaml"}


@given(edge_sets())
@settings(max_examples=300, deadline=None)
def test_measures_are_those_of_the_definition(edges: dict[str, list[str]]) -> None:
    measured = values_of(build_graph(specs_of(edges)))
    assert {name: measured[name] for name in by_hand(edges)} == by_hand(edges)


@given(edge_sets(), st.sets(st.sampled_from([*NAMES, "gone.py"])))
@settings(max_examples=100, deadline=None)
def test_dependents_are_the_other_modules_from_which_one_is_reached(
    edges: dict[str, list[str]], paths: set[str]
) -> None:
    asked = paths & edges.keys()
    others = edges.keys() - asked
    share = sum(not asked.isdisjoint(walk(edges, node)) for node in others) / len(others) if others else 0.0
    assert dependent_share(build_graph(specs_of(edges)), paths) == pytest.approx(share)


@pytest.mark.slow
@given(st.lists(edge_sets(), min_size=2, max_size=6), st.booleans(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_graph_moved_on_equals_one_built_anew(
    steps: list[dict[str, list[str]]], track: bool, data: st.DataObject
) -> None:
    live = LiveGraph(track=track)
    now: dict[str, tuple[str, ...]] = {}
    for edges in steps:
        then = specs_of(edges)
        changes = {path: then.get(path) for path in {*now, *then} if now.get(path) != then.get(path)}
        live.update(changes)
        now = then
        if data.draw(st.booleans()):
            assert values_of(view_of(live)) == values_of(build_graph(now))
            assert live.parts() == live_graph_of(now).parts()
    assert values_of(view_of(live)) == values_of(build_graph(now))


def live_graph_of(files: Mapping[str, Sequence[str]]) -> LiveGraph:
    live = LiveGraph()
    live.update(files)
    return live


MIXED = {
    "a/A.java": (("=x", "y.B"), ("=x", "y.*"), ("=x",), ("=z", "y.C")),
    "b/B.java": (("=y", "x.A"), ("=y",), ("=w", "org.junit.T")),
    "b/C.kt": (("=y",), ("=y", "x.A", "y.f"), ("=x", "y.B")),
    "go.mod": (("=m",), ("=m/n",)),
    "g/g.go": (("m/h", "fmt"), ("github.com/a/m/h",), ("m/n/h",)),
    "h/h.go": ((), ("m/g",)),
    "h/i.go": ((), ("m/g",)),
    "n/h/h_test.go": (("m/h",), ()),
    "c/a.cs": (("=N", "M"), ("=N.O", "!M.T"), ("N",)),
    "c/T.cs": (("=M", "N"), ("=M", "N.O", "Xunit"), ("=N",)),
    "s/index.ts": (("./a", "lib"), ("./a.js",), ("@/b",)),
    "s/a.ts": (("./b",), ("..",)),
    "s/src/b.vue": (("../a",), ()),
    "package.json": (("=lib",), ()),
    "r/src/lib.rs": (("mod a", "mod b"), ("mod b",), ("crate::a::X", "r2::a")),
    "r/src/a.rs": (("super::b::Y", "crate::Z"), ("self::c",)),
    "r/src/b/mod.rs": (("crate::a",), ()),
    "r/Cargo.toml": (("=r-2",), ("=r2",)),
    "k/a.c": (('"a.h', "<u/b.h"), ('"b.h',), ("<stdio.h",)),
    "k/a.h": ((), ('"../u/b.h',)),
    "u/b.h": ((), ('"a.h',)),
    "v/b.h": ((),),
    "lib/q.rb": (("q/w", "set"), ("./q/w",)),
    "lib/q/w.rb": ((), ("q",), ("nokogiri",)),
    "f/A.php": (("=A", "B\\C"), ("=A", "B"), ("./C.php",)),
    "f/C.php": (("=B", "A\\A"), ("=B",), ("=D",)),
    "p/__init__.py": (("p.a",), (".a:x",), ()),
    "p/a.py": (("p", "os"), ("q.b:c",), (".:b",)),
    "p/b.py": ((), ("p.a",), ("a",)),
    "src/q/b.py": ((), ("p.b:x",), ("q",)),
    "q/__init__.py": ((),),
}


@st.composite
def mixed_files(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    paths = draw(st.lists(st.sampled_from(sorted(MIXED)), unique=True, min_size=1))
    return {path: draw(st.sampled_from(MIXED[path])) for path in paths}


@pytest.mark.slow
@given(st.lists(mixed_files(), min_size=2, max_size=5), st.booleans())
@settings(max_examples=500, deadline=None)
def test_in_every_language_a_graph_moved_on_equals_one_built_anew(
    steps: list[dict[str, tuple[str, ...]]], track: bool
) -> None:
    live = LiveGraph(track=track)
    now: dict[str, tuple[str, ...]] = {}
    for then in steps:
        live.update({path: then.get(path) for path in {*now, *then}})
        now = then
        # asked for in between, so that measures are kept and not computed at the end only
        assert values_of(view_of(live)) == values_of(build_graph(now))
    assert live.parts() == live_graph_of(now).parts()


def test_a_large_change_is_computed_afresh() -> None:
    files = {f"p/m{number}.py": tuple(f"p.m{other}" for other in range(number)) for number in range(100)}
    live = LiveGraph(track=True)
    live.update({"p/m0.py": ()})
    assert view_of(live).depth["p/m0.py"] == 0
    live.update(files)
    assert view_of(live).depth["p/m99.py"] == 99


def test_files_imported_as_one_count_as_files() -> None:
    graph = build_graph(
        {
            "go.mod": ("=m",),
            "main.go": ("m/a",),
            "a/x.go": ("m/b",),
            "a/y.go": (),
            "b/z.go": (),
            "b/z_test.go": ("m/a",),
        }
    )
    assert graph.imports["main.go"] == ("a/x.go", "a/y.go")
    assert graph.depth["main.go"] == 2
    assert graph.importers["a/y.go"] == ("b/z_test.go", "main.go")
    assert not any(graph.cycle.values())


def test_entry_points_that_share_a_module_are_counted_once() -> None:
    graph = build_graph(
        {
            "one.py": ("p.a",),
            "two.py": ("p.a", "p.b"),
            "three.py": ("p.b",),
            "four.py": ("p.c",),
            "p/a.py": (),
            "p/b.py": (),
            "p/c.py": (),
        }
    )
    assert graph.reach["p/a.py"] == 2 / 4
    assert entry_share(graph, ["p/a.py", "p/b.py", "gone.py"]) == 3 / 4


def test_a_text_outside_the_graph_is_resolved_against_it() -> None:
    graph = build_graph({"p/a.py": (), "p/__init__.py": ()})
    specs = read_imports("p/new.py", "from . import a\nimport yaml\n")
    assert imports_of_specs(graph, "p/new.py", specs) == (("p/a.py",), ("yaml",))
    plain = ImportGraph({"p/a.py": ()}, {}, {}, {"p/a.py": 0}, {}, {"p/a.py": 0.5}, {"p/a.py": 0.0})
    assert imports_of_specs(plain, "p/new.py", (".a:x",)) == (("p/a.py",), ())
    assert entry_share(plain, ["p/a.py", "b.py"]) == 0.5


def test_of_a_graph_put_together_by_hand_direct_dependents_are_told() -> None:
    importers = {"a.py": ("b.py",), "b.py": ("c.py",), "c.py": ()}
    graph = ImportGraph({}, importers, {}, {}, {}, {}, {})
    assert dependent_share(graph, ["a.py", "gone.py"]) == 1 / 2


def test_a_graph_that_has_moved_on_says_so() -> None:
    live = LiveGraph()
    live.update({"a.py": ()})
    old = view_of(live)
    live.update({"b.py": ("a",)})
    with pytest.raises(RuntimeError, match="moved on"):
        old.depth["a.py"]
    assert view_of(live).depth["b.py"] == 1


def test_unknown_files_are_not_in_the_graph() -> None:
    graph = build_graph({"a.py": (), "go.mod": ("=m",), "x/y.go": ()})
    assert "b.py" not in graph.depth
    assert "go.mod" not in graph.imports
    assert "\0\0go:x" not in graph.imports
    with pytest.raises(KeyError):
        graph.cycle["b.py"]
    assert len(graph.depth) == 2
