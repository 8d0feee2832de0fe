"""The whole ``comment`` run on a real history: cost, requests and length, against a stand-in for GitHub.

    python -m benchmarks.comment PATH/TO/REPOSITORY [--scratch FOLDER] [--changes 5]

A clone without an index comes first, then the same one with its index, for the newest changes of two to ten files.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.support import HYPERION, environment, git
from tests.support.github import JOB_TOKEN, REPOSITORY, GitHubDouble, pull_json

LIMITS = {"fresh": 60.0, "restored": 5.0}


def ordinary(folder: Path, wanted: int) -> list[tuple[str, str]]:
    """Return (base, head) of the newest changes of two to ten files."""
    found = []
    for line in git(folder, "rev-list", "--parents", "--no-merges", "-n", "200", "HEAD").splitlines():
        head, *parents = line.split()
        if parents and 2 <= len(git(folder, "diff-tree", "-r", "--name-only", parents[0], head).splitlines()) <= 10:
            found.append((parents[0], head))
    return found[:wanted]


def step(folder: Path, double: GitHubDouble, files: Path, base: str, head: str) -> tuple[float, int, int, str]:
    """Run the step once: CPU seconds, requests, characters of the comment, the level."""
    pull = pull_json(base, head)
    (files / "event.json").write_text(json.dumps({"action": "synchronize", "pull_request": pull}), encoding="utf-8")
    before = len(double.asked)
    child = subprocess.Popen(
        [HYPERION, "--repo", str(folder), "comment"],
        cwd=files,
        stdout=subprocess.DEVNULL,
        env=environment()
        | {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(files / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_OUTPUT": str(files / "output"),
            "GITHUB_TOKEN": JOB_TOKEN,
            "GITHUB_STEP_SUMMARY": str(files / "summary"),
            "GITHUB_API_URL": double.api,
        },
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or double.faults or len(double.ours()) != 1:
        raise SystemExit(f"comment: exit {child.returncode}, {double.faults}, {len(double.ours())} comments")
    body = double.ours()[0]["body"].replace("\r\n", "\n")
    level = next(line for line in body.splitlines() if line.startswith("### ")).split()[2]
    return usage.ru_utime + usage.ru_stime, len(double.asked) - before, len(body), level


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--changes", type=int, default=5)
    asked = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(dir=asked.scratch))
    try:
        folder, files = scratch / "clone", scratch / "runner"
        files.mkdir()
        git(scratch, "clone", "-q", "--shared", "--no-checkout", str(asked.repository.absolute()), str(folder))
        print(f"{git(folder, 'rev-list', '--count', 'HEAD').strip()} commits")
        for number, (base, head) in enumerate(ordinary(folder, asked.changes)):
            with GitHubDouble() as double:
                assert isinstance(double, GitHubDouble)
                state = "restored" if number else "fresh"
                cpu, requests, length, level = step(folder, double, files, base, head)
                print(
                    f"{state:9} {cpu:6.2f} CPU s (limit {LIMITS[state]:.0f}), {requests} requests (limit 6),"
                    f" {length:,} characters, {level}",
                    flush=True,
                )
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
