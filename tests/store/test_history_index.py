"""The index answers from a commit's ancestors alone, and what it answers is right."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import EmptyHistory
from hyperion_hook.errors import StoreError
from hyperion_hook.store.history import file_history as history_lives
from hyperion_hook.store.history import graph as history_graph
from hyperion_hook.store.history import names as history_names
from hyperion_hook.store.history import writer as history_writer
from hyperion_hook.store.history.index import HistoryIndex
from tests.support.history_model import Model, answers, histories, indexed

DAY = 86_400
ADA = Author("Ada", "ada@example.org")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def commit(
    number: int,
    parents: tuple[int, ...] = (),
    *,
    files: str = "",
    days: int | None = None,
    author: Author = ADA,
    message: str = "change",
) -> Commit:
    """Return a commit whose files read as git writes them: ``M a.py, R a.py b.py``."""
    changes = []
    for text in filter(None, files.split(", ")):
        status, *paths = text.split(" ")
        changes.append(
            FileChange(
                paths[-1], FileStatus(status), paths[0] if len(paths) > 1 else None, lines_added=number, lines_deleted=0
            )
        )
    time = (number if days is None else days) * DAY
    return Commit(
        f"{number:040x}", tuple(f"{p:040x}" for p in parents), author, author, time, time, 0, message, tuple(changes)
    )


def touched_by(index: HistoryIndex, at: int, path: str) -> list[int]:
    """Return the numbers of the commits in a file's life, newest first."""
    life = index.history_at(f"{at:040x}").file(path)
    return [int(index.graph.id_of(event.commit).hex(), 16) for event in life.events]


def shuffled(commits: list[Commit], seed: int) -> list[Commit]:
    """Return the commits in another order, parents still before children."""
    waiting, ordered, rng = list(commits), [], random.Random(seed)  # noqa: S311 - a shuffle
    while waiting:
        known = {c.id for c in ordered}
        pending = {c.id for c in waiting}
        ready = [c for c in waiting if all(p in known or p not in pending for p in c.parents)]
        chosen = rng.choice(ready)
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def test_an_empty_index_knows_nothing() -> None:
    with HistoryIndex.open(None) as index:
        assert index.commit_count == 0
        assert index.tips() == []
        history = index.history_at(None)
        assert (type(history), history.missing_reason) == (EmptyHistory, None)
        assert not index.knows("0" * 40)


def test_an_unknown_or_malformed_commit_is_named() -> None:
    with HistoryIndex.open(None) as index:
        with pytest.raises(StoreError, match="is not in it; run: hyperion-hook index"):
            index.history_at("a" * 40)
        with pytest.raises(StoreError, match="'HEAD' is no commit id"):
            index.history_at("HEAD")


def test_a_file_lives_through_renames() -> None:
    index = indexed(
        [
            commit(1, files="A a.py"),
            commit(2, (1,), files="M a.py"),
            commit(3, (2,), files="R a.py b.py"),
            commit(4, (3,), files="M b.py"),
        ]
    )
    assert touched_by(index, 4, "b.py") == [4, 3, 2, 1]
    assert touched_by(index, 4, "a.py") == []
    assert touched_by(index, 2, "a.py") == [2, 1]


def test_a_rename_on_a_branch_is_not_seen_from_another() -> None:
    index = indexed(
        [
            commit(1, files="A a.py"),
            commit(2, (1,), files="R a.py b.py"),
            commit(3, (1,), files="M a.py"),
            commit(4, (2, 3)),
            commit(5, (4,), files="M b.py"),
        ]
    )
    assert touched_by(index, 3, "a.py") == [3, 1]
    assert touched_by(index, 3, "b.py") == []
    assert touched_by(index, 2, "b.py") == [2, 1]
    assert touched_by(index, 5, "b.py") == [5, 3, 2, 1]


def test_a_file_that_comes_back_after_its_deletion_lives_on() -> None:
    index = indexed([commit(1, files="A a.py"), commit(2, (1,), files="D a.py"), commit(3, (2,), files="A a.py")])
    assert touched_by(index, 3, "a.py") == [3, 2, 1]


