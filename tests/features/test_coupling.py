from __future__ import annotations

import pytest

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.structure import coupling
from tests.support.changes import NO_GRAPH, change, context, edit


@pytest.fixture
def graph() -> ImportGraph:
    # main, page -> cart <-> price -> tax; text stands alone
    return build_graph(
        {
            "main.py": ("shop.cart",),
            "page.py": ("shop.cart", "shop.price"),
            "shop/cart.py": ("shop.price",),
            "shop/price.py": ("shop.cart", "shop.tax"),
            "shop/tax.py": (),
            "shop/text.py": (),
            "tests/test_tax.py": ("shop.tax",),
        }
    )


def test_a_change_without_modules_has_no_coupling(graph: ImportGraph) -> None:
    values = coupling.measure(context(change(edit("README.md", "+x")), graph=graph))
    assert set(values.values()) == {coupling.NO_MODULE}
    assert set(values) == set(coupling.FEATURES)


def test_without_a_graph_the_reason_is_passed_on() -> None:
    assert set(coupling.measure(context(change(edit("a.py", "+x")))).values()) == {NO_GRAPH}


def test_one_module_is_counted_by_hand(graph: ImportGraph) -> None:
    values = coupling.measure(context(change(edit("shop/price.py", "+x")), graph=graph))
    assert values == {
        "afferent_coupling": 2,
        "efferent_coupling": 2,
        "instability": 2 / 4,
        "dependency_depth": 1,
        "circular_dependency_count": 1,
        "fan_in_fan_out": (2 + 1) / (2 + 1),
    }


def test_modules_of_the_change_do_not_count_each_other(graph: ImportGraph) -> None:
    judged = change(
        edit("shop/price.py", "+x"), edit("shop/cart.py", "+x"), edit("shop/tax.py", "-x", FileStatus.DELETED)
    )
    values = coupling.measure(context(judged, graph=graph))
    # main, page and the test remain as users; nothing else is imported
    assert (values["afferent_coupling"], values["efferent_coupling"]) == (3, 0)
    assert values["circular_dependency_count"] == 1
    # price 2 of 4, cart 1 of 4, tax 0 of 2
    assert values["instability"] == pytest.approx((2 / 4 + 1 / 4 + 0) / 3)
    assert values["fan_in_fan_out"] == 3


def test_a_new_file_is_measured_by_its_own_text(graph: ImportGraph) -> None:
    judged = change(edit("shop/new.py", "+x", FileStatus.ADDED))
    values = coupling.measure(
        context(judged, after={"shop/new.py": "from . import price, text\nimport yaml\n"}, graph=graph)
    )
    assert (values["afferent_coupling"], values["efferent_coupling"]) == (0, 2)
    assert values["dependency_depth"] == 2
    assert values["instability"] == 1
    assert values["fan_in_fan_out"] == 1 / 3


def test_a_renamed_module_is_the_one_it_was(graph: ImportGraph) -> None:
    judged = change(edit("shop/rates.py", "+x", old_path="shop/tax.py"))
    assert coupling.measure(context(judged, graph=graph))["afferent_coupling"] == 2


def test_a_module_that_stands_alone_has_no_instability(graph: ImportGraph) -> None:
    values = coupling.measure(context(change(edit("shop/text.py", "+x")), graph=graph))
    assert isinstance(values["instability"], Missing)
    assert (values["afferent_coupling"], values["dependency_depth"], values["circular_dependency_count"]) == (0, 0, 0)


def test_a_new_file_that_cannot_be_read_is_missing(graph: ImportGraph) -> None:
    values = coupling.measure(context(change(edit("shop/new.py", "+x", FileStatus.ADDED)), graph=graph))
    assert set(values.values()) == {Missing("shop/new.py is not there")}


def test_two_cycles_are_two() -> None:
    graph = build_graph({"p/a.py": ("p.b",), "p/b.py": ("p.a",), "p/c.py": ("p.d",), "p/d.py": ("p.c",)})
    judged = change(*(edit(f"p/{name}.py", "+x") for name in "abc"))
    assert coupling.measure(context(judged, graph=graph))["circular_dependency_count"] == 2
