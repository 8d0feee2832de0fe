"""Requests to a code host: few, short, and never in the way of the work they are for.

Each has a deadline for the whole of it, name look-up, handshake, headers and body together, and all of a command have a
budget. If the server asks to wait, that is done within the budget. Tokens travel in one header to one host, are
followed nowhere else, and are in no message.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import Any, NamedTuple, TypeVar

from hyperion_hook.errors import ConfigError, HyperionError

TIMEOUT_SECONDS = 10.0
BUDGET_SECONDS = 45.0
MOST_TRIES = 3
_MOST_BYTES = 20_000_000
_MOST_VALUES = 500_000
"""Of JSON: two bytes of text can cost a hundred of memory."""
_MOST_PAGES = 100
_AGAIN = frozenset({500, 502, 503, 504})


class ForgeError(HyperionError):
    """A code host refused, failed or answered nonsense; ``status`` is that of HTTP, ``None`` where there was none."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class Answer(NamedTuple):
    """What a server answered: JSON, and the address of the next page if there is one."""

    data: Any
    next_page: str | None


class _Reply(NamedTuple):
    status: int
    reason: str
    headers: HTTPMessage
    body: bytes


class _AsTheyAre(urllib.request.HTTPErrorProcessor):
    """Returns every reply, whatever its status; a redirect is not followed, for the token would go along."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:  # noqa: ARG002
        return response

    https_response = http_response


@dataclass
class Http:
    """A code host's API.

    ``base`` is its address, with no slash at the end, ``name`` what messages call it. Every request carries
    ``headers``, which win over the program's own, and the token in the header ``token_header``, after ``token_prefix``.
    ``page_query`` asks for long pages of a list, '' where all lists come whole; ``list_field`` is where an answer holds
    a list, with the next page's address in ``next``, '' where it is one. ``clock`` gives monotonic seconds, ``sleep``
    waits; ``requests`` counts those that were made.
    """

    base: str
    token: str = field(repr=False)
    headers: Mapping[str, str]
    name: str
    token_header: str = "Authorization"  # noqa: S105 - its name
    token_prefix: str = "Bearer "  # noqa: S105 - what stands before it
    page_query: str = "per_page=100"
    list_field: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    _spent: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        """Raise ``ConfigError`` unless the address is of http or https: other schemes read files."""
        try:
            is_web = urllib.parse.urlsplit(self.base).scheme in {"http", "https"}
        except ValueError:
            is_web = False
        if not is_web:
            shown = self.base[:200]
            raise ConfigError(f"{self.name}: the address '{shown}' is no web address; it begins with https://")

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, base: str | None = None) -> Answer:
        """Return the server's answer, after further tries where that may help.

        Raises ``ForgeError`` if there is no answer, a refusal, or one that makes no sense. The path lies below the
        base, with a slash before it, or below another ``base`` of the same host; or it is the full address of a next
        page of this very host.
        """
        address = path if path.startswith(self.base + "/") else (base or self.base) + path
        data = None if body is None else json.dumps(body).encode()
        for attempt in range(1, MOST_TRIES + 1):
            began = self.clock()
            try:
                reply = self._once(method, address, data)
            except (OSError, HTTPException, ValueError) as error:
                # a time-out, a refused connection, a broken answer, a host that cannot be; whether a POST arrived is
                # not known
                wait = None if method == "POST" or isinstance(error, ValueError) else float(attempt)
                failure = self._failure(method, path, _complaint(error))
            else:
                if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
                    return self._answer(method, path, reply)
                wait = _wait(reply, method, attempt)
                failure = self._failure(method, path, _reason(reply), reply.status)
            finally:
                self._spent += self.clock() - began
            if wait is None or attempt == MOST_TRIES or BUDGET_SECONDS - self._spent < wait:
                raise failure from None
            self.sleep(wait)
            self._spent += wait
        raise AssertionError("unreachable")

    def pages(self, path: str, *, whole: bool = False) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of a list that comes in pages, of at most a hundred pages; or ``whole``.

        Raises ``ForgeError`` if a page cannot be had, or is no list of tables.
        """
        query = "" if whole else self.page_query
        address: str | None = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            asked = address
            entries, address = self.send("GET", asked)
            if self.list_field:
                table = entries if isinstance(entries, dict) else {}
                entries, address = table.get(self.list_field), self._here(table.get("next"), asked)
            if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
                raise self._failure("GET", path, "the answer is no list")
            yield from entries

    def _failure(self, method: str, path: str, text: str, status: int | None = None) -> ForgeError:
        """Return an error without the token, which a broken server may send back."""
        message = f"{self.name}: {method} {urllib.parse.urlsplit(path).path[:200]}: {text}"
        return ForgeError(message.replace(self.token, "***") if self.token else message, status)

    def _once(self, method: str, address: str, data: bytes | None) -> _Reply:
        timeout = min(TIMEOUT_SECONDS, BUDGET_SECONDS - self._spent)
        if timeout <= 0:
            raise TimeoutError(f"{BUDGET_SECONDS:g} seconds are used up")
        headers = {
            "Accept": "application/json",
            "User-Agent": "hyperion-hook",
            **self.headers,
            self.token_header: self.token_prefix + self.token,
            **({} if data is None else {"Content-Type": "application/json"}),
        }
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - the scheme is checked
        self.requests += 1

        def exchange(expired: threading.Event) -> _Reply:
            with urllib.request.build_opener(_AsTheyAre).open(request, timeout=timeout) as response:
                return _Reply(response.status, response.reason, response.headers, self._read(response, expired))

        return _within(timeout, exchange)

    def _read(self, response: HTTPResponse, expired: threading.Event) -> bytes:
        parts: list[bytes] = []
        size = 0
        while not expired.is_set() and (part := response.read1(1 << 16)):
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                raise ForgeError(f"{self.name}: the answer is larger than {_MOST_BYTES:,} bytes")
        return b"".join(parts)

    def _answer(self, method: str, path: str, reply: _Reply) -> Answer:
        text = reply.body
        if not text:
            return Answer(None, None)
        if sum(map(text.count, (b",", b"[", b"{"))) > _MOST_VALUES:
            raise self._failure(method, path, f"the answer holds more than {_MOST_VALUES:,} values")
        try:
            return Answer(json.loads(text), self._next(reply.headers.get("Link", ""), path))
        except (ValueError, RecursionError):
            raise self._failure(method, path, "the answer is not JSON") from None

    def _next(self, link: str, asked: str) -> str | None:
        for part in link.split(","):
            address, _, rest = part.partition(";")
            if 'rel="next"' in rest and (following := self._here(address.strip().strip("<>"), asked)):
                return following
        return None

    def _here(self, address: object, asked: str) -> str | None:
        """Return a next page on this very host: behind a proxy a server may call itself by another name."""
        if not isinstance(address, str):
            return None
        if address.startswith(self.base + "/"):
            return address
        query = address.partition("?")[2].partition("#")[0]
        return f"{asked.partition('?')[0]}?{query}" if query.isascii() and query.isprintable() and query else None


