"""A line of progress on stderr that rewrites itself; silent where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from hyperion_hook.report.safe_text import printable

EVERY_SECONDS = 0.1
QUIET_SECONDS = 0.4
"""What is done sooner needs no progress."""
_BAR = 24


class ProgressLine:
    """Shows (stage, done, total) as they come in, at most ten times a second; call ``clear`` before other output."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._enabled = self._stream.isatty()
        self._started = self._last = time.monotonic()
        self._shown = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of progress."""
        now = time.monotonic()
        if not self._enabled or now - self._started < QUIET_SECONDS or now - self._last < EVERY_SECONDS:
            return
        self._last = now
        self._stream.write("\r" + progress_text(stage, done, total) + "\x1b[K")
        self._stream.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def progress_text(stage: str, done: int, total: int) -> str:
    """Return one line of progress; a total of 0 means that it is not known.

    Examples
    --------
    >>> progress_text("reading history", 50, 100)
    'reading history [############------------] 50 of 100'
    >>> progress_text("reading history", 1200, 0)
    'reading history: 1,200'
    """
    if total <= 0:
        return f"{printable(stage, 40)}: {done:,}"
    filled = _BAR * min(done, total) // total
    return f"{printable(stage, 40)} [{'#' * filled}{'-' * (_BAR - filled)}] {done:,} of {total:,}"
