"""Mining on several workers, here and on a Dask cluster: the same bytes, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.errors import ConfigError, HyperionError, MissingExtraError
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.training.rows import distribute
from hyperion_hook.training.rows.corpus import CorpusEntry, mine_all
from hyperion_hook.training.rows.distribute import spread
from hyperion_hook.training.rows.options import RetrainOptions
from tests.support.buggy import buggy_history

pytestmark = pytest.mark.train

REPOSITORIES = 6
STARTING_SECONDS = 60


def halved(number: int) -> float:
    return number / 2


def test_results_come_in_the_order_of_the_items_and_progress_is_told() -> None:
    told: list[int] = []
    assert spread(halved, [3, 1, 2], jobs=2, report=told.append) == [1.5, 0.5, 1.0]
    assert told == [0, 1, 2, 3]
    assert spread(halved, []) == []


def test_an_address_that_is_none_and_one_where_nobody_answers_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribute, "CONNECT_SECONDS", 0.2)
    with pytest.raises(ConfigError, match=r"^--cluster 'gopher://x': no address .*tcp://HOST:8786$"):
        spread(halved, [1], cluster="gopher://x")
    with pytest.raises(HyperionError, match=r"^--cluster 'tcp://127.0.0.1:9': no scheduler answers .*dask scheduler$"):
        spread(halved, [1], cluster="tcp://127.0.0.1:9")


def test_a_client_that_cannot_begin_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")

    def client(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(distributed, "Client", client)
    with pytest.raises(HyperionError, match=r"^--cluster 'tcp://127.0.0.1:9': no scheduler answers .*dask scheduler$"):
        spread(halved, [1], cluster="tcp://127.0.0.1:9")


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install .*\[cluster\]'"):
        spread(halved, [1], cluster="tcp://127.0.0.1:9")


class Cluster:
    """A scheduler and two workers, each a process of its own on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        scheduler = folder / "scheduler.json"
        self.processes = [self._start("dask_scheduler", "--port", "0", "--scheduler-file", str(scheduler))]
        self._wait(scheduler.exists)
        self.workers = [
            self._start(
                "dask_worker",
                "--scheduler-file",
                str(scheduler),
                "--no-nanny",
                "--nthreads",
                "1",
                "--local-directory",
                str(folder / f"worker{number}"),
                "--name",
                f"worker{number}",
            )
            for number in range(2)
        ]
        self.processes += self.workers
        try:
            self._wait_for_workers(scheduler)
        except BaseException:
            self.stop()
            raise

    def _wait_for_workers(self, scheduler: Path) -> None:
        from distributed import Client

        def connected() -> Client:
            return Client(scheduler_file=str(scheduler), set_as_default=False, timeout=STARTING_SECONDS)

        try:
            client = connected()
        except AssertionError:
            # its thread has not begun within ten seconds, as on a machine that stood still
            client = connected()
        with client:
            client.wait_for_workers(2, timeout=STARTING_SECONDS)
            self.address = str(client.scheduler.address)

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    f"distributed.cli.{program}",
                    "--host",
                    "127.0.0.1",
                    "--no-dashboard",
                    *arguments,
                ],
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            )

    @staticmethod
    def _wait(ready: object) -> None:
        end = time.monotonic() + STARTING_SECONDS
        while not ready():  # type: ignore[operator]
            assert time.monotonic() < end
            time.sleep(0.02)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    running = Cluster(tmp_path)
    yield running
    running.stop()


def kept(folder: Path) -> dict[str, object]:
    """Return what is in the files of a folder; of a feature store all but its ids and times of writing."""
    found: dict[str, object] = {}
    for path in sorted(folder.glob("*.features-v1.sqlite")):
        with FeatureStore(path) as store:
            found[path.name] = [
                (item.metadata.commit, item.metadata.event_at, item.metadata.content_hash, item.metadata.tags)
                for item in sorted(store.read_features(), key=lambda item: str(item.metadata.commit))
            ]
    # closed by then, so that no log lies beside it
    plain = [path for path in folder.rglob("*") if path.is_file() and path.name not in found]
    return found | {str(path.relative_to(folder)): path.read_bytes() for path in plain}


def test_a_cluster_that_loses_a_worker_half_way_makes_the_same_files_as_one_machine(
    cluster: Cluster, tmp_path: Path
) -> None:
    entries = [
        CorpusEntry(f"r{number}", buggy_history(tmp_path / f"r{number}", commits=150, seed=number).path)
        for number in range(REPOSITORIES)
    ]
    entries.append(CorpusEntry("gone", tmp_path / "nowhere"))

    def mined(name: str, **where: object) -> tuple[list[str], tuple[str, ...], dict[str, object]]:
        options = RetrainOptions(vectors=tmp_path / name, **where)  # type: ignore[arg-type]
        found, warnings = mine_all(entries, options, options.replay, progress)
        rows = [f"{item.name} {item.head} {item.rows.to_csv()}" for item in found]
        return rows, warnings, kept(tmp_path / name)

    killed: list[int] = []

    def progress(stage: str, done: int, total: int) -> None:
        assert (stage, total) == ("mining repositories", REPOSITORIES + 1)
        # the repository that is gone fails at once; with the next one done, one worker is at work and one holds results
        if cluster.address in asked and done == 3 and not killed:
            killed.append(cluster.workers[0].pid)
            cluster.workers[0].send_signal(signal.SIGKILL)

    asked: list[str] = []
    alone = mined("alone", jobs=2)
    asked.append(cluster.address)
    together = mined("together", cluster=cluster.address)
    assert killed
    assert cluster.workers[0].wait(10) == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert together == alone
    assert len(alone[0]) == REPOSITORIES
    assert len(alone[1]) == 1
    assert len(alone[2]) >= REPOSITORIES


def test_who_waits_for_workers_is_told_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribute, "_LOOKS_EVERY", 0.01)
    reported: list[tuple[str, int, int]] = []
    whole = threading.Event()

    def report(stage: str, done: int, total: int) -> None:
        reported.append((stage, done, total))
        if done == total:
            whole.set()

    with distribute.counting(report, "measuring", 5) as count:
        assert list(count.each(iter("abc"))) + list(count.each(iter("de"))) == list("abcde")
        assert whole.wait(10)
    assert reported[0] == ("measuring", 0, 5)
    assert count.folder is not None
    assert not count.folder.exists()
    with distribute.counting(None, "measuring", 5) as unheard:
        assert list(unheard.each(iter("abc"))) == list("abc")
