"""Commands that write stores, each killed at a random moment, and what must hold after.

Forks, because an interpreter that has imported the libraries starts in a millisecond.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from hyperion_hook.cli import main
from hyperion_hook.domain.assessment import RiskLevel
from hyperion_hook.store.feature_sets.store import FeatureStore
from hyperion_hook.store.feedback_store import FeedbackStore
from hyperion_hook.store.models.metadata import Status
from hyperion_hook.store.models.version_store import RISK_PREDICTOR, VersionStore
from tests.support.buggy import buggy_history
from tests.support.generated import generated_history
from tests.support.registering import register_bundled
from tests.support.repo import TestRepo
from tests.support.storing import BATCH, features_of, store_on

HOOKS = 3
"""So many hooks may run before all is as if nothing had been killed."""


def command(repo: TestRepo, *arguments: str) -> str:
    """Run a command in this process and return what it wrote."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    environment = mock.patch.dict(os.environ, repo.environment(), clear=True)
    with environment, redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        code = main(["--repo", str(repo.path), *arguments])
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams)
    if code or "Traceback" in err:
        raise AssertionError(f"{arguments}: code {code}: {err}")
    return out


def judged(repo: TestRepo) -> Any:
    """Return what ``score`` says, without its timings."""
    document = json.loads(command(repo, "score", "HEAD", "--format", "json"))
    return {name: value for name, value in document.items() if name != "timing_ms"}


def _soundness(folder: Path) -> Iterator[str]:
    """Name the SQLite files below a folder that are damaged."""
    for path in folder.rglob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                yield f"{path.name}: damaged"
    yield from (f"{path.name}: set aside" for path in folder.rglob("*.unfit"))


@dataclass
class Index:
    """``index``: whatever it left, the next hooks and ``score`` answer as after an index that was not killed."""

    place: Path
    _expected: Any = None

    def __post_init__(self) -> None:
        self._repo = generated_history(self.place / "index", commits=150)
        self._store = self._repo.path / ".git" / "hyperion-hook"
        command(self._repo, "index")
        self._expected = judged(self._repo)
        shutil.rmtree(self._store)
        self._repo.git("reset", "-q", "--hard", "HEAD~20")
        command(self._repo, "index")
        self._repo.git("reset", "-q", "--hard", "ORIG_HEAD")
        self._store.rename(self.place / "store")
        self._repo.stage({"src/staged.py": "x = 1\n"})

    def prepare(self) -> None:
        shutil.rmtree(self._store, ignore_errors=True)
        shutil.copytree(self.place / "store", self._store)

    def run(self) -> None:
        command(self._repo, "index")

    def faults(self) -> Iterator[str]:
        for _ in range(HOOKS):
            command(self._repo, "hook", "pre-commit")
        found = judged(self._repo)
        yield from (f"{name} differs" for name in found if found[name] != self._expected.get(name))
        yield from _soundness(self._store)


@dataclass
class Promote:
    """``models promote``: the one or the other serves, both can be loaded, and ``score`` works."""

    place: Path

    def __post_init__(self) -> None:
        self._repo = TestRepo(self.place / "promote")
        for number in range(4):
            self._repo.commit({"a.py": f"x = {number}\n"})
        self._versions = [register_bundled(self._repo.path, data=data) for data in ("one", "two", "three")]
        registry = self._registry = VersionStore.of(self._repo.path / ".git")
        for version in self._versions:
            registry.promote(RISK_PREDICTOR, version, Status.VALIDATED)
        registry.promote(RISK_PREDICTOR, self._versions[0])
        registry.root.rename(self.place / "registry")

    def prepare(self) -> None:
        shutil.rmtree(self._registry.root, ignore_errors=True)
        shutil.copytree(self.place / "registry", self._registry.root)

    def run(self) -> None:
        for version in self._versions[1:]:
            command(self._repo, "models", "promote", version)

    def faults(self) -> Iterator[str]:
        versions = self._registry.versions(RISK_PREDICTOR)
        if sorted(versions) != sorted(self._versions):
            yield f"versions {sorted(versions)}"
        for version in versions:
            self._registry.folder(RISK_PREDICTOR, version)
        if list(versions.values()).count(Status.PRODUCTION) != 1:
            yield f"in production: {versions}"
        judged(self._repo)
        yield from _soundness(self._repo.path / ".git" / "hyperion-hook")


@dataclass
class Store:
    """``FeatureStore``: what was acknowledged is there."""

    place: Path
    _round: int = 0

    def __post_init__(self) -> None:
        (self.place / "features").mkdir()
        self._path = self.place / "features" / "f.sqlite"

    def prepare(self) -> None:
        self._round += 1
        self._told = self.place / f"told-{self._round}"

    def run(self) -> None:
        with self._told.open("w") as told, redirect_stdout(told):
            store_on(self._path, self._round, 10**6)

    def faults(self) -> Iterator[str]:
        lines = self._told.read_text().splitlines() if self._told.exists() else []
        with FeatureStore(self._path) as store:
            for line in lines:
                batch, *ids = line.split()
                if len(ids) != BATCH:
                    continue  # the line itself was cut
                for place in (0, BATCH - 1):
                    if store.get_features(ids[place]) != features_of(self._round, int(batch), place):
                        yield f"batch {batch} of round {self._round} is lost"
            store.discard(f"writer-{self._round}")
        yield from _soundness(self._path.parent)


