from __future__ import annotations

import pytest

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.snapshot import NO_COVERAGE, Configured, ImportGraph
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.graph.import_graph import build_graph
from hyperion_hook.features.structure import business
from hyperion_hook.features.structure.business import rollback_difficulty
from hyperion_hook.features.structure.coupling import NO_MODULE
from tests.support.changes import NO_GRAPH, change, context, edit

UNKNOWN = Missing("not known")


@pytest.fixture
def graph() -> ImportGraph:
    return build_graph(
        {
            "web.py": ("shop.cart",),
            "job.py": ("shop.tax",),
            "admin.py": ("shop.cart", "shop.tax"),
            "shop/cart.py": (),
            "shop/tax.py": (),
            "tests/test_cart.py": ("shop.cart",),
        }
    )


def test_what_only_the_team_knows_is_missing_without_configuration(graph: ImportGraph) -> None:
    values = business.measure(context(change(edit("shop/cart.py", "+x")), graph=graph))
    assert values["test_coverage_delta"] == NO_COVERAGE
    assert values["revenue_impact"] == Missing("no revenue weights are configured")
    assert values["affected_traffic"] == 2 / 3
    assert isinstance(values["module_criticality"], float)


def test_without_graph_and_configuration_the_reason_is_passed_on() -> None:
    values = business.measure(context(change(edit("shop/cart.py", "+x"))))
    assert values["affected_traffic"] == values["module_criticality"] == NO_GRAPH


def test_documents_carry_no_traffic_of_their_own(graph: ImportGraph) -> None:
    values = business.measure(context(change(edit("README.md", "+x")), graph=graph))
    assert values["affected_traffic"] == values["module_criticality"] == NO_MODULE


def test_touched_modules_are_reached_together(graph: ImportGraph) -> None:
    judged = change(edit("shop/cart.py", "+x"), edit("shop/tax.py", "+x"))
    assert business.measure(context(judged, graph=graph))["affected_traffic"] == 1
    new = change(edit("shop/new.py", "+x", FileStatus.ADDED))
    values = business.measure(context(new, graph=graph))
    assert (values["affected_traffic"], values["module_criticality"]) == (0, 1)


def test_a_graph_without_entry_points_tells_no_traffic() -> None:
    graph = build_graph({"a.py": (), "b.py": ()})
    value = business.measure(context(change(edit("a.py", "+x")), graph=graph))["affected_traffic"]
    assert value == Missing("the import graph has no entry point")


def test_configuration_comes_first(graph: ImportGraph) -> None:
    configured = Configured(
        traffic={"shop/*": 0.4, "shop/c*": 0.5}, revenue={"shop/*": 0.8, "*.py": 0.1}, criticality={"shop/*": 5}
    )
    values = business.measure(context(change(edit("shop/cart.py", "+x")), graph=graph, configured=configured))
    assert values["affected_traffic"] == 0.5
    assert values["revenue_impact"] == pytest.approx(0.4)
    assert values["module_criticality"] == 5
    other = business.measure(context(change(edit("README.md", "+x")), graph=graph, configured=configured))
    assert other["revenue_impact"] == 0
    assert other["module_criticality"] == NO_MODULE


def test_criticality_is_the_rank_in_the_import_graph(graph: ImportGraph) -> None:
    # cart has three importers, more than all five others
    assert business.measure(context(change(edit("shop/cart.py", "+x")), graph=graph))["module_criticality"] == 5
    assert (
        business.measure(context(change(edit("shop/tax.py", "+x")), graph=graph))["module_criticality"] == 1 + 4 * 4 / 5
    )
    assert business.measure(context(change(edit("web.py", "+x")), graph=graph))["module_criticality"] == 1


def test_coverage_is_compared_over_the_touched_files() -> None:
    judged = change(
        edit("a.py", "+x"),
        edit("new.py", "+x", FileStatus.ADDED),
        edit("moved.py", "+x", old_path="old.py"),
        edit("gone.py", "-x", FileStatus.DELETED),
        edit("README.md", "+x"),
    )
    configured = Configured(
        coverage_before={"a.py": (5, 10), "old.py": (0, 10), "gone.py": (10, 10), "other.py": (0, 99)},
        coverage_after={"a.py": (6, 10), "new.py": (10, 10), "moved.py": (2, 10), "gone.py": (0, 10)},
    )
    assert business.coverage_delta(context(judged, configured=configured)) == pytest.approx(18 / 30 - 15 / 30)


def test_a_report_that_does_not_know_the_files_is_missing() -> None:
    judged = change(edit("a.py", "+x"))
    before = Configured(coverage_before={}, coverage_after={"a.py": (1, 2)})
    after = Configured(coverage_before={"a.py": (1, 2)}, coverage_after={"a.py": (0, 0)})
    assert business.coverage_delta(context(judged, configured=before)) == Missing(
        "no touched file is in the coverage report from before the change"
    )
    assert business.coverage_delta(context(judged, configured=after)) == Missing(
        "no touched file is in the coverage report from after the change"
    )
    only_after = Configured(coverage_after={"a.py": (1, 2)})
    assert business.coverage_delta(context(judged, configured=only_after)) == NO_COVERAGE


def files(*paths: str) -> list[FileChange]:
    return [edit(path, "+x") for path in paths]


@pytest.mark.parametrize(
    ("paths", "risk", "expected"),
    [
        ([], UNKNOWN, 0),
        (["a.py"], UNKNOWN, 0),
        (["a.py"], 0.5, 0.4 * 0.5),
        (["shop/migrations/0001_initial.py"], UNKNOWN, 0.5),
        (["db/migrate/20240101120000_add_carts.rb"], UNKNOWN, 0.5),
        (["shop/migrations/README.md"], UNKNOWN, 0),
        (["api/cart.proto"], UNKNOWN, 0.35),
        (["poetry.lock"], UNKNOWN, 0.15),
        (["pyproject.toml"], UNKNOWN, 0.15),
        (["db/migrate/20240101120000_add_carts.rb", "db/schema.rb"], UNKNOWN, 1 - 0.5 * 0.65 * (1 - 0.4 * 1 / 21)),
        ([f"m{number}.py" for number in range(21)], 0.0, 0.4 / 2),
    ],
)
def test_the_way_back_is_as_hard_as_the_formula_says(paths: list[str], risk: float | Missing, expected: float) -> None:
    assert rollback_difficulty(files(*paths), risk) == pytest.approx(expected)


def test_breaking_callers_makes_the_way_back_harder(graph: ImportGraph) -> None:
    judged = change(edit("shop/cart.py", "-def total(): ...\n+def sum(): ..."))
    texts = {"before": {"shop/cart.py": "def total(): ...\n"}, "after": {"shop/cart.py": "def sum(): ...\n"}}
    value = business.measure(context(judged, graph=graph, **texts))["rollback_difficulty"]
    # one removed function, three users: 4/7 of 0.9
    assert value == pytest.approx(0.4 * 0.9 * 4 / 7)
