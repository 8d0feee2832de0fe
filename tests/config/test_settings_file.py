from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperion_hook.config.file import read_settings_file, top_of_work_tree


def read(folder: Path) -> tuple[dict[str, object], list[str]]:
    faults: list[str] = []
    return dict(read_settings_file(folder, faults).table), faults


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path) == ({}, [])


def test_a_pyproject_that_does_not_name_us_is_not_even_parsed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("this is [[ not TOML")
    assert read(tmp_path) == ({}, [])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"a = ", "not valid TOML"),
        (b"\xff\xfea = 1", "not UTF-8 (byte 0)"),
        (b"a = " + b"[" * 100_000, ""),
        (b"\0", "not valid TOML"),
        (b"#" * 1_000_001, "larger than 1,000,000 bytes"),
        (b"<<<<<<< HEAD\nstrict = true\n", "not valid TOML"),
        (b"a = " + b"9" * 5000, "a number has too many digits"),
        (b"a." * 20_000 + b"a = 1", "nested too deeply"),
        (
            b"[a" + b".a" * 2000 + b"]\n" + b"\n".join(b"k%d = 1" % number for number in range(20_000)),
            "nested too deeply",
        ),
    ],
    ids=["syntax", "encoding", "depth", "nul", "size", "conflict", "digits", "parts", "parts and lines"],
)
def test_a_hostile_or_broken_file_is_a_fault_that_names_it(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / ".hyperion-hook.toml").write_bytes(content)
    table, faults = read(tmp_path)
    assert table == {}
    assert len(faults) == 1
    assert faults[0].startswith(".hyperion-hook.toml: ")
    assert fault in faults[0]
    assert "\n" not in faults[0]


def test_what_is_no_regular_file_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".hyperion-hook.toml")
    assert read(tmp_path) == ({}, [".hyperion-hook.toml: is not a file"])


def test_a_link_to_itself_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / ".hyperion-hook.toml").symlink_to(".hyperion-hook.toml")
    table, faults = read(tmp_path)
    assert (table, len(faults)) == ({}, 1)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / ".hyperion-hook.toml").write_bytes(b"\xef\xbb\xbfstrict = true\n")
    assert read(tmp_path) == ({"strict": True}, [])


@pytest.mark.parametrize("text", ["tool = {'hyperion-hook' = 1}", "tool.hyperion-hook = ['x']"])
def test_a_table_that_is_none_is_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert read(tmp_path) == ({}, ["pyproject.toml: tool.hyperion-hook is not a table"])


def test_the_top_of_the_work_tree_is_found_from_below_and_in_worktrees(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert top_of_work_tree(below) is None or not top_of_work_tree(below).is_relative_to(tmp_path)
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert top_of_work_tree(below) == tmp_path.resolve()


def test_a_long_ordinary_file_is_read(tmp_path: Path) -> None:
    lines = "".join(f'"src/part.{number}/v1.2/*.py" = 3\n' for number in range(20_000))
    (tmp_path / ".hyperion-hook.toml").write_text(f"[criticality]\n{lines}")
    table, faults = read(tmp_path)
    assert (list(table), faults) == (["criticality"], [])
