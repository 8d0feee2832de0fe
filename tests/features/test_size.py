from __future__ import annotations

from dataclasses import replace

from hyperion_hook.domain.change import FileStatus
from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.change import size
from tests.support.changes import change, context, edit


def test_an_empty_change_changes_no_line() -> None:
    values = size.measure(context(change()))
    assert (values["la"], values["ld"], values["lt"], values["hunk_count"]) == (0, 0, 0, 0)
    assert values["test_change_ratio"] == Missing("no source or test line changed")


def test_lines_are_counted_by_the_role_of_the_file() -> None:
    judged = change(
        edit("src/a.py", "+x\n+y\n-z"),
        edit("tests/test_a.py", "+t"),
        edit("README.md", "+r\n\n+s"),
    )
    before = {"src/a.py": "1\n2\n3\n", "tests/test_a.py": "1\n", "README.md": "1\n2"}
    values = size.measure(context(judged, before=before))
    assert (values["la"], values["ld"]) == (5, 1)
    assert (values["source_lines_added"], values["test_lines_added"]) == (2, 1)
    assert values["test_change_ratio"] == 1 / 4
    assert values["lt"] == (3 + 1 + 2) / 3
    assert values["relative_churn"] == 6 / (6 + 5)
    assert values["largest_file_added"] == 2
    assert values["hunk_count"] == 4


def test_a_new_file_had_no_lines_before() -> None:
    judged = change(edit("a.py", "+x", FileStatus.ADDED), edit("b.py", "+x"))
    assert size.measure(context(judged, before={"b.py": "1\n2\n"}))["lt"] == 1


def test_a_binary_file_and_a_submodule_have_no_lines() -> None:
    binary = replace(edit("logo.png"), is_binary=True, lines_added=None, lines_deleted=None, hunks=())
    bump = replace(edit("lib"), old_mode=0o160000, new_mode=0o160000, lines_added=None, lines_deleted=None, hunks=())
    values = size.measure(context(change(binary, bump, edit("a.c", "+x")), before={"a.c": ""}))
    assert values["la"] == 1


def test_uncounted_lines_are_missing_and_not_zero() -> None:
    uncounted = replace(edit("a.py"), lines_added=None, lines_deleted=None)
    values = size.measure(context(change(uncounted), before={"a.py": "x\n"}))
    assert isinstance(values["la"], Missing)
    assert isinstance(values["relative_churn"], Missing)


def test_a_file_whose_patch_was_cut_off_has_one_hunk_at_least() -> None:
    judged = change(edit("a.py", "+x\n\n+y"), replace(edit("b.py", "+x"), hunks=None))
    values = size.measure(context(judged, before={"a.py": "", "b.py": ""}))
    assert (values["la"], values["hunk_count"]) == (3, 3)


def test_of_very_many_files_a_sample_tells_how_long_they_were() -> None:
    files = [replace(edit(f"{number}.py", "+x"), old_blob=f"{number:040}") for number in range(40)]
    judged = change(*files, edit("new.py", "+x", FileStatus.ADDED), bulk_files=4)
    values = size.measure(context(judged, before={f"{number}.py": "x\n" * (number + 1) for number in range(40)}))
    assert values["lt"] == 10 * (1 + 2 + 3 + 4) / 41
    assert values["relative_churn"] == 41 / (100 + 41)
