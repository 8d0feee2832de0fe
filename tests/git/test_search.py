"""Words in the files of a commit: a checkout gives the same answer as the commit's tree, whatever was done to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperion_hook.git.repository import Repository
from hyperion_hook.git.search import search_staged, search_tree
from hyperion_hook.git.uncommitted import checkout_of
from tests.support.repo import TestRepo


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repo")
    files: dict[str, str | bytes | None] = {f"src/{name}.py": f"x\nword({name})\nwords\n" for name in "abcdef"}
    files |= {"src/a-b.py": "word\n", "src/a.d/e.py": "word\n", "crlf.txt": b"a word\r\n", "z.bin": b"word\0"}
    files |= {"*.py": "word\n", "n\u00fc.py": "a.word\n", ".gitattributes": "*.py binary filter=evil\n"}
    repo.commit(files)
    return repo


def nothing(repo: TestRepo) -> None:
    """Leave the checkout as it is."""


def edited(repo: TestRepo) -> None:
    (repo.path / "src/a.py").write_text("the use is gone, not staged\n")
    (repo.path / "src/b.py").unlink()
    (repo.path / "new.py").write_text("word\n")


def a_folder_that_became_a_link(repo: TestRepo) -> None:
    shutil.move(repo.path / "src", repo.path.parent / "elsewhere")
    (repo.path / "src").symlink_to(repo.path.parent / "elsewhere")
    (repo.path.parent / "elsewhere" / "a.py").write_text("word\nword\n")


def files_that_are_none(repo: TestRepo) -> None:
    (repo.path / "src/a.py").unlink()
    os.mkfifo(repo.path / "src/a.py")
    (repo.path / "src/b.py").unlink()
    (repo.path / "src/b.py").symlink_to("c.py")
    os.truncate(repo.path / "src/c.py", 30_000_000_000)


def left_out(repo: TestRepo) -> None:
    repo.git("update-index", "--skip-worktree", "src/a.py")
    repo.git("update-index", "--assume-unchanged", "src/b.py")
    (repo.path / "src/a.py").unlink()
    (repo.path / "src/b.py").write_text("changed behind git's back\n")


def sparse(repo: TestRepo) -> None:
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "other")


def other_line_ends(repo: TestRepo) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.git("rm", "-q", "--cached", "-r", ".")
    repo.git("reset", "-q", "--hard")


def programs(repo: TestRepo) -> None:
    for name in ("clean", "smudge", "process"):
        repo.git("config", f"filter.evil.{name}", f"touch {repo.path.parent}/canary")
    repo.git("config", "core.fsmonitor", f"touch {repo.path.parent}/canary")
    for path in repo.path.glob("src/*.py"):
        path.write_text(path.read_text())  # as old as the index or younger: git has to look inside


def conflict(repo: TestRepo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"src/a.py": "side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"src/a.py": "main word\n"})
    repo.git("merge", "-q", "side", check=False)


@pytest.mark.parametrize(
    "done",
    [
        nothing,
        edited,
        a_folder_that_became_a_link,
        files_that_are_none,
        left_out,
        sparse,
        other_line_ends,
        programs,
        conflict,
    ],
    ids=lambda done: done.__name__,
)
def test_a_checkout_answers_as_the_commit_does(repo: TestRepo, done: Callable[[TestRepo], None]) -> None:
    done(repo)
    base = repo.git("rev-parse", "HEAD").strip()
    repository = Repository.discover(repo.path)
    expected = search_tree(repository, base, ["word", "gone"])
    assert expected
    assert len(expected) > 9
    assert search_staged(repository, base, ["word", "gone"]) == expected
    assert not (repo.path.parent / "canary").exists()


def test_what_is_staged_and_left_out_is_read_from_the_commit(repo: TestRepo) -> None:
    base = repo.git("rev-parse", "HEAD").strip()
    repo.write({"src/a.py": "word\nword\nword\n", "src/new.py": "word\n"})
    repo.git("add", "src")
    repository = Repository.discover(repo.path)
    apart = ["src/a.py", "src/new.py"]
    assert search_staged(repository, base, ["word"], apart) == search_tree(repository, base, ["word"])


def test_a_checkout_is_searched_where_it_is_there(repo: TestRepo, tmp_path: Path) -> None:
    answer = checkout_of(Repository.discover(repo.path))
    assert answer is not None
    assert answer[1] == ()
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    assert checkout_of(Repository.discover(tmp_path / "bare")) is None


@pytest.mark.parametrize("what", ["HEAD^{tree}", "HEAD:src", "HEAD:src/a.py", "HEAD:z.bin"])
@pytest.mark.parametrize("content", [None, b""])
def test_where_git_cannot_read_all_nothing_is_known(repo: TestRepo, what: str, content: bytes | None) -> None:
    repository, base = Repository.discover(repo.path), repo.head()
    name = repo.git("rev-parse", what).strip()
    (repo.path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    if content is not None:
        repo.write({f".git/objects/{name[:2]}/{name[2:]}": content})
    assert search_tree(repository, base, ["nobody_says_this"]) is None
    assert search_tree(repository, base, ["word"]) is None


def test_what_nobody_says_is_found_nowhere(repo: TestRepo) -> None:
    repository, base = Repository.discover(repo.path), repo.head()
    assert search_tree(repository, base, ["nobody_says_this"]) == []
    assert search_staged(repository, base, ["nobody_says_this"]) == []
