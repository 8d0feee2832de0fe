from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from hyperion_hook.commands.support.output import PLAIN_WIDTH, columns, result_to, wants_colour


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


def test_a_result_keeps_the_permissions_of_the_file_it_replaces(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text("old")
    file.chmod(0o640)
    with result_to(file) as write:
        write("new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640
