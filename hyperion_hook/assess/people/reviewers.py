"""Who could review a change: people who know the touched files and are still around.

1. The history index tells who committed to the files, and lately to their folders.
2. Messages of the files' newest commits, read by one git, tell who reviewed or applied them, and the names.
3. Everything is counted less the longer ago it was; the author, bots and people long gone are left out.

The weights were chosen on libuv (``benchmarks/reviewers.py``); ``docs/advice.md`` has figures of other repositories.

References
----------
.. [1] P. Thongtanunam et al., "Who should review my code?", SANER 2015.
.. [2] E. Sülün et al., "Reviewer recommendation using software artifact traceability graphs", PROMISE 2019.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hyperion_hook.assess.people.identities import People
from hyperion_hook.domain.assessment import Reviewer
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.files.paths import directory_of
from hyperion_hook.domain.history import BOT, DAY, MONTH, FileEvent
from hyperion_hook.domain.light_dataclasses import dataclass, field
from hyperion_hook.domain.message.classify import trailers
from hyperion_hook.domain.phrases import counted
from hyperion_hook.store.history.commits_before import Past, PastCommit

MOST = 3
_MOST_OWNERS = 2
FILES_LOOKED_AT = 50
EVENTS_LOOKED_AT = 200
"""Newest commits of a file."""

FOLDER_WINDOW = 500
"""Newest commits of the repository, of which those in the touched folders count."""

HALF_LIFE = 365 * DAY
"""What was done so long ago counts half."""

GONE_AFTER = 6 * MONTH
"""Who did nothing for so long is not asked."""

_REVIEW, _APPLIED, _FOLDER, _ACTIVE = 2.0, 1.0, 0.3, 1.0
"""What counts beside a commit to a touched file (1): a review of one, having applied one of another author, a commit
in a touched folder, a review among the last commits of the repository."""

_READ_A_FILE, _READ_OF_FILES, _READ_LATELY = 20, 40, 40
_CANDIDATES = 12
"""Authors whose names are looked up; the others are too far behind to be among the first."""

ReadCommits = Callable[[Sequence[str]], Iterable[Commit]]
"""Commit ids to commits without their files; what cannot be read is left out."""


@dataclass(slots=True)
class _Knowledge:
    score: float = 0.0
    commits: set[int] = field(default_factory=set)
    reviews: set[int] = field(default_factory=set)
    applied: set[int] = field(default_factory=set)
    lately: int = 0
    nearby: int = 0
    last: int = 0
    newest: int = 0

    def note(self, number: int, time: int, weight: float) -> None:
        """Count what the person did in a commit, which may be where they were last seen."""
        self.score += weight
        if time >= self.last:
            self.last, self.newest = time, number


def reviewers(change: Change, past: Past, read: ReadCommits) -> tuple[Reviewer, ...]:
    """Return the people who know the touched files best, at most three, best first.

    Nothing later than the ``past``, the commits before the change, is looked at.
    """
    largest = sorted(change.files, key=lambda file: (-file.lines_changed, file.path))[:FILES_LOOKED_AT]
    files = [events for file in largest if (events := past.history.file(file.previous_path).events)]
    recent = past.recent(FOLDER_WINDOW)
    folders = past.directories({directory_of(file.path) for file in change.files})
    by_number = _by_commits(files, recent, folders, change.time)
    first = sorted(by_number, key=lambda number: (-by_number[number].score, number))[:_CANDIDATES]
    candidates = {number: by_number[number] for number in first}
    newest = [event for events in files for event in events[:_READ_A_FILE]]
    times = {event.commit: event.time for event in newest}
    of_files = sorted(times, key=lambda number: (-times[number], -number))[:_READ_OF_FILES]
    lately = [commit.number for commit in recent[:_READ_LATELY]]
    numbers = list(dict.fromkeys([*of_files, *lately, *(part.newest for part in candidates.values())]))
    ids = dict(zip(numbers, past.ids(numbers), strict=True))
    by_id = {commit.id: commit for commit in read(list(ids.values()))}
    commits = {number: by_id[commit] for number, commit in ids.items() if commit in by_id}
    people = People(author for commit in commits.values() for author in _authors(commit))
    own = people.of(change.author) if change.author else None
    known = _merged(candidates, commits, people, past)
    # the more of the touched files a commit touched, the more it counts
    weights = Counter(event.commit for event in newest)
    _add_reviews(known, weights, of_files, lately, commits, people, change.time)
    # a repository at rest has not been left by everybody
    now = min(change.time, recent[0].time) if recent else change.time
    ranked = sorted(
        (key for key, result in known.items() if key != own and now - result.last <= GONE_AFTER),
        key=lambda key: (-known[key].score, key),
    )
    named_people = ((people.name(key), known[key]) for key in ranked)
    return tuple([Reviewer(name, _reason(result, change.time)) for name, result in named_people if name][:MOST])


def with_owners(known: tuple[Reviewer, ...], owners: Counter[str], files: int) -> tuple[Reviewer, ...]:
    """Return at most three reviewers, up to two owners of files first: many teams cannot merge without them.

    Examples
    --------
    >>> with_owners((Reviewer("Ada", "2 commits"),), Counter({"@org/core": 2}), 3)[0]
    Reviewer(name='@org/core', reason='owns 2 of 3 files (CODEOWNERS)')
    """
    most = sorted(owners.items(), key=lambda entry: (-entry[1], entry[0]))[:_MOST_OWNERS]
    first = [Reviewer(name, f"owns {count:,} of {counted(files, 'file')} (CODEOWNERS)") for name, count in most]
    return (*first, *known)[:MOST]


def _faded(now: int, time: int) -> float:
    return float(0.5 ** (max(0, now - time) / HALF_LIFE))


def _by_commits(
    files: Sequence[Sequence[FileEvent]], recent: Sequence[PastCommit], folders: frozenset[int], now: int
) -> dict[int, _Knowledge]:
    known: defaultdict[int, _Knowledge] = defaultdict(_Knowledge)
    for events in files:
        for event in events[:EVENTS_LOOKED_AT]:
            if not event.flags & BOT:
                known[event.author].commits.add(event.commit)
                known[event.author].note(event.commit, event.time, _faded(now, event.time))
    for commit in recent:
        if commit.directories & folders and not commit.flags & BOT:
            known[commit.author].nearby += 1
            known[commit.author].note(commit.number, commit.time, _FOLDER * _faded(now, commit.time))
    return dict(known)


def _authors(commit: Commit) -> Iterable[Author]:
    return (commit.author, commit.committer, *(person for _, person in trailers(commit.message)))


def _merged(
    candidates: Mapping[int, _Knowledge], commits: Mapping[int, Commit], people: People, past: Past
) -> defaultdict[str, _Knowledge]:
    """Return the knowledge of persons from that of the addresses they commit with."""
    known: defaultdict[str, _Knowledge] = defaultdict(_Knowledge)
    months_of = past.months_of(candidates)
    for number, part in candidates.items():
        person = people.of(commits[part.newest].author) if part.newest in commits else None
        if person is not None:
            months = months_of[number]
            known[person].commits |= part.commits
            known[person].nearby += part.nearby
            # whoever still works elsewhere in the repository is not gone
            last = max(part.last, months[-1].month * MONTH if months else 0)
            known[person].note(part.newest, last, part.score)
    return known


def _add_reviews(
    known: defaultdict[str, _Knowledge],
    weights: Mapping[int, int],
    of_files: Sequence[int],
    lately: Sequence[int],
    commits: dict[int, Commit],
    people: People,
    now: int,
) -> None:
    for number, commit in [(number, commits[number]) for number in of_files if number in commits]:
        weight = weights[number] * _faded(now, commit.committed_at)
        for person in _reviewers_of(commit, people):
            known[person].reviews.add(number)
            known[person].note(number, commit.committed_at, _REVIEW * weight)
        committer = people.of(commit.committer)
        if committer is not None and committer != people.of(commit.author):
            known[committer].applied.add(number)
            known[committer].note(number, commit.committed_at, _APPLIED * weight)
    for number, commit in [(number, commits[number]) for number in lately if number in commits]:
        for person in _reviewers_of(commit, people):
            known[person].lately += 1
            known[person].note(number, commit.committed_at, _ACTIVE)


def _reviewers_of(commit: Commit, people: People) -> set[str]:
    results = {people.of(person) for _, person in trailers(commit.message)}
    return {person for person in results if person is not None and person != people.of(commit.author)}


def _reason(known: _Knowledge, now: int) -> str:
    counts = (
        (known.commits, f"{counted(len(known.commits), 'commit')} to these files"),
        (known.reviews, counted(len(known.reviews), "review")),
        (known.applied, f"merged {counted(len(known.applied), 'commit')} for others"),
    )
    reasons = [text for numbers, text in counts if numbers]
    if not reasons and known.nearby:
        reasons.append(f"{counted(known.nearby, 'recent commit')} in these folders")
    if not reasons:
        reasons.append(f"reviewed {known.lately} of the last {_READ_LATELY} changes here")
    months = max(0, now - known.last) // MONTH
    active = ("this month", "last month")[months] if months < 2 else f"{months} months ago"
    return f"{', '.join(reasons)}; active {active}"
