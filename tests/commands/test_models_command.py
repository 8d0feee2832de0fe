from __future__ import annotations

import json
from pathlib import Path

import pytest

from hyperion_hook.assess.models import models_in_use
from hyperion_hook.scoring.bundle import load_bundle
from hyperion_hook.store.models.version_store import VersionStore
from tests.support.command import Outcome, hyperion
from tests.support.registering import register_bundled, serve_bundled
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "repo")
    made.commit({"a.py": "x = 1\n"})
    made.stage({"a.py": "x = 2\n"})
    return made


def scored(repo: TestRepo, *arguments: str, **environment: str) -> tuple[str, str, list[str]]:
    """Return name and version of the models that judged, and the warnings."""
    document = hyperion(repo.path, "score", "--format", "json", *arguments, env=environment).json()
    model = document["model"]
    return model["name"], model["version"], [line for line in document["warnings"] if "models" in line]


def serving(repo: TestRepo) -> tuple[str, str]:
    """Return name and version of the models that would judge."""
    bundle = models_in_use(None, repo.path / ".git").bundle
    return bundle.name, bundle.version


def lines(outcome: Outcome) -> list[list[str]]:
    assert outcome.code == 0, outcome.err
    return [line.split() for line in outcome.out.splitlines()]


def test_without_a_registry_the_bundled_models_are_listed_and_in_use(repo: TestRepo) -> None:
    (bundled,) = lines(hyperion(repo.path, "models", "list"))
    assert bundled[:3] == ["*", "bundled", "1.0.0"]
    assert not VersionStore.of(repo.path / ".git").root.exists()


def test_outside_a_repository_the_bundled_models_are_listed_and_shown(tmp_path: Path) -> None:
    assert lines(hyperion(tmp_path, "models", "list"))[0][:2] == ["*", "bundled"]
    assert hyperion(tmp_path, "models", "show").out.startswith("hyperion-risk 1.0.0\n")
    assert hyperion(tmp_path, "models", "rollback").code == 3


def test_a_version_serves_from_promotion_to_rollback(repo: TestRepo) -> None:
    version = register_bundled(repo.path)
    assert serving(repo) == ("hyperion-risk", "1.0.0")
    early = hyperion(repo.path, "models", "promote", version)
    assert (early.code, early.out) == (3, "")
    assert "v1.0.0 is trained and cannot become production" in early.err
    assert hyperion(repo.path, "models", "promote", version, "--to", "validated").out == "v1.0.0 is validated\n"
    promoted = hyperion(repo.path, "models", "promote", "latest")
    assert (promoted.code, promoted.out) == (0, "v1.0.0 is in production\n")
    assert scored(repo) == ("theirs", "v1.0.0", [])
    serve_bundled(repo.path, name="others", data="two")
    assert serving(repo) == ("others", "v1.1.0")
    assert [row[:4] for row in lines(hyperion(repo.path, "models", "list"))] == [
        ["*", "registry", "v1.1.0", "production"],
        ["registry", "v1.0.0", "deprecated", "trained"],
        ["bundled", "1.0.0", "-", "trained"],
    ]
    back = hyperion(repo.path, "models", "rollback")
    assert back.out == "v1.0.0 is in production again; v1.1.0 is deprecated\n"
    assert serving(repo) == ("theirs", "v1.0.0")
    last = hyperion(repo.path, "models", "rollback")
    assert last.out == "the bundled models are in use again; v1.0.0 is deprecated\n"
    assert scored(repo) == ("hyperion-risk", "1.0.0", [])
    assert hyperion(repo.path, "models", "rollback").code == 3


def test_the_deprecated_version_serves_no_more(repo: TestRepo) -> None:
    serve_bundled(repo.path)
    done = hyperion(repo.path, "models", "deprecate", "production")
    assert done.out == "v1.0.0 is deprecated; the bundled models are in use\n"
    assert serving(repo)[0] == "hyperion-risk"
    register_bundled(repo.path, data="two")
    assert hyperion(repo.path, "models", "deprecate", "v1.1.0").out == "v1.1.0 is deprecated\n"


