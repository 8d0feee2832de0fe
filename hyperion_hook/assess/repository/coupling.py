"""Which source files change together: what has to be known by both is often one thing in two places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import combinations

from hyperion_hook.domain.files.paths import directory_of
from hyperion_hook.domain.overview import Coupling, Pair
from hyperion_hook.scoring.co_change import likeness, words_of
from hyperion_hook.store.history.commits_before import Past

COMMITS = 1_000
MOST_FILES = 30
"""A commit of more files says little about any two of them."""
LEAST_TOGETHER = 4
MOST_PAIRS = 15
_LOOKED_AT = 300
"""Of the pairs, the strongest: the others' paths are not looked up."""


def coupling_of(past: Past, sources: Collection[str]) -> Coupling:
    """Return the pairs of these files that change together most, the strongest first."""
    recent = past.recent(COMMITS)
    small = [commit.files for commit in recent if len(commit.files) <= MOST_FILES]
    single = Counter(file for files in small for file in files)
    common = Counter(pair for files in small for pair in combinations(sorted(files), 2))
    counts = {
        pair: (together, single[pair[0]] + single[pair[1]] - together)
        for pair, together in common.items()
        if together >= LEAST_TOGETHER
    }
    strengths = sorted((_strength(*count) for count in counts.values()), reverse=True)
    # with all that equal the last: numbers of files say nothing about them
    weakest = strengths[:_LOOKED_AT][-1:]
    chosen = {pair: count for pair, count in counts.items() if [_strength(*count)] >= weakest}
    known = past.history.known_files({file for pair in chosen for file in pair})
    pairs = [
        _pair({known[one].path, known[other].path}, *count)
        for (one, other), count in chosen.items()
        if one in known and other in known and {known[one].path, known[other].path} <= set(sources)
    ]
    # half counts where it is no news that two files belong together
    pairs.sort(key=lambda pair: (-_strength(pair.together, pair.either) * (0.5 if pair.is_expected else 1.0), pair))
    return Coupling(tuple(pairs[:MOST_PAIRS]), len(recent), recent[-1].time if recent else 0)


def _pair(paths: Collection[str], together: int, either: int) -> Pair:
    first, second = sorted(paths)
    expected = directory_of(first) == directory_of(second) or likeness(words_of(first), words_of(second)) == 1.0
    return Pair(first, second, together, either, expected)


def _strength(together: int, either: int) -> float:
    """Return the number of common commits times their share in those on either file."""
    return together * together / either
