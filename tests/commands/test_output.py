from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from hyperion_hook.commands.support.output import result_to
from hyperion_hook.commands.support.terminals import PLAIN_WIDTH, columns, wants_colour
from hyperion_hook.errors import HyperionError


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


@pytest.mark.parametrize("leads_to", ["victim.txt", "new.txt"])
def test_a_link_of_a_checkout_leads_a_result_nowhere_else(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "victim.txt").write_text("precious")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "report.html").symlink_to(tmp_path / leads_to)
    # one process after another has the number that the name of an unfinished file holds
    (checkout / f".beside.{os.getpid()}.part").symlink_to(tmp_path / leads_to)
    with pytest.raises(HyperionError, match="is a link out of its folder"), result_to(checkout / "report.html"):
        pass
    with result_to(checkout / "beside") as write:
        write("new")
    assert (checkout / "beside").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "victim.txt"]
    assert (tmp_path / "victim.txt").read_text() == "precious"


def test_a_result_goes_to_what_standard_output_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        with result_to(Path(f"/dev/fd/{writing}")) as write:
            write("piped")
        assert os.read(reading, 10) == b"piped"
    finally:
        os.close(reading)
        os.close(writing)
    with (tmp_path / "file").open("w") as file, result_to(Path(f"/dev/fd/{file.fileno()}")) as write:
        write("redirected")
    assert (tmp_path / "file").read_text() == "redirected"
