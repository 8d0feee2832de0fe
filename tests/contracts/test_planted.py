"""At least a hundred kinds of plants, and no command and no part of the API runs, writes or deletes any of them.

All plants of a world are there at once; a file for each kind tells which of them ran.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.buggy import buggy_history
from tests.support.canaries import (
    Unpickled,
    World,
    plant_attributes,
    plant_commands,
    plant_hooks,
    plant_modules,
    plant_names,
    plant_objects,
    plant_settings,
    plant_variables,
    tree,
)
from tests.support.github import JOB_TOKEN, REPOSITORY, GitHubDouble, pull_json
from tests.support.planted_models import plant_models
from tests.support.planted_stores import ANY_FAULTS, SQLITE, SQLITE_FAULTS, somebody_elses
from tests.support.registering import register_bundled
from tests.support.repo import TestRepo
from tests.support.watched import OURS, hyperion_watched

COMMANDS: dict[str, tuple[str, ...]] = {
    "score": ("score",),
    "score json": ("score", "--format", "json"),
    "score REV": ("score", "HEAD~4"),
    "score A..B": ("score", "HEAD~12..HEAD", "--format", "sarif"),
    "score --each": ("score", "HEAD~6..HEAD", "--each"),
    "score markdown": ("score", "HEAD", "--format", "markdown"),
    "index": ("index",),
    "index --rebuild": ("index", "--rebuild"),
    "features extract": ("features", "extract", "HEAD"),
    "features extract staged": ("features", "extract"),
    "features list": ("features", "list"),
    "label": ("label",),
    "label csv": ("label", "--format", "csv"),
    "models list": ("models", "list"),
    "models show": ("models", "show"),
    "models promote": ("models", "promote", "{version}"),
    "models rollback": ("models", "rollback"),
    "models deprecate": ("models", "deprecate", "{version}"),
    "models export": ("models", "export", "{version}", "{outputs}/exported"),
    "config show": ("config", "show"),
    "completion bash": ("completion", "bash"),
    "completion zsh": ("completion", "zsh"),
    "completion fish": ("completion", "fish"),
    "completion powershell": ("completion", "powershell"),
    "completion man": ("completion", "man"),
    "hook pre-commit": ("hook", "pre-commit"),
    "hook commit-msg": ("hook", "commit-msg", ".git/COMMIT_EDITMSG"),
    "hook pre-push": ("hook", "pre-push", "origin", "https://example.org/x.git"),
    "comment": ("comment", "--forge", "none", "HEAD~6..HEAD"),
    "help": ("--help",),
    "version": ("--version",),
}
TRAINING = (
    "retrain",
    "--jobs",
    "2",
    "+",
    "evaluate",
    "--jobs",
    "2",
    "+",
    "drift",
    "--jobs",
    "2",
    "--plot",
    "{outputs}/drift.png",
    "+",
    "report",
    "--jobs",
    "2",
    "--output",
    "{outputs}/report.html",
)
"""One process for all, because its imports take longer than what it does."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """Build the history that every world has."""
    repo = buggy_history(tmp_path_factory.mktemp("base") / "repo", commits=700)
    repo.clock += 1500 * 86_400
    return repo


def world_of(base: TestRepo, root: Path) -> World:
    root.mkdir()
    shutil.copytree(base.path, root / "repo", symlinks=True)
    repo = TestRepo(root / "repo", init=False)
    repo.clock = base.clock
    return World(root, repo)


@pytest.fixture(scope="module")
def checkout(base: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Plant everything at once."""
    world = world_of(base, tmp_path_factory.mktemp("planted") / "world")
    plant_modules(world)
    plant_names(world)
    plant_objects(world)
    _finish(world, ("", ".", "bin", "./tools"), (".gitattributes", ".git/info/attributes"))
    plant_hooks(world, world.repo.path / ".git" / "hooks")
    return _still(world)


