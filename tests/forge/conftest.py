from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.github import GitHubDouble
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull, build_pull


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Pull:
    return build_pull(tmp_path_factory.mktemp("pull") / "repo")


@pytest.fixture
def pull(built: Pull, tmp_path: Path) -> Pull:
    return built.copy(tmp_path / "repo")


@pytest.fixture
def github() -> Iterator[GitHubDouble]:
    double = GitHubDouble()
    with double:
        yield double
    assert double.faults == []


@pytest.fixture
def job(pull: Pull, github: GitHubDouble, tmp_path: Path) -> GitHubJob:
    return GitHubJob(pull.repo, github, tmp_path / "runner")
