"""A line of progress on stderr that rewrites itself; silent where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from hyperion_hook.commands.support.supervision import still_working
from hyperion_hook.report.safe_text import printable

EVERY_SECONDS = 0.1
QUIET_SECONDS = 0.4
"""What is done sooner needs no progress."""
PACE_SECONDS = 2.0
"""How long a stage must run before its pace is worth an estimate."""
_BAR = 24


class ProgressLine:
    """Shows (stage, done, total) as they come in, at most ten times a second; call ``clear`` before other output."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._enabled = self._stream.isatty()
        self._started = self._last = time.monotonic()
        self._stage = ""
        self._since = 0.0
        self._from = 0
        self._shown = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of progress."""
        still_working()
        now = time.monotonic()
        if stage != self._stage or done < self._from:
            self._stage, self._since, self._from = stage, now, done
        if not self._enabled or now - self._started < QUIET_SECONDS or now - self._last < EVERY_SECONDS:
            return
        self._last = now
        self._stream.write("\r" + progress_text(stage, done, total, self._left(now, done, total)) + "\x1b[K")
        self._stream.flush()
        self._shown = True

    def _left(self, now: float, done: int, total: int) -> float | None:
        """Return the seconds left at the pace so far, ``None`` while that says nothing."""
        elapsed = now - self._since
        if done <= self._from or elapsed < PACE_SECONDS:
            return None
        return elapsed * max(0, total - done) / (done - self._from)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def progress_text(stage: str, done: int, total: int, left: float | None = None) -> str:
    """Return one line of progress; a total of 0 means that it is not known, ``left`` are the seconds still to go.

    Examples
    --------
    >>> progress_text("reading history", 50, 100)
    'reading history [############------------] 50 of 100'
    >>> progress_text("reading history", 50, 100, 95)
    'reading history [############------------] 50 of 100, about 2 min left'
    >>> progress_text("reading history", 1200, 0)
    'reading history: 1,200'
    """
    if total <= 0:
        return f"{printable(stage, 40)}: {done:,}"
    filled = _BAR * min(done, total) // total
    bar = f"{printable(stage, 40)} [{'#' * filled}{'-' * (_BAR - filled)}] {done:,} of {total:,}"
    return bar if left is None else f"{bar}, about {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