_Result = TypeVar("_Result")


def _within(seconds: float, work: Callable[[threading.Event], _Result]) -> _Result:
    """Return the result of work that may take so long at most; it is told when it has expired.

    The time-out of a socket begins anew with every byte and does not bound the look-up of a name, so the work is done
    in a thread, which is left to itself when time is up: it ends with the process at the latest.

    Raises ``TimeoutError`` if the work takes longer; what it raises itself is raised, too.
    """
    expired = threading.Event()
    results: list[_Result] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work(expired))
        except Exception as error:  # noqa: BLE001 - raised again where the work is waited for
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        expired.set()
        raise TimeoutError(f"the whole took longer than {seconds:.3g} s")
    return results[0]


def token_in(environment: Mapping[str, str], name: str) -> str:
    """Return a token from the environment, '' for none.

    Raises ``ConfigError`` if it holds what no header can hold; the token itself is not shown.
    """
    token = environment.get(name, "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(f"{name}: holds characters that no token has; set it anew")
    return token


def _wait(reply: _Reply, method: str, attempt: int) -> float | None:
    """Return seconds after which another try may help, ``None`` for never."""
    limited = reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
        reply.status == HTTPStatus.FORBIDDEN
        and ("retry-after" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0")
    )
    if limited:
        try:
            return max(0.0, float(reply.headers.get("retry-after", "")))
        except ValueError:
            return None if reply.headers.get("x-ratelimit-remaining") == "0" else 2.0 * attempt
    # a server that failed half-way may have done what was asked: to do it twice harms only where something is added
    return float(attempt) if reply.status in _AGAIN and method != "POST" else None


def _reason(reply: _Reply) -> str:
    """Return the status in words with what the server says of it, on one line."""
    try:
        data = json.loads(reply.body[:100_000])
        detail = (data["error"] if isinstance(data.get("error"), dict) else data)["message"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        detail = ""
    text = f"{reply.status} {reply.reason}"
    return f"{text}: {' '.join(str(detail).split())[:200]}" if detail else text


def _complaint(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return f"no answer in time ({reason})"
    return str(reason) or type(reason).__name__
