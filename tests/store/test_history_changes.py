"""What changed together is told from a commit's ancestors alone, through renames, and without merges and bulk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import EmptyHistory, History
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.open_history import open_history
from tests.store.test_history_index import commit, shuffled
from tests.support.history_model import PATHS, histories, indexed
from tests.support.repo import TestRepo

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def history_of(repo: TestRepo, revision: str = "HEAD") -> Iterator[tuple[HistoryIndex, History]]:
    base = repo.git("rev-parse", revision).strip()
    index, history = open_history(Repository.discover(repo.path), base)
    with index:
        yield index, history


def together(index: HistoryIndex, history: History, *paths: str) -> dict[str, list[tuple[str, list[str]]]]:
    """Return for each path its commits by id, newest first, with the other files that are still there, by path."""
    told = {}
    for past in history.changed_together(paths):
        names = history.known_files({file for change in past.changes for file in change.files})
        told[past.path] = [
            (index.graph.id_of(change.commit).hex(), sorted(names[file].path for file in change.files if file in names))
            for change in past.changes
        ]
    return told


def test_nothing_is_known_before_the_first_commit() -> None:
    assert EmptyHistory().changed_together(["a.py"]) == ()
    assert EmptyHistory().known_files([1]) == {}


def test_each_touched_file_tells_what_its_commits_changed_too_newest_first(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a.py": "1", "test_a.py": "1", "b.py": "1"})
    second = repo.commit({"a.py": "2", "test_a.py": "2"})
    third = repo.commit({"b.py": "3"})
    with history_of(repo) as (index, history):
        assert together(index, history, "a.py", "b.py", "new.py") == {
            "a.py": [(second, ["test_a.py"]), (first, ["b.py", "test_a.py"])],
            "b.py": [(third, []), (first, ["a.py", "test_a.py"])],
        }


def test_a_renamed_file_goes_by_its_present_name_on_either_side(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    text = "".join(f"line {number}\n" for number in range(20))
    first = repo.commit({"a.py": text, "b.py": text + "b\n"})
    repo.git("mv", "a.py", "src.py")
    second = repo.commit({})
    repo.git("mv", "b.py", "other.py")
    third = repo.commit({})
    with history_of(repo) as (index, history):
        assert together(index, history, "src.py") == {"src.py": [(second, []), (first, ["other.py"])]}
        assert together(index, history, "other.py") == {"other.py": [(third, []), (first, ["src.py"])]}
        assert together(index, history, "a.py") == {}


def test_a_deleted_file_is_not_known_any_more_and_one_that_comes_back_is(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a.py": "1", "gone.py": "1", "back.py": "1"})
    second = repo.commit({"gone.py": None, "back.py": None})
    repo.commit({"back.py": "2"})
    with history_of(repo) as (index, history):
        assert together(index, history, "a.py") == {"a.py": [(first, ["back.py"])]}
    with history_of(repo, second) as (index, history):
        assert together(index, history, "a.py") == {"a.py": [(first, [])]}


def test_merges_and_bulk_commits_tell_nothing(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "0"} | {f"f{number}.py": "0" for number in range(50)})
    first = repo.commit({"a.py": "1"} | {f"f{number}.py": "1" for number in range(49)})
    repo.git("checkout", "-q", "-b", "side")
    second = repo.commit({"a.py": "2", "f0.py": "2"})
    repo.git("checkout", "-q", "main")
    repo.commit({"f1.py": "2"})
    repo.merge("side")
    with history_of(repo) as (index, history):
        told = together(index, history, "a.py")["a.py"]
        assert [commit for commit, _ in told] == [second, first]
        assert [len(files) for _, files in told] == [1, 49]


def test_later_commits_and_other_branches_have_no_effect(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a.py": "1", "b.py": "1"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "2", "side.py": "2"})
    repo.git("mv", "b.py", "moved.py")
    repo.commit({})
    repo.git("checkout", "-q", "main")
    second = repo.commit({"a.py": "3", "c.py": "3"})
    repo.commit({"a.py": "4", "b.py": None, "c.py": "4"})
    with history_of(repo) as (index, _), history_of(repo, "side"):
        history = index.history_at(second)
        assert together(index, history, "a.py") == {"a.py": [(second, ["c.py"]), (first, ["b.py"])]}


def test_a_file_that_took_the_place_of_one_moved_away_does_not_go_with_it(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    text = "".join(f"line {number}\n" for number in range(20))
    first = repo.commit({"app.py": text, "x.py": "1"})
    repo.git("mv", "app.py", "core.py")
    second = repo.commit({})
    third = repo.commit({"app.py": "from core import *\n"})
    with history_of(repo) as (index, history):
        assert together(index, history, "app.py") == {"app.py": [(third, []), (second, []), (first, ["x.py"])]}
        assert together(index, history, "core.py") == {"core.py": [(second, []), (first, ["x.py"])]}


def test_of_a_file_that_one_commit_names_twice_the_first_path_counts() -> None:
    add, rename = FileChange("z.py", FileStatus.ADDED), FileChange("b.py", FileStatus.RENAMED, "z.py")
    first = commit(1, files="A z.py, A t.py")
    second = replace(commit(2, (1,)), files=(rename, add, FileChange("t.py", FileStatus.MODIFIED)))
    index = indexed([first, second])
    assert together(index, index.history_at(second.id), "t.py")["t.py"][0] == (second.id, ["b.py"])


@QUICK
@given(histories(largest=20))
def test_it_is_what_an_index_of_the_ancestors_alone_tells(commits: list[Commit]) -> None:
    parents = {made.id: made.parents for made in commits}
    base = commits[len(commits) // 2].id
    ancestors, waiting = set(), [base]
    while waiting:
        reached = waiting.pop()
        if reached not in ancestors:
            ancestors.add(reached)
            waiting += parents[reached]
    rest = [made for made in commits if made.id in ancestors]
    everything = indexed(shuffled(commits, 1))
    alone = indexed(rest)
    assert together(everything, everything.history_at(base), *PATHS) == together(alone, alone.history_at(base), *PATHS)
