"""Progress on stderr: on a terminal a line that rewrites itself, elsewhere, for long commands, a line now and then."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Self, TextIO

from hyperion_hook.commands.support.terminals import can_rewrite, columns
from hyperion_hook.commands.support.watchdog import still_working
from hyperion_hook.report.safe_text import printable

EVERY_SECONDS = 0.1
QUIET_SECONDS = 0.4
"""What is done sooner needs no progress."""
LINE_EVERY_SECONDS = 10.0
LINES_AFTER_SECONDS = 2.0
PATIENT_SECONDS = 10.0
PACE_SECONDS = 2.0
"""How long a stage must run before its pace is worth an estimate."""
TICK_SECONDS = 1.0
SAMPLES = 30
"""The pace is that since so many calls ago, a second apart: old commits are small, and some stages skip them."""
_BAR = 24


class ProgressLine:
    """Shows (stage, done, total) as they come in; call ``clear`` before other output.

    As a context it also shows, every second, that a stage which counts nothing is still at work, and clears at the end.

    ``stream`` is standard error by default. Where it is no terminal, nothing is written unless ``lines`` asks for them:
    one for each stage, and one every ten seconds; ``patient``: none in the first ten, by which most runs are over.
    """

    def __init__(self, stream: TextIO | None = None, *, lines: bool = False, patient: bool = False) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._rewrites = can_rewrite(self._stream)
        self._enabled = self._rewrites or lines
        self._after = PATIENT_SECONDS if patient else LINES_AFTER_SECONDS
        self._started = self._last = self._since = time.monotonic()
        self._stage = self._written = ""
        self._done = self._total = 0
        self._samples: deque[tuple[float, int]] = deque([(0.0, 0)], SAMPLES)
        self._shown = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if self._enabled:
            self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._ticker.is_alive():
            self._ticker.join()
        self.clear()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of progress."""
        still_working()
        with self._lock:
            now = time.monotonic()
            if stage != self._stage or done < self._done:
                self._stage, self._since = stage, now
                self._samples.clear()
            if not self._samples or now - self._samples[-1][0] >= 1:
                self._samples.append((now, done))
            self._done, self._total = done, total
            self._show(now)

    def _tick(self) -> None:
        while not self._over.wait(TICK_SECONDS):
            with self._lock, suppress(OSError, ValueError):
                if self._stage:
                    self._show(time.monotonic())

    def _show(self, now: float) -> None:
        if not self._enabled or not self._is_due(now):
            return
        self._last, self._written = now, self._stage
        since, before = self._samples[0]
        far = now - since >= PACE_SECONDS
        pace = (self._done - before) / (now - since) if far else 0.0
        room = columns(self._stream) - 1 if self._rewrites else None
        elapsed = now - self._since if far else 0.0
        text = progress_text(self._stage, self._done, self._total, pace, elapsed, room)
        self._stream.write(f"\r{text}\x1b[K" if self._rewrites else f"hyperion-hook: {text}\n")
        self._stream.flush()
        self._shown = self._rewrites

    def _is_due(self, now: float) -> bool:
        if self._rewrites:
            return now - self._started >= QUIET_SECONDS and now - self._last >= EVERY_SECONDS
        is_new = self._stage != self._written
        return now - self._started >= self._after and (is_new or now - self._last >= LINE_EVERY_SECONDS)

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            self._stage = ""
            if self._shown:
                self._stream.write("\r\x1b[K")
                self._stream.flush()
                self._shown = False


def progress_text(
    stage: str, done: int, total: int, pace: float = 0.0, elapsed: float = 0.0, room: int | None = None
) -> str:
    """Return one line of progress, at most ``room`` columns of it, or a line of a log, without a bar.

    A ``total`` of 0 means that it is not known, a ``pace`` (how much a second) of 0, too; ``elapsed`` are the seconds
    that the stage has taken, said where there is no pace.

    Examples
    --------
    >>> progress_text("reading history", 50, 100, room=80)
    'reading history [############------------] 50 of 100'
    >>> progress_text("reading history", 50, 100, 0.5)
    'reading history: 50 of 100, 30 a minute, about 2 min left'
    >>> progress_text("reading history", 1200, 0, 300), progress_text("comparing", 0, 0, elapsed=12)
    ('reading history: 1,200, 300 a second', 'comparing: 12 s so far')
    """
    name = printable(stage, 40)
    parts = [f"{done:,} of {total:,}"] if total > 0 else [f"{done:,}"] if done else []
    if pace > 0:
        parts.append(_rate(pace))
        parts += [f"about {_duration((total - done) / pace)} left"] if total > done else []
    elif elapsed > 0:
        parts.append(f"{_duration(elapsed)} so far")
    text = ", ".join(parts)
    if room is None:
        return f"{name}: {text}" if text else name
    filled = _BAR * min(done, total) // total if total > 0 else 0
    bar = f"[{'#' * filled}{'-' * (_BAR - filled)}] "
    with_bar = total > 0 and len(name) + len(bar) + len(text) < room
    return f"{name}{' ' + bar if with_bar else ': ' if text else ''}{text}"[:room]


def _rate(pace: float) -> str:
    for unit, seconds in (("second", 1), ("minute", 60)):
        if pace * seconds >= 1:
            return f"{pace * seconds:,.{0 if pace * seconds >= 10 else 1}f} a {unit}"
    return f"{pace * 3600:.1f} an hour"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
