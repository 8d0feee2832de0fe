"""Work that looks at no clock is stopped, whatever it does between two steps, and leaves no alarm behind."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hyperion_hook.domain import deadline as module
from hyperion_hook.domain.deadline import NEVER, Deadline, within
from hyperion_hook.domain.vector import Missing


@pytest.fixture(params=["timer", "thread"])
def alarm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Either kind of alarm, whatever the system has."""
    if request.param == "thread":
        monkeypatch.setattr(module, "_alarm", module._ThreadAlarm())
    elif not hasattr(signal, "setitimer"):
        pytest.skip("no timers here")
    yield
    assert module._alarm.left() == 0


def loop() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(20)


def backtrack() -> None:
    re.fullmatch(r"(a|a)*", "a" * 60 + "b")


def swallow() -> None:
    while True:
        try:
            time.sleep(20)
        except Exception as error:
            raise AssertionError from error


@pytest.mark.parametrize("work", [loop, sleep, backtrack, swallow])
@pytest.mark.usefixtures("alarm")
def test_whatever_runs_is_given_up(work: Callable[[], None], request: pytest.FixtureRequest) -> None:
    if work is not loop and isinstance(module._alarm, module._ThreadAlarm):
        pytest.skip("a thread cannot break into what goes on outside the interpreter")
    before = signal.getsignal(module._alarm.number)
    started = time.monotonic()
    assert within(0.1, work, "late") == "late"
    assert time.monotonic() - started < 5
    assert signal.getsignal(module._alarm.number) == before


@pytest.mark.usefixtures("alarm")
def test_what_is_done_in_time_is_returned() -> None:
    assert within(30, lambda: 1, "late") == 1
    with pytest.raises(KeyError):
        within(30, lambda: {}[0], "late")


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize(("outer", "inner", "expected"), [(0.1, 30, "outer"), (30, 0.1, "inner, then the rest")])
def test_of_two_alarms_the_earlier_one_rings_for_its_own_call(outer: float, inner: float, expected: str) -> None:
    assert within(outer, lambda: f"{within(inner, loop, 'inner')}, then the rest", "outer") == expected


@pytest.mark.usefixtures("alarm")
def test_the_outer_alarm_still_rings_after_an_inner_one() -> None:
    def both() -> None:
        within(0.05, loop, None)
        within(30, lambda: None, None)
        loop()

    assert within(0.3, both, "late") == "late"


def test_another_thread_works_to_its_end() -> None:
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(within(0.01, lambda: time.sleep(0.1) or "done", "late")))
    thread.start()
    thread.join()
    assert results == ["done"]


def test_nothing_is_begun_after_the_deadline() -> None:
    moments = iter([0.0, 0.5, 0.5, 1.5, 1.5])
    deadline = Deadline(1, lambda: next(moments))
    assert not deadline.expired()
    assert deadline.run(lambda: 1) == 1
    assert deadline.expired()
    assert deadline.run(loop) == deadline.late == Missing("the time budget of 1 s was used up")
    assert deadline.late.is_passing
    assert not Missing("larger than 1 bytes").is_passing


def test_what_is_recorded_asks_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> float:
        raise AssertionError

    deadline = Deadline(clock=fail)
    assert deadline.run(lambda: 1) == 1
    assert not deadline.expired()
    assert NEVER.run(lambda: 2) == 2
