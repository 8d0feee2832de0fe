"""The index keeps up with a real repository, whatever was done to the repository."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.commit import Commit
from hyperion_hook.domain.history import EmptyHistory, History
from hyperion_hook.domain.light_dataclasses import replace
from hyperion_hook.errors import StoreError
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history import index as history_index
from hyperion_hook.store.history import open_history as opening
from hyperion_hook.store.history.index import HistoryIndex
from hyperion_hook.store.history.open_history import index_path, open_history, update_index
from tests.support.history import tangled_history
from tests.support.repo import TestRepo

ADA = Author("Ada", "ada@example.org")


@pytest.fixture(scope="module")
def tangled(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    return tangled_history(tmp_path_factory.mktemp("tangled") / "repo")


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "repo")
    made.commit({"a.py": "1\n", "lib/b.py": "1\n2\n"}, "Begin")
    made.commit({"a.py": "1\n2\n"}, "Fix crash", "Bob <bob@example.org>")
    return made


def here(repo: TestRepo) -> Repository:
    return Repository.discover(repo.path)


def described(history: History, paths: list[str]) -> object:
    """Return what a history says of paths, people and folders, without its own numbers."""
    lives = []
    for path in paths:
        life = history.file(path)
        lives.append([life.first_time, life.event_count, *((e.time, *e[3:]) for e in life.events)])
    return lives, history.repository(), history.author(ADA), history.directory("pkg"), history.author_in(ADA, "pkg")


def fresh(repo: TestRepo, base: str) -> History:
    """Return the history of a commit from an index in memory that holds its ancestors alone."""
    index = HistoryIndex.open(None)
    for commit in stream_commits(here(repo), [base], detail=Detail.COUNTS):
        index.add(commit)
    return index.history_at(base)


def paths_of(repo: TestRepo, base: str) -> list[str]:
    return repo.git("ls-tree", "-r", "--name-only", base).split("\n")[:-1]


def assert_exact(repo: TestRepo, base: str | None = None) -> list[str]:
    """Assert that the stored index answers as a fresh one; return its warnings."""
    base = base or repo.head()
    index, history = open_history(here(repo), base)
    with index:
        paths = paths_of(repo, base)
        assert described(history, paths) == described(fresh(repo, base), paths)
        return index.warnings


def test_before_the_first_commit_there_is_no_history(tmp_path: Path) -> None:
    index, history = open_history(here(TestRepo(tmp_path / "repo")), None)
    assert (type(history), history.missing_reason) == (EmptyHistory, None)
    index.close()


def test_an_empty_repository_has_an_empty_index(tmp_path: Path) -> None:
    report = update_index(here(TestRepo(tmp_path / "repo")))
    assert (report.commits_added, report.commits) == (0, 0)


def test_the_first_look_at_a_small_repository_builds_the_whole_index(repo: TestRepo) -> None:
    index, history = open_history(here(repo), repo.head())
    with index:
        assert history.missing_reason is None
        assert history.file("a.py").event_count == 2
        assert history.file("a.py").events[0].lines_added == 1
    assert index_path(here(repo)).is_file()
    assert assert_exact(repo) == []


def test_a_second_look_asks_git_nothing(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    update_index(here(repo))
    repository, head = here(repo), repo.head()
    monkeypatch.setattr("subprocess.Popen", None)
    index, history = open_history(repository, head)
    with index:
        assert history.file("lib/b.py").event_count == 1


def test_new_commits_are_added(repo: TestRepo) -> None:
    update_index(here(repo))
    repo.git("mv", "a.py", "c.py")
    repo.commit({}, "Rename")
    index, history = open_history(here(repo), repo.head())
    with index:
        assert history.file("c.py").event_count == 3
        assert index.commit_count == 3
    assert assert_exact(repo) == []


def test_lives_agree_with_git_log_follow(tmp_path: Path) -> None:
    made = TestRepo(tmp_path / "repo")
    made.commit({"old.py": "\n".join(map(str, range(50)))}, "Begin")
    made.commit({"old.py": "\n".join(map(str, range(51)))}, "More")
    made.git("mv", "old.py", "new.py")
    made.commit({}, "Rename")
    made.commit({"new.py": "\n".join(map(str, range(52)))}, "More")
    index, history = open_history(here(made), made.head())
    with index:
        followed = made.git("log", "--follow", "--format=%ct", "--", "new.py").split()
        assert [str(event.time) for event in history.file("new.py").events] == followed


def test_every_commit_of_a_tangled_history_is_exact(tangled: TestRepo) -> None:
    update_index(here(tangled), rebuild=True)
    for base in tangled.git("rev-list", "HEAD").split()[::4]:
        assert assert_exact(tangled, base) == []


def test_line_counts_are_those_of_git(tangled: TestRepo) -> None:
    update_index(here(tangled), rebuild=True)
    index, history = open_history(here(tangled), tangled.head())
    with index:
        for path in ("pkg/mod0.py", "README.md", "requirements.txt"):
            rows = tangled.git("log", "--no-merges", "--numstat", "--format=", "--", path).split("\n")[:-1]
            expected = sorted(tuple(map(int, row.split("\t")[:2])) for row in rows)
            assert sorted((e.lines_added, e.lines_deleted) for e in history.file(path).events) == expected
        assert index.uncounted() == []


def test_names_are_published_before_lines_are_counted(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_add_counts", lambda *_: None)
    update_index(here(repo))
    with HistoryIndex.open(index_path(here(repo))) as index:
        history = index.history_at(repo.head())
        assert history.file("a.py").event_count == 2
        assert history.file("a.py").events[0].lines_added is None
    monkeypatch.undo()
    assert update_index(here(repo)).commits_added == 0
    assert assert_exact(repo) == []


def test_progress_ends_at_the_total_and_small_batches_add_up(
    tangled: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_BATCH", 7)
    monkeypatch.setattr(opening, "_STEP", 5)
    told: list[tuple[int, int]] = []
    report = update_index(here(tangled), rebuild=True, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert all(done <= total for done, total in told)
    assert report.commits == report.commits_added == int(tangled.git("rev-list", "--count", "HEAD"))
    assert report.bytes == index_path(here(tangled)).stat().st_size
    assert assert_exact(tangled) == []


def test_too_many_new_commits_give_a_short_history_that_says_so(tangled: TestRepo) -> None:
    index_path(here(tangled)).unlink(missing_ok=True)
    index, history = open_history(here(tangled), tangled.head(), auto_limit=10, short=8)
    with index:
        assert index.commit_count == 8
        assert history.missing_reason == ("no index yet: only the newest 8 commits were read; run: hyperion-hook index")
        assert sum(tally.commits for tally in history.repository()) <= 8
    update_index(here(tangled))
    index, history = open_history(here(tangled), tangled.head(), auto_limit=10, short=8)
    with index:
        assert history.missing_reason is None


def test_an_amended_commit_is_hidden_at_once_and_dropped_by_the_next_update(repo: TestRepo) -> None:
    assert_exact(repo)
    repo.write({"a.py": "9\n"})
    repo.git("commit", "-q", "-a", "--amend", "-m", "Other")
    assert assert_exact(repo) == []
    with HistoryIndex.open(index_path(here(repo))) as index:
        assert index.commit_count == 3
    report = update_index(here(repo))
    assert (report.commits_added, report.commits) == (0, 2)
    assert assert_exact(repo) == []


def test_commits_collected_as_garbage_do_no_harm(repo: TestRepo) -> None:
    assert_exact(repo)
    repo.write({"a.py": "9\n"})
    repo.git("commit", "-q", "-a", "--amend", "-m", "Other")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert assert_exact(repo) == []
    assert update_index(here(repo)).commits == 2


def test_branches_are_kept_apart(repo: TestRepo) -> None:
    base = repo.head()
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "side\n"}, "Fix bug on the side")
    side = repo.head()
    assert_exact(repo)
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "main\n"}, "On main")
    for commit in (repo.head(), side, base):
        assert assert_exact(repo, commit) == []
    assert update_index(here(repo)).commits == 4


def test_a_shallow_clone_says_so_and_a_deepened_one_is_read_anew(repo: TestRepo, tmp_path: Path) -> None:
    for number in range(4):
        repo.commit({"a.py": f"{number}\n"})
    repo.git("clone", "-q", "--depth", "2", repo.path.as_uri(), str(tmp_path / "clone"))
    clone = TestRepo(tmp_path / "clone", init=False)
    index, history = open_history(here(clone), clone.head())
    with index:
        assert history.missing_reason is not None
        assert history.missing_reason.startswith("shallow clone: ")
        # git shows the oldest commit as if it had added every file
        assert history.file("a.py").event_count == 1
        assert history.file("lib/b.py").event_count == 0
        assert index.history_at(clone.head()).missing_reason == history.missing_reason
    clone.git("fetch", "-q", "--unshallow")
    index, history = open_history(here(clone), clone.head())
    with index:
        assert history.missing_reason is None
        assert history.file("a.py").event_count == 6
    assert assert_exact(clone) == []


def test_worktrees_share_the_index_and_a_bare_repository_has_one(repo: TestRepo, tmp_path: Path) -> None:
    update_index(here(repo))
    repo.git("worktree", "add", "-q", str(tmp_path / "tree"))
    tree = Repository.discover(tmp_path / "tree")
    assert index_path(tree) == index_path(here(repo))
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare"))
    bare = Repository.discover(tmp_path / "bare")
    assert update_index(bare).commits == 2
    assert index_path(bare).is_file()


def test_a_folder_that_cannot_be_written_costs_a_warning(repo: TestRepo) -> None:
    (repo.path / ".git" / "hyperion-hook").write_text("in the way")
    warnings = assert_exact(repo)
    assert len(warnings) == 1
    assert warnings[0].endswith("hyperion-hook is no folder: not used; remove it")
    with pytest.raises(StoreError, match="is no folder: not used"):
        update_index(here(repo))


def test_a_locked_index_is_copied_and_extended_in_memory(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_index, "BUSY_SECONDS", 0.05)
    update_index(here(repo))
    repo.commit({"a.py": "7\n"})
    other = sqlite3.connect(index_path(here(repo)), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    warnings = assert_exact(repo)
    assert len(warnings) == 1
    assert "database is locked" in warnings[0]
    other.execute("ROLLBACK")
    other.close()
    assert assert_exact(repo) == []


_OPEN = """
import json, sys
from hyperion_hook.git.repository import Repository
from hyperion_hook.store.history.open_history import open_history, update_index
repository = Repository.discover(sys.argv[1])
if sys.argv[2] == "index":
    update_index(repository, rebuild=True)
