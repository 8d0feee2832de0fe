"""FeatureEngineer on a repository and revision: what the command prints, feature by feature."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook import (
    BugPredictor,
    FeatureEngineer,
    FeatureStore,
    ImpactAnalyzer,
    ModelRegistry,
    RepositoryChange,
)
from hyperion_hook.errors import ConfigError, GitError, NotARepositoryError
from hyperion_hook.features.catalogue import CATALOGUE, find_feature
from hyperion_hook.git.repository import Repository
from tests.support.command import hyperion
from tests.support.history import tangled_history
from tests.support.repo import TestRepo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    repo = tangled_history(tmp_path_factory.mktemp("parity") / "repo", rounds=2)
    # no measurement may run out of its time on a busy machine
    repo.write({".hyperion-hook.toml": "deadline = 60\n"})
    hyperion(repo.path, "index")
    return repo


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1", "HEAD~4"])
def test_features_are_those_of_the_command(repo: TestRepo, revision: str) -> None:
    printed = hyperion(repo.path, "features", "extract", revision, "--format", "json").json()["features"]
    features = FeatureEngineer().engineer_full_feature_set((repo.path, revision))
    assert list(features) == list(printed) == [feature.name for feature in CATALOGUE]
    for name, entry in printed.items():
        assert features.present.get(name) == entry["value"], name
        assert features.missing.get(name) == entry["missing"], name
    assert len(features.present) > 60


def test_staged_changes_and_every_way_to_name_a_repository(repo: TestRepo) -> None:
    engineer = FeatureEngineer()
    repo.stage({"pkg/mod0.py": "def f(x):\n    return x if x else 1\n"})
    printed = hyperion(repo.path, "features", "extract", "--format", "json").json()["features"]
    staged = engineer.engineer_full_feature_set(RepositoryChange(repo.path, None))
    assert {name: staged.present.get(name) for name in ("la", "cyclomatic_complexity", "nf")} == {
        name: printed[name]["value"] for name in ("la", "cyclomatic_complexity", "nf")
    }
    names = ["lignes_ajoutees", "la * nf"]
    head = engineer.engineer_full_feature_set(RepositoryChange(repo.path), names)
    assert dict(head) == dict(engineer.engineer_full_feature_set(repo.path, names))
    assert dict(head) == dict(engineer.engineer_full_feature_set(str(repo.path), names))
    both = engineer.engineer_full_feature_set([(repo.path, "HEAD"), (repo.path, "HEAD~1")], names)
    assert dict(both[0]) == dict(head)


def test_only_what_is_asked_for_is_measured_and_is_the_same(repo: TestRepo) -> None:
    engineer = FeatureEngineer()
    whole = engineer.engineer_full_feature_set((repo.path, "HEAD~1"))
    names = ["risque_breaking_changes", "nb_contributeurs_uniques", "difficulte_rollback"]
    asked = engineer.engineer_full_feature_set((repo.path, "HEAD~1"), names)
    assert dict(asked) == {name: whole[find_feature(name).name] for name in names}


def test_the_parts_of_a_repository(repo: TestRepo) -> None:
    engineer = FeatureEngineer()
    risk = engineer.engineer_risk_features((repo.path, "HEAD~1"))
    temporal = engineer.engineer_temporal_features((repo.path, "HEAD~1"))
    whole = engineer.engineer_full_feature_set((repo.path, "HEAD~1"))
    assert "cyclomatic_complexity" in risk
    assert "file_age" in temporal
    assert all(whole[name] == value for name, value in {**risk, **temporal}.items())


def test_what_is_not_there_is_one_line(tmp_path: Path, repo: TestRepo) -> None:
    engineer = FeatureEngineer()
    with pytest.raises(NotARepositoryError):
        engineer.engineer_full_feature_set(tmp_path / "nowhere")
    with pytest.raises(GitError, match="nonsense"):
        engineer.engineer_full_feature_set((repo.path, "nonsense"))
    with pytest.raises(ConfigError, match="give a pair"):
        engineer.engineer_full_feature_set((str(repo.path), 7))


def test_gitpythons_objects_name_repositories_and_commits(repo: TestRepo, tmp_path: Path) -> None:
    git = pytest.importorskip("git")
    with git.Repo(repo.path) as here:
        engineer, names = FeatureEngineer(), ["lignes_ajoutees", "nb_fichiers", "author_experience"]
        for told, plain in (
            (here, "HEAD"),
            (here.head.commit, "HEAD"),
            (here.active_branch, "HEAD"),
            (here.create_tag("v1", "HEAD~1"), "HEAD~1"),
            ((here, "HEAD~1"), "HEAD~1"),
            ((here, here.head.ref), "HEAD"),
            ((repo.path, here.head.commit.parents[0]), "HEAD~1"),
            (RepositoryChange(here, here.head.commit), "HEAD"),
        ):
            assert dict(engineer.engineer_full_feature_set(raw_data=told, requested_features=names)) == dict(
                engineer.engineer_full_feature_set((repo.path, plain), names)
            )
        assert engineer.engineer_full_feature_set(here.iter_commits(max_count=2), names) == [
            engineer.engineer_full_feature_set((repo.path, revision), names) for revision in ("HEAD", "HEAD~1")
        ]
        assert RepositoryChange(repo.path, "HEAD~1").commit == here.commit("HEAD~1")
        assert RepositoryChange(here, None).commit is None
        features = engineer.engineer_full_feature_set(here.head.commit, names)
        with FeatureStore(here) as store:
            store.store_features(features, "", here, commit=here.head.commit)
            [found] = store.search_features(repository=here)
            assert (found.commit, found.repository) == (here.head.commit.hexsha, Repository.discover(repo.path).name)
        assert (repo.path / ".git" / "hyperion-hook" / "features-v1.sqlite").is_file()
        assert Repository.discover(here).work_tree == repo.path.resolve()


@pytest.mark.train
def test_predictors_and_registry_take_gitpythons_objects(repo: TestRepo) -> None:
    git = pytest.importorskip("git")
    pytest.importorskip("sklearn")
    with git.Repo(repo.path) as here:
        assert BugPredictor.file_rows(here, here.head.commit) == BugPredictor.file_rows(repo.path, "HEAD")
        analyzer = ImpactAnalyzer()
        assert analyzer.analyze(revision=here.head.commit) == analyzer.analyze(repo.path, "HEAD")
        assert ModelRegistry(here).root == repo.path.resolve() / ".git" / "hyperion-hook" / "registry"
