"""Requests to a code host: few, short, and never in the way of the work they are for.

Each has a time-out, and all together a budget. What the server says of waiting is heard as far as the budget goes.
Tokens travel in one header to one host, are followed nowhere else, and are in no message.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, NamedTuple

from hyperion_hook.errors import HyperionError

TIMEOUT_SECONDS = 10.0
BUDGET_SECONDS = 45.0
MOST_TRIES = 3
_MOST_BYTES = 20_000_000
_AGAIN = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE,
                    HTTPStatus.GATEWAY_TIMEOUT})


class ForgeError(HyperionError):
    """A code host refused, failed or answered nonsense; ``status`` is that of HTTP, ``None`` where there was none."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class Answer(NamedTuple):
    """What a server answered: JSON, and the address of the next page if there is one."""

    data: Any
    next_page: str | None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a token would go along."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass
class Http:
    """A code host's API.

    Attributes
    ----------
    base
        Its address, with no slash at the end.
    headers
        Sent with every request, the token among them.
    name
        What messages call the host.
    clock, sleep
        Monotonic seconds, and a way to wait.
    requests
        How many were made.
    """

    base: str
    headers: Mapping[str, str]
    name: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    _until: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Accept http and https only: other schemes read files.

        Raises
        ------
        ForgeError
            If the address is none of the two.
        """
        if urllib.parse.urlsplit(self.base).scheme not in {"http", "https"}:
            raise ForgeError(f"{self.name}: the address '{self.base[:200]}' is no web address")

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Return what the server answers, after further tries where that may help.

        Parameters
        ----------
        method
            Of HTTP.
        path
            Below the base, with a slash before it, or the full address of a next page of this very host.
        body
            Sent as JSON.

        Raises
        ------
        ForgeError
            If there is no answer, a refusal, or one that makes no sense.
        """
        address = path if path.startswith(self.base + "/") else self.base + path
        data = None if body is None else json.dumps(body).encode()
        for attempt in range(1, MOST_TRIES + 1):
            try:
                return self._once(method, address, data)
            except urllib.error.HTTPError as error:
                wait = _wait(error, attempt)
                failure = ForgeError(f"{self.name}: {method} {_shown(path)}: {_reason(error)}", error.code)
            except (OSError, HTTPException) as error:
                # a time-out, a refused connection, a broken answer; whether a POST arrived is not known
                wait = float(attempt) if method in {"GET", "PATCH"} else None
                failure = ForgeError(f"{self.name}: {method} {_shown(path)}: {_failure(error)}")
            if wait is None or attempt == MOST_TRIES or self._left() < wait:
                raise failure from None
            self.sleep(wait)
        raise AssertionError("unreachable")

    def _left(self) -> float:
        now = self.clock()
        if self._until is None:
            self._until = now + BUDGET_SECONDS
        return self._until - now

    def _once(self, method: str, address: str, data: bytes | None) -> Answer:
        timeout = min(TIMEOUT_SECONDS, self._left())
        if timeout <= 0:
            raise TimeoutError(f"{BUDGET_SECONDS:g} seconds are used up")
        headers = {**self.headers, **({} if data is None else {"Content-Type": "application/json"})}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - the scheme is checked
        self.requests += 1
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=timeout) as response:
            text = response.read(_MOST_BYTES + 1)
            if len(text) > _MOST_BYTES:
                raise ForgeError(f"{self.name}: {method}: the answer is larger than {_MOST_BYTES:,} bytes")
            link = response.headers.get("Link", "")
        if not text:
            return Answer(None, None)
        try:
            return Answer(json.loads(text), self._next(link))
        except (ValueError, RecursionError):
            raise ForgeError(f"{self.name}: {method}: the answer is not JSON") from None

    def _next(self, link: str) -> str | None:
        """Return the next page of a ``Link`` header, if it lies on this very host."""
        for part in link.split(","):
            address, _, rest = part.partition(";")
            found = address.strip().strip("<>")
            if 'rel="next"' in rest and found.startswith(self.base + "/"):
                return found
        return None


def _wait(error: urllib.error.HTTPError, attempt: int) -> float | None:
    """Return seconds after which another try may help, ``None`` for never."""
    limited = error.code == HTTPStatus.TOO_MANY_REQUESTS or (
        error.code == HTTPStatus.FORBIDDEN
        and ("retry-after" in error.headers or error.headers.get("x-ratelimit-remaining") == "0")
    )
    if limited:
        try:
            return max(0.0, float(error.headers.get("retry-after", "")))
        except ValueError:
            return None if error.headers.get("x-ratelimit-remaining") == "0" else 2.0 * attempt
    return float(attempt) if error.code in _AGAIN else None


def _reason(error: urllib.error.HTTPError) -> str:
    """Return the status in words with what the server says of it, on one line."""
    try:
        said = json.loads(error.read(100_000))["message"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError):
        said = ""
    text = f"{error.code} {error.reason}"
    return f"{text}: {' '.join(str(said).split())[:200]}" if said else text


def _failure(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return f"no answer in time ({reason})"
    return str(reason) or type(reason).__name__


def _shown(path: str) -> str:
    return urllib.parse.urlsplit(path).path[:200]
