"""Colour and width on a real pseudo-terminal, and none of either elsewhere."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from hyperion_hook.report.text_width import width_of
from tests.support.command import EXECUTABLE, hyperion
from tests.support.executable import hook_environment
from tests.support.repo import TestRepo
from tests.support.terminal import read_terminal

ESCAPE = re.compile(r"\x1b\[[0-9;]*[mK]")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    made = TestRepo(tmp_path_factory.mktemp("pty") / "r")
    made.commit({"a.py": "x = 1\n"})
    made.commit({"some/rather/long/folder/name/with/a/file/in/it/module_of_some_length.py": "y = 1\n" * 40})
    return made


def on_a_terminal(repo: TestRepo, *arguments: str, columns: int = 80, **environment: str) -> str:
    """Run our program with a terminal for stdout and return what it wrote there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [EXECUTABLE, *arguments],
        cwd=repo.path,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.PIPE,
        env=hook_environment(repo) | {"TERM": "xterm"} | environment,
    ) as process:
        os.close(slave)
        shown = read_terminal(master)
        assert process.wait() == 0, process.stderr.read() if process.stderr else ""
    return shown.replace("\r\n", "\n")


def test_a_terminal_gets_colour_and_the_same_words(repo: TestRepo) -> None:
    shown = on_a_terminal(repo, "score", "HEAD")
    assert ESCAPE.match(shown)
    assert ESCAPE.sub("", shown) == hyperion(repo.path, "score", "HEAD").out


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colour_gets_none(repo: TestRepo, environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal(repo, "score", "HEAD", **environment)


@pytest.mark.parametrize("columns", [20, 40, 60, 100])
def test_the_page_is_as_wide_as_the_terminal(repo: TestRepo, columns: int) -> None:
    shown = ESCAPE.sub("", on_a_terminal(repo, "score", "HEAD", columns=columns))
    assert all(width_of(line) <= max(columns, 40) for line in shown.splitlines())


def test_elsewhere_there_is_colour_only_for_who_asks(repo: TestRepo) -> None:
    assert "\x1b" not in hyperion(repo.path, "score", "HEAD").out
    assert "\x1b[1" in hyperion(repo.path, "score", "HEAD", env={"FORCE_COLOR": "1"}).out
    assert "\x1b" not in hyperion(repo.path, "score", "HEAD", "--format", "json", env={"FORCE_COLOR": "1"}).out


def test_json_is_the_same_on_any_terminal(repo: TestRepo) -> None:
    def without_timing(text: str) -> str:
        return re.sub(r'"timing_ms": \{[^}]*\}', "", text)

    plain = without_timing(hyperion(repo.path, "score", "HEAD", "--format", "json").out)
    assert without_timing(on_a_terminal(repo, "score", "HEAD", "--format", "json", columns=40)) == plain
