"""The real git with hooks that find our executable, as on a developer's machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.command import EXECUTABLE
from tests.support.repo import TestRepo

BIN = EXECUTABLE.parent


def git(
    repo: TestRepo, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run git with everything its hooks need, and return what happened, both streams in ``stdout``."""
    return subprocess.run(
        ["git", *arguments],
        cwd=cwd or repo.path,
        text=True,
        errors="replace",
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=hook_environment(repo) | environment,
    )


def hook_environment(repo: TestRepo) -> dict[str, str]:
    """Return the environment of a developer: identity, no global git configuration, our program on the path."""
    kept = {
        name: value
        for name, value in repo.environment().items()
        if not name.startswith("HYPERION_HOOK_") or name == "HYPERION_HOOK_HOOK_DETAIL"
    }
    refs = [name for name in kept if name.startswith("PRE_COMMIT") and name != "PRE_COMMIT_HOME"]
    clean = {name: value for name, value in kept.items() if name not in refs}
    return clean | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
