"""The parser of git's differences: every kind of entry, any byte in paths and lines, texts that were cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperion_hook.domain.change import FileChange, FileStatus, Hunk
from hyperion_hook.git.changes import commit_change
from hyperion_hook.git.diffs import parse_diff
from hyperion_hook.git.diffs.parse_diff import is_cut, parse_difference, unquote, with_counts
from hyperion_hook.git.repository import Repository
from tests.support.repo import TestRepo

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40


def raw(letter: str, paths: str, modes: str = "100644 100644", blobs: tuple[str, str] = (A, B)) -> str:
    return f":{modes} {blobs[0]} {blobs[1]} {letter}\t{paths}\n"


def test_nothing_changed() -> None:
    assert parse_difference(b"") == ()
    assert parse_difference(b"\n\n") == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (raw("M", "a.py"), FileChange("a.py", FileStatus.MODIFIED, None, 0o100644, 0o100644, A, B)),
        (raw("A", "a.py", "000000 100755", (ZERO, B)), FileChange("a.py", FileStatus.ADDED, None, 0, 33261, None, B)),
        (raw("D", "a.py", "100644 000000", (A, ZERO)), FileChange("a.py", FileStatus.DELETED, None, 0o100644, 0, A)),
        (raw("R087", "a b\tc d"), FileChange("c d", FileStatus.RENAMED, "a b", 0o100644, 0o100644, A, B)),
        (raw("C100", "a\tb"), FileChange("b", FileStatus.COPIED, "a", 0o100644, 0o100644, A, B)),
        (raw("T", "a", "100644 120000"), FileChange("a", FileStatus.TYPE_CHANGED, None, 0o100644, 0o120000, A, B)),
        (
            raw("M", '"q\\"\\t\\\\\\n\\377"'),
            FileChange('q"\t\\\n\udcff', FileStatus.MODIFIED, None, 33188, 33188, A, B),
        ),
        (raw("R100", '"\\001"\t"\\037 x"'), FileChange("\x1f x", FileStatus.RENAMED, "\x01", 33188, 33188, A, B)),
    ],
    ids=lambda value: value[:6] if isinstance(value, str) else "",
)
def test_names_alone(line: str, expected: FileChange) -> None:
    assert parse_difference(line.encode()) == (expected,)


def test_longer_object_ids() -> None:
    (file,) = parse_difference(raw("M", "a", blobs=("a" * 64, "b" * 64)).encode())
    assert (file.old_blob, file.new_blob) == ("a" * 64, "b" * 64)


def test_unmerged_entries_are_left_out_and_counts_stay_in_line() -> None:
    text = raw("U", "conflict", "100644 000000", (A, ZERO)) + raw("M", "a.py") + "0\t0\tconflict\n3\t1\ta.py\n"
    (file,) = parse_difference(text.encode())
    assert (file.path, file.lines_added, file.lines_deleted) == ("a.py", 3, 1)


def test_counts() -> None:
    text = (
        raw("M", "a.py")
        + raw("M", "b.bin")
        + raw("R100", "c\td", blobs=(A, A))
        + raw("M", "sub", "160000 160000")
        + raw("T", "t", "100644 120000")
        + "3\t1\ta.py\n-\t-\tb.bin\n-\t-\tc => d\n1\t1\tsub\n1\t9\tt\n"
    )
    files = parse_difference(text.encode())
    found = [(file.lines_added, file.lines_deleted, file.is_binary, file.hunks) for file in files]
    assert found == [
        (3, 1, False, None),
        (None, None, True, None),
        (0, 0, False, None),
        (None, None, False, None),
        (None, None, False, None),
    ]


PATCH = b"""diff --git a/a.py b/a.py
index aaa..bbb 100644
--- a/a.py
+++ b/a.py
@@ -3 +2,0 @@ def f():
-gone
@@ -7,0 +7,2 @@
+++ b/looks like a header
+diff --git a/x b/x
@@ -9,2 +10 @@ class C:
--- a/looks like another
-@@ -1 +1 @@
\\ No newline at end of file
+last\r
\\ No newline at end of file
"""


def test_hunks_are_told_from_content_that_looks_like_them() -> None:
    (file,) = parse_difference(raw("M", "a.py").encode() + b"\n" + PATCH)
    assert file.hunks == (
        Hunk(3, 2, (b"gone",), ()),
        Hunk(7, 7, (), (b"++ b/looks like a header", b"diff --git a/x b/x")),
        Hunk(9, 10, (b"-- a/looks like another", b"@@ -1 +1 @@"), (b"last\r",)),
    )
    assert (file.lines_added, file.lines_deleted) == (3, 3)


def test_sections_follow_the_entries() -> None:
    text = (
        (
            raw("M", "mode", "100644 100755", (A, A))
            + raw("M", "bin")
            + raw("T", "link", "100644 120000")
            + raw("M", "sub", "160000 160000")
            + raw("A", "empty", "000000 100644", (ZERO, B))
            + raw("M", "a.py")
        ).encode()
        + b"""
