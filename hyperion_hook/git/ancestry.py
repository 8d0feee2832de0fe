"""Questions about the commit graph."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.git.repository import Repository

_ONE_IN = 100


def reachable(repository: Repository, tips: Sequence[str], without: Sequence[str] = ()) -> list[str]:
    """Return the commits reachable from ``tips`` and not from ``without``, parents before children."""
    if not tips:
        return []
    asked = "\n".join((*tips, *(f"^{commit}" for commit in without), ""))
    result = repository.git.run("rev-list", "--topo-order", "--reverse", "--stdin", stdin=asked.encode(), timeout=600)
    return result.decode("ascii").split()


def present(repository: Repository, commits: Sequence[str]) -> list[str]:
    """Return those of the commits whose objects are in the repository; others may have been collected as garbage."""
    if not commits:
        return []
    asked = "\n".join((*commits, "")).encode()
    result = repository.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).decode("ascii")
    return [line.split()[0] for line in result.splitlines() if line.endswith(" commit")]


def lacks_objects(repository: Repository, tip: str, *, newest: int) -> bool:
    """Whether files and folders of the newest commits that ``tip`` reaches are missing from the repository.

    One in a hundred may be: a filter by size leaves out a few large files, of which hardly a commit is made.
    """
    result = repository.git.run(
        "rev-list",
        "--objects",
        "--missing=print",
        "--no-merges",
        f"--max-count={newest}",
        tip,
        timeout=600,
        check=False,
    )
    # a commit that git cannot read at all gives no list
    missing = result.count(b"\n?") + result.startswith(b"?")
    return not result or missing * _ONE_IN > result.count(b"\n")


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits, ``None`` where they share no history."""
    result = repository.git.run("merge-base", one, other, check=False).decode("ascii").split()
    return result[0] if result else None
