"""Progress of long commands: a line that rewrites itself on a terminal, lines in a log, and nothing in the result."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading

import pytest

from hyperion_hook.commands.support.progress import ProgressLine
from tests.support.repo import TestRepo
from tests.support.terminal import read_terminal

LONG = {
    "score HEAD --format json": "measuring code",
    "score HEAD~20..HEAD": "measuring code",
    "index": "reading history",
    "label": "tracing fixes",
    "report --no-evaluate --output -": "measuring hot spots",
    "evaluate --format json": "replaying history",
    "drift --format json": "replaying history",
    "retrain": "replaying history",
}
AT_ONCE = """
import sys
import hyperion_hook.commands.support.progress as progress
progress.QUIET_SECONDS = progress.LINES_AFTER_SECONDS = progress.PATIENT_SECONDS = progress.EVERY_SECONDS = 0.0
from hyperion_hook.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    made = TestRepo(tmp_path_factory.mktemp("progress") / "r")
    for number in range(30):
        made.commit({f"a{number % 7}.py": f"x = {number}\n"}, "Fix a crash" if number % 5 == 0 else "Add a value")
    return made


def test_hooks_and_scores_say_nothing_where_nobody_looks(clock: Clock) -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    for clock.now in (0.0, 10.0, 100.0):
        line("reading", 1, 2)
    line.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_keeps_a_log_is_none(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    line = ProgressLine(stream, lines=True)
    clock.now = 5.0
    line("reading", 1, 2)
    assert stream.getvalue() == "hyperion-hook: reading: 1 of 2\n"


def test_who_is_mostly_quick_waits_longer_before_a_line(clock: Clock) -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, lines=True, patient=True)
    for clock.now in (5.0, 11.0):
        line("measuring code", int(clock.now), 100)
    assert [text.split(",")[0] for text in stream.getvalue().splitlines()] == [
        "hyperion-hook: measuring code: 11 of 100"
    ]


def test_it_shows_after_a_while_and_leaves_no_trace(clock: Clock) -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    line("reading", 1, 4)
    assert stream.getvalue() == ""
    for clock.now in (1.0, 1.01, 2.0):
        line("reading", 2, 4)
    assert stream.getvalue().count("\r") == 2
    line.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_it_tells_how_long_it_will_take_at_the_pace_of_late(clock: Clock) -> None:
    stream = Terminal()
    line = ProgressLine(stream)
    for clock.now, stage, done in ((0, "reading", 0), (1, "reading", 90), (5, "measuring", 0), (8, "measuring", 30)):
        line(stage, done, 100)
    last = stream.getvalue().split("\r")[-1]
    assert "30 of 100, 10 a second, about 7 s left" in last
    assert "left" not in stream.getvalue().removesuffix(last)
    for second in range(40):
        clock.now = 9.0 + second
        line("measuring", 31 + second, 100)
    assert "70 of 100, 1.0 a second, about 30 s left" in stream.getvalue().split("\r")[-1]


@pytest.mark.parametrize("columns", [20, 40, 60, 200])
def test_it_never_needs_a_second_line(clock: Clock, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr("hyperion_hook.commands.support.progress.columns", lambda _: columns)
    stream = Terminal()
    line = ProgressLine(stream)
    for clock.now in (0.0, 5.0, 60.0):
        line("a stage with a name that is long " * 3, int(clock.now) * 1000, 10_000_000)
    shown = [text.removesuffix("\x1b[K") for text in stream.getvalue().split("\r")[1:]]
    assert shown
    assert max(map(len, shown)) < columns


def test_a_log_gets_a_line_a_stage_and_one_every_ten_seconds(clock: Clock) -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, lines=True)
    for second in range(60):
        clock.now = float(second)
        line("reading" if second < 30 else "fitting", second * 10 % 300, 300)
    shown = stream.getvalue().splitlines()
    assert shown[0] == "hyperion-hook: reading: 20 of 300, 10 a second, about 28 s left"
    assert len(shown) == 6
    assert [text.split(": ")[1] for text in shown] == ["reading"] * 3 + ["fitting"] * 3


def test_a_stage_that_counts_nothing_is_seen_to_be_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperion_hook.commands.support.progress.TICK_SECONDS", 0.01)
    monkeypatch.setattr("hyperion_hook.commands.support.progress.PACE_SECONDS", 0.001)
    monkeypatch.setattr("hyperion_hook.commands.support.progress.LINES_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("hyperion_hook.commands.support.progress.LINE_EVERY_SECONDS", 0.0)
    shown = threading.Event()

    class Log(io.StringIO):
        def write(self, text: str) -> int:
            if "so far" in text:
                shown.set()
            return super().write(text)

    stream = Log()
    with ProgressLine(stream, lines=True) as line:
        line("fitting", 0, 0)
        assert shown.wait(10)
    after = stream.getvalue()
    line.clear()
    assert stream.getvalue() == after
    assert after.startswith("hyperion-hook: fitting")


def started(repo: TestRepo, command: str, stderr: int) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in repo.environment().items() if key != "CI"} | {"TERM": "xterm"}
    return subprocess.Popen(
        [sys.executable, "-c", AT_ONCE, *command.split()],
        cwd=repo.path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=environment,
    )


@pytest.mark.parametrize(("command", "stage"), LONG.items())
def test_every_long_command_tells_its_stages_in_a_log(repo: TestRepo, command: str, stage: str) -> None:
    with started(repo, command, subprocess.PIPE) as process:
        out, err = (text.decode() for text in process.communicate(timeout=120))
    assert process.returncode == 0, err
    assert re.search(rf"^hyperion-hook: {stage}: [\d,]+ of [\d,]+", err, re.MULTILINE), err
    assert "\r" not in err
    assert "\x1b" not in err
    assert stage + ":" not in out
    if "json" in command and out.startswith("{"):
        json.loads(out)


@pytest.mark.parametrize("command", ["index --rebuild", "label"])
def test_on_a_terminal_one_line_is_rewritten_and_taken_away(repo: TestRepo, command: str) -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    with started(repo, command, slave) as process:
        os.close(slave)
        shown = read_terminal(master)
        process.communicate(timeout=60)
    assert process.returncode == 0
    text, _, after = shown.rpartition("\r\x1b[K")
    text += "\r\x1b[K"
    assert "\n" not in text
    assert re.fullmatch(r"(hyperion-hook: warning: .*\r\n)*", after), "what is said for good stands below"
    assert LONG[command.split(maxsplit=1)[0]] in text
    assert " of 30" in text
    assert text.endswith("\r\x1b[K")
