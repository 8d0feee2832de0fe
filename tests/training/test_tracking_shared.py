"""Repositories that share one MLflow keep to their own versions and aliases, over a database and over a server."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.mlflow.tracker import LoggedRun, MLFlowConfig, MLFlowTracker
from tests.support.repo import TestRepo
from tests.support.trained import record_of

pytest.importorskip("mlflow")

from mlflow import MlflowClient
from sklearn.linear_model import LogisticRegression

from hyperion_hook.api.registry.model_registry import ModelRegistry

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]

COLLISION = "give this repository's models a name of their own by the setting mlflow-model-prefix"


@dataclass
class Shared:
    """A place that several repositories log to, and two models that were logged there."""

    uri: str
    first: LoggedRun
    second: LoggedRun

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(self.uri)

    def state(self, name: str) -> dict[str, Any]:
        """Return everything that a run could change of a registered model."""
        versions = {
            str(version.version): (dict(version.tags), version.current_stage, version.run_id)
            for version in self.client.search_model_versions(f"name = '{name}'")
        }
        aliases = {alias: str(number) for alias, number in self.client.get_registered_model(name).aliases.items()}
        return versions | {"aliases": aliases}


def logged(uri: str) -> Shared:
    tracker = MLFlowTracker(MLFlowConfig(uri, "shared"), say=lambda line: None)
    runs = [tracker.log(record_of(LogisticRegression(C=c), metrics={})) for c in (1.0, 0.1)]
    return Shared(uri, *runs)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, empty_mlflow: Path) -> Shared:
    folder = tmp_path_factory.mktemp("shared")
    shutil.copyfile(empty_mlflow, folder / "mlflow.db")
    return logged(f"sqlite:///{folder}/mlflow.db")


class Member:
    """A repository that uses a shared place, and what it was told."""

    def __init__(self, shared: Shared, repo: TestRepo, prefix: str = "") -> None:
        self.repository = Repository.discover(repo.path)
        self.said: list[str] = []
        self.tracker = MLFlowTracker(MLFlowConfig(shared.uri, model_prefix=prefix), say=self.said.append)

    def register(self, logged: LoggedRun, name: str, version: str = "v1.0.0") -> str | None:
        return self.tracker.register(logged, name, version, repository=self.repository)

    def mirror(self, name: str, status: str, version: str = "v1.0.0", digest: str | None = None) -> bool:
        return self.tracker.mirror_promotion(name, version, status, digest=digest, repository=self.repository)


def made(folder: Path, name: str) -> TestRepo:
    repo = TestRepo(folder / name)
    repo.commit({"name": name})
    return repo


def cloned(repo: TestRepo, folder: Path, *options: str) -> TestRepo:
    repo.git("clone", "-q", *options, repo.path.as_uri(), str(folder))
    return TestRepo(folder, init=False)


def test_three_repositories_do_not_exchange_models(shared: Shared, tmp_path: Path) -> None:
    three_repositories(shared, tmp_path)


@pytest.mark.slow
def test_three_repositories_do_not_exchange_models_over_a_server(server: str, tmp_path: Path) -> None:
    three_repositories(logged(server), tmp_path)


def three_repositories(shared: Shared, tmp_path: Path) -> None:
    """Register, promote and deprecate in each, and look at what happens to the others'."""
    name = "three"
    a, b, c = (Member(shared, made(tmp_path, which)) for which in "abc")
    assert a.register(shared.first, name) == "1"
    assert a.mirror(name, "production")
    assert b.register(shared.second, name) == "2"
    before = shared.state(name)
    assert before["aliases"] == {"production": "1"}
    assert (before["1"][0]["status"], before["1"][1]) == ("production", "Production")

    assert not b.mirror(name, "production")
    assert not b.mirror(name, "production")
    after = shared.state(name)
    assert after["2"][0]["status"] == "production"
    assert after["2"][1:] == before["2"][1:]
    assert {key: after[key] for key in ("1", "aliases")} == {key: before[key] for key in ("1", "aliases")}
    assert b.said[-1].startswith(
        "error: MLflow: three v1.0.0 does not become production there: models:/three@production is"
        " version 1, which belongs to another repository, whose first commit is "
    )
    assert COLLISION in b.said[-1]

    # C has learned the very model that serves A, and did not promote it
    assert c.register(shared.first, name) == "3"
    for status in ("trained", "validated", "deprecated"):
        assert c.mirror(name, status)
        now = shared.state(name)
        assert now["1"] == after["1"]
        assert now["2"] == after["2"]
        assert now["aliases"]["production"] == "1"
    assert not c.mirror(name, "production", "v9.0.0")
    assert "is not registered there" in c.said[-1]

    # A goes on as if it were alone
    assert a.register(shared.second, name, "v1.1.0") == "4"
    assert a.mirror(name, "production", "v1.1.0")
    now = shared.state(name)
    assert now["aliases"] == {"production": "4"}
    assert (now["1"][0]["status"], now["1"][1]) == ("deprecated", "Archived")
    assert now["2"] == after["2"]


