"""Whom ``assess/reviewers`` names against who really reviewed, in time order, on real repositories.

usage: python benchmarks/reviewers.py CLONE [CLONE ...] [--newest 1500] [--seed 1]

History is added to an index in memory commit by commit; before a commit that carries review trailers is added, its
reviewers are predicted from its ancestors alone. A hit: one of the three named is in the trailers (author left out).
Beside it stand who made most commits in the files, and who of those was around lately. Intervals: bootstrap over
commits, 95 %.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hyperion_hook.assess.people.identities import People
from hyperion_hook.assess.people.reviewers import GONE_AFTER, reviewers
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change
from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import trailers
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.commits_before import Past
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.view import IndexedHistory

RESAMPLES = 2_000


def main() -> None:
    """Predict, and print one table a repository."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--newest", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for clone in options.clones:
        _evaluate(clone, options.newest, options.seed)


def _evaluate(clone: Path, newest: int, seed: int) -> None:
    repository = Repository.discover(clone)
    commits = list(stream_commits(repository, [repository.head() or ""], detail=Detail.COUNTS))
    by_id = {commit.id: commit for commit in commits}
    people = _all_people(commits)
    asked = {commit.id for commit in [c for c in commits if not c.is_merge and trailers(c.message)][-newest:]}
    hits: dict[str, list[bool]] = {"reviewers": [], "most commits": [], "most commits, around lately": []}
    spent = 0.0
    with HistoryIndex.open(None) as index:
        for commit in commits:
            truth = _truth(commit, people) if commit.id in asked else set()
            if truth and commit.parents and index.knows(commit.parents[0]):
                base, change = commit.parents[0], change_of_commit(commit)
                history = index.history_at(base)
                assert isinstance(history, IndexedHistory)
                past = Past(index, base, history)
                started = time.process_time()
                found = reviewers(change, past, lambda ids: [by_id[name] for name in ids])
                spent += time.process_time() - started
                hits["reviewers"].append(_hit([reviewer.name for reviewer in found], truth, people))
                for name, recent in (("most commits", False), ("most commits, around lately", True)):
                    hits[name].append(bool(truth & set(_most_commits(change, past, by_id, people, recent=recent))))
            index.add(commit)
    count = len(hits["reviewers"])
    print(f"{clone}: {count} commits with reviewers, {1000 * spent / max(1, count):.1f} CPU ms each without reading")
    base_hits = hits["most commits"]
    for name, row in hits.items():
        low, high = _interval([float(hit) for hit in row], seed)
        gain = [float(hit) - float(other) for hit, other in zip(row, base_hits, strict=True)]
        less, more = _interval(gain, seed)
        print(
            f"  {name:28} top 3: {sum(row) / count:.3f} [{low:.3f}, {high:.3f}]"
            f"  against most commits: {sum(gain) / count:+.3f} [{less:+.3f}, {more:+.3f}]",
            flush=True,
        )


def _all_people(commits: Sequence[Commit]) -> People:
    people = People()
    for commit in commits:
        for author in (commit.author, commit.committer, *(person for _, person in trailers(commit.message))):
            people.of(author)
    return people


def _truth(commit: Commit, people: People) -> set[str]:
    found = {people.of(person) for _, person in trailers(commit.message)} - {people.of(commit.author)}
    return {person for person in found if person is not None}


def _hit(names: Sequence[str], truth: set[str], people: People) -> bool:
    return bool({people.of(Author(name, "")) for name in names} & truth)


def _most_commits(change: Change, past: Past, by_id: dict[str, Commit], people: People, *, recent: bool) -> list[str]:
    author_of: Callable[[int], str | None] = lambda number: people.of(by_id[past.ids([number])[0]].author)  # noqa: E731
    own = people.of(change.author) if change.author else None
    counts: Counter[str] = Counter()
    for file in change.files:
        for event in past.history.file(file.previous_path).events:
            if event.flags & CommitFlag.BOT or (recent and change.time - event.time > GONE_AFTER):
                continue
            person = author_of(event.commit)
            if person is not None and person != own:
                counts[person] += 1
    return [person for person, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:3]]


def _interval(values: Sequence[float], seed: int) -> tuple[float, float]:
    draw = random.Random(seed)  # noqa: S311 - a bootstrap
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


if __name__ == "__main__":
    main()
