"""A local web server for tests: it keeps what it was asked, and answers slowly, wrongly or not at all when told to."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request: ``path`` without the query, ``query`` as it stood, ``body`` as JSON, headers in lower case."""

    method: str
    path: str
    query: str
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """An answer; ``body`` is sent as JSON, unless it is text or bytes."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Waited before it, and again after each byte if ``drip`` is set."""
    drip: bool = False
    raw: Callable[[], Iterable[bytes]] | None = None
    """What is sent instead of an answer, piece by piece, with ``seconds`` after each."""

    def data(self) -> bytes:
        if isinstance(self.body, bytes | str):
            return self.body if isinstance(self.body, bytes) else self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class _Rule:
    method: str
    path: re.Pattern[str]
    said: Said
    left: int


class WebDouble:
    """A context manager; ``answer`` is what a subclass does with a request, ``told`` comes before it."""

    looks = "$^"
    """Paths of the first look at the comments."""

    def __init__(self) -> None:
        self.meeting: threading.Barrier | None = None
        """Where two first looks wait for each other."""
        self._met = 0
        self.asked: list[Asked] = []
        self.faults: list[str] = []
        self._rules: list[_Rule] = []
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.handle_error = self._failed  # type: ignore[assignment,method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def told(self, method: str, path: str, said: Said, *, times: int = 1_000) -> None:
        """Answer requests whose path matches in this way, so many times."""
        self._rules.append(_Rule(method, re.compile(path), said, times))

    def written(self) -> list[Asked]:
        """Return the requests that change something."""
        return [asked for asked in self.asked if asked.method != "GET"]

    def answer(self, asked: Asked) -> Said:
        raise NotImplementedError

    def _meet(self, asked: Asked) -> None:
        """Let two first looks, which saw the same, go on together."""
        if self.meeting is not None and asked.method == "GET" and re.search(self.looks, asked.path) and self._met < 2:
            self._met += 1
            with suppress(threading.BrokenBarrierError):
                self.meeting.wait(20)

    def answered(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            said = self._ruled(asked) or self.answer(asked)
        self._meet(asked)
        return said

    def _ruled(self, asked: Asked) -> Said | None:
        for rule in self._rules:
            if rule.left and rule.method == asked.method and rule.path.search(asked.path):
                rule.left -= 1
                return rule.said
        return None

    def _failed(self, *_: object) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):  # that would be a client which went away
            self.faults.append(f"the double itself failed: {error!r}")

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether the double is being closed."""
        return self._over.wait(seconds)

    def __enter__(self) -> WebDouble:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(double: WebDouble) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _serve(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, path, query, json.loads(data) if data else None, headers)
            said = double.answered(asked)
            if said.raw is not None:
                self._send_raw(said)
                return
            double.wait(said.seconds)
            content = said.data()
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(content)), **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            for part in [content] if not said.drip else [content[at : at + 1] for at in range(len(content))]:
                self.wfile.write(part)
                self.wfile.flush()
                if said.drip:
                    double.wait(said.seconds)
            self.close_connection = True

        def _send_raw(self, said: Said) -> None:
            self.close_connection = True
            for piece in said.raw() if said.raw is not None else ():
                self.wfile.write(piece)
                self.wfile.flush()
                if double.wait(said.seconds):
                    return

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the standard library's names

    return Handler
