"""A whole history labelled in one pass, without measuring anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels.line_origins import SOURCES, LineOrigins
from hyperion_hook.training.labels.read_history import read_history
from hyperion_hook.training.labels.szz import Labeller, SzzRules

_REPORT_EVERY = 50


def label_history(
    repository: Repository,
    tips: Sequence[str],
    rules: SzzRules | None = None,
    *,
    given: Collection[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Labeller:
    """Return the labeller that saw every commit which leads to the tips.

    Parameters
    ----------
    repository
        Only read.
    tips
        Ids of the newest commits; what is fixed after them is not known.
    rules
        How inducing commits are found.
    given
        Ids of the commits that are fixes; by default they are found by their messages.
    progress
        Told about every fiftieth commit.

    Raises
    ------
    GitError
        If git fails.
    """
    rules = rules or SzzRules()
    with LineOrigins(repository, tips, roles=rules.roles) as origins:
        labeller = Labeller(origins, rules, given, repository.cut_off())
        history = read_history(repository, tips, merges=True, sources_only=rules.roles == SOURCES)
        for count, commit in enumerate(history, 1):
            labeller.advance(commit)
            if progress is not None and count % _REPORT_EVERY == 0:
                progress("reading history", count, origins.commits)
    return labeller
