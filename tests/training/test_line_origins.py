"""Line origins equal ``git blame``, line by line, also where branches rename, delete and mix the same files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.line_origins import LineOrigins, TracedHunk
from tests.support.braided import braided_history
from tests.support.history import tangled_history
from tests.support.repo import TestRepo


def traced(repo: TestRepo) -> list[tuple[str, TracedHunk]]:
    """Return all deleting hunks of a history whose origins are known, with the parent they are seen from."""
    repository = Repository.discover(repo.path)
    tip = repository.resolve("HEAD")
    found = []
    with LineOrigins(repository, [tip]) as origins:
        for commit in stream_commits(repository, [tip], detail=Detail.PATCH, first_parent_of_merges=True):
            found += [
                (commit.parents[0], hunk)
                for hunk in origins.advance(commit, trace=True)
                if any(origin is not None for origin in hunk.deleted)
            ]
        assert origins.live_heads == 0
    return found


def blamed(repo: TestRepo, revision: str, hunk: TracedHunk) -> list[str]:
    start = hunk.hunk.old_start
    shown = repo.git("blame", "--porcelain", "-L", f"{start},+{len(hunk.hunk.deleted)}", revision, "--",
                     hunk.file.previous_path)
    return re.findall(r"^([0-9a-f]{40}) \d+ \d+", shown, re.MULTILINE)


def test_a_history_that_deletes_nothing_has_nothing_to_trace(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n"})
    repo.commit({"a": "1\n2\n", "b": "1\n"})
    assert traced(repo) == []


def test_a_deleted_line_comes_from_the_commit_that_wrote_it(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a": "1\n2\n3\n"})
    second = repo.commit({"a": "1\ntwo\n3\n"})
    repo.git("mv", "a", "b")
    repo.commit({})
    repo.commit({"b": "3\n"})
    (_, change), (parent, last) = traced(repo)
    assert change.deleted == (first,)
    assert last.deleted == (first, second)
    assert blamed(repo, parent, last) == [first, second]


@pytest.mark.parametrize("seed", range(6))
def test_origins_equal_blame_on_braided_histories(tmp_path: Path, seed: int) -> None:
    repo = braided_history(tmp_path, seed)
    lines = 0
    for parent, hunk in traced(repo):
        assert list(hunk.deleted) == blamed(repo, parent, hunk), (parent, hunk.file.path, hunk.hunk.old_start)
        lines += len(hunk.deleted)
    assert lines > 50


def test_origins_equal_blame_where_branches_rename(tmp_path: Path) -> None:
    repo = tangled_history(tmp_path, rounds=4)
    for parent, hunk in traced(repo):
        assert list(hunk.deleted) == blamed(repo, parent, hunk)


def traced_unknown(repo: TestRepo) -> list[tuple[str | None, ...]]:
    repository = Repository.discover(repo.path)
    tip = repository.resolve("HEAD")
    with LineOrigins(repository, [tip]) as origins:
        commits = stream_commits(repository, [tip], detail=Detail.PATCH, first_parent_of_merges=True)
        return [hunk.deleted for commit in commits for hunk in origins.advance(commit, trace=True) if hunk.deleted]


def test_lines_of_a_file_that_was_binary_are_not_guessed_and_later_ones_are_known(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": b"\0binary"})
    repo.commit({"a": "now text\nmore\n"})
    later = repo.commit({"a": "other text\nmore\n"})
    repo.commit({"a": ""})
    assert traced_unknown(repo) == [(None,), (later, None)]


def test_lines_of_a_commit_that_could_not_be_read_are_still_its_own(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"a": "1\n2\n3\n"})
    second = repo.commit({"a": "1\ntwo\n3\n"})
    repo.commit({"a": "3\n"})
    repository = Repository.discover(tmp_path)
    commits = list(stream_commits(repository, ["HEAD"], detail=Detail.PATCH))
    commits[0] = replace(commits[0], files=(replace(commits[0].files[0], hunks=None, lines_added=None),))
    with LineOrigins(repository, ["HEAD"]) as origins:
        found = [origins.advance(commit, trace=True) for commit in commits]
    assert [hunk.deleted for hunks in found for hunk in hunks] == [(first,), (first, second)]


def test_what_was_not_followed_is_not_known(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n2\n"})
    repo.commit({"a": "1\n"})
    repository = Repository.discover(tmp_path)
    commits = list(stream_commits(repository, ["HEAD"], detail=Detail.PATCH))
    with LineOrigins(repository, ["HEAD"]) as origins:
        (hunk,) = origins.advance(commits[1], trace=True)
    assert hunk.deleted == (None,)
