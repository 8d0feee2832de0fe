from __future__ import annotations

import pytest

from hyperion_hook.forge import http
from hyperion_hook.forge.http import ForgeError, Http
from tests.support.web import Asked, Said, WebDouble


class Echo(WebDouble):
    """Answers everything with an empty list."""

    def answer(self, asked: Asked) -> Said:
        return Said(200, [])


class Clock:
    """Time that passes only while somebody waits, and a little with every look at it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        self.now += 0.25
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def of(double: WebDouble, clock: Clock) -> Http:
    return Http(double.url, "s3cret", {}, "Host", clock=clock, sleep=clock.sleep)


def test_only_the_time_of_requests_counts_against_the_budget() -> None:
    clock = Clock()
    with Echo() as double:
        host = of(double, clock)
        host.send("GET", "/a")
        clock.now += 1_000  # the change is assessed
        host.send("GET", "/a")
        assert host.requests == 2


def test_many_slow_answers_use_the_budget_up() -> None:
    clock = Clock()
    with Echo() as double:
        host = of(double, clock)
        with pytest.raises(ForgeError, match="45 seconds are used up"):
            all(host.send("POST", "/a") for _ in range(1_000))
        assert clock.now < 3 * http.BUDGET_SECONDS


@pytest.mark.parametrize(
    ("status", "headers", "slept"),
    [
        (500, {}, [1.0, 2.0]),
        (403, {}, []),
        (404, {}, []),
        (429, {}, [2.0, 4.0]),
        (429, {"retry-after": "3"}, [3.0, 3.0]),
        (429, {"retry-after": "44"}, []),
        (429, {"retry-after": "-1"}, [0.0, 0.0]),
        (429, {"retry-after": "inf"}, []),
        (429, {"retry-after": "nan"}, [0.0, 0.0]),
        (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, [2.0, 4.0]),
        (403, {"retry-after": "3"}, [3.0, 3.0]),
        (403, {"x-ratelimit-remaining": "0"}, []),
        (403, {"x-ratelimit-remaining": "0", "retry-after": "3"}, [3.0, 3.0]),
    ],
)
def test_what_the_server_says_of_waiting_is_heard_as_far_as_the_budget_goes(
    status: int, headers: dict[str, str], slept: list[float]
) -> None:
    clock = Clock()
    with Echo() as double:
        double.told("GET", "/a", Said(status, {"message": "s3cret\nis shown"}, headers))
        with pytest.raises(ForgeError, match=r"^Host: GET /a: \d+ .*: \*\*\* is shown$") as raised:
            of(double, clock).send("GET", "/a")
    assert raised.value.status == status
    assert [seconds for seconds in clock.slept if seconds < 40] == slept


def test_the_token_is_not_in_what_the_object_shows_of_itself() -> None:
    assert "s3cret" not in repr(Http("https://host.example", "s3cret", {}, "Host"))