@pytest.fixture(scope="module")
def elsewhere(base: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Plant what the other world's plants would hide: a configured folder of hooks, and attributes of the checkout."""
    world = world_of(base, tmp_path_factory.mktemp("planted") / "world")
    _finish(world, (".",), (".gitattributes",))
    plant_hooks(world, world.folder("foreign") / "hooks")
    with (world.repo.path / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\thooksPath = {world.folder('foreign') / 'hooks'}\n")
    return _still(world)


def _finish(world: World, entries: tuple[str, ...], attributes: tuple[str, ...]) -> None:
    world.repo.write({"src/staged.py": "def g(x):\n    return x\n", "src/part1.py": "def run(x):\n    return 1\n"})
    world.repo.git("add", "-A")
    (world.repo.path / ".git" / "COMMIT_EDITMSG").write_text("Fix $(touch x) `touch y`\n\n# comment\n")
    world.environment["VERSION"] = register_bundled(world.repo.path)
    world.folder("outputs")
    for place in attributes:
        plant_attributes(world, place)
    plant_commands(world, entries)
    plant_settings(world)
    plant_variables(world)


def _still(world: World) -> World:
    """Silence what sang while it was planted."""
    for canary in world.canaries.iterdir():
        canary.unlink()
    return world


def _arguments(world: World, command: tuple[str, ...]) -> list[str]:
    return [part.format(version=world.environment["VERSION"], outputs=world.folder("outputs")) for part in command]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_runs_a_plant(name: str, checkout: World) -> None:
    _run(checkout, name)


@pytest.mark.parametrize("name", ["score", "index", "label", "hook pre-commit", "hook commit-msg", "hook pre-push"])
def test_none_runs_what_lies_elsewhere(name: str, elsewhere: World) -> None:
    _run(elsewhere, name)


def _run(world: World, name: str) -> None:
    head = world.repo.path / ".git" / "refs" / "heads" / "main"
    pushed = f"refs/heads/main {head.read_text().strip()} refs/heads/main {'0' * 40}\n"
    done = hyperion_watched(
        world,
        *_arguments(world, COMMANDS[name]),
        stdin=pushed if "pre-push" in name else "",
        expected=(0, 3) if name.startswith("models ") else (0,),
    )
    assert not done.changed


@pytest.mark.train
def test_no_training_runs_a_plant(checkout: World) -> None:
    done = hyperion_watched(
        checkout, *_arguments(checkout, TRAINING), program="quick_main.py", env={"HYPERION_HOOK_ML_CV_FOLDS": "2"}
    )
    assert not done.changed
    assert {path.name for path in checkout.folder("outputs").iterdir()} >= {"drift.png", "report.html"}


@pytest.mark.train
def test_the_api_runs_no_plant(checkout: World) -> None:
    done = hyperion_watched(checkout, "use", str(checkout.folder("outputs")), program="api_tour.py")
    assert not done.changed


@pytest.mark.train
def test_models_rows_and_tables_are_read_as_data(checkout: World) -> None:
    folders = plant_models(checkout, checkout.folder("models"))
    store = checkout.repo.path / ".git" / "hyperion-hook"
    for path in [*store.glob("vectors/*"), *store.glob("registry/tour_*/*"), *store.glob("registry/metadata/tour*")]:
        kind = "".join(path.suffixes[-2:]) or path.name
        path.write_bytes(pickle.dumps(Unpickled(checkout.canary(f"pickle for {path.parent.name} {kind}"))))
    done = hyperion_watched(checkout, "refuse", *map(str, folders), program="api_tour.py")
    assert not done.changed
    for folder in folders[:3]:
        assert not hyperion_watched(checkout, "score", "HEAD", "--models", str(folder), expected=(0, 2, 3)).changed
    (checkout.repo.path / ".hyperion-hook.toml").write_text(f'models = "{folders[0]}"\n')
    assert not hyperion_watched(checkout, "hook", "pre-commit").changed
    (checkout.repo.path / ".hyperion-hook.toml").unlink()
    # rows that cannot be read are named, with what to do
    done = hyperion_watched(checkout, "drift", "--jobs", "2", program="quick_main.py", expected=(0, 3))
    assert not done.changed


STORE_FAULTS = (
    {
        "history": "a journal that names a file",
        "sources": "a link to a database",
        "references": "a trigger",
        "graphs": "an endless view",
        "features": "a hard link",
    },
    {
        "history": "a log that is a hard link",
        "sources": "a journal that is a link",
        "references": "one more view",
        "graphs": "a generated column",
        "features": "shared memory that is a link",
    },
    {
        "history": "a link to an empty file",
        "sources": "a link to nothing",
        "references": "a link to a folder",
        "graphs": "its folder a link",
    },
)


@pytest.mark.parametrize("faults", STORE_FAULTS, ids=["first", "second", "third"])
def test_stores_lead_to_nothing_foreign(elsewhere: World, faults: dict[str, str]) -> None:
    hyperion_watched(elsewhere, "index")
    hyperion_watched(elsewhere, "score", "HEAD")
    theirs = elsewhere.foreign / "theirs"
    if not theirs.exists():
        somebody_elses(theirs)
    before = tree(elsewhere.foreign)
    for store, fault in faults.items():
        path = elsewhere.repo.path / ".git" / "hyperion-hook" / SQLITE[store][1]
        if path.exists():
            elsewhere.kinds.append(f"store {store}: {fault}")
            (ANY_FAULTS | SQLITE_FAULTS)[fault](path, theirs)
    for name in ("score", "index", "hook pre-commit"):
        hyperion_watched(elsewhere, *_arguments(elsewhere, COMMANDS[name]), expected=(0, 2, 3))
        assert tree(elsewhere.foreign) == before, name
    folder = elsewhere.repo.path / ".git" / "hyperion-hook"
    folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)


def test_a_comment_on_github_runs_no_plant(checkout: World) -> None:
    as_it_is = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
    head, base = checkout.repo.git("rev-parse", "HEAD", "HEAD~6", env=as_it_is).split()
    pull = pull_json(base, head)
    event = checkout.folder("temporary") / "event.json"
    event.write_text(json.dumps({"action": "opened", "pull_request": pull}))
    double = GitHubDouble()
    with double:
        double.pull = pull
        done = hyperion_watched(
            checkout,
            "comment",
            env={
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_REPOSITORY": REPOSITORY,
                "GITHUB_TOKEN": JOB_TOKEN,
                "GITHUB_API_URL": double.api,
                "GITHUB_OUTPUT": str(checkout.folder("temporary") / "output"),
                "GITHUB_STEP_SUMMARY": str(checkout.folder("temporary") / "summary"),
            },
        )
        assert len(double.ours()) == 1
    assert not done.changed


@pytest.mark.parametrize("stages", [("pre-commit",), ("pre-commit", "commit-msg", "pre-push")])
def test_install_and_uninstall_run_no_plant(checkout: World, elsewhere: World, stages: tuple[str, ...]) -> None:
    given = [part for stage in stages for part in ("--stage", stage)]
    before = tree(checkout.root, OURS)
    done = hyperion_watched(checkout, "install", *given)
    assert all(name.startswith("repo/.git/hooks/") for name in done.changed)
    hyperion_watched(checkout, "uninstall")
    assert tree(checkout.root, OURS) == before
    # a folder of hooks that is not the repository's own is somebody else's
    done = hyperion_watched(elsewhere, "install", *given)
    assert all(name.startswith("repo/.git/hooks/") for name in done.changed)


def test_the_plants_are_alive(elsewhere: World) -> None:
    """What a user types does run them."""
    shell = shutil.which("sh") or "/bin/sh"
    typed = (
        "git status",
        "git diff",
        "git diff HEAD~3",
        "git add -A",
        "git commit -q -m x",
        "git log -2",
        "git fetch origin",
        "git checkout -q -b more",
        "git commit --amend",
        "git fetch evil",
        "uname",
        "python3",
    )
    subprocess.run(
        [shell, "-c", "; ".join(typed)],
        cwd=elsewhere.repo.path,
        check=False,
        capture_output=True,
        timeout=60,
        env=elsewhere.repo.environment() | elsewhere.environment,
        stdin=subprocess.DEVNULL,
    )
    git = shutil.which("git") or "git"
    for words in typed[:10]:
        subprocess.run(
            [git, *words.split()[1:]],
            cwd=elsewhere.repo.path,
            check=False,
            capture_output=True,
            timeout=60,
            env=elsewhere.repo.environment() | elsewhere.environment,
            stdin=subprocess.DEVNULL,
        )
    sang = elsewhere.sang()
    _still(elsewhere)
    assert len(sang) >= 10, sang


def test_a_hundred_kinds_were_planted(checkout: World, elsewhere: World) -> None:
    kinds = {*checkout.kinds, *elsewhere.kinds}
    assert len(kinds) >= 100, len(kinds)
