"""Questions about the commit graph."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import PATIENT_SECONDS


def rev_list(
    repository: Repository, tips: Sequence[str], exclude: Sequence[str] = (), options: Sequence[str] = ()
) -> list[str]:
    """Return the ids that ``git rev-list`` gives of commits reachable from ``tips`` and not from ``exclude``."""
    if not tips:
        return []
    asked = "\n".join((*tips, *(f"^{commit}" for commit in exclude), ""))
    output = repository.git.run("rev-list", *options, "--stdin", stdin=asked.encode(), timeout=PATIENT_SECONDS)
    return output.decode("ascii").split()


def commit_ids(
    repository: Repository,
    tips: Sequence[str],
    *,
    exclude: Sequence[str] = (),
    newest: int | None = None,
    merges: bool = True,
) -> list[str]:
    """Return the ids of a stretch of history, parents before children, on request without merges."""
    limit = (*(() if newest is None else (f"--max-count={newest}",)), *(() if merges else ("--no-merges",)))
    return rev_list(repository, tips, exclude, ("--topo-order", "--reverse", *limit))


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits, ``None`` where they share no history."""
    result = repository.git.run("merge-base", one, other, check=False).decode("ascii").split()
    return result[0] if result else None
