"""Which objects of a repository are not there: a partial clone leaves some out, the collection of garbage others."""

from __future__ import annotations

from collections.abc import Sequence

from hyperion_hook.git.repository import Repository
from hyperion_hook.git.run import PATIENT_SECONDS

_ONE_IN = 100


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
