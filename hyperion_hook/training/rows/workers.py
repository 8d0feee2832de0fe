"""Worker processes that import nothing from the folder they are started in, which may be a checkout of strangers' code.

Python looks for modules in the current folder first when it is started with ``-m`` or ``-c``, and that is how joblib
starts its workers and resource trackers; an empty entry of ``PYTHONPATH`` or ``sys.path`` stands for that folder, too.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import joblib

from hyperion_hook.domain.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")
_PACKAGES = Path(__file__).parents[3]
"""The folder that this package lies in."""
_LOOKS_EVERY = 0.5
"""Seconds between two looks at how far workers are."""


def in_processes(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """Yield what a function makes of each item, in the order of the items, computed by processes of this machine.

    The function is one of a module (no lambda) and depends on its item alone; with one job this process does all
    itself.
    """
    # workers with an initializer are not shared with the caller's own use of joblib, which may import from this folder
    with safe_imports(), joblib.parallel_config(backend="loky", initializer=_be_a_worker):
        yield from joblib.Parallel(n_jobs=jobs, return_as="generator")(joblib.delayed(function)(item) for item in items)


@dataclass(frozen=True)
class Count:
    """What workers tell of how far they are: each adds a byte for each item to a file of its own."""

    folder: Path | None

    def each(self, items: Iterator[Item]) -> Iterator[Item]:
        """Hand items on and count them."""
        if self.folder is None:
            yield from items
            return
        with (self.folder / str(os.getpid())).open("ab", buffering=0) as file:
            for item in items:
                file.write(b".")
                yield item


@contextmanager
def counting(progress: Progress | None, stage: str, total: int) -> Iterator[Count]:
    """Give what workers count with, and tell of it while this process waits for them."""
    if progress is None:
        yield Count(None)
        return
    over = threading.Event()

    def tell() -> None:
        done = 0
        while not over.wait(_LOOKS_EVERY):
            progress(stage, done, total)
            done = sum(file.stat().st_size for file in folder.iterdir())

    with TemporaryDirectory(prefix="hyperion-hook-") as name:
        folder = Path(name)
        watcher = threading.Thread(target=tell, daemon=True)
        watcher.start()
        try:
            yield Count(folder)
        finally:
            over.set()
            watcher.join()


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
