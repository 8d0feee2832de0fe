"""Files that usually change with the touched ones: evidence of past commits to a ranked list.

1. Each touched file's own commits tell how often another file changed with it: the newest count most, large ones
   little, and a file of few commits is not believed at once.
2. Past commits that resemble the change as a whole tell what they changed beside it.
3. The best by both are looked at closely: does the name say that they belong together, do they lie in one folder, are
   they still changed at all. A conditional logistic formula puts it together: the probabilities of all candidates and
   of "none of them" sum to one.

The constants were fitted to earlier changes of half of the training corpus, in each of which one file was hidden
(``benchmarks/co_change.py``); ``docs/impact.md`` has the figures on other repositories.

References
----------
.. [1] T. Zimmermann et al., "Mining version histories to guide software changes", ICSE 2004: support and confidence.
.. [2] T. Rolfsnes et al., "Generalizing the analysis of evolutionary coupling for software change impact analysis",
   SANER 2016: aggregating rules of several files.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from hyperion_hook.domain.co_change import ChangeSet, CoChange, KnownFile, PastOfFile
from hyperion_hook.domain.files.paths import directory_of
from hyperion_hook.domain.history import DAY
from hyperion_hook.domain.light_dataclasses import dataclass

CLOSER_LOOK = 100
"""Candidates whose names and ages are looked at."""

HALF_COMMITS = 20.0
"""After so many newer commits on a touched file an older one counts half."""

HALF_DAYS = 730.0
"""After so many days a commit that resembles the change counts half."""

SMALL = 3
"""Commits of up to so many other files count fully; one of n counts ``sqrt(SMALL / n)``."""

DOUBT = 1.0
"""Commits, weighted, that say nothing is coupled, until a file has a past of its own."""

KNN_DOUBT = 0.3
FLOOR = 0.01

WEIGHTS = {
    "log_mean_confidence": 0.618,
    "log_resemblance": 1.001,
    "any_confidence": 2.236,
    "log_support": -0.540,
    "same_stem": 1.453,
    "same_folder": 0.625,
    "log_days": -0.221,
}
NONE = -3.377
"""Weight of the case that the missing file is none of the candidates."""

LEAST_PROBABILITY = 0.4
LEAST_SUPPORT = 3
"""What is shown from here on is right two times out of three where a file is missing (``docs/impact.md``)."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_]+")
_COMMON_WORDS = frozenset(("test", "tests", "spec", "it", "impl", "main", "src", "index", "init", "mod"))


class _Tally:
    """What is known of one candidate: confidence summed over touched files, and that none of them is right."""

    __slots__ = ("none", "resemblance", "support", "total")

    def __init__(self) -> None:
        self.total = self.resemblance = 0.0
        self.none = 1.0
        self.support = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that changed with touched ones before, and what the formula looks at, by the names in ``WEIGHTS``."""

    file: int
    path: str
    features: Mapping[str, float]

    @property
    def weight(self) -> float:
        """What the formula makes of it; comparable among the candidates of one change."""
        return math.exp(sum(WEIGHTS[name] * value for name, value in self.features.items()))


def rank_co_changes(
    evidence: Sequence[PastOfFile],
    known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    paths: Sequence[str],
    time: int,
) -> list[CoChange]:
    """Return the files that changed with the touched ones in the past, the likeliest to belong to the change first.

    ``evidence`` is of ``History.changed_together``, ``known_files`` is ``History.known_files``. ``paths`` are those of
    all touched files, new ones included: names count, too. The change is made at ``time``, Unix seconds.
    """
    candidates = weighed(evidence, known_files, paths, time)
    weight_of_all = math.exp(NONE) + sum(candidate.weight for candidate in candidates)
    candidates.sort(key=lambda candidate: (-candidate.weight, candidate.path))
    rules = _strongest_rules(evidence, frozenset(candidate.file for candidate in candidates))
    ranked = []
    for candidate in candidates:
        beside, support, commits = rules[candidate.file]
        numbers = support, commits, support / commits, candidate.weight / weight_of_all
        ranked.append(CoChange(candidate.path, candidate.file, beside, *numbers))
    return ranked


def weighed(
    evidence: Sequence[PastOfFile],
    known_files: Callable[[Iterable[int]], Mapping[int, KnownFile]],
    paths: Sequence[str],
    time: int,
) -> list[Candidate]:
    """Return the most promising candidates with what the formula looks at, by path."""
    tallies = _tallies(evidence, time)
    promises = {file: tally.resemblance + 1.0 - tally.none for file, tally in tallies.items()}
    # with all that equal the last: numbers of files say nothing about them
    least = sorted(promises.values(), reverse=True)[:CLOSER_LOOK][-1:]
    best = [file for file, promise in promises.items() if [promise] >= least]
    stems = [words_of(path) for path in paths]
    folders = {directory_of(path) for path in paths}
    touched = set(paths)
    candidates = [
        Candidate(file, about.path, _features(tallies[file], about, stems, folders, len(evidence), time))
        for file, about in known_files(best).items()
        if about.path not in touched
    ]
    return sorted(candidates, key=lambda candidate: candidate.path)


def _tallies(evidence: Sequence[PastOfFile], time: int) -> dict[int, _Tally]:
    own = {past.file for past in evidence}
    tallies: defaultdict[int, _Tally] = defaultdict(_Tally)
    touched_in: Counter[int] = Counter()
    commits = {}
    for past in evidence:
        weight_of_all = DOUBT
        together: defaultdict[int, float] = defaultdict(float)
        for change, weight in faded(past.changes):
            weight_of_all += weight
            if change.files:
                part = weight * part_of(len(change.files))
                for file in change.files:
                    together[file] += part
                touched_in[change.commit] += 1
                commits[change.commit] = change
        for file, amount in together.items():
            if file not in own:
                confidence = amount / weight_of_all
                tally = tallies[file]
                tally.total += confidence
                tally.none *= 1.0 - confidence
    resemblance_of_all = KNN_DOUBT
    for number, change in commits.items():
        age = max(time - change.time, 0) / DAY
        shared = touched_in[number] ** 2 / ((len(change.files) + 1) * len(evidence))
        resemblance = shared * 0.5 ** (age / HALF_DAYS)
        resemblance_of_all += resemblance
        for file in change.files:
            if file not in own:
                tally = tallies[file]
                tally.resemblance += resemblance
                tally.support += 1
    for tally in tallies.values():
        tally.resemblance /= resemblance_of_all
    return tallies


def faded(changes: Iterable[ChangeSet]) -> Iterator[tuple[ChangeSet, float]]:
    """Yield a file's commits, newest first, each with how much it counts."""
    weight, fade = 1.0, 0.5 ** (1.0 / HALF_COMMITS)
    for change in changes:
        yield change, weight
        weight *= fade