def test_a_prefix_is_the_remedy(shared: Shared, tmp_path: Path) -> None:
    a = Member(shared, made(tmp_path, "a"))
    b = Member(shared, made(tmp_path, "b"), prefix="b-")
    for member in (a, b):
        assert member.register(shared.first, "prefixed")
        assert member.mirror("prefixed", "production")
    assert shared.state("b-prefixed")["aliases"] == shared.state("prefixed")["aliases"] == {"production": "1"}


def test_a_clone_is_the_same_repository(shared: Shared, tmp_path: Path) -> None:
    name = "cloned"
    repo = made(tmp_path, "a")
    repo.commit({"x": "1"})
    a, clone = Member(shared, repo), Member(shared, cloned(repo, tmp_path / "clone"))
    assert a.register(shared.first, name) == "1"
    assert a.mirror(name, "production")
    assert clone.register(shared.first, name) == "1"
    assert clone.mirror(name, "trained")
    assert shared.state(name)["aliases"] == {"production": "1"}
    # it learned another model, and numbers it as the first did, for it has a registry of its own
    assert clone.register(shared.second, name) == "2"
    assert not clone.mirror(name, "production")
    assert "cloned v1.0.0 is several versions of this repository there (1, 2); pass its digest" in clone.said[-1]
    assert clone.mirror(name, "production", digest=shared.second.digest)
    now = shared.state(name)
    assert now["aliases"] == {"production": "2"}
    assert now["1"][0]["status"] == "deprecated"


def test_forks_and_stale_clones_do_not_touch_what_they_do_not_have(shared: Shared, tmp_path: Path) -> None:
    name = "forked"
    repo = made(tmp_path, "a")
    fork = cloned(repo, tmp_path / "fork")
    repo.commit({"x": "upstream"})
    fork.commit({"x": "fork"})
    a, b = Member(shared, repo), Member(shared, fork)
    assert a.register(shared.first, name) == "1"
    assert a.mirror(name, "production")
    before = shared.state(name)
    assert b.register(shared.first, name) == "2"
    assert not b.mirror(name, "production")
    assert "which this clone does not have (git fetch gets it)" in b.said[-1]
    now = shared.state(name)
    assert (now["1"], now["aliases"]) == (before["1"], before["aliases"])
    fork.git("fetch", "-q", str(repo.path))
    assert b.mirror(name, "production", digest=shared.first.digest)


def test_histories_that_are_merged_in_do_not_change_whose_a_version_is(shared: Shared, tmp_path: Path) -> None:
    name = "merged"
    repo, other = made(tmp_path, "a"), made(tmp_path, "library")
    a, library = Member(shared, repo), Member(shared, other)
    assert library.register(shared.second, name) == "1"
    assert library.mirror(name, "production")
    assert a.register(shared.first, name) == "2"
    repo.git("fetch", "-q", str(other.path))
    repo.git("merge", "-q", "--allow-unrelated-histories", "-X", "ours", "-m", "take it in", "FETCH_HEAD")
    # it has the library's commits now, and is another repository still
    assert not a.mirror(name, "production")
    assert a.register(shared.first, name) == "2"
    # replacing the first commit does not make it another
    repo.git("replace", "--graft", "HEAD")
    assert a.register(shared.first, name) == "2"


