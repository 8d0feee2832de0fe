"""Which files of a change belong together, and that a part's promised score is the one it gets when committed alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.assess import Assessor
from hyperion_hook.assess.guidance.parts import is_worth_splitting, names_of, parts_of
from hyperion_hook.config.load import Config
from hyperion_hook.domain.change import FileChange, FileStatus
from hyperion_hook.domain.co_change import ChangeSet, PastOfFile
from hyperion_hook.domain.snapshot import ImportGraph
from hyperion_hook.domain.vector import Missing
from tests.support.changes import change, edit
from tests.support.repo import TestRepo

NO_GRAPH = Missing("no graph")
NO_PAST: tuple[PastOfFile, ...] = ()


def paths(
    *files: FileChange, together: tuple[PastOfFile, ...] = NO_PAST, graph: ImportGraph | Missing = NO_GRAPH
) -> list[list[str]]:
    return [[file.path for file in part] for part in parts_of(files, together, graph)]


def test_one_file_is_one_part() -> None:
    assert paths(edit("a/x.py", "+1")) == [["a/x.py"]]


def test_files_of_different_folders_and_names_are_parted_largest_first() -> None:
    assert paths(edit("a/x.py", "+1"), edit("b/y.py", "+1\n+2")) == [["b/y.py"], ["a/x.py"]]


def test_a_folder_and_a_name_tie() -> None:
    assert paths(edit("a/x.py", "+1"), edit("a/y.py", "+1"), edit("tests/test_y.py", "+1")) == [
        ["a/x.py", "a/y.py", "tests/test_y.py"]
    ]


def test_an_import_ties() -> None:
    graph = ImportGraph({"a/x.py": ("b/y.py",)}, {}, {}, {}, {}, {}, {})
    assert len(paths(edit("a/x.py", "+1"), edit("b/y.py", "+1"), graph=graph)) == 1


@pytest.mark.parametrize(("shared", "parts"), [(1, 2), (2, 2), (3, 1)])
def test_three_of_ten_commits_tie(shared: int, parts: int) -> None:
    sets = tuple(ChangeSet(n, n, 0, 0, frozenset((2,)) if n < shared else frozenset()) for n in range(10))
    together = (PastOfFile("a/x.py", 1, sets), PastOfFile("b/y.py", 2, ()))
    assert len(paths(edit("a/x.py", "+1"), edit("b/y.py", "+1"), together=together)) == parts


def test_what_is_no_source_goes_with_the_nearest_part() -> None:
    files = (
        edit("a/x.py", "+1\n+2"),
        edit("b/y.py", "+1"),
        edit("b/data.json", "+1"),
        edit("README.md", "+1"),
        edit("tests/test_all.py", "+1"),
    )
    assert paths(*files) == [["README.md", "a/x.py", "tests/test_all.py"], ["b/data.json", "b/y.py"]]


def test_there_are_at_most_four_parts_and_no_file_is_lost() -> None:
    files = tuple(edit(f"{folder}/{folder * 3}.py", "+1") for folder in "abcdefg")
    found = paths(*files)
    assert len(found) == 4
    assert sorted(path for part in found for path in part) == sorted(file.path for file in files)


def test_a_part_is_called_by_its_largest_source_file() -> None:
    files = (edit("a/x.py", "+1"), edit("a/z.py", "+1\n+2"), edit("a/w.json", "+1\n+2\n+3"))
    assert names_of(parts_of(files, NO_PAST, NO_GRAPH)) == ["a/z.py and 2 more"]


def test_only_a_large_change_of_several_source_files_that_was_read_is_parted() -> None:
    large = "\n".join(f"+{n}" for n in range(60))
    one, two = edit("a/x.py", large), edit("b/y.py", "+1")
    assert is_worth_splitting(change(one, two))
    assert not is_worth_splitting(change(one))
    assert not is_worth_splitting(change(edit("a/x.py", "+1"), two))
    assert not is_worth_splitting(change(one, two, bulk_files=0))
    assert not is_worth_splitting(change(one, two, parents=("1" * 40, "2" * 40)))


def body(name: str, count: int) -> str:
    return "".join(f"def {name}_{n}(value):\n    return value + {n}\n\n\n" for n in range(count))


def history(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path)
    repo.commit({"net/http.py": body("http", 5), "db/table.py": body("table", 5), "db/old.py": body("old", 9)}, "Begin")
    repo.commit({"net/http.py": body("http", 6)}, "Fix crash", author="Grace <grace@example.org>")
    return repo


CHANGED: dict[str, str | bytes | None] = {
    "net/http.py": body("http", 20),
    "net/tests/test_http.py": body("test_http", 4),
    "db/table.py": body("table", 25),
    "db/old.py": None,
    "db/new.py": body("old", 9) + "x = 1\n",
    "logo.png": b"\x00\x01",
}


def test_what_is_promised_to_a_part_is_what_it_scores_when_committed_alone(tmp_path: Path) -> None:
    repo = history(tmp_path)
    base = repo.head()
    whole = repo.commit(CHANGED, "Do two things")
    with Assessor.open(repo.path, Config()) as assessor:
        promised = assessor.parts(whole)
    assert len(promised) == 2
    for part in promised:
        repo.git("checkout", "-q", "--detach", base)
        touched = {path for file in part.files for path in (file.path, file.previous_path)}
        repo.stage({path: CHANGED[path] for path in touched})
        repo.git("commit", "-q", "-m", "Do two things")
        with Assessor.open(repo.path, Config()) as assessor:
            assert assessor.commit("HEAD").risk.probability == part.probability
    assert FileStatus.RENAMED in {file.status for part in promised for file in part.files}


def test_what_is_promised_to_a_staged_part_is_what_it_scores_when_staged_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = history(tmp_path)
    for name, value in repo.environment().items():
        monkeypatch.setenv(name, value)
    repo.stage(CHANGED)
    with Assessor.open(repo.path, Config()) as assessor:
        promised = assessor.parts(None)
    assert len(promised) == 2
    for part in promised:
        repo.git("reset", "-q", "--hard")
        repo.stage({path: CHANGED[path] for file in part.files for path in (file.path, file.previous_path)})
        with Assessor.open(repo.path, Config()) as assessor:
            assert assessor.staged().risk.probability == part.probability
