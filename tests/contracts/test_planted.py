"""At least a hundred kinds of plants, and no command and no part of the API runs, writes or deletes any of them.

All plants of a world are there at once; a file for each kind tells which of them ran.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.buggy import buggy_history
from tests.support.canaries import (
    World,
    plant_attributes,
    plant_commands,
    plant_hooks,
    plant_modules,
    plant_names,
    plant_objects,
    plant_settings,
    plant_variables,
)
from tests.support.github import JOB_TOKEN, REPOSITORY, GitHubDouble, pull_json
from tests.support.registering import register_bundled
from tests.support.repo import TestRepo
from tests.support.watched import hyperion_watched

COMMANDS: dict[str, tuple[str, ...]] = {
    "score": ("score",), "score json": ("score", "--format", "json"), "score REV": ("score", "HEAD~4"),
    "score A..B": ("score", "HEAD~12..HEAD", "--format", "sarif"),
    "score --each": ("score", "HEAD~6..HEAD", "--each"),
    "score markdown": ("score", "HEAD", "--format", "markdown"),
    "index": ("index",), "index --rebuild": ("index", "--rebuild"),
    "features extract": ("features", "extract", "HEAD"), "features extract staged": ("features", "extract"),
    "features list": ("features", "list"), "label": ("label",), "label csv": ("label", "--format", "csv"),
    "models list": ("models", "list"), "models show": ("models", "show"),
    "models promote": ("models", "promote", "{version}"), "models rollback": ("models", "rollback"),
    "models deprecate": ("models", "deprecate", "{version}"),
    "models export": ("models", "export", "{version}", "{outputs}/exported"),
    "config show": ("config", "show"), "completion bash": ("completion", "bash"),
    "completion zsh": ("completion", "zsh"), "completion fish": ("completion", "fish"),
    "hook pre-commit": ("hook", "pre-commit"), "hook commit-msg": ("hook", "commit-msg", ".git/COMMIT_EDITMSG"),
    "hook pre-push": ("hook", "pre-push", "origin", "https://example.org/x.git"),
    "comment": ("comment", "--forge", "none", "HEAD~6..HEAD"), "help": ("--help",), "version": ("--version",),
}
TRAINING: dict[str, tuple[str, ...]] = {
    "retrain": ("retrain", "--jobs", "2"), "evaluate": ("evaluate", "--jobs", "2"),
    "drift": ("drift", "--jobs", "2", "--plot", "{outputs}/drift.png"),
    "report": ("report", "--jobs", "2", "--output", "{outputs}/report.html"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    """Build the history that every world has."""
    repo = buggy_history(tmp_path_factory.mktemp("base") / "repo", commits=400)
    repo.clock += 900 * 86_400
    return repo


def world_of(base: TestRepo, root: Path) -> World:
    root.mkdir()
    shutil.copytree(base.path, root / "repo", symlinks=True)
    repo = TestRepo(root / "repo", init=False)
    repo.clock = base.clock
    return World(root, repo)


@pytest.fixture(scope="module")
def checkout(base: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Plant modules, programs of an empty entry of ``PATH``, hooks, settings, attributes and variables."""
    world = world_of(base, tmp_path_factory.mktemp("planted") / "world")
    plant_modules(world)
    plant_names(world)
    _finish(world, ("", "."), ".gitattributes")
    plant_hooks(world, world.repo.path / ".git" / "hooks")
    return _still(world)


@pytest.fixture(scope="module")
def settings(base: TestRepo, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Plant replaced objects, programs of relative entries of ``PATH``, and a folder of hooks; no modules."""
    world = world_of(base, tmp_path_factory.mktemp("planted") / "world")
    plant_objects(world)
    _finish(world, ("bin", "./tools"), ".git/info/attributes")
    plant_hooks(world, world.folder("foreign") / "hooks")
    with (world.repo.path / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\thooksPath = {world.folder('foreign') / 'hooks'}\n")
    return _still(world)


def _finish(world: World, entries: tuple[str, ...], attributes: str) -> None:
    world.repo.write({"src/staged.py": "def g(x):\n    return x\n", "src/part1.py": "def run(x):\n    return 1\n"})
    world.repo.git("add", "-A")
    (world.repo.path / ".git" / "COMMIT_EDITMSG").write_text("Fix $(touch x) `touch y`\n\n# comment\n")
    world.environment["VERSION"] = register_bundled(world.repo.path)
    world.folder("outputs")
    plant_attributes(world, attributes)
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
@pytest.mark.parametrize("place", ["checkout", "settings"])
def test_no_command_runs_a_plant(name: str, place: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(place)
    head = world.repo.path / ".git" / "refs" / "heads" / "main"
    pushed = f"refs/heads/main {head.read_text().strip()} refs/heads/main {'0' * 40}\n"
    done = hyperion_watched(world, *_arguments(world, COMMANDS[name]), stdin=pushed if "pre-push" in name else "",
                            expected=(0, 3) if name.startswith("models ") else (0,))
    assert not done.changed


def test_a_hundred_kinds_were_planted(checkout: World, settings: World) -> None:
    kinds = {*checkout.kinds, *settings.kinds}
    assert len(kinds) >= 100, len(kinds)
