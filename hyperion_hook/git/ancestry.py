"""Questions about the commit graph."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import PATIENT_SECONDS

_ONE_IN = 100


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
    options = ("--objects", "--missing=print", "--no-merges", f"--max-count={newest}")
    objects = repository.git.run("rev-list", *options, tip, timeout=PATIENT_SECONDS, check=False)
    # a commit that git cannot read at all gives no list
    missing = objects.count(b"\n?") + objects.startswith(b"?")
    return not objects or missing * _ONE_IN > objects.count(b"\n")


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits, ``None`` where they share no history."""
    result = repository.git.run("merge-base", one, other, check=False).decode("ascii").split()
    return result[0] if result else None
