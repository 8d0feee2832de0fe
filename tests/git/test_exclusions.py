"""Files that nobody judges; git's own ``check-attr`` says what attributes mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.change_reader import ChangeReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.exclusions import Exclusions
from hyperion_hook.git.rules.ignored_revisions import FILE_NAME, ignored_revisions
from tests.support.repo import TestRepo

ATTRIBUTES = """\
# linguist-generated
[attr]linguist-mine linguist-generated
[attr]made linguist-generated -diff
[attr]twice text made
[attr]nothing text
macro/*.py made
macro/two.py twice
macro/no.py -made
macro/other.py made -linguist-generated
macro/text.py nothing
  "macro/in set.py" made
*.pb.go linguist-generated
gen/** linguist-generated=true
gen/by-hand.py -linguist-generated
third/** linguist-vendored text=auto
third/ours/** linguist-vendored=false
"with space.js" linguist-generated
folder/ linguist-generated
*.md linguist-documentation
"""
PATHS = [
    "a.py",
    "x.pb.go",
    "api/x.pb.go",
    "gen/a.py",
    "gen/deep/a.py",
    "gen/by-hand.py",
    "third/a.js",
    "third/ours/a.js",
    "with space.js",
    "folder/a.py",
    "a.md",
    "sub/gen/a.py",
    "sub/made/a.py",
    "sub/made/own.py",
    "sub/a.pb.go",
    "macro/one.py",
    "macro/two.py",
    "macro/no.py",
    "macro/other.py",
    "macro/text.py",
    "macro/in set.py",
    "sub/macro.py",
]
BELOW = "made/* linguist-generated\n/made/own.py !linguist-generated\n*.pb.go linguist-generated=false\nmacro.py made\n"


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path)
    repo.commit({".gitattributes": ATTRIBUTES, "sub/.gitattributes": BELOW, "a.py": "a = 1\n"})
    return repo


@pytest.fixture
def reader(repo: TestRepo) -> Iterator[BlobReader]:
    with BlobReader(Repository.discover(repo.path)) as reader:
        yield reader


def changes(repo: TestRepo, reader: BlobReader, *patterns: str) -> ChangeReader:
    return ChangeReader(Repository.discover(repo.path), Exclusions(reader, patterns))


def paths_of(change: object) -> list[str]:
    return [file.path for file in change.files]  # type: ignore[attr-defined]


def test_attributes_mean_what_git_says(repo: TestRepo, reader: BlobReader) -> None:
    answers = repo.git("check-attr", "-z", "linguist-generated", "linguist-vendored", "--", *PATHS).split("\0")
    marked = {path for path, _, value in zip(*[iter(answers)] * 3, strict=False) if value in {"set", "true"}}
    exclusions = Exclusions(reader)
    assert {path for path in PATHS if exclusions.excludes(path, repo.head())} == marked
    assert "gen/a.py" in marked


def test_settings_and_attributes_leave_files_out_of_every_kind_of_change(repo: TestRepo, reader: BlobReader) -> None:
    base = repo.head()
    files = {"a.py": "a = 2\n", "gen/x.py": "x = 1\n", "snap/a.snap": "1\n", "snap/keep.snap": "1\n"}
    repo.stage(files)
    read = changes(repo, reader, "*.snap", "!keep.snap")
    staged = read.staged()
    commit = repo.commit({}, "all")
    recorded, whole = read.commit(commit), read.range(base, commit)
    for change in (staged, recorded, whole):
        assert paths_of(change) == ["a.py", "snap/keep.snap"]
        assert change.excluded == ("gen/x.py", "snap/a.snap")


def test_a_change_cannot_hide_its_own_edits(repo: TestRepo, reader: BlobReader) -> None:
    repo.stage({".gitattributes": "* linguist-generated\n", "a.py": "a = 666\n"})
    assert paths_of(changes(repo, reader).staged()) == [".gitattributes", "a.py"]
    commit = repo.commit({}, "hide")
    assert paths_of(changes(repo, reader).commit(commit)) == [".gitattributes", "a.py"]
    assert paths_of(changes(repo, reader).at(commit).commit(commit)) == []


def test_a_first_commit_and_a_history_without_rules_leave_nothing_out(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.stage({"gen/a.py": "a = 1\n"})
    with BlobReader(Repository.discover(repo.path)) as reader:
        assert changes(repo, reader).staged().excluded == ()
        commit = repo.commit({}, "first")
        assert changes(repo, reader).commit(commit).excluded == ()
        assert Exclusions(reader).digest(commit) == ""


def test_rules_have_a_name_of_their_own(repo: TestRepo, reader: BlobReader) -> None:
    before = repo.head()
    after = repo.commit({".gitattributes": "*.go linguist-generated\n"})
    names = [Exclusions(reader, patterns).digest(base) for patterns in ((), ("a",)) for base in (None, before, after)]
    assert names[0] == ""
    assert len(set(names)) == 6


def test_revisions_to_ignore_are_whole_ids(repo: TestRepo, reader: BlobReader) -> None:
    one, two = "a" * 40, "B" * 40
    tip = repo.commit({FILE_NAME: f"# {'c' * 40}\n{one}  # formatted\n\n{two}\nabc\n{'-' * 40}\n"})
    assert ignored_revisions(reader, tip) == {one, two.lower()}
    assert ignored_revisions(reader, repo.git("rev-parse", "HEAD~1").strip()) == frozenset()
