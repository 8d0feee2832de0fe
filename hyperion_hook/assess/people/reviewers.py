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
from collections.abc import Callable, Iterable, Sequence

from hyperion_hook.assess.people.identities import People
from hyperion_hook.domain.assessment import Reviewer
from hyperion_hook.domain.change import Change, FileChange
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

    def note(self, number: int, time: int) -> None:
        """Note when the person was last seen, and in which commit."""
        if time >= self.last:
            self.last, self.newest = time, number


def reviewers(change: Change, past: Past, read: ReadCommits) -> tuple[Reviewer, ...]:
    """Return who knows the touched files best, at most three, best first.

    Nothing later than the ``past``, the commits before the change, is looked at.
    """
    files = [events for file in _largest(change) if (events := past.history.file(file.previous_path).events)]
    recent = past.recent(FOLDER_WINDOW)
    folders = past.directories({directory_of(file.path) for file in change.files})
    by_number = _by_commits(files, recent, folders, change.time)
    candidates = sorted(by_number, key=lambda number: (-by_number[number].score, number))[:_CANDIDATES]
    of_files = _newest(files)
    lately = [commit.number for commit in recent[:_READ_LATELY]]
    named = {number: by_number[number].newest for number in candidates}
    numbers = list(dict.fromkeys([*of_files, *lately, *named.values()]))
    ids = dict(zip(numbers, past.ids(numbers), strict=True))
    by_id = {commit.id: commit for commit in read(list(ids.values()))}
    commits = {number: by_id[commit] for number, commit in ids.items() if commit in by_id}
    people = _people(change, commits.values())
    known = _merged(by_number, named, commits, people, past)
    _add_reviews(known, _weights(files), of_files, lately, commits, people, change.time)
    own = people.of(change.author) if change.author else None
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


def _largest(change: Change) -> list[FileChange]:
    return sorted(change.files, key=lambda file: (-(file.lines_added or 0) - (file.lines_deleted or 0), file.path))[
        :FILES_LOOKED_AT
    ]


def _faded(now: int, time: int) -> float:
    return float(0.5 ** (max(0, now - time) / HALF_LIFE))


def _by_commits(
    files: Sequence[Sequence[FileEvent]], recent: Sequence[PastCommit], folders: frozenset[int], now: int
) -> dict[int, _Knowledge]:
    known: defaultdict[int, _Knowledge] = defaultdict(_Knowledge)
    for events in files:
        for event in events[:EVENTS_LOOKED_AT]:
            if not event.flags & BOT:
                entry = known[event.author]
                entry.score += _faded(now, event.time)
                entry.commits.add(event.commit)
                entry.note(event.commit, event.time)
    for commit in recent:
        if commit.directories & folders and not commit.flags & BOT:
            entry = known[commit.author]
            entry.score += _FOLDER * _faded(now, commit.time)
            entry.nearby += 1
            entry.note(commit.number, commit.time)
    return dict(known)


def _newest(files: Sequence[Sequence[FileEvent]]) -> list[int]:
    """Return the newest commits on the files, by number."""
    results = {event.commit: event.time for events in files for event in events[:_READ_A_FILE]}
    return sorted(results, key=lambda number: (-results[number], -number))[:_READ_OF_FILES]


def _weights(files: Sequence[Sequence[FileEvent]]) -> dict[int, int]:
    """Return how many of the touched files each of their newest commits touched."""
    weights: defaultdict[int, int] = defaultdict(int)
    for events in files:
        for event in events[:_READ_A_FILE]:
            weights[event.commit] += 1
    return weights


def _people(change: Change, commits: Iterable[Commit]) -> People:
    people = People()
    for commit in commits:
        for author in (commit.author, commit.committer, *(person for _, person in trailers(commit.message))):
            people.of(author)
    if change.author is not None:
        people.of(change.author)
    return people


def _merged(
    by_number: dict[int, _Knowledge], named: dict[int, int], commits: dict[int, Commit], people: People, past: Past
) -> defaultdict[str, _Knowledge]:
    """Return the knowledge of persons from that of the addresses they commit with."""
    known: defaultdict[str, _Knowledge] = defaultdict(_Knowledge)
    for number, commit in named.items():
        person = people.of(commits[commit].author) if commit in commits else None
        if person is None:
            continue
        entry, part = known[person], by_number[number]
        months = past.months_of(number)
        entry.score += part.score
        entry.commits |= part.commits
        entry.nearby += part.nearby
        # whoever still works elsewhere in the repository is not gone
        entry.note(part.newest, max(part.last, months[-1].month * MONTH if months else 0))
    return known


def _add_reviews(
    known: defaultdict[str, _Knowledge],
    weights: dict[int, int],
    of_files: Sequence[int],
    lately: Sequence[int],
    commits: dict[int, Commit],
    people: People,
    now: int,
) -> None:
    for number in of_files:
        commit = commits.get(number)
        if commit is None:
            continue
        weight = weights[number] * _faded(now, commit.committed_at)
        for person in _reviewers_of(commit, people):
            known[person].score += _REVIEW * weight
            known[person].reviews.add(number)
            known[person].note(number, commit.committed_at)
        committer = people.of(commit.committer)
        if committer is not None and committer != people.of(commit.author):
            known[committer].score += _APPLIED * weight
            known[committer].applied.add(number)
            known[committer].note(number, commit.committed_at)
    for number in lately:
        commit = commits.get(number)
        if commit is None:
            continue
        for person in _reviewers_of(commit, people):
            known[person].score += _ACTIVE
            known[person].lately += 1
            known[person].note(number, commit.committed_at)


def _reviewers_of(commit: Commit, people: People) -> set[str]:
    results = {people.of(person) for _, person in trailers(commit.message)}
    return {person for person in results if person is not None and person != people.of(commit.author)}


def _reason(found: _Knowledge, now: int) -> str:
    reasons = []
    if found.commits:
        reasons.append(f"{counted(len(found.commits), 'commit')} to these files")
    if found.reviews:
        reasons.append(counted(len(found.reviews), "review"))
    if found.applied:
        reasons.append(f"merged {counted(len(found.applied), 'commit')} for others")
    if not reasons and found.nearby:
        reasons.append(f"{counted(found.nearby, 'recent commit')} in these folders")
    if not reasons:
        reasons.append(f"reviewed {found.lately} of the last {_READ_LATELY} changes here")
    return f"{', '.join(reasons)}; active {_ago(now - found.last)}"


def _ago(seconds: int) -> str:
    months = max(0, seconds) // MONTH
    return ("this month", "last month")[months] if months < 2 else f"{months} months ago"
