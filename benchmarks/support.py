"""Whole-process figures as the operating system accounts for them, and histories of any length."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HYPERION = str(Path(sys.executable).with_name("hyperion-hook"))


@dataclass(frozen=True, slots=True)
class Figures:
    """Median CPU seconds (user and system, children included) and the largest peak memory in megabytes."""

    cpu: float
    peak_mb: float


def environment() -> dict[str, str]:
    """Return an environment without the machine's git configuration, with a fixed identity and clock.

    Modules are compiled once, as where the program is installed, whatever the machine says.
    """
    left_out = ("GIT_", "PYTHONDONTWRITEBYTECODE")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    return clean | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
        "GIT_AUTHOR_NAME": "Author 1",
        "GIT_AUTHOR_EMAIL": "author1@example.org",
        "GIT_COMMITTER_NAME": "Author 1",
        "GIT_COMMITTER_EMAIL": "author1@example.org",
    }


def measure(
    command: Sequence[str],
    folder: Path,
    *,
    runs: int = 5,
    warm_up: int = 1,
    before: Sequence[str] | None = None,
    more: Mapping[str, str] | None = None,
) -> Figures:
    """Run a command several times and return its figures; ``before`` is run ahead of each, uncounted."""
    times, peaks = [], []
    for number in range(warm_up + runs):
        if before:
            subprocess.run(before, cwd=folder, check=True, capture_output=True, env=environment())
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment() | dict(more or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert child.stderr is not None
        said = child.stderr.read()
        child.stderr.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)}: exit {child.returncode} {said.decode(errors='replace')}")
        if number >= warm_up:
            times.append(usage.ru_utime + usage.ru_stime)
            peaks.append(usage.ru_maxrss / 1024)
    return Figures(median(times), max(peaks))


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """Run git in a folder and return its standard output."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=stdin, capture_output=True, check=True, env=environment()
    )
    return done.stdout.decode()


def build_history(folder: Path, commits: int, *, files: int = 400, authors: int = 40) -> None:
    """Write a linear history with ``git fast-import``: three of ``files`` Python files change in each commit.

    One file in twenty commits is touched by a bug fix; every commit is an hour after the one before.
    """
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    feed = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE, env=environment())
    assert feed.stdin is not None
    start = 1_700_000_000 - commits * 3600
    versions = [0] * files
    for number in range(commits):
        touched = sorted({(number * 7 + step * 131) % files for step in range(3)})
        message = f"{'Fix crash' if number % 20 == 0 else 'Improve part'} {number}".encode()
        author = f"Author {number % authors} <author{number % authors}@example.org> {start + number * 3600} +0000"
        feed.stdin.write(
            f"commit refs/heads/main\nauthor {author}\ncommitter {author}\ndata {len(message)}\n".encode() + message
        )
        feed.stdin.write(b"\n")
        for file in touched:
            versions[file] += 1
            text = source_text(file, versions[file])
            feed.stdin.write(f"M 644 inline package/part{file % 20}/module{file}.py\ndata {len(text)}\n".encode())
            feed.stdin.write(text + b"\n")
    feed.stdin.close()
    if feed.wait():
        raise SystemExit("git fast-import failed")
    git(folder, "reset", "-q", "--hard")


def source_text(file: int, version: int) -> bytes:
    """Return a Python module of about eighty lines whose version can be told."""
    functions = "\n\n".join(
        f"def function_{number}(value):\n    total = {version if number == version % 8 else number}\n"
        f"    for item in range(value):\n        if item % {number + 2} == 0:\n            total += item\n"
        f"        else:\n            total -= 1\n    return total\n"
        for number in range(8)
    )
    return f'"""Module {file}."""\n\nimport os\nfrom package import part{file % 20}\n\n\n{functions}'.encode()


def stage_edit(folder: Path, count: int) -> None:
    """Stage a small edit of ``count`` source files of a work tree."""
    names = [name for name in git(folder, "ls-files").splitlines() if name.endswith((".py", ".java", ".js", ".c"))]
    for name in names[:: max(1, len(names) // count)][:count]:
        path = folder / name
        mark = "# " if name.endswith(".py") else "// "
        with path.open("ab") as file:
            file.write(f"\n{mark}another line\n".encode())
    git(folder, "add", "-A")
