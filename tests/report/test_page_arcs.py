"""The picture of files that change together, place by place."""

from __future__ import annotations

from hyperion_hook.domain.overview import Pair
from hyperion_hook.report.page.arcs import Arc, Node, coupling, spark


def test_files_stand_by_path_and_an_arc_is_as_wide_as_they_change_together_often() -> None:
    drawn = coupling((Pair("b.py", "z/c.py", 12, 16, is_expected=False), Pair("a.py", "b.py", 4, 16, is_expected=True)))
    # rows of 24 units: the middles of three rows, and 8 units below
    assert drawn.nodes == (Node(12, "a.py", "a.py"), Node(36, "b.py", "b.py"), Node(60, "z/c.py", "z/c.py"))
    assert drawn.height == 80
    assert drawn.arcs == (
        # what is no news lies below; 4 of at most 12 is a third of 9 units
        Arc("M346 12A12 12 0 0 1 346 36", 3.0, "near", "a.py and b.py: together in 4 of 16 commits (25%)"),
        Arc("M346 36A12 12 0 0 1 346 60", 9.0, "apart", "b.py and z/c.py: together in 12 of 16 commits (75%)"),
    )


def test_a_long_way_is_bent_so_that_it_stays_in_the_picture() -> None:
    pairs = tuple(Pair(f"{number:02}.py", f"{number + 20:02}.py", 4, 8, is_expected=False) for number in range(20))
    drawn = coupling(pairs)
    # 20 rows of 24 units are 480: half of that is more than the 211 units on the right
    assert drawn.arcs[0].path == "M346 12A211 240 0 0 1 346 492"


def test_long_paths_lose_folders_and_without_pairs_nothing_is_drawn() -> None:
    long = "src/main/java/org/example/clients/Coordinator.java"
    drawn = coupling((Pair("a.java", long, 4, 8, is_expected=False),))
    assert [(node.label, node.path) for node in drawn.nodes] == [
        ("a.java", "a.java"),
        ("src/.../clients/Coordinator.java", long),
    ]
    assert coupling(()).arcs == ()
    assert spark(()) == ""
