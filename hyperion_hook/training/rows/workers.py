"""Worker processes that import nothing from the folder they are started in, which may be a checkout of strangers' code.

Python looks for modules in the current folder first when it is started with ``-m`` or ``-c``, and that is how joblib
starts its workers and resource trackers; an empty entry of ``PYTHONPATH`` or ``sys.path`` stands for that folder, too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import joblib

Item = TypeVar("Item")
Result = TypeVar("Result")
_PACKAGES = Path(__file__).parents[3]
"""The folder that this package lies in."""


def in_processes(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """Yield what a function makes of each item, in the order of the items, computed by processes of this machine.

    Parameters
    ----------
    function
        A function of a module (no lambda), which depends on its item alone.
    items
        Plain values.
    jobs
        Processes; with 1 this process does all itself.
    """
    # workers with an initializer are not shared with the caller's own use of joblib, which may import from this folder
    with safe_imports(), joblib.parallel_config(backend="loky", initializer=_be_a_worker):
        yield from joblib.Parallel(n_jobs=jobs, return_as="generator")(joblib.delayed(function)(item) for item in items)


def _be_a_worker() -> None:
    """Set these workers apart from others; their environment and search path came with them."""


@contextmanager
def safe_imports() -> Iterator[None]:
    """Keep the current folder out of the search for modules, of this process and of those that it starts."""
    here = Path.cwd()
    variables, entries = dict(os.environ), list(sys.path)
    os.environ["PYTHONSAFEPATH"] = "1"
    if "PYTHONPATH" in variables:
        os.environ["PYTHONPATH"] = os.pathsep.join(_elsewhere(variables["PYTHONPATH"].split(os.pathsep), here))
    sys.path[:] = _elsewhere(entries, here)
    if str(_PACKAGES) not in sys.path:
        sys.path.append(str(_PACKAGES))
    try:
        yield
    finally:
        sys.path[:] = entries
        for name in ("PYTHONSAFEPATH", "PYTHONPATH"):
            if name in variables:
                os.environ[name] = variables[name]
            else:
                os.environ.pop(name, None)


def _elsewhere(entries: Iterable[str], here: Path) -> list[str]:
    return [entry for entry in entries if Path(entry).is_absolute() and not _is_same(Path(entry), here)]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
