"""Which lines of a file commits changed, and which commit introduced each line, without their text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hyperion_hook.domain.late_patterns import late_pattern
from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import Git

_ROW = late_pattern(rb"^(?:([0-9a-f]{40,64})$|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE)
# a line of content has a tab before it, and no other line begins with an id
_BLAMED = late_pattern(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ \d+", re.MULTILINE)
_OPTIONS = ("--stdin", "-r", "--root", "-p", "-U0", "--no-renames")


class Position(NamedTuple):
    """Where a hunk stands: one-based starts and counts; where a count is 0 the start is the line before."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int


def read_positions(
    repository: Repository, path: str, commits: Sequence[str], seconds: float
) -> dict[str, tuple[Position, ...]]:
    """Return the hunks of a file in non-merge commits, by commit; nothing where git does not answer in time."""
    try:
        asked = "".join(f"{commit}\n" for commit in commits).encode("ascii")
        output = repository.git.run("diff-tree", *_OPTIONS, "--", path, stdin=asked, timeout=seconds)
    except GitError:
        return {}
    # a commit in which the file was called otherwise says nothing of it
    positions: dict[str, list[Position]] = {commit: [] for commit in commits}
    current: list[Position] = []
    for match in _ROW.finditer(output):
        if match[1]:
            current = positions.setdefault(match[1].decode("ascii"), [])
        else:
            old, old_count, new, new_count = (int(match[part] or b"1") for part in (2, 3, 4, 5))
            current.append(Position(old, old_count, new, new_count))
    return {commit: tuple(hunks) for commit, hunks in positions.items()}


def blamed(git: Git, commit: str, path: str) -> list[str]:
    """Return for each line of a file as of a commit the commit that introduced it.

    Raises ``GitError`` if there is no such file, or an object is missing.
    """
    # the empty name forgets the files of commits to pass over that the repository's settings name
    output = git.run("blame", "--porcelain", "--ignore-revs-file=", commit, "--", path, timeout=600)
    return [name.decode("ascii") for name in _BLAMED.findall(output)]
