"""The clock bounds what is staged, and changes no answer about what is recorded."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.errors import GitError
from hyperion_hook.features import extract
from hyperion_hook.features.manifests import project as project_manifests
from hyperion_hook.features.structure import coupling, interface_python
from hyperion_hook.git.run import Git
from hyperion_hook.report.comment.brief import brief_of
from hyperion_hook.report.comment.render import render_comment
from hyperion_hook.report.formats.json import assessment_object
from hyperion_hook.report.links import Links
from hyperion_hook.store.graphs import cache as graph_cache
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

SECONDS = 0.5
NOW = 2_000_000_000
CHANGES: dict[str, Callable[[Assessor], list[Assessment]]] = {
    "commit": lambda assessor: [assessor.commit("HEAD")],
    "merge base": lambda assessor: [assessor.range("HEAD~6", "HEAD")],
    "each": lambda assessor: list(assessor.each("HEAD~6", "HEAD")),
}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    return tangled_history(tmp_path / "project", rounds=3)


def answers(repo: TestRepo, ask: Callable[[Assessor], list[Assessment]], config: Config) -> list[str]:
    with Assessor.open(repo.path, config) as assessor:
        found = ask(assessor)
    texts = [json.dumps(assessment_object(replace(item, timing_ms={}))) for item in found]
    return texts + [render_comment(brief_of(item), Links(), head="") for item in found]


def forget(repo: TestRepo) -> None:
    for file in (repo.path / ".git" / "hyperion-hook").iterdir():
        file.unlink()


@pytest.mark.parametrize("ask", CHANGES.values(), ids=CHANGES)
def test_a_clock_that_races_changes_nothing_that_is_recorded(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Assessor], list[Assessment]]
) -> None:
    calm = answers(repo, ask, Config(deadline=600))
    ticks = itertools.count(time.time(), 1_000)
    for name in ("monotonic", "perf_counter", "thread_time", "process_time"):
        monkeypatch.setattr(time, name, lambda: float(next(ticks)))
    # with what the first run kept, and without
    assert answers(repo, ask, Config(deadline=0.05)) == calm
    forget(repo)
    assert answers(repo, ask, Config(deadline=0.05)) == calm


def test_nothing_that_is_recorded_hurries_git(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything() -> list[object]:
        forget(repo)
        texts = [answers(repo, ask, Config(deadline=0.05)) for ask in CHANGES.values()]
        with Assessor.open(repo.path, Config()) as assessor:
            return [texts, assessor.overview(), assessor.hot_spots()]

    answers(repo, CHANGES["commit"], Config())
    calm, finish = everything(), Git._finish

    def slow(git: Git, arguments: tuple[str, ...], stdin: bytes, timeout: float) -> tuple[bytes, bytes, int]:
        if timeout <= 60 and arguments[0] in {"diff-tree", "grep"}:
            raise GitError("no answer in time, as on a busy machine")
        return finish(git, arguments, stdin, timeout)

    monkeypatch.setattr(Git, "_finish", slow)
    assert everything() == calm


def forever(*_: object, **__: object) -> None:
    while True:
        pass


SLOW = {
    "code metrics": (import_module("hyperion_hook.measurer"), "measure_source"),
    "interface": (interface_python, "breakages"),
    "manifest": (project_manifests, "read_manifest"),
    "imports of a new file": (coupling, "read_imports"),
    "imports": (graph_cache, "read_imports"),
    **{
        name: (import_module(f"hyperion_hook.features.{extract.MODULES[name]}"), "measure")
        for name in sorted(extract._PURE)
    },
}


@pytest.mark.parametrize(("module", "name"), SLOW.values(), ids=SLOW)
def test_whatever_reads_a_text_is_given_up_at_the_deadline(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    known = next(path for path in repo.git("ls-files", "*.py").split() if "test" not in path)
    repo.stage(
        {
            known: "def changed(a):\n    return a\n",
            "pkg/fresh.py": "import pkg.core\n",
            "requirements.txt": "flask\n",
        }
    )
    with Assessor.open(repo.path, Config(deadline=600), now=NOW) as assessor:
        whole = assessor.staged()
    forget(repo)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, forever)
        started = time.monotonic()
        with Assessor.open(repo.path, Config(deadline=SECONDS), now=NOW) as assessor:
            cut = assessor.staged()
        assert time.monotonic() - started < 10
    late = [reason for reason in cut.features.missing.values() if reason.startswith("the time budget of 0.5 s")]
    assert late
    # what was cut off was not kept
    with Assessor.open(repo.path, Config(deadline=600), now=NOW) as assessor:
        assert assessor.staged().features == whole.features


def test_a_coverage_report_is_given_up_at_the_deadline(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.path / "cov.xml").write_text("<coverage/>")
    monkeypatch.setattr("hyperion_hook.features.coverage.read_coverage", forever)
    repo.stage({"pkg/core.py": "x = 1\n"})
    with Assessor.open(repo.path, Config(deadline=SECONDS, coverage_after=(Path("cov.xml"),))) as assessor:
        assert "the time budget of 0.5 s" in " ".join(assessor.staged().warnings)
