"""Who changed the touched files before, and how well the author knows them.

Files written by many, or by people who only pass by, hold more bugs; an author new to the place makes more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from operator import attrgetter

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.files.paths import subsystem_of
from hyperion_hook.domain.history import MONTH
from hyperion_hook.domain.remedies import Note
from hyperion_hook.domain.vector import Missing, Value
from hyperion_hook.features.context import Context
from hyperion_hook.features.history.touched_files import (
    ONLY_NEW_FILES,
    Lives,
    commits_since,
    covers,
    lives_of,
    month_of,
)

_author_of = attrgetter("author")

UNKNOWN_AUTHOR = Missing(
    Note("author is not known: set user.name and user.email", advice="set user.name and user.email")
)
_MINOR_SHARE = 0.05
_YEAR_MONTHS = 365 / 30
_OF_AUTHOR = ("exp", "rexp", "sexp", "author_experience", "author_bug_share", "author_recent_commits")
_OF_AUTHOR_ON_FILES = ("author_ownership", "author_file_commits")


def measure(context: Context) -> dict[str, Value]:
    """Return the features of authorship and experience.

    Authorship looks at the newest 512 commits of each file. Experience counts thirty-day months, the current one
    being month 0; an author who never committed here has none. A history that was cut short knows neither whole lives
    of files nor whole careers: they are missing for its reason.

    References
    ----------
    .. [1] Y. Kamei et al., "A large-scale empirical study of just-in-time quality assurance", IEEE TSE 39(6), 2013.
    .. [2] C. Bird et al., "Don't touch my code! Examining the effects of ownership on software quality", FSE 2011.
    """
    lives = lives_of(context)
    by_file = [life.author_counts for life in lives.seen]
    return _authorship(lives, by_file) | _ownership(context, lives, by_file) | _experience(context)


def _authorship(lives: Lives, by_file: Sequence[Mapping[int, int]]) -> dict[str, Value]:
    together = by_file[0] if len(by_file) == 1 else Counter(map(_author_of, lives.distinct_events))
    values: dict[str, Value] = {
        "ndev": float(len(together)),
        "contributor_count": float(max(map(len, by_file), default=0)),
        "knowledge_distribution": normalised_entropy(together) if together else ONLY_NEW_FILES,
        "bus_factor": float(bus_factor(together)) if together else ONLY_NEW_FILES,
        "minor_contributor_count": float(max(map(minor_contributors, by_file), default=0)),
    }
    return values if lives.unknown is None else dict.fromkeys(values, lives.unknown)


def _ownership(context: Context, lives: Lives, by_file: Sequence[Mapping[int, int]]) -> dict[str, Value]:
    author = context.change.author
    if author is None:
        return dict.fromkeys(_OF_AUTHOR_ON_FILES, UNKNOWN_AUTHOR)
    if lives.unknown is not None:
        return dict.fromkeys(_OF_AUTHOR_ON_FILES, lives.unknown)
    number = context.history.author_number(author)
    own = [0 if number is None else commits.get(number, 0) for commits in by_file]
    shares = sorted(count / sum(commits.values()) for count, commits in zip(own, by_file, strict=True))
    return {
        "author_ownership": sum(shares) / len(shares) if shares else ONLY_NEW_FILES,
        "author_file_commits": float(sum(own)),
    }


def _experience(context: Context) -> dict[str, Value]:
    author = context.change.author
    if author is None:
        return dict.fromkeys(_OF_AUTHOR, UNKNOWN_AUTHOR)
    month = month_of(context.change.time)
    tallies = context.history.author(author)
    commits, fixes = tallies.total
    subsystems = sorted({subsystem_of(file.path) for file in context.change.files})
    in_subsystems = [context.history.author_in(author, subsystem).total[0] for subsystem in subsystems]
    recent = float(commits_since(tallies, month - 3)[0])
    reason = context.history.missing_reason
    if reason is not None:
        short = dict.fromkeys(_OF_AUTHOR, Missing(reason))
        return short | {"author_recent_commits": covers(context, (month - 3) * MONTH) or recent}
    return {
        "exp": float(commits),
        "rexp": sum(tally.commits / (1 + max(0, month - tally.month) / _YEAR_MONTHS) for tally in tallies) + 0.0,
        "sexp": sum(in_subsystems) / len(in_subsystems) if in_subsystems else 0.0,
        "author_experience": float(months_here(context, author) or 0),
        "author_bug_share": fixes / commits if commits else Missing("a new author: no commits here yet"),
        "author_recent_commits": recent,
    }


def months_here(context: Context, author: Author) -> int | None:
    """Return the thirty-day months since a person's first commit, ``None`` for one without commits."""
    tallies = context.history.author(author)
    return max(0, month_of(context.change.time) - tallies[0].month) if tallies else None


def normalised_entropy(commits: Mapping[int, int]) -> float:
    """Return how evenly commits are spread over authors.

    Commits are by author, each positive. The result is Shannon's entropy over its maximum, in [0, 1]; 0 for fewer than
    two authors.

    Examples
    --------
    >>> normalised_entropy(Counter({1: 3, 2: 3})), normalised_entropy(Counter({1: 9}))
    (1.0, 0.0)
    """
    if len(commits) < 2:
        return 0.0
    total = sum(commits.values())
    # the measure of ``change.diffusion.change_entropy`` by another logarithm: for more than half of real rows the last
    # bits differ, and stored vectors have them, so the two become one only with the next EXTRACTOR_VERSION
    entropy = -sum(count / total * log(count / total) for count in sorted(commits.values()))
    return min(1.0, entropy / log(len(commits)))


def bus_factor(commits: Mapping[int, int]) -> int:
    """Return the smallest number of authors who made more than half of the commits.

    Examples
    --------
    >>> bus_factor(Counter({1: 5, 2: 5})), bus_factor(Counter({1: 6, 2: 3, 3: 2}))
    (2, 1)
    """
    half = sum(commits.values()) / 2
    made = authors = 0
    for count in sorted(commits.values(), reverse=True):
        made += count
        authors += 1
        if made > half:
            break
    return authors


def minor_contributors(commits: Mapping[int, int]) -> int:
    """Return the number of authors who made less than a twentieth of the commits."""
    few = _MINOR_SHARE * sum(commits.values())
    return sum([count < few for count in commits.values()])
