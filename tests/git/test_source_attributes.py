"""What git is told to compare is what ``role_of`` calls a source, and nothing a repository says changes that."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.domain.files.languages import BY_ENDING
from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.source_attributes import SOURCES_ONLY
from tests.support.repo import TestRepo

FOLDERS = (
    "",
    "src/",
    "src/main/java/",
    "test/",
    "a/tests/b/",
    "testing/",
    "my-tests/",
    "a b_test/",
    "test-common/",
    "Test/",
    "spec/",
    "e2e/x/",
    "fixtures/",
    "attestation/",
    "latest/",
    "src/it/",
    "it/",
    "src/androidTest/java/",
    "lib/src/it/x/",
    "docs/",
    "doc/a/",
    "a/docs/",
    "Docs/",
    "vendor/",
    "a/Vendor/b/",
    "third_party/",
    "third.party/",
    "dist/",
    "distances/",
    "sp\u00e9cs/",
    ".hidden/",
    "dir.py/",
)
NAMES = (
    "a",
    "Audit",
    "ATest",
    "TestA",
    "test_a",
    "a_test",
    "a-spec",
    "a.test",
    "conftest",
    "contest",
    "a_pb2",
    "a.min",
    "a.pb",
    "Commit",
    "MyIT",
    "Latest",
    "aTests",
    "BSpec",
    "v1.2",
    "\u00fcber",
    "",
)
ENDINGS = (
    "md",
    "xml",
    "json",
    "txt",
    "html",
    "css",
    "PY",
    "Java",
    "R",
    "C",
    "H",
    "F90",
    "c++",
    "png",
    "Py",
    "rb~",
    "h.in",
    "sh.j2",
    "yaml.tmpl",
)


def compared(tmp_path: Path, paths: list[str]) -> set[str]:
    """Return the paths that git does not take for binary by their names."""
    repo = TestRepo(tmp_path)
    (tmp_path / ".git" / "info" / "attributes").write_text(SOURCES_ONLY)
    said = repo.git("check-attr", "--stdin", "-z", "diff", stdin="\0".join(paths).encode()).split("\0")
    return {path for path, value in zip(said[::3], said[2::3], strict=False) if value == "unspecified"}


@pytest.mark.slow
def test_every_source_is_compared_and_hardly_anything_else(tmp_path: Path) -> None:
    endings = (*BY_ENDING, *ENDINGS)
    paths = [f"{folder}{name}.{ending}" for folder in FOLDERS for name in NAMES for ending in endings]
    paths += [f"{folder}{name}" for folder in FOLDERS for name in ("Makefile", "README", "py", "Test.java.orig")]
    sources = {path for path in paths if role_of(path) is FileRole.SOURCE}
    found = compared(tmp_path, paths)
    assert sources <= found, sorted(sources - found)[:5]
    # folders in capitals, names of generated files and the like are left to git: they cost time, not answers
    assert len(found - sources) < 0.2 * len(paths)


@pytest.mark.parametrize(
    "path",
    [
        "pom.xml",
        "README.md",
        "a/b/data.json",
        "core/src/test/java/ATest.java",
        "a/FooIT.java",
        "pkg/x_test.go",
        "tests/unit/test_a.py",
        "test_a.py",
        "web/__tests__/a.ts",
        "web/a.spec.ts",
        "spec/a_spec.rb",
        "docs/conf.py",
        "vendor/github.com/x/y.go",
        "web/node_modules/a/index.js",
        "a/src/it/b/C.java",
        "js/jquery.min.js",
        "api_pb2.py",
    ],
)
def test_the_bulk_of_what_is_no_source_is_not_compared(tmp_path: Path, path: str) -> None:
    assert role_of(path) is not FileRole.SOURCE
    assert not compared(tmp_path, [path])


@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes"])
def test_attributes_of_a_repository_have_no_say(tmp_path: Path, place: str) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "1\n", "data.xml": "1\n", "tests/test_a.py": "1\n"})
    repo.commit({"a.py": "2\n", "data.xml": "2\n", "tests/test_a.py": "2\n"})
    (tmp_path / place).write_text("*.py -diff\n*.xml diff\ntests/* diff\n")
    repository = Repository.discover(tmp_path).comparing_sources()
    _, commit = stream_commits(repository, [repo.head()], detail=Detail.PATCH)
    assert [(file.path, file.is_binary, file.lines_added) for file in commit.files] == [
        ("a.py", False, 1),
        ("data.xml", True, None),
        ("tests/test_a.py", True, None),
    ]


def test_where_no_stand_in_can_be_made_everything_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path / "repo")
    repo.commit({"a.py": "1\n", "data.xml": "1\n"})
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    repository = Repository.discover(repo.path)
    assert repository.comparing_sources() is repository
