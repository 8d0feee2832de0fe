"""When the measuring of a staged change ends, and how work that looks at no clock is stopped then.

Somebody waits for a hook, so what is staged is measured as far as the time goes. Everything that is recorded is bounded
by counts instead (bytes, tokens, files) and measured against ``NEVER``, which asks no clock: a busy machine must not
change an answer.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from hyperion_hook.domain.remedies import PASSING, Note
from hyperion_hook.domain.vector import Missing

_Result = TypeVar("_Result")
_Late = TypeVar("_Late")


class Deadline:
    """A moment after which nothing more is begun, and work in progress is given up.

    ``seconds`` count from now on; where they are infinite, the default, ``clock``, whose seconds only grow, is never
    asked.
    """

    def __init__(self, seconds: float = math.inf, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = math.inf if seconds == math.inf else clock() + seconds
        self.late = Missing(
            Note(f"the time budget of {seconds:g} s was used up", advice="raise the setting 'deadline'", kind=PASSING)
        )
        """What everything is that was not finished in time; never kept, for the next run may have more time."""

    def expired(self) -> bool:
        """Return whether the moment has passed."""
        return self._ends != math.inf and self._clock() > self._ends

    def run(self, work: Callable[[], _Result]) -> _Result | Missing:
        """Return the result of ``work``, or ``late`` as soon as the moment has passed.

        The work may be broken off between any two of its steps: it must change nothing that outlives it.
        """
        if self._ends == math.inf:
            return work()
        return within(self._ends - self._clock(), work, self.late)


NEVER = Deadline()


class OutOfTimeError(BaseException):
    """Not an ``Exception``, so that nothing between the alarm and whoever set it takes it for its own failure."""


def within(seconds: float, work: Callable[[], _Result], late: _Late) -> _Result | _Late:
    """Return the result of ``work``, or ``late`` when that takes longer.

    Calls may be nested: the earliest alarm rings first, for its own call. Only the main thread can be interrupted; in
    any other the work goes on to its end.
    """
    if seconds <= 0:
        return late
    if threading.current_thread() is not threading.main_thread():
        return work()
    outer = _alarm.left()
    if 0 < outer <= seconds:
        return work()
    error = OutOfTimeError()
    waiting = True

    def ring(number: int, frame: object) -> None:  # noqa: ARG001 - the shape of a signal handler
        if waiting:
            raise error

    started = time.monotonic()
    before = signal.signal(_alarm.number, ring)
    try:
        try:
            _alarm.set(seconds)
            return work()
        finally:
            # an alarm rings once: if it does so before this line its error is on the way, after it it is not heard
            waiting = False
    except OutOfTimeError as raised:
        if raised is not error:
            raise
        return late
    finally:
        _alarm.set(0)
        signal.signal(_alarm.number, before)
        if outer:
            _alarm.set(max(outer - (time.monotonic() - started), 0.001))


class _TimerAlarm:
    """The kernel's timer, which rings once."""

    number = getattr(signal, "SIGALRM", signal.SIGTERM)

    def set(self, seconds: float) -> None:
        """Ring after so many seconds; 0 takes an alarm back."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def left(self) -> float:
        """Return the seconds until the alarm rings, 0 without one."""
        return signal.getitimer(signal.ITIMER_REAL)[0]


class _ThreadAlarm:
    """A thread that pretends a signal, for systems without timers."""

    number = signal.SIGTERM

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None
        self._rings = 0.0

    def set(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds:
            self._rings = time.monotonic() + seconds
            self._timer = threading.Timer(seconds, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def left(self) -> float:
        return max(self._rings - time.monotonic(), 0.001) if self._timer is not None else 0.0

    def _ring(self) -> None:
        import _thread

        self._timer = None
        _thread.interrupt_main(self.number)


_alarm: _TimerAlarm | _ThreadAlarm = _TimerAlarm() if hasattr(signal, "setitimer") else _ThreadAlarm()
