"""The hook's path imports nothing heavy and opens no socket: looked at from inside the real executable."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.support.repo import TestRepo

HEAVY = {"numpy", "pandas", "scipy", "sklearn", "xgboost", "git", "joblib", "matplotlib", "skops", "mlflow"}
EXPLAINING = {"statistics", "fractions", "_decimal", "random"}
"""What only an explanation may ask for."""

# imported by the interpreter before anything of ours, so that whatever the command imports or connects is seen
WATCH = """
import atexit, json, os, socket, sys
def refuse(*arguments, **more):
    raise RuntimeError("a socket was opened")
socket.socket.connect = refuse
socket.create_connection = refuse
def report():
    with open(os.environ["SEEN_MODULES"], "w") as file:
        json.dump(sorted(sys.modules), file)
atexit.register(report)
"""


NEEDLESS = {"click", "dataclasses", "inspect", "ast", *EXPLAINING}
"""What costs a silent hook more than it gives: parsers of arguments and of Python."""


def modules_of(repo: TestRepo, arguments: list[str], tmp_path: Path) -> set[str]:
    watch = tmp_path / "watch"
    watch.mkdir(exist_ok=True)
    (watch / "sitecustomize.py").write_text(WATCH)
    seen = tmp_path / "seen.json"
    done = subprocess.run(
        [Path(sys.executable).with_name("hyperion-hook"), *arguments],
        cwd=repo.path,
        capture_output=True,
        text=True,
        env=repo.environment() | {"PYTHONPATH": str(watch), "SEEN_MODULES": str(seen)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(seen.read_text()))


@pytest.mark.parametrize(
    "arguments", [["score", "--staged", "--no-explain"], ["hook", "pre-commit", "--no-explain"]], ids=" ".join
)
def test_a_warm_silent_run_imports_little(tmp_path: Path, arguments: list[str]) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"B.java": "class B { int f() { return 1; } }\n"})
    repo.stage({"B.java": "class B { int f() { return 2; } }\n"})
    # a hook gives up at its limit on a busy machine, and the next would not find everything warm
    modules_of(repo, ["score", "--staged", "--no-explain"], tmp_path)
    modules_of(repo, arguments, tmp_path)
    modules = modules_of(repo, arguments, tmp_path)
    assert not modules & NEEDLESS
    assert len(modules) <= 310
    assert sum(name.startswith("hyperion_hook") for name in modules) <= 165


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "--staged"],
        ["score", "HEAD"],
        ["score", "--staged", "--no-explain"],
        ["hook", "pre-commit"],
        ["features", "list"],
        ["models", "list"],
    ],
    ids=" ".join,
)
def test_the_real_command_stays_light(tmp_path: Path, arguments: list[str]) -> None:
    modules = imported_by(tmp_path, arguments)
    assert not modules & HEAVY
    if "--no-explain" in arguments:
        assert not modules & EXPLAINING


@pytest.mark.parametrize("arguments", [["label"], ["install"], ["retrain"]], ids=" ".join)
def test_off_the_hooks_path_gitpython_is_asked(tmp_path: Path, arguments: list[str]) -> None:
    modules = imported_by(tmp_path, arguments, codes={0, 3} if arguments == ["retrain"] else {0})
    assert "git" in modules
    assert arguments == ["retrain"] or not modules & (HEAVY - {"git"})


def imported_by(tmp_path: Path, arguments: list[str], codes: Collection[int] = (0,)) -> set[str]:
    """Return the packages that the real command has imported at its end."""
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "def f(x):\n    return x\n", "B.java": "class B { int f() { return 1; } }\n"})
    repo.stage({"a.py": "def f(x):\n    if x:\n        return 1\n    return x\n", "B.java": "class B { int g; }\n"})
    modules = {name.partition(".")[0] for name in modules_of(repo, arguments, tmp_path)}
    assert "hyperion_hook" in modules
    return modules
