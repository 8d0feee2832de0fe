"""What the team configured, read from files that may be anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor
from hyperion_hook.assess.inputs import configured
from hyperion_hook.config.load import Config
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    return TestRepo(tmp_path / "work")


def test_a_coverage_report_is_read_from_the_top_of_the_work_tree(repo: TestRepo) -> None:
    (repo.path / "lcov.info").write_text("SF:src/a.c\nDA:1,3\nDA:2,0\nend_of_record\n")
    facts, faults = configured(Repository.discover(repo.path), Config(coverage_before=(Path("lcov.info"),)))
    assert (facts.coverage_before, faults) == ({"src/a.c": (1, 2)}, ())


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_report_that_is_no_regular_file_is_not_opened(repo: TestRepo, kind: str) -> None:
    report = repo.path / "report"
    if kind == "pipe":
        os.mkfifo(report)
    elif kind == "device":
        # never at its end, and without the end of a line
        report.symlink_to("/dev/zero")
    else:
        report.mkdir()
    facts, faults = configured(Repository.discover(repo.path), Config(coverage_after=(Path("report"),)))
    assert isinstance(facts.coverage_after, Missing)
    assert faults == ("coverage report 'report': is not a file",)


@pytest.mark.parametrize("most", [10, 2_000_000])
def test_the_largest_file_that_is_measured_is_the_configured_one(tmp_path: Path, most: int) -> None:
    repo = TestRepo(tmp_path / "large")
    repo.commit({"a.py": "x = 1\n"})
    repo.stage({"a.py": "def f(x):\n    return x if x else 1\n" + f"# {'word ' * 50}\n" * 4_500})
    complexity = []
    # what one limit left out is measured with another, with all that is kept
    for config in (Config(deadline=600), Config(deadline=600, max_file_bytes=most), Config(deadline=600)):
        with Assessor.open(repo.path, config) as assessor:
            complexity.append(assessor.staged().features["cyclomatic_complexity"])
    assert "larger than 1,000,000 bytes" in str(complexity[0])
    assert complexity[2] == complexity[0]
    assert complexity[1] == 2.0 if most > 1_000_000 else "larger than 10 bytes" in str(complexity[1])
