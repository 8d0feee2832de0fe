"""What the code hosts share: the commits must be there, and the index is brought up to date before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyperion_hook.commands import say
from hyperion_hook.commands.support.open_assessor import OpenAssessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.domain.assessment import Assessment
from hyperion_hook.errors import GitError, HyperionError
from hyperion_hook.git.ancestry import present
from hyperion_hook.git.repository import Repository

if TYPE_CHECKING:
    from hyperion_hook.assess import Assessor


def absent_commits(repository: Repository, wanted: Sequence[str]) -> list[str]:
    """Return those of the commits that are not in the clone."""
    there = set(present(repository, wanted))
    return [commit for commit in wanted if commit not in there]


def need_commits(repository: Repository, wanted: Sequence[str], remedy: str) -> None:
    """Make sure that commits are in the clone; raise ``GitError`` if one is not; it says what to do."""
    for commit in absent_commits(repository, wanted):
        raise GitError(f"comment: commit {commit[:10]} is not in this clone; {remedy}")


def assessed(
    repo: Path | None, config: Config, question: Callable[[Assessor], Assessment], assessor_of: OpenAssessor
) -> Assessment:
    """Return the answer of an assessor whose index is up to date."""
    progress = ProgressLine()
    with assessor_of(repo, config, progress) as assessor:
        try:
            assessor.build_index(rebuild=False)
        except HyperionError as error:
            # a cache that cannot be written costs time and says so, nothing more
            say(f"warning: {error}")
        assessment = question(assessor)
    progress.clear()
    return assessment