def part_of(files: int) -> float:
    """Return how much a commit of so many other files says about any of them, in (0, 1].

    Examples
    --------
    >>> part_of(0), part_of(3), part_of(12)
    (1.0, 1.0, 0.5)
    """
    return math.sqrt(SMALL / max(files, SMALL))


def _features(
    tally: _Tally, about: KnownFile, stems: Sequence[tuple[str, ...]], folders: set[str], count: int, time: int
) -> dict[str, float]:
    """Return the features of the formula, by the names in ``WEIGHTS``."""
    stem = words_of(about.path)
    return {
        "log_mean_confidence": math.log(FLOOR + tally.total / count),
        "log_resemblance": math.log(FLOOR + tally.resemblance),
        "any_confidence": 1.0 - tally.none,
        "log_support": math.log1p(tally.support),
        "same_stem": max((likeness(stem, other) for other in stems), default=0.0),
        "same_folder": float(directory_of(about.path) in folders),
        "log_days": math.log1p(max(time - about.last_time, 0) / DAY),
    }


def _strongest_rules(evidence: Sequence[PastOfFile], files: frozenset[int]) -> dict[int, tuple[str, int, int]]:
    """Return for each file the touched one that it goes with most, in how many of its commits, and how many it has."""
    rules: defaultdict[int, list[tuple[float, int, str, int]]] = defaultdict(list)
    for past in evidence:
        commits = len(past.changes)
        support = Counter(chain.from_iterable(change.files & files for change in past.changes))
        for file in files if commits else ():
            rules[file].append((-support[file] / commits, -support[file], past.path, commits))
    return {file: (path, -support, commits) for file, of in rules.items() for _, support, path, commits in (min(of),)}


@lru_cache(maxsize=4_096)
def words_of(path: str) -> tuple[str, ...]:
    """Return the words of a file's name that tell it from others, in lower case.

    Examples
    --------
    >>> words_of("src/HttpClient.java"), words_of("test/HttpClientTest.java"), words_of("tests/test_http_client.py")
    (('http', 'client'), ('http', 'client'), ('http', 'client'))
    """
    name = path.rpartition("/")[2]
    stem = name.lstrip(".").partition(".")[0]
    return tuple([word for word in map(str.lower, _WORDS.findall(stem)) if word not in _COMMON_WORDS])


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how far two names say that their files belong together, in [0, 1].

    1 for the same words; where one name holds the other, 0.25 to 0.75 by the share of common words, 0.2 if that is a
    single word; else 0.

    Examples
    --------
    >>> likeness(("http", "client"), ("http", "client")), likeness(("http",), ("http", "client"))
    (1.0, 0.2)
    """
    if not one or not other:
        return 0.0
    if tuple(one) == tuple(other):
        return 1.0
    first, second = set(one), set(other)
    if not (first <= second or second <= first):
        return 0.0
    shorter, longer = sorted((len(first), len(second)))
    return 0.25 + 0.5 * shorter / longer if shorter > 1 else 0.2
