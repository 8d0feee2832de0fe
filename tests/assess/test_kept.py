"""The vector of every assessed change is kept, and a commit's is not measured twice in the same way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook import measurer as measuring
from hyperion_hook.assess.assessor import Assessor
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment, RiskLevel
from hyperion_hook.features import extract
from hyperion_hook.store.feature_sets.store import FeatureStore
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

CONFIG = Config(deadline=600)


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    return tangled_history(tmp_path / "project", rounds=2)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The revisions that are measured, in order."""
    found: list[str | None] = []
    real = measuring.extract

    def noted(context: object, **more: object) -> object:
        found.append(context.change.revision)  # type: ignore[attr-defined]
        return real(context, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "extract", noted)
    return found


def score(repo: TestRepo, config: Config = CONFIG, revision: str = "HEAD") -> Assessment:
    with Assessor.open(repo.path, config) as assessor:
        return assessor.commit(revision)


def told(assessment: Assessment) -> Assessment:
    return replace(assessment, timing_ms={})


def test_a_commit_is_read_and_assessed_as_when_it_was_measured(repo: TestRepo, measured: list[str | None]) -> None:
    first = score(repo)
    assert first.change.revision in measured
    count = measured.count(first.change.revision)
    again = score(repo)
    assert told(again) == told(first)
    # the counsel measures parts of its own, the change itself is not measured again
    assert measured.count(first.change.revision) == 2 * count - 1


@pytest.mark.parametrize(
    "other",
    [
        Config(deadline=600, bulk_files=1),
        Config(deadline=600, criticality={"*": 5}),
        Config(deadline=600, max_file_bytes=10),
        Config(deadline=600, feature_store_ttl_hours=0),
    ],
)
def test_other_settings_are_another_vector(repo: TestRepo, measured: list[str | None], other: Config) -> None:
    silent = replace(other, explain=False)
    score(repo, replace(CONFIG, explain=False))
    measured.clear()
    score(repo, silent)
    assert repo.head() in measured


def test_other_code_measures_again(repo: TestRepo, measured: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(CONFIG, explain=False)
    score(repo, silent)
    measured.clear()
    score(repo, silent)
    assert repo.head() not in measured
    monkeypatch.setattr(extract, "EXTRACTOR_VERSION", 999)
    score(repo, silent)
    assert repo.head() in measured


def test_no_deadline_shortens_what_is_recorded(repo: TestRepo, measured: list[str | None]) -> None:
    hurried = Config(explain=False, deadline=1e-9)
    assert "the time budget" not in str(score(repo, hurried).features.missing)
    measured.clear()
    score(repo, hurried)
    assert repo.head() not in measured


def test_what_was_measured_on_a_shorter_history_is_measured_again(repo: TestRepo, measured: list[str | None]) -> None:
    short = Config(explain=False, deadline=600, index_auto_limit=0)
    assert score(repo, short).risk.level is RiskLevel.UNKNOWN
    measured.clear()
    score(repo, replace(short, index_auto_limit=1000))
    assert repo.head() in measured


def test_every_recorded_change_that_was_assessed_can_be_found(repo: TestRepo) -> None:
    repo.stage({"lib/new.py": "x = 1\n"})
    with Assessor.open(repo.path, CONFIG) as assessor:
        assessor.staged()
        commit = assessor.commit("HEAD")
        assessor.range("HEAD~2", "HEAD")
    with FeatureStore.of(repo.path / ".git") as store:
        (found,) = store.search_features("this repository", {"kind": "commit"})
        assert store.get_features(found.feature_set_id) == dict(commit.features)
        assert found.extraction_time_ms > 0
        assert len(store.search_features(tags={"kind": "range"})) == 1
        assert len(store.search_features()) == 2, "a staged change has no name to be found by"


def test_the_bound_is_the_configured_one(repo: TestRepo) -> None:
    with Assessor.open(repo.path, replace(CONFIG, explain=False, feature_store_cache_size=2)) as assessor:
        commits = list(assessor.each("HEAD~5", "HEAD"))
    with FeatureStore.of(repo.path / ".git") as store:
        kept = store.search_features()
    assert len(commits) > 2
    assert [found.commit for found in kept] == [commit.change.revision for commit in commits[:-3:-1]]


@pytest.mark.parametrize("content", [b"", b"not a database, " * 1000])
def test_a_store_that_cannot_be_used_costs_nothing_but_time(repo: TestRepo, content: bytes) -> None:
    path = repo.path / ".git" / "hyperion-hook" / "features-v1.sqlite"
    first = score(repo)
    path.unlink()
    if content:
        path.write_bytes(content)
    else:
        path.mkdir()
    assert told(score(repo)) == told(first)
