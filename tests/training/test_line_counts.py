"""Line counts carried on from patch to patch are those of the content, whatever the content is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.commit import Commit, change_of_commit
from hyperion_hook.domain.vector import Missing
from hyperion_hook.git.blobs import BlobReader
from hyperion_hook.git.log import Detail, stream_commits
from hyperion_hook.git.repository import Repository
from hyperion_hook.git.sources import GitSources
from hyperion_hook.training.rows.line_counts import CountedSources, LineCounts
from tests.support.repo import TestRepo

LIMIT = 40
LINES = st.lists(
    st.sampled_from(
        [b"a", b"b", b"", b"x\r", b"x\ry", "é".encode(), b"\xe9", b"\0", b"\xef\xbb\xbfz", b"\xff\xfe", b"\x01"]
    ),
    max_size=6,
)
TEXTS = st.tuples(LINES, st.booleans()).map(lambda drawn: b"\n".join(drawn[0]) + (b"\n" if drawn[1] else b""))


class NotingReader(BlobReader):
    """Notes what it reads."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self.blobs: list[str] = []

    def read(self, blob: str, limit: int) -> bytes | Missing:
        self.blobs.append(blob)
        return super().read(blob, limit)


def history(repo: TestRepo) -> list[Commit]:
    repository = Repository.discover(repo.path)
    return list(stream_commits(repository, [repo.head()], detail=Detail.PATCH, first_parent_of_merges=True))


def compare(repo: TestRepo) -> tuple[int, int]:
    """Compare every count with that of the content; return how many there were, and how many blobs were read."""
    repository = Repository.discover(repo.path)
    with BlobReader(repository) as reader, NotingReader(repository) as other:
        counts = LineCounts(other, LIMIT)
        number = 0
        for commit in history(repo):
            change = change_of_commit(commit)
            counted = CountedSources(repository, change, other, LIMIT, counts)
            sources = GitSources(repository, change, reader, LIMIT)
            for file in change.files:
                number += 1
                if not file.is_binary:
                    assert counted.lines_before(file) == sources.lines_before(file)
            counts.learn(commit)
    return number, len(other.blobs)


def test_plain_text_is_never_read(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n2\n", "b": "é\r\n", "e": ""})
    repo.commit({"a": "1\n2\n3", "b": "é\r\nz\r\n", "e": "x\n"})
    repo.git("mv", "a", "c")
    repo.commit({"b": "z\r\n"})
    repo.commit({"c": "3\n", "b": "last"})
    assert compare(repo) == (10, 0)


def test_a_file_that_grew_too_large_is_not_counted(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    for number in range(10):
        repo.commit({"a": "12345\n" * (number + 1)})
    assert compare(repo)[0] == 10


def test_the_outcome_of_a_merge_is_read_once(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n2\n3\n4\n5\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a": "0\n1\n2\n3\n4\n5\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a": "1\n2\n3\n4\n5\n6\n"})
    repo.merge("side")
    repo.commit({"a": "1\n"})
    repo.commit({"a": "1\n2\n"})
    # the merge itself asks for its first parent's version, which is known
    assert compare(repo) == (6, 1)


def test_a_link_has_no_lines(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n"})
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("b")
    repo.commit({})
    assert compare(repo)[0] == 2


def test_what_was_forgotten_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperion_hook.training.rows.line_counts._MOST_KEPT", 2)
    repo = TestRepo(tmp_path)
    for number in range(4):
        repo.commit({name: f"{name}{number}\n" for name in "abcd"})
    number, read = compare(repo)
    assert number == 16
    assert 0 < read <= 12


def test_a_blob_that_is_gone_says_so(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path)
    repo.commit({"a": "1\n"})
    with BlobReader(Repository.discover(tmp_path)) as reader:
        assert isinstance(LineCounts(reader, LIMIT).of("1" * 40), Missing)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), TEXTS, min_size=1), min_size=2, max_size=6))
def test_every_count_is_that_of_the_content(
    tmp_path_factory: pytest.TempPathFactory, versions: list[dict[str, bytes]]
) -> None:
    repo = TestRepo(tmp_path_factory.mktemp("drawn"))
    for files in versions:
        repo.commit(files)
    compare(repo)
