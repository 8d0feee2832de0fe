"""Real repositories built from a specification one can read: pinned dates and identities, real git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

START = 1_600_000_000
"""Unix seconds of the first commit of a test repository."""


class TestRepo:
    """A repository in a folder; every commit is one day after the one before unless told otherwise."""

    __test__ = False

    def __init__(self, path: Path, *, init: bool = True) -> None:
        self.path = path
        self.clock = START
        if init:
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main")

    def environment(self, author: str = "Ada <ada@example.org>", time: int | None = None) -> dict[str, str]:
        """Return the environment git runs in."""
        name, _, email = author.rpartition(" <")
        when = f"@{self.clock if time is None else time} +0000"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        return clean | {
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": email.rstrip(">"),
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": name,
            "GIT_COMMITTER_EMAIL": email.rstrip(">"),
            "GIT_COMMITTER_DATE": when,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C",
            "TZ": "UTC",
        }

    def git(
        self,
        *arguments: str,
        author: str = "Ada <ada@example.org>",
        check: bool = True,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run git here and return its standard output."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**self.environment(author), **(env or {})},
            input=stdin,
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files into the work tree; ``None`` removes one."""
        for name, content in files.items():
            target = self.path / name
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def stage(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files and stage everything."""
        self.write(files)
        self.git("add", "-A")

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        message: str = "change",
        author: str = "Ada <ada@example.org>",
        days: float = 1,
    ) -> str:
        """Write files, stage everything, commit, and return the commit's id."""
        self.clock += int(days * 86_400)
        self.stage(files)
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message, author=author)
        return self.head()

    def head(self) -> str:
        """Return the id of HEAD."""
        return self.git("rev-parse", "HEAD").strip()

    def merge(self, *branches: str, message: str = "merge") -> str:
        """Merge branches without fast-forward and return the commit's id."""
        self.clock += 86_400
        self.git("merge", "-q", "--no-ff", "-m", message, *branches)
        return self.head()