@dataclass
class Comment:
    """What ``comment`` keeps: nothing that was acknowledged is lost, and the next one writes."""

    place: Path
    _round: int = 0
    _known: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        (self.place / "git").mkdir()
        self._feedback = FeedbackStore.of(self.place / "git")

    def prepare(self) -> None:
        self._round += 1
        self._told = self.place / f"kept-{self._round}"

    def run(self) -> None:
        with self._told.open("w") as told:
            for number in range(100):
                pull = 100 * self._round + number
                self._feedback.keep(pull, RiskLevel.LOW, (f"{pull:040x}",), (), pull)
                told.write(f"{pull}\n")
                told.flush()

    def faults(self) -> Iterator[str]:
        lines = self._told.read_text().split("\n")[:-1] if self._told.exists() else []
        self._known.update(map(int, lines))
        if lost := self._known - self._feedback.read().keys():
            yield f"lost: {sorted(lost)}"
        self._feedback.keep(100 * self._round + 99, RiskLevel.LOW, (f"{0:040x}",), (), 1)


@dataclass
class Retrain:
    """``retrain``: what was registered stays, and is whole; what was measured is measured once."""

    place: Path

    def __post_init__(self) -> None:
        from hyperion_hook.training.evaluation import evaluate as evaluation
        from hyperion_hook.training.evaluation import promotion

        evaluation._DRAWS, promotion._DRAWS = 5, 50
        self._repo = buggy_history(self.place / "retrain", commits=500)
        self._registry = VersionStore.of(self._repo.path / ".git")
        self._known: dict[str, Status] = {}

    def prepare(self) -> None:
        """Go on from what the last one left."""

    def run(self) -> None:
        from hyperion_hook.assess.models import models_in_use
        from hyperion_hook.git.repository import Repository
        from hyperion_hook.training.evaluation.promotion import InUse
        from hyperion_hook.training.retrain.retrain import retrain_here
        from hyperion_hook.training.rows.mined_store import vectors_folder
        from hyperion_hook.training.rows.options import RetrainOptions

        repository = Repository.discover(self._repo.path)
        options = RetrainOptions(
            code_commits=0,
            threads=1,
            folds=2,
            parity_rows=50,
            pool_rows=0,
            vectors=vectors_folder(repository),
        )
        used = models_in_use(None, repository.common_dir)
        retrain_here(repository, self._registry, InUse(used.bundle, "the bundled model"), options=options)

    def faults(self) -> Iterator[str]:
        versions = self._registry.versions(RISK_PREDICTOR)
        if lost := self._known.keys() - versions.keys():
            yield f"lost: {sorted(lost)}"
        for version in versions:
            self._registry.folder(RISK_PREDICTOR, version)
        if list(versions.values()).count(Status.PRODUCTION) > 1:
            yield f"in production: {versions}"
        self._known = versions
        judged(self._repo)
        yield from _soundness(self._repo.path / ".git" / "hyperion-hook")


SUBJECTS: dict[str, Callable[[Path], Any]] = {
    "index": Index,
    "promote": Promote,
    "FeatureStore": Store,
    "comment": Comment,
    "retrain": Retrain,
}


def killed(subject: Any, rounds: int, seed: int, most_seconds: float | None = None) -> tuple[list[str], int]:
    """Run a subject over and over, kill each run at a random moment; return what was wrong, and how many were killed.

    Parameters
    ----------
    subject
        A member of ``SUBJECTS``, made.
    rounds, seed
        How often, and the moments.
    most_seconds
        The latest moment; by default a little after a run would have ended.
    """
    rng = random.Random(seed)  # noqa: S311
    if most_seconds is None:
        subject.prepare()
        started = time.monotonic()
        os.waitpid(_forked(subject), 0)
        most_seconds = 1.1 * (time.monotonic() - started)
    wrong, died = [], 0
    for number in range(rounds):
        subject.prepare()
        child = _forked(subject)
        time.sleep(rng.random() * most_seconds)
        os.kill(child, signal.SIGKILL)
        if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            died += 1
        else:
            most_seconds *= 0.8  # it ended by itself: it was slower when it was measured
        try:
            wrong += [f"round {number}: {fault}" for fault in subject.faults()]
        except Exception as error:  # noqa: BLE001 - whatever it says is what was wrong
            wrong.append(f"round {number}: {type(error).__name__}: {error}")
    return wrong, died


def _forked(subject: Any) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        subject.run()
        code = 0
    finally:
        os._exit(code)