def test_named_models_win_over_the_registry_and_that_is_said_when_promoting(repo: TestRepo, tmp_path: Path) -> None:
    serve_bundled(repo.path)
    assert hyperion(repo.path, "models", "export", "production", str(tmp_path / "out")).code == 0
    serve_bundled(repo.path, name="others", data="two")
    named = str(tmp_path / "out")
    assert scored(repo, "--models", named)[0] == "theirs"
    (configured, *_) = [
        row
        for row in lines(hyperion(repo.path, "models", "list", env={"HYPERION_HOOK_MODELS": named}))
        if "configured" in row
    ]
    assert configured[0] == "*"
    back = hyperion(repo.path, "models", "rollback", env={"HYPERION_HOOK_MODELS": named})
    assert "'models' is set (environment HYPERION_HOOK_MODELS), so the registry is not asked" in back.err


def test_with_a_damaged_registry_the_bundled_models_judge_and_it_is_said(repo: TestRepo) -> None:
    serve_bundled(repo.path)
    path = repo.path / ".git" / "hyperion-hook" / "registry" / "risk_predictor_v1.0.0" / "xgboost_gentle.trees"
    data = path.read_bytes()
    path.write_bytes(data[:60] + bytes([data[60] ^ 1]) + data[61:])
    name, _, warnings = scored(repo)
    assert name == "hyperion-risk"
    assert len(warnings) == 1
    assert warnings[0].startswith(f"the bundled models are used, because {path}: ")
    hook = hyperion(repo.path, "hook", "pre-commit")
    assert (hook.code, path.name in hook.out) == (0, True)
    listed = hyperion(repo.path, "models", "list")
    assert listed.code == 0
    assert path.name in listed.out


def test_a_version_is_shown_and_exported_whole(repo: TestRepo, tmp_path: Path) -> None:
    serve_bundled(repo.path)
    opening = "theirs v1.0.0\nproduction; promoted: it was better\n"
    assert hyperion(repo.path, "models", "show").out.startswith(opening)
    assert hyperion(repo.path, "models", "show", "bundled").out.startswith("hyperion-risk 1.0.0\n")
    shown = hyperion(repo.path, "models", "show", "v1.0.0", "--format", "json").json()
    assert (shown["name"], shown["version"], shown["status"]) == ("theirs", "v1.0.0", "production")
    out = tmp_path / "out"
    assert hyperion(repo.path, "models", "export", "latest", str(out)).out == f"latest is in {out}\n"
    assert load_bundle(out).digest == shown["digest"]
    assert hyperion(repo.path, "models", "export", "bundled", str(out)).code == 0
    assert load_bundle(out).name == "hyperion-risk"
    (out / "notes.txt").write_text("mine")
    refused = hyperion(repo.path, "models", "export", "latest", str(out))
    assert refused.code == 3
    assert "notes.txt" in refused.err


def test_the_list_as_json(repo: TestRepo) -> None:
    serve_bundled(repo.path)
    registered, bundled = json.loads(hyperion(repo.path, "models", "list", "--format", "json").out)
    assert (registered["version"], registered["status"], registered["in_use"]) == ("v1.0.0", "production", True)
    assert (bundled["where"], bundled["in_use"], bundled["fault"]) == ("bundled", False, None)
    assert registered["trained_on"] == "a history of its own"


@pytest.mark.parametrize("arguments", [["show", "v9.0.0"], ["deprecate", "../x"]])
def test_a_version_that_is_not_there_is_a_usage_error_in_one_line(repo: TestRepo, arguments: list[str]) -> None:
    outcome = hyperion(repo.path, "models", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    assert "models list" in outcome.err


def test_a_worktree_uses_the_registry_of_its_repository(repo: TestRepo, tmp_path: Path) -> None:
    serve_bundled(repo.path)
    repo.git("worktree", "add", "-q", str(tmp_path / "tree"), "HEAD")
    assert hyperion(tmp_path / "tree", "models", "show").out.startswith("theirs v1.0.0\n")
