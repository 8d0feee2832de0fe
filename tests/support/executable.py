"""The real executable, run as a person or git would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.repo import TestRepo

BIN = Path(sys.executable).parent
EXECUTABLE = BIN / "hyperion-hook"


def git(repo: TestRepo, *arguments: str, cwd: Path | None = None, **environment: str
        ) -> subprocess.CompletedProcess[str]:
    """Run git with everything its hooks need, and return what happened, both streams in ``stdout``."""
    return subprocess.run(
        ["git", *arguments], cwd=cwd or repo.path, text=True, errors="replace", check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        env=hook_environment(repo) | environment,
    )


def hook_environment(repo: TestRepo) -> dict[str, str]:
    """Return the environment of a developer: identity, no global git configuration, our program on the path."""
    ours = ("PRE_COMMIT", "HYPERION")
    clean = {name: value for name, value in repo.environment().items() if not name.startswith(ours)}
    return clean | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def hyperion(repo: TestRepo, *arguments: str, cwd: Path | None = None, stdin: str = "", **environment: str
             ) -> subprocess.CompletedProcess[str]:
    """Run our program in a repository."""
    return subprocess.run(
        [EXECUTABLE, *arguments], cwd=cwd or repo.path, capture_output=True, text=True, errors="surrogateescape",
        input=stdin, env=hook_environment(repo) | environment, check=False,
    )
