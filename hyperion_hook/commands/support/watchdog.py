"""Ends a run that hangs, whatever it hangs in.

A call into C (a pattern, a parser) cannot be interrupted from within its process, so where the system can fork, the
command works in a child and this process waits for it: when the time that the child asked for is over, the child is
interrupted, then killed, and what it left to be said is said. Elsewhere a thread does the same as far as a thread can.
An answer is written only after its time limit was taken back, so none is ever cut off.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from hyperion_hook.commands import say
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.errors import ExitCode

STALL_SECONDS = 300.0
"""Without progress for so long, a command that nobody waits for is taken to hang."""
HOOK_PATIENCE = 1.5
"""Deadlines after which a hook gives up altogether: what is measured by the deadline still has to be said."""
AGENT_PATIENCE = 10.0
"""An agent waits longer than a person, and nothing is blocked meanwhile."""
STAGED_PATIENCE = 10
"""Deadlines without progress after which scoring what is staged is given up."""
_GRACE = 0.15
"""The share of its time limit that a child has to end in order before it is killed."""
_RENEWED_AFTER = 1.0
_SUPERVISED = frozenset({"hook", "score", "comment"})


@dataclass(frozen=True, slots=True)
class Limit:
    """What a run may take from now on, and what is said and returned when it takes longer."""

    seconds: float
    line: str
    code: int


def stalled(command: str, seconds: float = STALL_SECONDS) -> Limit:
    """Return the limit of a command that says how far it is."""
    fault = f"{command}: given up after {seconds:g} s without progress"
    return Limit(seconds, f"{fault}; a lower max_file_bytes leaves out what takes so long", ExitCode.FAILED)


class _Watch:
    """Where limits are told; nobody listens where a command is called as a function."""

    def __init__(self, tell: Callable[[Limit | None], None]) -> None:
        self.tell = tell
        self.limit: Limit | None = None
        self.renewable = False
        self.renewed = 0.0


_watch = _Watch(lambda _: None)


def give_up_after(limit: Limit, *, renewable: bool = False) -> None:
    """Limit what follows; ``renewable``: from its last sign of progress on."""
    _watch.limit, _watch.renewable, _watch.renewed = limit, renewable, time.monotonic()
    _watch.tell(limit)


def take_time() -> None:
    """Take the limit back: what follows, as writing the answer, may take any time."""
    if _watch.limit is not None:
        _watch.limit = None
        _watch.tell(None)


def still_working() -> None:
    """Start a renewable limit anew."""
    if _watch.renewable and _watch.limit is not None and time.monotonic() - _watch.renewed > _RENEWED_AFTER:
        give_up_after(_watch.limit, renewable=True)


def supervised(work: Callable[[], int]) -> int:
    """Run a command and return its exit code, or that of the limit which it exceeded."""
    if not _SUPERVISED.intersection(sys.argv[1:4]):
        return work()
    # forking is not safe where libraries of the system answer for the network
    if not hasattr(os, "fork") or (sys.platform == "darwin" and "comment" in sys.argv[1:4]):
        return _watched_by_thread(work)
    reading, telling = os.pipe()
    lifeline, parents = os.pipe()
    child = os.fork()
    if child:
        os.close(telling)
        os.close(lifeline)
        _pass_signals_on(child)
        _wait_for(child, reading)
    os.close(reading)
    os.close(parents)
    _die_with_parent(lifeline)
    _interrupt_once()
    _watch.tell = lambda limit: _send(telling, limit)
    code = work()
    # taking the interpreter apart costs more than forking it did
    atexit._run_exitfuncs()  # noqa: SLF001 - what is registered is owed its turn
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    os._exit(code)


def _pass_signals_on(child: int) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name)
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _: os.kill(child, received))


def _wait_for(child: int, reading: int) -> NoReturn:
    limit = _listen(reading, child)
    if limit is not None:
        # whoever ends in order ends its own processes, too
        os.kill(child, signal.SIGINT)
        os.kill(child, signal.SIGCONT)
        select.select([reading], [], [], _GRACE * limit.seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        _leave(limit)
    status = os.waitpid(child, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    # there is nothing to clean up
    os._exit(code)


def _listen(reading: int, child: int) -> Limit | None:
    """Return the limit that ran out, the child then being stopped, or ``None`` when the child has ended."""
    limit: Limit | None = None
    ends = 0.0
    text = b""
    while True:
        left = None if limit is None else max(0.0, ends - time.monotonic())
        if not select.select([reading], [], [], left)[0]:
            # it may begin to write just now: stopped, it has either said so or cannot
            os.kill(child, signal.SIGSTOP)
            if not select.select([reading], [], [], 0)[0]:
                return limit
            os.kill(child, signal.SIGCONT)
        chunk = os.read(reading, 65_536)
        if not chunk:
            return None
        *lines, text = (text + chunk).split(b"\n")
        if lines:
            parts = json.loads(lines[-1])
            limit = None if parts is None else Limit(*parts)
            ends = time.monotonic() + (limit.seconds if limit else 0.0)


def _leave(limit: Limit) -> NoReturn:
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            # a line of progress may stand there
            sys.stderr.write("\r\x1b[K" if sys.stderr.isatty() else "")
            say(limit.line)
    os._exit(limit.code)


def _send(telling: int, limit: Limit | None) -> None:
    parts = None if limit is None else (limit.seconds, limit.line, limit.code)
    with suppress(OSError):
        os.write(telling, json.dumps(parts).encode() + b"\n")


def _interrupt_once() -> None:
    """Be interrupted by the first of several signals: a terminal sends one, and the parent another."""

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - the shape of a signal handler
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)


def _die_with_parent(lifeline: int) -> None:
    """Have the system end this process when the other end of a pipe is gone; best effort where it cannot."""
    import fcntl

    with suppress(OSError, AttributeError):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def _watched_by_thread(work: Callable[[], int]) -> int:
    changed = threading.Condition()
    limits: list[Limit | None] = [None]
    over: list[Limit] = []

    def tell(limit: Limit | None) -> None:
        with changed:
            limits.append(limit)
            changed.notify()

    def wait() -> None:
        import _thread

        with changed:
            while (limit := limits[-1]) is None or changed.wait(limit.seconds):
                if limit is None:
                    changed.wait()
            over.append(limit)
        _thread.interrupt_main()
        time.sleep(_GRACE * limit.seconds)
        _leave(limit)

    _watch.tell = tell
    threading.Thread(target=wait, daemon=True).start()
    code = work()
    if over:
        _leave(over[0])
    return code
