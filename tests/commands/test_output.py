from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from hyperion_hook.commands.support.output import PLAIN_WIDTH, columns, result_to, wants_colour
from hyperion_hook.commands.support.progress import ProgressLine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"TERM": "xterm"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_and_for_who_asks(terminal: bool, environment: dict[str, str], colour: bool) -> None:
    assert wants_colour(Terminal() if terminal else io.StringIO(), environment) is colour


def test_without_a_terminal_the_page_has_its_plain_width() -> None:
    assert columns(io.StringIO()) == PLAIN_WIDTH
    with Path(os.devnull).open("w", encoding="utf-8") as nothing:
        assert columns(nothing) == PLAIN_WIDTH


def test_progress_is_silent_where_nobody_looks() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    line("reading", 1, 2)
    line.clear()
    assert stream.getvalue() == ""


def test_progress_shows_after_a_while_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stream = Terminal()
    line = ProgressLine(stream)
    line("reading", 1, 4)
    assert stream.getvalue() == ""
    for moment in (1.0, 1.01, 2.0):
        now[0] = moment
        line("reading", 2, 4)
    assert stream.getvalue().count("\r") == 2
    line.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_result_keeps_the_permissions_of_the_file_it_replaces(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text("old")
    file.chmod(0o640)
    with result_to(file) as write:
        write("new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640


def test_progress_tells_how_long_it_will_take_at_the_pace_of_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    stream = Terminal()
    line = ProgressLine(stream)
    for now, stage, done in ((0, "reading", 0), (1, "reading", 90), (5, "measuring", 0), (8, "measuring", 30)):
        clock[0] = now
        line(stage, done, 100)
    last = stream.getvalue().split("\r")[-1]
    assert "30 of 100, about 7 s left" in last
    assert "left" not in stream.getvalue().removesuffix(last)