def test_a_shallow_clone_goes_by_the_commits_that_it_has(shared: Shared, tmp_path: Path) -> None:
    name = "shallow"
    repo = made(tmp_path, "a")
    repo.commit({"x": "1"})
    a = Member(shared, repo)
    assert a.register(shared.first, name) == "1"
    assert a.mirror(name, "production")
    shallow = Member(shared, cloned(repo, tmp_path / "shallow", "--depth", "1"))
    assert shallow.register(shared.first, name) == "1"
    assert shallow.register(shared.second, name, "v1.1.0") == "2"
    assert a.mirror(name, "production", "v1.1.0")
    repo.commit({"x": "2"})
    later = Member(shared, cloned(repo, tmp_path / "later", "--depth", "1"))
    assert later.register(shared.first, name) == "3"
    assert not later.mirror(name, "production")
    assert "git fetch --unshallow gets it" in later.said[-1]


@pytest.mark.parametrize("tags", [{}, {"version": "v1.0.0", "status": "production"}], ids=["by hand", "older release"])
def test_versions_that_name_no_repository_are_nobodys(shared: Shared, tmp_path: Path, tags: dict[str, str]) -> None:
    name = f"nobody-{len(tags)}"
    client = shared.client
    client.create_registered_model(name)
    source = client.get_logged_model(shared.first.model_id).artifact_location
    client.create_model_version(
        name, source=source, run_id=shared.first.run_id, model_id=shared.first.model_id, tags=tags, await_creation_for=0
    )
    client.set_registered_model_alias(name, "production", "1")
    before = shared.state(name)
    a = Member(shared, made(tmp_path, "a"))
    assert not a.mirror(name, "deprecated")
    assert "is not registered there" in a.said[-1]
    assert a.register(shared.first, name) == "2"
    assert not a.mirror(name, "production")
    assert "version 1, which names no repository: it was registered by hand or by an older release" in a.said[-1]
    now = shared.state(name)
    assert (now["1"], now["aliases"]) == (before["1"], before["aliases"])
    assert a.mirror(name, "deprecated")
    client.delete_registered_model_alias(name, "production")
    # an older program asks for the stage, not for the alias
    client.transition_model_version_stage(name, "1", "Production")
    assert not a.mirror(name, "production")
    client.transition_model_version_stage(name, "1", "Archived")
    assert a.mirror(name, "production")


def test_what_is_no_name_is_said_and_the_tracker_goes_on(shared: Shared, tmp_path: Path) -> None:
    a = Member(shared, made(tmp_path, "a"))
    for name in ("it's", "' OR name != '", "a/b", "", "x" * 300):
        assert a.register(shared.first, name) is None
        assert not a.mirror(name, "production")
        assert a.said[-1].startswith("error: MLflow: ")
    shared.client.register_prompt("a_prompt", "template")
    assert a.register(shared.first, "a_prompt") is None
    assert COLLISION in a.said[-1]
    assert a.register(shared.first, "plain_name") == "1"


def test_registries_of_two_repositories_keep_apart(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", shared.uri)
    name = "saved"
    estimators = [record_of(LogisticRegression(C=c), metrics={}).estimator for c in (1.0, 0.01)]
    for repo, estimator in zip((made(tmp_path, "a"), made(tmp_path, "b")), estimators, strict=True):
        monkeypatch.chdir(repo.path)
        registry = ModelRegistry()
        # wherever one stands
        monkeypatch.chdir(tmp_path)
        version = registry.save_model(estimator, name, "LogisticRegression")
        registry.promote_model(name, version)
    state = shared.state(name)
    assert state["aliases"] == {"production": "1"}
    assert [state[number][0]["status"] for number in "12"] == ["production", "production"]
    assert state["1"][0]["repository_id"] != state["2"][0]["repository_id"]
    # one that was fitted again is another model, though it was logged already
    estimators[1].fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    registry.save_model(estimators[1], name, "LogisticRegression")
    state = shared.state(name)
    assert state["3"][0]["digest"] != state["2"][0]["digest"]
    assert state["3"][2] != state["2"][2]
