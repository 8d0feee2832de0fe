from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.commands.hooks.pre_push import Pushed, RefUpdate, pushed_by_pre_commit, pushed_refs, ref_updates
from hyperion_hook.domain.change import Change
from hyperion_hook.git.changes import range_change
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

ZERO = "0" * 40


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "r")
    for number in range(3):
        made.commit({"a": str(number)}, f"c{number}")
    return made


def refs(repo: TestRepo, *lines: tuple[str, str]) -> list[Pushed]:
    git = Repository.discover(repo.path).git.run
    text = "".join(f"refs/heads/main {local} refs/heads/main {remote}\n" for local, remote in lines)
    return pushed_refs(ref_updates(text), "origin", git)


def changes(repo: TestRepo, local: str, remote: str = ZERO, name: str = "origin") -> list[Change]:
    """Return what pushing a commit over what the remote's branch has is judged as."""
    repository = Repository.discover(repo.path)
    updates = [RefUpdate("refs/heads/topic", repository.resolve(local), remote)]
    pushes = pushed_refs(updates, name, repository.git.run)
    return [range_change(repository, push.start, push.end, push.known) for push in pushes]


def paths(change: Change) -> list[str]:
    return [file.path for file in change.files]


@pytest.fixture
def topic(tmp_path: Path) -> TestRepo:
    """Return a branch that was pushed, while others have put five commits on main since."""
    made = TestRepo(tmp_path / "topic")
    made.commit({"a.py": "a = 1\n", "shared.py": "".join(f"line = {n}\n" for n in range(30))})
    made.git("checkout", "-q", "-b", "topic")
    old = made.commit({"topic.py": "t = 1\n"})
    made.git("checkout", "-q", "main")
    for number in range(5):
        made.commit({f"main{number}.py": "x = 1\n" * 50})
    made.git("update-ref", "refs/remotes/origin/main", "main")
    made.git("update-ref", "refs/remotes/origin/topic", old)
    made.git("checkout", "-q", "topic")
    return made


def test_a_rebased_branch_adds_its_own_commits_only(topic: TestRepo) -> None:
    old = topic.head()
    topic.git("rebase", "-q", "main")
    (change,) = changes(topic, "HEAD", old)
    assert (change.commit_count, paths(change), change.lines_added) == (1, ["topic.py"], 1)


def test_main_that_is_merged_adds_nothing(topic: TestRepo) -> None:
    old = topic.head()
    topic.merge("main")
    (change,) = changes(topic, "HEAD", old)
    assert (change.commit_count, paths(change)) == (0, [])


@pytest.mark.parametrize("is_new", [True, False])
def test_of_a_branch_that_merged_main_its_own_commits_count(topic: TestRepo, is_new: bool) -> None:
    old = topic.head()
    if is_new:
        topic.git("update-ref", "-d", "refs/remotes/origin/topic")
    topic.commit({"shared.py": "first = 1\n" + "".join(f"line = {n}\n" for n in range(30))})
    topic.merge("main")
    topic.commit({"late.py": "l = 1\n"})
    (change,) = changes(topic, "HEAD", ZERO if is_new else old)
    own = ["late.py", "shared.py", "topic.py"] if is_new else ["late.py", "shared.py"]
    assert (change.commit_count, paths(change), change.lines_added) == (len(own), own, len(own))


def test_lines_of_others_do_not_count_in_a_file_that_both_changed(topic: TestRepo) -> None:
    topic.git("checkout", "-q", "main")
    topic.commit({"shared.py": "".join(f"line = {n}\n" for n in range(40))})
    topic.git("update-ref", "refs/remotes/origin/main", "main")
    topic.git("checkout", "-q", "topic")
    old = topic.commit({"topic.py": "t = 2\n"})  # newer than all of main
    topic.git("update-ref", "refs/remotes/origin/topic", old)
    topic.merge("main")
    topic.commit({"shared.py": "first = 1\n" + "".join(f"line = {n}\n" for n in range(40))})
    (change,) = changes(topic, "HEAD", old)
    assert (change.commit_count, paths(change), change.lines_added) == (1, ["shared.py"], 1)


def test_what_a_merge_itself_changes_counts(topic: TestRepo) -> None:
    old = topic.head()
    topic.merge("main")
    topic.stage({"main3.py": "y = 2\n" * 50, "a.py": "b = 1\n"})
    topic.git("commit", "-q", "--amend", "--no-edit")
    (change,) = changes(topic, "HEAD", old)
    assert paths(change) == ["a.py", "main3.py"]


def test_a_merge_of_what_others_pushed_to_the_branch_starts_there(topic: TestRepo) -> None:
    old = topic.head()
    topic.git("checkout", "-q", "-b", "theirs")
    theirs = topic.commit({"theirs.py": "x = 1\n"})
    topic.git("update-ref", "refs/remotes/origin/topic", theirs)
    topic.git("checkout", "-q", "-B", "topic", old)
    topic.commit({"mine.py": "x = 1\n"})
    topic.merge("theirs")
    (change,) = changes(topic, "HEAD", theirs)
    assert (change.base, change.commit_count, paths(change)) == (theirs, 1, ["mine.py"])


