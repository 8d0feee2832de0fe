"""A run that hangs is ended, whatever it hangs in, and no answer is cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

HANGS = {
    "loop": "while True: pass",
    "sleep": "time.sleep(60)",
    "C": "sum(range(10**13))",
    "lock": "import threading; threading.Lock().acquire(); a = threading.Lock(); a.acquire(); a.acquire()",
    "deaf": "signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass",
    "swallowing": "while True:\n        try: sum(range(10**5))\n        except BaseException: pass",
    "pipe": "os.read(os.pipe()[0], 1)",
}


def started(tmp_path: Path, body: str, *, by_thread: bool = False) -> subprocess.Popen[str]:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, signal, sys, time\n"
        + ("del os.fork\n" if by_thread else "")
        + "from hyperion_hook.commands.support.watchdog import Limit, give_up_after\n"
        "from hyperion_hook.commands.support.watchdog import still_working, supervised, take_time\n"
        f"def work():\n    {body}\n    return 7\n"
        "sys.argv = ['x', 'hook']\n"
        "def main():\n    try: return work()\n    except KeyboardInterrupt: return 130\n"
        "sys.exit(supervised(main))\n"
    )
    return subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize("hang", HANGS.values(), ids=HANGS)
def test_what_hangs_is_given_up_with_its_line_and_its_code(tmp_path: Path, hang: str) -> None:
    process = started(tmp_path, f"give_up_after(Limit(0.5, 'too long', 5))\n    {hang}")
    before = time.monotonic()
    assert outcome(process) == (5, "", "hyperion-hook: too long\n")
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("hang", ["loop", "sleep", "deaf", "swallowing", "pipe"])
def test_without_fork_a_thread_does_it(tmp_path: Path, hang: str) -> None:
    process = started(tmp_path, f"give_up_after(Limit(0.5, 'too long', 5))\n    {HANGS[hang]}", by_thread=True)
    assert outcome(process) == (5, "", "hyperion-hook: too long\n")


@pytest.mark.parametrize("by_thread", [False, True])
def test_what_is_done_in_time_leaves_as_it_would(tmp_path: Path, *, by_thread: bool) -> None:
    assert outcome(started(tmp_path, "print('x')", by_thread=by_thread)) == (7, "x\n", "")
    body = "give_up_after(Limit(60, 'too long', 5)); print('x')"
    assert outcome(started(tmp_path, body, by_thread=by_thread)) == (7, "x\n", "")


@pytest.mark.parametrize("by_thread", [False, True])
def test_an_answer_that_is_being_written_is_not_cut_off(tmp_path: Path, *, by_thread: bool) -> None:
    body = "give_up_after(Limit(0.3, 'too long', 5)); take_time(); print('a'); time.sleep(1); print('b')"
    assert outcome(started(tmp_path, body, by_thread=by_thread)) == (7, "a\nb\n", "")


def test_progress_renews_a_limit(tmp_path: Path) -> None:
    body = (
        "give_up_after(Limit(2.5, 'too long', 5), renewable=True)\n"
        "    for _ in range(4): time.sleep(1.1); still_working()"
    )
    assert outcome(started(tmp_path, body))[0] == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_child(tmp_path: Path, number: int) -> None:
    with started(tmp_path, "print('x', flush=True); time.sleep(60)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "x\n"
        process.send_signal(number)
        assert process.wait(10) == (130 if number == signal.SIGINT else -number)


@pytest.mark.skipif(sys.platform != "linux", reason="only there the system does it")
def test_the_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    with started(tmp_path, "print(os.getpid(), flush=True); time.sleep(60)") as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        process.wait(10)
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(child)