def test_a_file_added_where_another_was_renamed_away_inherits_its_life_and_then_goes_its_own_way() -> None:
    index = indexed(
        [
            commit(1, files="A a.py"),
            commit(2, (1,), files="R a.py b.py"),
            commit(3, (2,), files="A a.py"),
            commit(4, (3,), files="M b.py"),
            commit(5, (4,), files="M a.py"),
        ]
    )
    assert touched_by(index, 5, "a.py") == [5, 3, 2, 1]
    assert touched_by(index, 5, "b.py") == [4, 2, 1]
    assert touched_by(index, 2, "a.py") == []


def test_a_copy_begins_a_life() -> None:
    index = indexed([commit(1, files="A a.py"), commit(2, (1,), files="C a.py b.py, M a.py")])
    assert touched_by(index, 2, "b.py") == [2]
    assert touched_by(index, 2, "a.py") == [2, 1]


def test_two_files_that_change_names_keep_their_lives() -> None:
    index = indexed(
        [commit(1, files="A a.py"), commit(2, (1,), files="A b.py"), commit(3, (2,), files="R a.py b.py, R b.py a.py")]
    )
    assert touched_by(index, 3, "a.py") == [3, 2]
    assert touched_by(index, 3, "b.py") == [3, 1]


def test_clocks_that_run_backwards_do_not_change_the_order() -> None:
    index = indexed([commit(1, files="A a.py", days=500), commit(2, (1,), files="M a.py", days=3)])
    life = index.history_at(f"{2:040x}").file("a.py")
    assert [event.time for event in life.events] == [3 * DAY, 500 * DAY]
    assert life.first_time == 500 * DAY
    assert index.recent_commits(f"{2:040x}", 9) == [f"{2:040x}", f"{1:040x}"]


def test_absurd_times_are_clamped_and_sha256_ids_fit() -> None:
    long = Commit("ab" * 32, (), ADA, ADA, 0, 2**70, 0, "x", (FileChange("a.py", FileStatus.ADDED),))
    child = Commit("cd" * 32, (long.id,), ADA, ADA, 0, -(2**70), 0, "x", (FileChange("a.py", FileStatus.MODIFIED),))
    index = indexed([long, child])
    assert index.history_at(child.id).file("a.py").event_count == 2


def test_any_byte_in_a_path_is_kept() -> None:
    odd = b"\xff new\nline\"'.py".decode("utf-8", "surrogateescape")
    made = Commit("1" * 40, (), Author("\udcff", ""), ADA, 0, 0, 0, "x", (FileChange(odd, FileStatus.ADDED),))
    assert indexed([made]).history_at(made.id).file(odd).event_count == 1


def test_an_author_of_a_hidden_commit_was_never_seen() -> None:
    eve = Author("Eve", "eve@example.org")
    index = indexed([commit(1, files="A a.py"), commit(2, (1,), files="M a.py", author=eve), commit(3, (1,))])
    assert index.history_at(f"{3:040x}").author_number(eve) is None
    assert index.history_at(f"{3:040x}").author(eve) == ()
    assert index.history_at(f"{2:040x}").author_number(eve) is not None


def test_adding_a_commit_twice_changes_nothing() -> None:
    first = commit(1, files="A a.py")
    index = indexed([first, first])
    index.add(first)
    assert index.commit_count == 1
    assert touched_by(index, 1, "a.py") == [1]


def test_a_history_stays_the_same_while_commits_are_added() -> None:
    index = indexed([commit(1, files="A a.py")])
    history = index.history_at(f"{1:040x}")
    index.add(commit(2, (1,), files="M a.py"))
    assert history.file("a.py").event_count == 1
    assert [tally.commits for tally in history.repository()] == [1]


def _add_and_fail(index: HistoryIndex) -> None:
    with index.transaction():
        index.add(commit(2, (1,), files="M a.py"))
        raise ZeroDivisionError


def test_a_failed_transaction_adds_nothing(tmp_path: Path) -> None:
    with HistoryIndex.open(tmp_path / "i.sqlite") as index:
        index.add(commit(1, files="A a.py"))
        with pytest.raises(ZeroDivisionError):
            _add_and_fail(index)
        assert index.commit_count == 1
        assert not index.knows(f"{2:040x}")
        index.add(commit(3, (1,), files="M a.py"))
        assert touched_by(index, 3, "a.py") == [3, 1]


