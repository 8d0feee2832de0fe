"""The staged change, a commit and a range, in every kind of repository."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from hyperion_hook.assess.store_measurer import not_looked_into
from hyperion_hook.domain.author import Author
from hyperion_hook.domain.change import Change, ChangeKind, FileStatus, Hunk
from hyperion_hook.errors import GitError
from hyperion_hook.git.changes import commit_change, commits_of_range, range_change, staged_change
from hyperion_hook.git.diffs import parse_diff, read_difference
from hyperion_hook.git.repository import Repository
from tests.support.repo import START, TestRepo

ADA = Author("Ada", "ada@example.org")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n2\n3\n", "b.txt": "b\n"}, "Begin")
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.org")
    return repo


def staged(repo: TestRepo, **more: object) -> Change:
    return staged_change(Repository.discover(repo.path), **more)  # type: ignore[arg-type]


def committed(repo: TestRepo, revision: str = "HEAD", **more: object) -> Change:
    return commit_change(Repository.discover(repo.path), revision, **more)  # type: ignore[arg-type]


def remove_object(repo: TestRepo, name: str) -> None:
    found = repo.git("rev-parse", name).strip()
    (repo.path / ".git" / "objects" / found[:2] / found[2:]).unlink()


def test_nothing_staged_is_a_change_without_files(repo: TestRepo) -> None:
    repo.write({"a.txt": "not staged\n", "new.txt": "not staged\n"})
    change = staged(repo)
    assert (change.files, change.kind) == ((), ChangeKind.STAGED)
    assert (change.base, change.parents) == (repo.head(), (repo.head(),))


def test_what_is_staged_and_not_what_lies_in_the_work_tree(repo: TestRepo) -> None:
    repo.stage({"a.txt": "1\n2\n3\n4\n", "b.txt": None, "c.txt": "c\n"})
    repo.write({"a.txt": "later\n"})
    change = staged(repo, now=START)
    assert [(file.path, file.status, file.lines_added, file.lines_deleted) for file in change.files] == [
        ("a.txt", FileStatus.MODIFIED, 1, 0),
        ("b.txt", FileStatus.DELETED, 0, 1),
        ("c.txt", FileStatus.ADDED, 1, 0),
    ]
    assert change.files[0].hunks == (Hunk(3, 4, (), (b"4",)),)
    assert (change.author, change.committer, change.time, change.authored_at) == (ADA, ADA, START, START)
    assert (change.message, change.revision, change.commit_count) == (None, None, 1)
    assert (change.bulk, change.warnings) == (False, ())


def test_the_clock_is_asked_when_no_time_is_given(repo: TestRepo) -> None:
    assert abs(staged(repo).time - time.time()) < 60


def test_dates_and_people_of_the_environment_win(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "grace@example.org")
    for date in ("1500000000 -0330", "@1500000000 -0330", "2017-07-13T23:10:00-0330"):
        monkeypatch.setenv("GIT_AUTHOR_DATE", date)
        change = staged(repo, now=START)
        assert (change.author, change.authored_at, change.utc_offset) == (
            Author("Grace", "grace@example.org"),
            1_500_000_000,
            -210,
        )
        assert (change.committer, change.time) == (ADA, START)


@pytest.mark.parametrize("name", ["  Ada  ", "Ada L.", "<Ada>", "Ünï Ködé", "A\nB"], ids=ascii)
def test_people_are_named_as_git_names_them(repo: TestRepo, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", name)
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "x@example.org")
        monkeypatch.setenv(f"GIT_{role}_DATE", "1500000000 +0000")
    repo.stage({"n.txt": "n\n"})
    change = staged(repo)
    subprocess.run(["git", "commit", "-q", "-m", "x"], cwd=repo.path, check=True)
    assert change.author == committed(repo).author
    assert change.authored_at == committed(repo).authored_at


CONFIGURED: list[list[tuple[str, str]]] = [
    [],
    [("user.name", "  Ada  ")],
    [("user.name", "Ada L.")],
    [("user.name", "Ünï Ködé")],
    [("user.name", "Ada\nGIT_AUTHOR_IDENT=Eve <eve@example.org> 1 +0000")],
    [("user.name", "Eve"), ("user.name", "Ada")],
    [("author.name", "Grace")],
    [("committer.email", "grace@example.org")],
    [("x.y", "1\nuser.name=Eve")],
    [("core.editor", "true\nGIT_AUTHOR_IDENT=Eve <eve@example.org> 1 +0000")],
]


@pytest.mark.parametrize("settings", CONFIGURED, ids=ascii)
def test_people_are_those_that_git_would_record(
    repo: TestRepo, monkeypatch: pytest.MonkeyPatch, settings: list[tuple[str, str]]
) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))]:
        monkeypatch.delenv(name)
    for key, value in settings:
        repo.git("config", "--add", key, value)
    repo.stage({"n.txt": "n\n"})
    change = staged(repo)
    subprocess.run(["git", "commit", "-q", "-m", "x"], cwd=repo.path, check=True)
    assert (change.author, change.committer) == (committed(repo).author, committed(repo).committer)


def test_without_a_name_the_author_is_not_known(repo: TestRepo) -> None:
    repo.git("config", "--unset", "user.name")
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    change = staged(repo, now=START)
    assert (change.author, change.time) == (None, START)
    assert change.warnings == ("author is not known: set user.name and user.email",)


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "unborn")
    repo.stage({"a.txt": "1\n"})
    change = staged(repo)
    assert (change.base, change.parents) == (None, ())
    assert [(file.path, file.status) for file in change.files] == [("a.txt", FileStatus.ADDED)]
    with pytest.raises(GitError, match="no commit to amend"):
        staged(repo, amend=True)


def test_in_an_empty_repository_nothing_is_staged(tmp_path: Path) -> None:
    assert staged(TestRepo(tmp_path / "empty")).files == ()


def test_a_bare_repository_has_no_staged_change(repo: TestRepo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Repository.discover(tmp_path / "bare")
    with pytest.raises(GitError, match="bare repository"):
        staged_change(bare)
    assert commit_change(bare, "HEAD").files == committed(repo).files


def test_an_amendment_is_compared_with_the_parent(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    first = repo.head()
    repo.commit({"a.txt": "1\n"}, "two", "Grace <grace@example.org>")
    repo.stage({"b.txt": "more\n"})
    change = staged(repo, amend=True, now=START)
    assert [file.path for file in change.files] == ["a.txt", "b.txt"]
    assert (change.base, change.author) == (first, Author("Grace", "grace@example.org"))
    assert (change.authored_at, change.time) == (repo.clock, START)
    repo.git("checkout", "-q", "--detach", first)
    assert staged(repo, amend=True).base is None


def test_renames_modes_links_and_submodules(repo: TestRepo, tmp_path: Path) -> None:
    inner = TestRepo(tmp_path / "inner")
    inner.commit({"i.txt": "1\n"})
    inner.commit({"i.txt": "2\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "lib")
    repo.commit({}, "Add lib")
    repo.git("-C", "lib", "checkout", "-q", "HEAD~1")
    repo.git("mv", "a.txt", "z.txt")
    (repo.path / "b.txt").chmod(0o755)
    (repo.path / "link").symlink_to("/etc/passwd")
    repo.stage({"z.txt": "1\n2\n3\nz\n", "empty.txt": "", "bin": b"\0\1\2"})
    repo.git("config", "diff.ignoreSubmodules", "all")
    files = {file.path: file for file in staged(repo).files}
    moved = files["z.txt"]
    assert (moved.status, moved.old_path, moved.lines_added) == (FileStatus.RENAMED, "a.txt", 1)
    assert (files["b.txt"].old_mode, files["b.txt"].new_mode, files["b.txt"].hunks) == (0o100644, 0o100755, ())
    assert (files["link"].is_regular, files["link"].lines_added) == (False, 1)
    assert (files["lib"].is_regular, files["lib"].lines_added, files["lib"].hunks) == (False, None, ())
    assert (files["bin"].is_binary, files["bin"].lines_added) == (True, None)
    assert (files["empty.txt"].lines_added, files["empty.txt"].new_mode) == (0, 0o100644)
    repo.git("commit", "-q", "-m", "all of it")
    assert committed(repo).files == tuple(files.values())


def test_conflicts_are_left_out_and_said(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.txt": "side\n", "s.txt": "s\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.txt": "main\n"})
    repo.git("merge", "-q", "side", check=False)
    change = staged(repo)
    assert [(file.path, file.lines_added) for file in change.files] == [("s.txt", 1)]
    assert any(warning.startswith("1 file(s) with merge conflicts") for warning in change.warnings)


def test_a_merge_in_progress_has_two_parents(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit({"s.txt": "s\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit({"m.txt": "m\n"})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    change = staged(repo)
    assert (change.parents, change.base, change.is_merge) == ((main, side), main, True)
    repo.git("commit", "-q", "-m", "merge")
    recorded = committed(repo)
    assert (recorded.parents, recorded.files, recorded.warnings) == (change.parents, change.files, change.warnings)
    assert recorded.warnings == ("a merge is judged against its first parent",)


def test_an_octopus_is_judged_against_its_first_parent(repo: TestRepo) -> None:
    for name in ("one", "two"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit({f"{name}.txt": "x\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"m.txt": "m\n"})
    repo.merge("one", "two")
    change = committed(repo)
    assert len(change.parents) == 3
    assert [file.path for file in change.files] == ["one.txt", "two.txt"]


def test_a_root_is_compared_with_nothing(repo: TestRepo) -> None:
    change = committed(repo)
    assert (change.base, change.kind, change.revision) == (None, ChangeKind.COMMIT, repo.head())
    assert (change.lines_added, change.lines_deleted, change.message, change.author) == (4, 0, "Begin\n", ADA)
    assert (change.time, change.authored_at, change.utc_offset) == (repo.clock, repo.clock, 0)


def test_where_a_shallow_clone_begins_is_said(repo: TestRepo, tmp_path: Path) -> None:
    repo.commit({"a.txt": "9\n"})
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "shallow"))
    change = commit_change(Repository.discover(tmp_path / "shallow"), "HEAD")
    assert any("shallow" in warning for warning in change.warnings)
    assert committed(repo).warnings == ()


def test_a_revision_that_is_none_is_named(repo: TestRepo) -> None:
    for bad in ("nope", "--all", "main..main"):
        with pytest.raises(GitError, match=bad):
            committed(repo, bad)
    with pytest.raises(GitError, match="nope"):
        range_change(Repository.discover(repo.path), "main", "nope")
    with pytest.raises(GitError, match="nope"):
        commits_of_range(Repository.discover(repo.path), "nope", "main")


def test_a_range_is_taken_from_the_merge_base(repo: TestRepo) -> None:
    base = repo.head()
    repo.git("checkout", "-q", "-b", "side")
    first = repo.commit({"s.txt": "1\n"}, "one", "Grace <grace@example.org>")
    second = repo.commit({"s.txt": "2\n", "t.txt": "t\n"}, "two", "Linus <linus@example.org>")
    repo.git("checkout", "-q", "main")
    repo.commit({"m.txt": "m\n"})
    repository = Repository.discover(repo.path)
    change = range_change(repository, "main", "side")
    assert (change.kind, change.base, change.revision) == (ChangeKind.RANGE, base, second)
    assert [(file.path, file.lines_added) for file in change.files] == [("s.txt", 1), ("t.txt", 1)]
    assert (change.commit_count, change.message, change.author) == (2, None, Author("Linus", "linus@example.org"))
    assert [commit.id for commit in commits_of_range(repository, "main", "side")] == [first, second]
    one = range_change(repository, "main", "side~1")
    assert (one.commit_count, one.message) == (1, "one\n")
    assert one.files == commit_change(repository, "side~1").files


def test_a_range_with_merges_counts_the_others(repo: TestRepo) -> None:
    start = repo.head()
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit({"s.txt": "s\n"}, "on the side")
    repo.git("checkout", "-q", "main")
    main = repo.commit({"m.txt": "m\n"})
    repo.merge("side")
    change = range_change(Repository.discover(repo.path), start, "main")
    assert (change.commit_count, change.is_merge) == (2, False)
    assert {commit.id for commit in commits_of_range(Repository.discover(repo.path), start, "main")} == {side, main}


def test_a_range_without_a_beginning_is_a_whole_history(repo: TestRepo) -> None:
    repo.commit({"c.txt": "c\n"})
    repository = Repository.discover(repo.path)
    change = range_change(repository, None, "main")
    assert (change.base, change.commit_count, change.lines_added) == (None, 2, 5)
    assert len(list(commits_of_range(repository, None, "main"))) == 2


def test_an_empty_range_has_no_files(repo: TestRepo) -> None:
    change = range_change(Repository.discover(repo.path), "main", "main")
    assert (change.files, change.commit_count, change.author) == ((), 0, ADA)


def test_histories_without_a_common_commit_are_compared_as_they_are(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit({"a.txt": "1\n2\n3\n4\n"})
    change = range_change(Repository.discover(repo.path), "main", "other")
    assert [(file.path, file.lines_added) for file in change.files] == [("a.txt", 1)]
    assert any("share no history" in warning for warning in change.warnings)


def test_of_too_many_files_the_largest_are_looked_into(repo: TestRepo) -> None:
    repo.stage({f"f{number:02d}.txt": "1\n2\n" for number in range(12)})
    change = staged(repo, bulk_above=11)
    assert (change.bulk, change.lines_added) == (True, 24)
    assert all(file.hunks for file in change.files)
    assert not staged(repo, bulk_above=12).bulk
    repo.git("commit", "-q", "-m", "many")
    assert committed(repo, bulk_above=11).files == change.files
    repo.stage({f"f{number:02d}.py": "1\n" * (number + 1) for number in range(4)} | {"z.txt": "1\n" * 99})
    change = staged(repo, bulk_above=2)
    assert [file.path for file in change.sample()] == ["f03.py", "f02.py"]
    assert not_looked_into(change) == ("5 files changed: 2 of them are looked into, 70 % of the changed source lines",)


def test_of_a_giant_patch_the_counts_are_kept(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.stage({"a.txt": "new\n", "giant.txt": "".join(f"line {n}\n" for n in range(30_000)), "z.txt": "z\n"})
    for module in (parse_diff, read_difference):
        monkeypatch.setattr(module, "MAX_PATCH_BYTES", 100_000)
    change = staged(repo)
    assert [(file.lines_added, file.hunks is None) for file in change.files] == [(1, False), (30_000, True), (1, True)]
    assert any(warning.endswith("files whose contents were not read: 2") for warning in change.warnings)


def test_a_missing_blob_costs_the_contents_of_its_file(repo: TestRepo) -> None:
    repo.commit({"a.txt": "2\n", "b.txt": "22\n", "-x y": "x\n"})
    repo.commit({"a.txt": "3\n", "b.txt": "33\n", "-x y": "y\n"})
    remove_object(repo, "HEAD~1:a.txt")
    change = committed(repo)
    assert [(file.path, file.lines_added) for file in change.files] == [("-x y", 1), ("a.txt", None), ("b.txt", 1)]
    assert change.warnings == ("objects are missing or damaged: files whose contents could not be read: 1",)
    repo.git("reset", "-q", "--soft", "HEAD~1")
    assert [file.lines_added for file in staged(repo).files] == [1, None, 1]
    assert [bool(file.hunks) for file in staged(repo, bulk_above=2).files] == [True, False, True]


def test_attributes_have_no_say(repo: TestRepo) -> None:
    repo.stage({"a.txt": "1\n", "s/b.txt": "b\n", "bin": b"\0\1"})
    expected = staged(repo).files
    repo.stage({".gitattributes": "* -diff\nbin diff text\n"})
    attributes = repo.path / ".git" / "info" / "attributes"
    for text in (None, "* binary\n"):
        if text:
            attributes.parent.mkdir(exist_ok=True)
            attributes.write_text(text)
        change = staged(repo)
        assert [file for file in change.files if file.path != ".gitattributes"] == list(expected)
    repo.git("commit", "-q", "-m", "all")
    assert committed(repo).files == change.files
    assert [list(commit.files) for commit in commits_of_range(Repository.discover(repo.path), "HEAD~1", "HEAD")] == [
        list(change.files)
    ]


def test_no_folder_of_links_is_left_behind(repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache = tmp_path / "cache" / "hyperion-hook"
    cache.mkdir(parents=True)
    forgotten = cache / "hyperion-hook-git-killed"
    forgotten.mkdir()
    (forgotten / "objects").symlink_to(repo.path / ".git" / "objects")
    os.utime(forgotten, (START, START))
    # a young one is somebody's, and what a link leads to is nobody's business
    young, elsewhere, link = cache / "hyperion-hook-git-young", tmp_path / "elsewhere", cache / "hyperion-hook-git-link"
    young.mkdir()
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    link.symlink_to(elsewhere)
    os.utime(link, (START, START), follow_symlinks=False)
    repo.stage({".gitattributes": "* -diff\n", "a.txt": "1\n"})
    repository = Repository.discover(repo.path)
    assert staged_change(repository).files[1].lines_added == 0
    assert staged_change(repository).lines_deleted == 2
    assert len(list(cache.iterdir())) == 3
    del repository
    assert sorted(cache.iterdir()) == [link, young]
    assert (elsewhere / "precious").exists()
    assert any((repo.path / ".git" / "objects").iterdir())


def test_a_fork_leaves_the_folder_of_links_to_its_parent(
    repo: TestRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache = tmp_path / "cache" / "hyperion-hook"
    cache.mkdir(parents=True)
    repo.stage({".gitattributes": "* -diff\n", "a.txt": "1\n"})
    repository = Repository.discover(repo.path)
    expected = staged_change(repository, now=START)
    child = os.fork()
    if not child:
        del repository
        os._exit(0)
    os.waitpid(child, 0)
    assert staged_change(repository, now=START) == expected
    assert len(list(cache.iterdir())) == 1


def test_where_links_cannot_be_made_git_is_asked_as_it_is(repo: TestRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> str:
        raise OSError("full")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    repo.stage({".gitattributes": "*.x -diff\n", "a.txt": "1\n"})
    assert staged(repo).lines_deleted == 2


def test_a_worktree_has_its_own_staged_change(repo: TestRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    tree = TestRepo(tmp_path / "tree", init=False)
    tree.stage({"only here.txt": "1\n", ".gitattributes": "* -diff\n"})
    assert [file.path for file in staged(tree).files] == [".gitattributes", "only here.txt"]
    assert staged(tree).lines_added == 2
    assert staged(repo).files == ()


def test_a_sparse_and_split_index_is_read(repo: TestRepo) -> None:
    repo.commit({f"d{number}/f.txt": "1\n" for number in range(5)})
    repo.git("update-index", "--split-index")
    repo.stage({"d1/f.txt": "2\n", ".gitattributes": "* -diff\n"})
    assert {file.path: file.lines_added for file in staged(repo).files} == {"d1/f.txt": 1, ".gitattributes": 1}
    repo.git("commit", "-q", "-m", "x")
    repo.git("update-index", "--no-split-index")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "d1")
    repo.write({"d1/f.txt": "3\n"})
    repo.git("add", "d1/f.txt")
    assert {file.path: file.lines_added for file in staged(repo).files} == {"d1/f.txt": 1}


def test_four_thousand_files_are_read_in_time(repo: TestRepo) -> None:
    repo.stage({f"d{number % 40}/f{number}.txt": f"{number}\n" * 20 for number in range(4_000)})
    started = os.times()
    change = staged(repo)
    ended = os.times()
    assert (len(change.files), change.bulk, change.lines_added) == (4_000, True, 80_000)
    assert sum(ended[:4]) - sum(started[:4]) < 5


def test_longer_object_ids_are_read(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    repo = TestRepo(tmp_path / "repo", init=False)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.stage({"a.txt": "1\n", ".gitattributes": "* -diff\n"})
    assert staged(repo).lines_added == 2
    repo.commit({"b.txt": "1\n"})
    assert committed(repo).lines_added == 3
    assert range_change(Repository.discover(repo.path), None, "main").lines_added == 3