diff --git a/mode b/mode
old mode 100644
new mode 100755
diff --git a/bin b/bin
index aaa..bbb 100644
Binary files a/bin and b/bin differ
diff --git a/link b/link
deleted file mode 100644
--- a/link
+++ /dev/null
@@ -1 +0,0 @@
-text
diff --git a/link b/link
new file mode 120000
--- /dev/null
+++ b/link
@@ -0,0 +1 @@
+target
\\ No newline at end of file
diff --git a/sub b/sub
--- a/sub
+++ b/sub
@@ -1 +1 @@
-Subproject commit aaa
+Subproject commit bbb
diff --git a/empty b/empty
new file mode 100644
"""
        + PATCH
    )
    found = {
        file.path: (file.lines_added, file.lines_deleted, file.is_binary, len(file.hunks or ()))
        for file in parse_difference(text)
    }
    assert found == {
        "mode": (0, 0, False, 0),
        "bin": (None, None, True, 0),
        "link": (None, None, False, 0),
        "sub": (None, None, False, 0),
        "empty": (0, 0, False, 0),
        "a.py": (3, 3, False, 3),
    }


def test_a_patch_that_does_not_fit_its_names_is_not_guessed_at() -> None:
    files = parse_difference((raw("M", "a.py") + raw("M", "b.py") + "\n").encode() + PATCH)
    assert [(file.hunks, file.lines_added) for file in files] == [(None, None), (None, None)]


def test_after_a_cut_nothing_is_known() -> None:
    names = (raw("M", "a.py") + raw("M", "b.py") + raw("M", "c.py") + "\n").encode()
    files = parse_difference(names + PATCH + PATCH[:200], is_whole=False)
    assert [file.lines_added for file in files] == [3, None, None]
    assert is_cut(files)
    counted = parse_difference(names.rstrip(b"\n") + b"\n3\t3\ta.py\n8\t9\tb.py\n-\t-\tc.py\n")
    assert [(file.lines_added, file.is_binary) for file in with_counts(files, counted)] == [
        (3, False),
        (8, False),
        (None, True),
    ]


def test_a_giant_patch_is_cut_in_the_same_place_however_much_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (raw("M", "a.py") + raw("M", "b.py") + "\n").encode()
    monkeypatch.setattr(parse_diff, "MAX_PATCH_BYTES", len(PATCH) + 30)
    files = parse_difference(names + PATCH + PATCH)
    assert [file.hunks is None for file in files] == [False, True]
    assert parse_difference(names + PATCH + PATCH[:50], is_whole=False) == files


@given(st.binary(min_size=1).filter(lambda path: b"\0" not in path))
def test_quoted_paths_are_read_back(path: bytes) -> None:
    quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
    assert unquote(quoted).encode("utf-8", "surrogateescape") == path


@given(st.binary())
def test_garbage_after_the_names_is_survived(garbage: bytes) -> None:
    files = parse_difference(raw("M", "a.py").encode() + b"\ndiff --git " + garbage, is_whole=False)
    assert [file.path for file in files] == ["a.py"]


LINES = st.lists(
    st.sampled_from([b"a", b"b", b"", b"-", b"+", b"\\ No newline", b"@@ -1 +1 @@", b"x\r", b"\xff", b"\x01"])
)
TEXTS = st.tuples(LINES, st.booleans()).map(lambda drawn: b"\n".join(drawn[0]) + (b"\n" if drawn[1] else b""))
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: (
        name.lower() not in {".", "..", ".git"}
        and not name.lower().startswith(("git~", ".git"))
        and "\u200c" not in name
        and len(name.encode()) < 200
    )
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.tuples(TEXTS, TEXTS), max_size=6))
def test_hunks_turn_the_old_file_into_the_new_one(
    tmp_path_factory: pytest.TempPathFactory, drawn: dict[str, tuple[bytes, bytes]]
) -> None:
    repo = TestRepo(tmp_path_factory.mktemp("drawn"))
    repo.commit({name: old for name, (old, _) in drawn.items()})
    change = commit_change(Repository.discover(repo.path), repo.commit({name: new for name, (_, new) in drawn.items()}))
    assert {file.path for file in change.files} == {name for name, (old, new) in drawn.items() if old != new}
    for file in change.files:
        old, new = drawn[file.path]
        assert file.hunks is not None
        lines = old.split(b"\n")[: None if not old or old[-1:] != b"\n" else -1] if old else []
        for hunk in reversed(file.hunks):
            start = hunk.old_start - 1 if hunk.deleted else hunk.old_start
            assert tuple(lines[start : start + len(hunk.deleted)]) == hunk.deleted
            lines[start : start + len(hunk.deleted)] = hunk.added
        assert b"\n".join(lines) == new.removesuffix(b"\n")


def test_a_new_file_is_one_hunk(tmp_path: Path) -> None:
    repo = TestRepo(tmp_path / "repo")
    head = repo.commit({"a.txt": "1\n"})
    (file,) = commit_change(Repository.discover(repo.path), head).files
    assert (file.path, file.status, file.hunks) == ("a.txt", FileStatus.ADDED, (Hunk(0, 1, (), (b"1",)),))