index, history = open_history(repository, repository.head())
life = history.file("a.py")
print(json.dumps([life.event_count, history.missing_reason, index.warnings]))
"""


def start(repo: TestRepo, what: str, limit: int | None = None) -> subprocess.Popen[str]:
    code = _OPEN
    if limit is not None:
        code = (
            "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n{code}"
        )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(repo.path), what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def result(process: subprocess.Popen[str]) -> list[object]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found: list[object] = json.loads(out)
    return found


def test_hooks_at_once_and_an_index_being_built_all_answer_exactly(repo: TestRepo) -> None:
    for number in range(3):
        running = [start(repo, "open"), start(repo, "open"), start(repo, "index")]
        for process in running:
            count, reason, _ = result(process)
            assert (count, reason) == (number + 2, None)
        repo.commit({"a.py": f"again {number}\n"})
    assert_exact(repo)


def test_a_full_disk_costs_a_warning(repo: TestRepo) -> None:
    count, reason, warnings = result(start(repo, "open", limit=2_000))
    assert (count, reason) == (2, None)
    assert warnings
    assert assert_exact(repo) == []
    repo.commit({f"f{n}.py": "x\n" for n in range(900)} | {"a.py": "8\n"})
    size = index_path(here(repo)).stat().st_size
    count, reason, warnings = result(start(repo, "open", limit=size))
    assert (count, reason) == (3, None)
    assert warnings
    assert assert_exact(repo) == []


def test_later_hooks_count_what_a_killed_index_left_uncounted(
    tangled: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_COUNTED_LATER", 30)
    with monkeypatch.context() as patched:
        patched.setattr(opening, "_add_counts", lambda *_: None)
        update_index(here(tangled), rebuild=True)
    left = []
    for _ in range(40):
        index, _ = open_history(here(tangled), tangled.head())
        with index:
            left.append(len(index.uncounted()))
        if not left[-1]:
            break
    assert left[-1] == 0
    assert all(before - after <= 30 for before, after in pairwise(left))
    assert_exact(tangled)
    index, history = open_history(here(tangled), tangled.head())
    with index:
        events = history.file("pkg/mod0.py").events
        assert events
        assert all(event.lines_added is not None for event in events)


def test_commits_that_are_gone_do_not_keep_others_from_being_counted(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(opening, "_add_counts", lambda *_: None)
        update_index(here(repo))
    with HistoryIndex.open(index_path(here(repo))) as index:
        gone = FileChange("gone.py", FileStatus.ADDED)
        index.add(Commit("7" * 40, (), ADA, ADA, 5, 5, 0, "Add", (gone,)))
    index, _ = open_history(here(repo), repo.head())
    with index:
        assert index.uncounted() == []


def test_what_cannot_be_written_is_not_read_for_counting(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(opening, "_add_counts", lambda *_: None)
        update_index(here(repo))
    monkeypatch.setattr(history_index, "BUSY_SECONDS", 0.05)
    asked = []
    monkeypatch.setattr(opening, "present", lambda *_: asked.append(1) or [])
    lock = sqlite3.connect(index_path(here(repo)), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    index, _ = open_history(here(repo), repo.head())
    lock.close()
    with index:
        assert index.uncounted()
    assert asked == []


def test_a_commit_of_more_files_than_the_index_had_bytes_is_indexed(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_index, "FORM", replace(history_index.FORM, value_bytes=1_000))
    repo.commit({f"d{number % 9}/f{number}.py": "x = 1\n" for number in range(9_000)}, "Import")
    # names and lines are written, and read in between, on one connection
    update_index(here(repo))
    index, history = open_history(here(repo), repo.head())
    with index:
        assert index.uncounted() == []
        assert [event.lines_added for event in history.file("d8/f8999.py").events] == [1]