def test_commits_that_another_branch_of_the_remote_has_are_no_push(topic: TestRepo) -> None:
    root = topic.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert changes(topic, "HEAD", root) == []
    assert len(changes(topic, "HEAD", root, name="fork")) == 1


def test_a_file_that_was_moved_counts_by_either_name(topic: TestRepo) -> None:
    old = topic.head()
    topic.git("mv", "shared.py", "spaced\u00e9 name.py")
    topic.commit({})
    topic.merge("main")
    (change,) = changes(topic, "HEAD", old)
    assert [(file.previous_path, file.path) for file in change.files] == [("shared.py", "spaced\u00e9 name.py")]


def test_the_range_that_pre_commit_names_leaves_out_what_the_remote_has(topic: TestRepo) -> None:
    repository, old = Repository.discover(topic.path), topic.head()
    topic.git("rebase", "-q", "main")
    environment = {
        "PRE_COMMIT_FROM_REF": old,
        "PRE_COMMIT_TO_REF": topic.head(),
        "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/topic",
        "PRE_COMMIT_REMOTE_NAME": "origin",
    }
    main = repository.resolve("main")
    pushes = pushed_by_pre_commit(environment, repository.git.run, repository.resolve)
    assert pushes == [Pushed("refs/heads/topic", main, topic.head())]


def test_no_lines_are_no_push() -> None:
    assert ref_updates("") == []


@pytest.mark.parametrize("line", [f"(delete) {ZERO} refs/heads/x 12", "nonsense", "a b c", "r --upload-pack=x r 12"])
def test_deletions_and_nonsense_are_left_out(line: str) -> None:
    assert ref_updates(line + "\n") == []


def test_a_ref_name_may_hold_spaces() -> None:
    assert ref_updates("HEAD~1 or so 12 refs/heads/x 34\n") == [RefUpdate("HEAD~1 or so", "12", "34")]


def test_what_the_remote_lacks_is_pushed(repo: TestRepo) -> None:
    old, new = repo.git("rev-parse", "HEAD~2", "HEAD").split()
    assert refs(repo, (new, old)) == [Pushed("refs/heads/main", old, new)]


def test_what_the_remote_has_already_is_no_push(repo: TestRepo) -> None:
    assert refs(repo, (repo.head(), repo.head())) == []


def test_a_new_branch_starts_where_the_remote_ends(repo: TestRepo) -> None:
    base, new = repo.git("rev-parse", "HEAD~1", "HEAD").split()
    repo.git("update-ref", "refs/remotes/origin/main", base)
    assert refs(repo, (new, ZERO)) == [Pushed("refs/heads/main", base, new)]


def test_a_remote_commit_that_is_not_here_counts_as_a_new_branch(repo: TestRepo) -> None:
    base, new = repo.git("rev-parse", "HEAD~1", "HEAD").split()
    repo.git("update-ref", "refs/remotes/origin/main", base)
    assert refs(repo, (new, "ab" * 20)) == [Pushed("refs/heads/main", base, new)]


def test_a_first_push_starts_at_the_root(repo: TestRepo) -> None:
    root = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert refs(repo, (repo.head(), ZERO)) == [Pushed("refs/heads/main", root, repo.head(), from_root=True)]


def test_a_new_branch_without_commits_of_its_own_is_no_push(repo: TestRepo) -> None:
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert refs(repo, (repo.head(), ZERO)) == []


def test_the_range_that_pre_commit_names_is_taken(repo: TestRepo) -> None:
    def none(*arguments: object) -> bytes:
        raise AssertionError(arguments)

    environment = {
        "PRE_COMMIT": "1",
        "PRE_COMMIT_FROM_REF": "a",
        "PRE_COMMIT_TO_REF": "b",
        "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/x",
    }
    assert pushed_by_pre_commit(environment, none, str) == [Pushed("refs/heads/x", "a", "b")]


def test_pre_commit_by_hand_on_all_files_pushes_nothing(repo: TestRepo) -> None:
    def none(*arguments: object) -> bytes:
        raise AssertionError(arguments)

    assert pushed_by_pre_commit({"PRE_COMMIT": "1"}, none, str) == []


def test_a_first_push_through_pre_commit_starts_at_the_root(repo: TestRepo) -> None:
    repository = Repository.discover(repo.path)
    environment = {"PRE_COMMIT": "1", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_NAME": "origin"}
    root = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    found = pushed_by_pre_commit(environment, repository.git.run, repository.resolve)
    assert found == [Pushed("refs/heads/main", root, repo.head(), from_root=True)]


@pytest.mark.parametrize("remote", ["team/fork", "a/b/c", "origin"])
def test_the_name_of_a_remote_may_hold_slashes(repo: TestRepo, remote: str) -> None:
    root, base, new = repo.git("rev-parse", "HEAD~2", "HEAD~1", "HEAD").split()
    repo.git("update-ref", f"refs/remotes/{remote}/main", root)
    repo.git("update-ref", "refs/remotes/another/main", base)  # what another remote has is new to this one
    updates = ref_updates(f"refs/heads/main {new} refs/heads/main {'0' * 40}\n")
    assert pushed_refs(updates, remote, Repository.discover(repo.path).git.run)[0].start == root
    address = "https://example.org/team/fork"
    assert pushed_refs(updates, address, Repository.discover(repo.path).git.run)[0].start == base
