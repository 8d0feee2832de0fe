"""A map over repositories: in processes of this machine, or on the workers of a Dask scheduler.

What is mapped depends on its item alone, and results come in the order of the items: so they are the same wherever they
were made, also after a worker has died and another has done its share again. Dask sends code and results as pickles:
whoever can reach the scheduler can run programs on the workers, so it must stand in a network that is trusted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from hyperion_hook.domain.message.classify import CLASSIFIER_VERSION
from hyperion_hook.errors import ConfigError, HyperionError, MissingExtraError
from hyperion_hook.features.extract import EXTRACTOR_VERSION
from hyperion_hook.features.history.file_bug_features import PAST_VERSION
from hyperion_hook.training.labels.szz import LABELLER_VERSION
from hyperion_hook.training.rows.workers import in_processes

Item = TypeVar("Item")
Result = TypeVar("Result")
Report = Callable[[int], object]
"""Called with how many items are done."""

CONNECT_SECONDS = 10


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
