"""Where PyDriller's process metrics mean the same, the index gives the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydriller.metrics.process.commits_count import CommitsCount
from pydriller.metrics.process.contributors_count import ContributorsCount

from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.open_history import open_history
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    """A line of commits by four people over three files, one of them renamed."""
    made = TestRepo(tmp_path / "repo")
    lines = [f"line {number}\n" for number in range(60)]
    made.commit({"a.py": "".join(lines), "b.py": "".join(lines[:30])}, "Begin")
    people = ["Ada <ada@example.org>", "Bob <bob@example.org>", "Cy <cy@example.org>", "Dee <dee@example.org>"]
    for number in range(12):
        lines.insert(number * 3, f"new {number}\n")
        changed = {"a.py": "".join(lines)} if number < 6 else {"c.py": "".join(lines)}
        if number == 6:
            made.git("mv", "a.py", "c.py")
        if number % 3 == 0:
            changed["b.py"] = "".join(lines[: 30 + number])
        made.commit(changed, f"Change {number}", people[number % 4 if number > 4 else 0])
    return made


@pytest.mark.filterwarnings("ignore")
def test_commits_and_contributors_of_files_agree_with_pydriller(repo: TestRepo) -> None:
    first = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    head = repo.head()
    commits = CommitsCount(path_to_repo=str(repo.path), from_commit=first, to_commit=head).count()
    contributors = ContributorsCount(path_to_repo=str(repo.path), from_commit=first, to_commit=head).count()
    index, history = open_history(Repository.discover(repo.path), head)
    with index:
        for path in ("c.py", "b.py"):
            life = history.file(path)
            assert life.event_count == commits[path]
            assert len({event.author for event in life.events}) == contributors[path]
        assert (history.file("c.py").event_count, history.file("b.py").event_count) == (13, 5)
