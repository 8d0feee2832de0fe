"""Real histories for benchmarks that ask about many commits: an index of names, and the commits to choose from."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message
from hyperion_hook.git.ancestry import commit_ids
from hyperion_hook.git.log import Detail, read_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.index import HistoryIndex


def options_of(document: str) -> argparse.Namespace:
    """Return the options of a benchmark that draws changes from a part of each clone's history."""
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--changes", type=int, default=2_000)
    parser.add_argument("--part", nargs=2, type=float, default=(0.7, 1.0))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fit", action="store_true")
    return parser.parse_args()


@contextmanager
def indexed(clone: Path) -> Iterator[tuple[Repository, HistoryIndex, list[Commit]]]:
    """Open a clone with an index of its own; commits are those of people with one parent, oldest date first."""
    repository = Repository.discover(clone)
    head = repository.head()
    if head is None:
        raise SystemExit(f"{clone}: no commits")
    with tempfile.TemporaryDirectory() as folder, HistoryIndex.open(Path(folder) / "history.sqlite") as index:
        commits = []
        with index.transaction():
            for commit in read_commits(repository, commit_ids(repository, [head]), detail=Detail.NAMES):
                index.add(commit)
                bot = classify_message(commit.message, commit.author) & CommitFlag.BOT
                if len(commit.parents) == 1 and commit.files and not bot:
                    commits.append(commit)
        commits.sort(key=_by_date)
        yield repository, index, commits


def sampled(commits: Sequence[Commit], part: Sequence[float], count: int, seed: int) -> list[Commit]:
    """Return ``count`` commits drawn from a part of a history (shares from 0 to 1), oldest first."""
    chosen = list(commits[int(part[0] * len(commits)) : int(part[1] * len(commits))])
    random.Random(seed).shuffle(chosen)  # noqa: S311 - a sample
    return sorted(chosen[:count], key=_by_date)


def _by_date(commit: Commit) -> tuple[int, str]:
    return commit.committed_at, commit.id
