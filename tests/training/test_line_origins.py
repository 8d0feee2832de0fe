"""Line origins equal ``git blame``, line by line, also where branches rename, delete and mix the same files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hyperion_hook.domain.files.paths import FileRole, role_of
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.training.labels import label_history as label_history_module
from hyperion_hook.training.labels.label_history import label_history, read_history
from hyperion_hook.training.labels.line_origins import ALL, SOURCES, LineOrigins, TracedHunk
from hyperion_hook.training.labels.szz import Choice, SzzRules
from tests.support.braided import braided_history
from tests.support.history import tangled_history
from tests.support.repo import TestRepo


def traced(repo: TestRepo, *, sources_only: bool = False) -> list[tuple[str, TracedHunk]]:
    """Return all deleting hunks of a history whose origins are known, with the parent they are seen from."""
    repository = Repository.discover(repo.path)
    tip = repository.resolve("HEAD")
    found = []
    with LineOrigins(repository, [tip], roles=SOURCES if sources_only else ALL) as origins:
        for commit in read_history(repository, [tip], merges=True, sources_only=sources_only):
            found += [
                (commit.parents[0], hunk)
                for hunk in origins.advance(commit, trace=True)
                if any(origin is not None for origin in hunk.deleted)
            ]
        assert origins.live_heads == 0
    return found


def blamed(repo: TestRepo, revision: str, hunk: TracedHunk) -> list[str]:
    start = hunk.hunk.old_start
    shown = repo.git(
        "blame", "--porcelain", "-L", f"{start},+{len(hunk.hunk.deleted)}", revision, "--", hunk.file.previous_path
    )
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


@pytest.mark.parametrize("seed", range(4))
def test_following_sources_alone_finds_the_same_origins_also_of_files_moved_in_and_out(
    tmp_path: Path, seed: int
) -> None:
    repo = braided_history(tmp_path, seed, folders=("src", "tests", "docs"))
    every = {
        (parent, hunk.file.path, hunk.hunk.old_start): hunk
        for parent, hunk in traced(repo)
        if role_of(hunk.file.previous_path) is FileRole.SOURCE
    }
    found = {(parent, hunk.file.path, hunk.hunk.old_start): hunk for parent, hunk in traced(repo, sources_only=True)}
    assert every.keys() <= found.keys()
    for key, hunk in found.items():
        whole = every.get(key, hunk)
        assert len(hunk.around) == len(whole.around)
        for ours, theirs, known in zip(hunk.deleted, blamed(repo, key[0], hunk), whole.deleted, strict=True):
            assert ours == theirs or ours is known is None, key  # None: a file that was binary before
    assert any(file != hunk.file.previous_path for (_, file, _), hunk in found.items())


def test_a_merge_that_takes_a_side_whole_under_another_name_takes_its_origins(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    text = "".join(f"{line}\n" for line in range(20))
    repo.commit({"pkg/a/__init__.py": text})
    repo.git("checkout", "-q", "-b", "side")
    written = repo.commit({"pkg/a/__init__.py": text.replace("7\n", "seven\n").replace("15\n", "fifteen\n")})
    repo.git("checkout", "-q", "main")
    repo.write({"pkg/a/__init__.py": None})
    repo.commit({"pkg/a.py": text.replace("7\n", "seven\n")}, "The same line, written twice")
    repo.merge("side")
    repo.commit({"pkg/a.py": text})
    hunks = traced(repo)
    assert [hunk.deleted for _, hunk in hunks[-2:]] == [(written,), (written,)]
    assert [blamed(repo, parent, hunk) for parent, hunk in hunks[-2:]] == [[written], [written]]


def test_a_file_that_was_moved_in_is_known_line_by_line_as_far_as_git_knows_it(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"tests/a.py": "1\n2\n3\n4\n5\n6\n"})
    repo.write({"tests/a.py": None})
    moved = repo.commit({"src/a.py": "1\n2\n3\n4\n5\nsix\n"})
    later = repo.commit({"src/a.py": "0\n1\n2\n3\n4\n5\nsix\n"})
    repo.commit({"src/a.py": "3\n4\n5\n"})
    (_, start), (_, end) = traced(repo, sources_only=True)
    assert (start.deleted, start.around) == ((later, first, first), (first,))
    assert (end.deleted, end.around) == ((moved,), (first,))


def test_an_edited_source_that_a_commit_moves_out_is_still_traced(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    first = repo.commit({"src/a.py": "1\n2\n3\n4\n5\n6\n"})
    repo.write({"src/a.py": None})
    repo.commit({"tests/a.py": "1\n2\n3\n4\n5\nsix\n"})
    repo.commit({"tests/a.py": "1\n"})
    assert [hunk.deleted for _, hunk in traced(repo, sources_only=True)] == [(first,)]


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


def test_a_few_fixes_are_traced_alike_by_asking_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a.py": "a = 1\nb = 2\nc = 3\n", "b.cfg": "x = 1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "a = 1\nb = 2\nc = 30\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "a = 10\nb = 2\nc = 3\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    fixes = [repo.commit({"a.py": "a = 11\nb = 2\nc = 31\n"}, "Fix"), repo.commit({"b.cfg": "x = 2\n"}, "Fix")]
    repository = Repository.discover(repo.path)
    rules = SzzRules(choice=Choice.ALL, exhaustive=True)
    followed = label_history(repository, fixes, rules, given=fixes)
    monkeypatch.setattr(label_history_module, "_COMMITS_A_BLAME", 1)
    asked = label_history(repository, fixes, rules, given=fixes)
    assert len(followed.inducing) == 3
    assert (asked.inducing, asked.fixes, asked.changes) == (followed.inducing, followed.fixes, followed.changes)
