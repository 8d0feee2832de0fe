"""Questions about the commit graph."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.errors import GitError
from hyperion_hook.git.repository import Repository


def reachable(repository: Repository, tips: Sequence[str], without: Sequence[str] = ()) -> list[str]:
    """Return the commits reachable from ``tips`` and not from ``without``, parents before children."""
    if not tips:
        return []
    asked = "\n".join((*tips, *(f"^{commit}" for commit in without), ""))
    found = repository.git.run("rev-list", "--topo-order", "--reverse", "--stdin", stdin=asked.encode(), timeout=600)
    return found.decode("ascii").split()


def present(repository: Repository, commits: Sequence[str]) -> list[str]:
    """Return those of the commits whose objects are in the repository; others may have been collected as garbage."""
    if not commits:
        return []
    asked = "\n".join((*commits, "")).encode()
    found = repository.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked).decode("ascii")
    return [line.split()[0] for line in found.splitlines() if line.endswith(" commit")]


def missing_and_hidden(repository: Repository, head: str, tips: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what ``head`` reaches and the tips do not, and what the tips reach and ``head`` does not.

    Both are parents before children, and both are empty when ``head`` is the only tip, without asking git.
    """
    if list(tips) == [head]:
        return [], []
    alive = present(repository, tips)
    return reachable(repository, [head], alive), reachable(repository, alive, [head])


def count_commits(repository: Repository, head: str, exclude: Sequence[str] = ()) -> int:
    """Return how many commits ``head`` reaches and ``exclude`` does not."""
    asked = "\n".join((head, *(f"^{commit}" for commit in exclude), ""))
    return int(repository.git.run("rev-list", "--count", "--stdin", stdin=asked.encode(), timeout=600))


def lacks_objects(repository: Repository, tip: str, *, newest: int) -> bool:
    """Whether files or folders of the newest commits that ``tip`` reaches are missing from the repository."""
    found = repository.git.run(
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
    return not found or found.startswith(b"?") or b"\n?" in found


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits, ``None`` where they share no history."""
    found = repository.git.run("merge-base", one, other, check=False).decode("ascii").split()
    return found[0] if found else None


def is_ancestor(repository: Repository, one: str, other: str) -> bool:
    """Whether ``one`` is ``other`` or an ancestor of it."""
    try:
        repository.git.run("merge-base", "--is-ancestor", one, other)
    except GitError:
        return False
    return True
