"""A map over repositories: in processes of this machine, or on the workers of a Dask scheduler.

What is mapped depends on its item alone, and results come in the order of the items: so they are the same wherever they
were made, also after a worker has died and another has done its share again. Dask sends code and results as pickles:
whoever can reach the scheduler can run programs on the workers, so it must stand in a network that is trusted.

Processes of this machine import nothing from the folder they are started in, which may be a checkout of strangers'
code. Python looks for modules in the current folder first when it is started with ``-m`` or ``-c``, and that is how
joblib starts its workers and resource trackers; an empty entry of ``PYTHONPATH`` or ``sys.path`` stands for that
folder, too.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import joblib

from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.domain.progress import Progress
from hyperion_hook.errors import ConfigError, HyperionError, MissingExtraError
from hyperion_hook.features.extract import EXTRACTOR_VERSION
from hyperion_hook.features.history.file_bug_features import PAST_VERSION
from hyperion_hook.training.labels.szz import LABELLER_VERSION

Item = TypeVar("Item")
Result = TypeVar("Result")
Report = Callable[[int], object]
"""Called with how many items are done."""
CONNECT_SECONDS = 10
_PACKAGES = Path(__file__).parents[3]
"""The folder that this package lies in."""
_LOOKS_EVERY = 0.5
"""Seconds between two looks at how far workers are."""


def in_processes(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    """Yield the result of a function for each item, in the order of the items, computed by processes of this machine.

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
    """Give a counter for workers, and tell of its progress while this process waits for them."""
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


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int = 1,
    cluster: str | None = None,
    report: Report | None = None,
) -> list[Result]:
    """Return the results of a function for each item, in the order of the items.

    Raises ``MissingExtraError`` if a cluster is named and Dask is not installed; ``HyperionError`` if the scheduler
    cannot be reached, has no workers or other versions, or workers keep dying.

    The function is one of a module (no lambda), which depends on its item alone. Items are plain values; paths in them
    must lead to the same files on every worker. ``cluster`` is the address of a Dask scheduler, such as
    ``tcp://10.0.0.1:8786``; then its workers do it.
    """
    report = report or (lambda _: None)
    report(0)
    if cluster is not None:
        return _on_cluster(function, items, cluster, report)
    results: list[Result] = []
    for result in in_processes(function, items, jobs):
        results.append(result)
        report(len(results))
    return results


def versions() -> tuple[int, ...]:
    """Return the versions of all that results depend on."""
    return (EXTRACTOR_VERSION, PAST_VERSION, CLASSIFIER_VERSION, LABELLER_VERSION)


def _on_cluster(
    function: Callable[[Item], Result], items: Sequence[Item], address: str, report: Report
) -> list[Result]:
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise MissingExtraError("--cluster", "cluster", "distributed") from None
    # what goes wrong is said once, by us
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except ValueError as error:
        raise ConfigError(f"--cluster '{address}': no address ({error}); write it as tcp://HOST:8786") from None
    except (OSError, AssertionError):  # it asserts that a thread of its own begins within ten seconds
        raise HyperionError(
            f"--cluster '{address}': no scheduler answers within {CONNECT_SECONDS} s; start one: dask scheduler"
        ) from None
    with client:
        _check_workers(client.run(versions), address)
        futures = client.map(function, items, pure=False)
        for number, _ in enumerate(as_completed(futures, loop=client.loop), 1):
            report(number)
        try:
            return list(client.gather(futures))
        except KilledWorker as error:
            raise HyperionError(
                f"--cluster '{address}': workers died again and again ({str(error)[:200]}); give them more memory"
            ) from None


def _check_workers(workers: dict[str, tuple[int, ...]], address: str) -> None:
    if not workers:
        raise HyperionError(f"--cluster '{address}': has no workers; start some: dask worker {address}")
    for worker, theirs in workers.items():
        if tuple(theirs) != versions():
            raise HyperionError(
                f"--cluster '{address}': worker {worker} has another version of hyperion-hook; install the same one"
            )
