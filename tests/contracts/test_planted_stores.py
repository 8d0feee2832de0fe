"""Whatever lies where a store should be: the right answer or one clear line, soon, and nobody's file is touched."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.errors import HyperionError
from tests.support.planted_stores import ANY_FAULTS, FOLDER, PLAIN, SQLITE, SQLITE_FAULTS, Fault, somebody_elses, tree

OF_ANOTHER_TYPE = {
    "texts for bytes",
    "a text for the first bytes",
    "a text for the last bytes",
    "a text for the first number",
    "a text for the last number",
    "numbers for bytes",
    "bytes for numbers",
    "bytes for texts",
    "numbers beyond all",
    "counts below zero",
}
FITS = OF_ANOTHER_TYPE | {
    "nothing",
    "gone",
    "empty",
    "pages of 64 kB",
    "values of 2 MB",
    "3 GB of nothing",
    "values that unpack to 200 MB",
}


def fits(kind: str) -> set[str]:
    """Return the faults with which a store of a kind is not moved: a newer version's sets can be had by upgrading."""
    return FITS | ({"a newer version"} if kind == "features" else set())


CASES = [
    pytest.param(use, name, fault, stores is SQLITE and what in SQLITE_FAULTS.keys() - fits(kind), id=f"{kind}:{what}")
    for stores, faults in ((SQLITE, ANY_FAULTS | SQLITE_FAULTS), (PLAIN, ANY_FAULTS))
    for kind, (use, name) in stores.items()
    for what, fault in faults.items()
]


@pytest.mark.parametrize(("use", "name", "fault", "is_set_aside"), CASES)
def test_what_is_planted_is_neither_believed_nor_touched(
    tmp_path: Path, use: Callable[[Path], object], name: str, fault: Fault, is_set_aside: bool
) -> None:
    root = tmp_path / "git"
    root.mkdir()
    expected = use(root)
    theirs = somebody_elses(tmp_path / "theirs")
    fault(root / FOLDER / name, theirs)
    before = tree(theirs)
    started = time.monotonic()
    # what was done about it in the first run serves the second
    for _ in range(2):
        assert _answer(use, root) in (expected, None)
    assert time.monotonic() - started < 20
    assert tree(theirs) == before
    assert not is_set_aside or (root / FOLDER / f"{name}.unfit").exists()
    # what is on disk, for a plant may claim more than it holds
    assert sum(min(path.lstat().st_size, 512 * path.lstat().st_blocks) for path in root.rglob("*")) < 100_000_000


def _answer(use: Callable[[Path], object], root: Path) -> object:
    """Return the answer, ``None`` for one clear line."""
    try:
        return use(root)
    except HyperionError as error:
        message = str(error)
    assert re.fullmatch(r"[^\n]+[:;(][^\n]+", message)
    return None


@pytest.mark.parametrize("kind", SQLITE)
def test_values_that_unpack_to_much_take_no_memory(tmp_path: Path, kind: str) -> None:
    use, name = SQLITE[kind]
    use(tmp_path)
    SQLITE_FAULTS["values that unpack to 200 MB"](tmp_path / FOLDER / name, tmp_path)
    tracemalloc.start()
    try:
        _answer(use, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 80_000_000
    finally:
        tracemalloc.stop()
