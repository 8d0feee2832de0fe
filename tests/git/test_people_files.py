"""``.mailmap``, as git resolves it, and ``CODEOWNERS``, as its hosts describe it."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.rules.code_owners import owners_of
from hyperion_hook.git.rules.mailmap import mapped
from tests.support.command import hyperion
from tests.support.repo import TestRepo

OWNERS = """\
# comment
*       @all @org/core   # who else
*.js    @js-owner js@example.org
/build/logs/ @logs
docs/*  docs@example.org
apps/   @apps
/scripts/ @one @two
**/deep @deep
/apps/github
[Section]
!*.js @nobody
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", {"@all", "@org/core"}),
        ("x/a.js", {"@js-owner", "js@example.org"}),
        ("build/logs/a/b.log", {"@logs"}),
        ("sub/build/logs/a.log", {"@all", "@org/core"}),
        ("docs/a.md", {"docs@example.org"}),
        ("docs/sub/a.md", {"@all", "@org/core"}),
        ("x/apps/y/z.py", {"@apps"}),
        ("apps/github", set()),
        ("scripts/a.sh", {"@one", "@two"}),
        ("a/deep/b/c.js", {"@deep"}),
    ],
)
def test_the_last_line_that_matches_names_the_owners(tmp_path: Path, path: str, owners: set[str]) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a.py": "a = 1\n"})
    tip = repo.commit({".github/CODEOWNERS": OWNERS})
    with BlobReader(Repository.discover(tmp_path)) as reader:
        assert set(owners_of(reader, tip, [path])) == owners
        assert not owners_of(reader, first, [path])


def test_mailmap_names_people_as_git_does(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "a = 1\n"})
    repository = Repository.discover(tmp_path)
    nick, other, odd = Author("ada", "ada@old.org"), Author("Bob", "bob@example.org"), Author("a\nb", "x<y>@z")
    assert mapped(repository, [nick], repo.head()) == mapped(repository, [nick], None) == {}
    commit = repo.commit({".mailmap": "Ada Lovelace <ada@example.org> <ada@old.org>\n"})
    expected = {nick: Author("Ada Lovelace", "ada@example.org")}
    repo.commit({".mailmap": "Eve <eve@example.org> <ada@old.org>\n"})
    repo.write({".mailmap": "Mallory <m@example.org> <ada@old.org>\n"})
    assert mapped(repository, [nick, other, odd, nick], commit) == expected


def test_a_change_gives_nobody_another_s_name(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(3):
        repo.commit({"a.py": f"a = {number}\n"})
    eve = "Eve <eve@example.org>"
    repo.commit({"a.py": "a = 9\n", ".mailmap": f"{eve} <ada@example.org>\n"}, author=eve)
    for revision in ("HEAD", "HEAD^..HEAD"):
        reviewers = hyperion(tmp_path, "score", "--format", "json", revision).json()["reviewers"]
        assert [entry["name"] for entry in reviewers] == ["Ada"]


def test_owners_and_mapped_names_are_the_reviewers(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit(
        {
            "src/a.py": "a = 1\n",
            "CODEOWNERS": "src/ @org/core\n",
            ".mailmap": "Grace Hopper <g@example.org> <g@old.org>\n",
        },
        author="gh <g@old.org>",
    )
    repo.commit({"src/a.py": "a = 2\n"}, author="gh <g@old.org>")
    repo.stage({"src/a.py": "a = 3\n"})
    reviewers = hyperion(tmp_path, "score", "--format", "json").json()["reviewers"]
    assert [entry["name"] for entry in reviewers] == ["@org/core", "Grace Hopper"]
    assert reviewers[0]["reason"] == "owns 1 of 1 file (CODEOWNERS)"


@pytest.mark.slow
def test_a_floor_raises_the_level_and_says_why(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"src/auth/a.py": "a = 1\n", "b.py": "b = 1\n"})
    settings = '[[floor]]\npaths = ["src/auth/", "*.sql"]\nlevel = "high"\n'
    repo.commit({".hyperion-hook.toml": settings})
    repo.stage({"b.py": "b = 2\n"})
    assert hyperion(tmp_path, "score", "--format", "json").json()["risk"]["level"] == "LOW"
    repo.stage({"src/auth/a.py": "a = 2\n"})
    assessed = hyperion(tmp_path, "score", "--format", "json", "--fail-on", "high")
    assert (assessed.code, assessed.json()["risk"]["level"]) == (1, "HIGH")
    assert any(line.startswith("HIGH because of a floor for 'src/auth/'") for line in assessed.json()["warnings"])
    repo.write({".hyperion-hook.toml": '[[floor]]\npaths = ["a"]\nlevel = "awful"\n'})
    bad = hyperion(tmp_path, "score")
    assert (bad.code, bad.err.count("\n")) == (2, 1)


def test_many_rules_and_many_files_take_no_long_time(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    rules = "".join(f"/src/folder{number}/*/x.* @owner{number}\n" for number in range(20_000))
    tip = repo.commit({"CODEOWNERS": f"* @all\n{rules}"})
    started = time.process_time()
    with closing(BlobReader(Repository.discover(tmp_path))) as reader:
        owners_of(reader, tip, [f"src/a/b/c/d/{number}.py" for number in range(4_000)])
    assert time.process_time() - started < 10