def test_a_parent_the_repository_lacks_is_no_parent() -> None:
    index = indexed([commit(5, (4,), files="M a.py"), commit(6, (5,), files="M a.py")])
    assert touched_by(index, 6, "a.py") == [6, 5]


def test_tips_are_the_commits_without_children() -> None:
    index = indexed([commit(1), commit(2, (1,)), commit(3, (1,))])
    assert index.tips() == [f"{2:040x}", f"{3:040x}"]


@QUICK
@given(histories(), st.integers(0, 9))
def test_a_commit_is_answered_from_its_ancestors_whatever_order_they_came_in(history: list[Commit], seed: int) -> None:
    model = Model(history)
    index = indexed(shuffled(history, seed))
    for asked in history:
        assert answers(index, asked.id) == model.everything(asked.id)


@QUICK
@given(histories())
def test_an_index_of_the_ancestors_alone_answers_the_same(history: list[Commit]) -> None:
    model = Model(history)
    whole = indexed(history)
    for asked in history:
        ancestors = model.ancestors(asked.id)
        part = indexed(c for c in history if c.id in ancestors)
        assert answers(part, asked.id) == answers(whole, asked.id)


@QUICK
@given(histories(largest=20))
def test_a_replay_sees_before_each_commit_what_the_whole_index_sees(history: list[Commit]) -> None:
    model = Model(history)
    with HistoryIndex.open(None) as index:
        for added in history:
            for parent in added.parents:
                assert answers(index, parent) == model.everything(parent)
            index.add(added)


def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (history_lives, history_writer):
        monkeypatch.setattr(module, "FILE_WINDOW", 3)
    monkeypatch.setattr(history_names, "_TOUCHES_READ", 2)
    monkeypatch.setattr(history_graph, "_MASKS_KEPT", 2)


@QUICK
@given(histories(largest=20), st.integers(1, 4))
def test_an_index_file_extended_bit_by_bit_answers_the_same_beyond_every_window(
    tmp_path_factory: pytest.TempPathFactory, history: list[Commit], step: int
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        _small(monkeypatch)
        path = tmp_path_factory.mktemp("index") / "i.sqlite"
        model = Model(history, window=3)
        for start in range(0, len(history), step):
            with HistoryIndex.open(path) as index:
                indexed(history[start : start + step], index)
                assert answers(index, history[start].id) == model.everything(history[start].id)
        with HistoryIndex.open(path) as index:
            assert index.warnings == []
            for asked in history:
                assert answers(index, asked.id) == model.everything(asked.id)


@QUICK
@given(histories(largest=16), st.data())
def test_pruned_commits_leave_no_trace(history: list[Commit], data: st.DataObject) -> None:
    model = Model(history)
    kept = set().union(*(model.ancestors(c.id) for c in data.draw(st.lists(st.sampled_from(history), max_size=3))))
    index = indexed(history)
    assert index.prune(kept) == len(history) - len(kept)
    for asked in history:
        assert index.knows(asked.id) == (asked.id in kept)
        if asked.id in kept:
            assert answers(index, asked.id) == model.everything(asked.id)
    again = [c for c in history if c.id not in kept]
    indexed(again, index)
    for asked in history:
        assert answers(index, asked.id) == model.everything(asked.id)


@QUICK
@given(histories())
def test_lines_filled_in_later_equal_lines_read_at_once(history: list[Commit]) -> None:
    bare = [replace(c, files=tuple(replace(f, lines_added=None, lines_deleted=None) for f in c.files)) for c in history]
    index = indexed(bare)
    for asked in history:
        answers(index, asked.id)
    wanted = set(index.uncounted())
    assert wanted == {c.id for c in history if c.files}
    index.fill_lines([c for c in history if c.id in wanted])
    assert index.uncounted() == []
    model = Model(history)
    for asked in history:
        assert answers(index, asked.id) == model.everything(asked.id)
