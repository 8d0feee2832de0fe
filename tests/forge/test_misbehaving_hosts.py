"""A code host that misbehaves in every way, at every request of the flow: said in a line, in time, and the job goes on.

Every way that takes time is tried on one request, and one of them on every request; every nonsense on every request.
"""

from __future__ import annotations

import base64
import itertools
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import pytest

from hyperion_hook.commands.pull_request.post_comment import ALWAYS, Posting, Say
from hyperion_hook.forge import http
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.gitlab import GitLab
from hyperion_hook.forge.http import ForgeError, Http
from hyperion_hook.forge.job import Job
from hyperion_hook.forge.rest import RestHost
from hyperion_hook.report.comment.brief import brief_of
from hyperion_hook.report.comment.state import MARKER, read_state
from hyperion_hook.report.links import Links
from tests.forge.test_comment_on_gitlab import gitlab  # noqa: F401 - a fixture
from tests.forge.test_comment_on_gitlab import job as gitlab_job
from tests.support.assessments import sample
from tests.support.github import BOT, JOB_TOKEN, NUMBER, REPOSITORY, USER_TOKEN, GitHubDouble, error, pull_json
from tests.support.github_job import GitHubJob
from tests.support.gitlab import BOT as GITLAB_BOT
from tests.support.gitlab import PROJECT, TOKEN, GitLabDouble
from tests.support.pulls import Pull
from tests.support.web import Asked, Said, WebDouble

Pieces = Callable[[], Iterable[bytes]]
DEADLINE = 0.4
HEAD = b"HTTP/1.1 200 OK\r\n"


def dripping(text: bytes) -> Pieces:
    return lambda: (bytes([byte]) for byte in text)


def without_end(head: bytes, piece: bytes) -> Pieces:
    return lambda: itertools.chain([head], itertools.repeat(piece))


SLOW: dict[str, tuple[Pieces, float]] = {
    "the header a byte at a time": (dripping(HEAD + b"X-A: " + b"a" * 60_000), 0.05),
    "the body a byte at a time": (dripping(HEAD + b"Content-Length: 9000\r\n\r\n" + b" " * 9_000), 0.05),
    "a body without length, a byte at a time": (without_end(HEAD + b"\r\n", b" "), 0.05),
    "the head of a chunk a byte at a time": (
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 60_000),
        0.05,
    ),
    "chunks of a byte": (without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), 0.05),
    "trailers without end": (without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n"), 0.05),
    "to be continued, without end": (without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), 0.05),
    "an error whose text is a byte at a time": (
        dripping(b"HTTP/1.1 500 No\r\nContent-Length: 9000\r\n\r\n" + b" " * 9_000),
        0.05,
    ),
    "nothing at all": (dripping(b" "), 30.0),
}
AT_ONCE: dict[str, bytes] = {
    "headers without end": HEAD + b"X-A: b\r\n" * 1_000,
    "a header without end": HEAD + b"X-A: " + b"a" * 100_000,
    "a status that is none": b"HTTP/1.1 9999999999999999999999 OK\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a chunk that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[]",
    "an end in the middle": HEAD + b"Content-Length: 5000\r\n\r\n[",
    "half a header": HEAD[:9],
    "nothing": b"",
}
_DEEP = 100_000
NONSENSE: dict[str, bytes] = {
    "no number": b'{"id": 1e400, "number": 1e400, "html_url": "u", "body": "b", "login": 1e400}',
    "NaN": b'{"id": NaN, "html_url": NaN, "body": NaN, "login": NaN, "head": NaN}',
    "a list with no numbers": f'[{{"id": 1e400, "body": "{MARKER}", "user": {{"login": "{BOT}", "type": "Bot"}},'
    f' "author": {{"id": 1e400}}}}]'.encode(),
    "a huge number": b'{"id": ' + b"9" * 4_000 + b', "html_url": "u", "body": "b"}',
    "a huger number": b'{"id": ' + b"9" * 5_000 + b"}",
    "numbers below one": b'{"id": -1, "number": 0, "html_url": "u", "body": "b"}',
    "truth": b'{"id": true, "html_url": true, "body": true, "user": true, "login": true}',
    "deep lists": b"[" * _DEEP + b"]" * _DEEP,
    "deep tables": b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "many values": b"[" + b"[]," * 600_000 + b"[]]",
    "keys twice": b'{"id": 1, "id": [], "html_url": "u", "html_url": {}, "body": 1, "body": [],'
    b' "login": "a", "login": 2}',
    "lone surrogates": b'{"id": 5, "html_url": "\\ud800::error::", "body": "\\udc00", "login": "\\ud800"}',
    "a list of surrogates": f'[{{"id": 5, "html_url": "\\ud800", "body": "{MARKER}\\ud800", "name": "\\ud800", "user":'
    f' {{"login": "{BOT}", "type": "Bot"}}, "state": "APPROVED", "submitted_at": "\\ud800"}}]'.encode(),
    "wrong types": b'[{"id": [], "body": [1], "user": [1], "author": 7, "name": {}, "state": {},'
    b' "submitted_at": 1e400}]',
    "wrong tables": b'{"id": {}, "html_url": [], "body": {}, "user": [], "data": [], "head": 1, "base": [],'
    b' "login": {}}',
    "inner nonsense": b'{"data": {"viewer": {"login": [1]}}, "head": {"sha": 1, "repo": [1]}, "base": {"sha": {}},'
    b' "number": 7}',
    "null": b"null",
    "a text": b'"x"',
    "a number": b"1e400",
    "an empty list": b"[]",
    "an empty table": b"{}",
    "a list of lists": b"[[]]",
    "nothing": b"",
    "no JSON": b"<html>",
    "UTF-16": "[]".encode("utf-16"),
    "dates": b'[{"state": "APPROVED", "submitted_at": "0001-01-01T00:00:00", "user": {"login": "x"}, "body": 1}]',
}


class Silent(WebDouble):
    """Answers everything in the one way that it is told."""

    def answer(self, asked: Asked) -> Said:
        return Said(200, [])


def asked_of(double: WebDouble, method: str = "POST") -> float:
    """Return the seconds that a refused request takes."""
    began = time.monotonic()
    with (
        mock.patch.multiple(http, TIMEOUT_SECONDS=DEADLINE, BUDGET_SECONDS=2.0),
        pytest.raises(ForgeError, match=r"^Host: "),
    ):
        Http(double.url, "s3cret", {}, "Host").send(method, "/a", {})
    return time.monotonic() - began


@pytest.mark.parametrize("way", SLOW)
def test_a_request_has_one_deadline_for_all_of_it(way: str) -> None:
    raw, seconds = SLOW[way]
    with Silent() as double:
        double.told("POST", "/a", Said(200, raw=raw, seconds=seconds))
        assert DEADLINE / 2 < asked_of(double) < 4 * DEADLINE


def test_all_requests_of_a_command_share_one_budget() -> None:
    with Silent() as double:
        raw, seconds = SLOW["the header a byte at a time"]
        double.told("GET", "/a", Said(200, raw=raw, seconds=seconds))
        assert asked_of(double, "GET") < 2.0 + 2 * DEADLINE


@pytest.mark.parametrize("way", AT_ONCE)
def test_a_reply_that_is_none_is_a_failure(way: str) -> None:
    with Silent() as double:
        double.told("POST", "/a", Said(200, raw=lambda: [AT_ONCE[way]]))
        asked_of(double)


@contextmanager
def dripping_handshake() -> Iterator[str]:
    """Give the address of a server that begins its handshake a byte at a time."""
    over = threading.Event()

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    for byte in b"\x16\x03\x03\x40\x00" + b"\x00" * 9_000:
                        connection.sendall(bytes([byte]))
                        if over.wait(0.05):
                            break

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()


def test_a_handshake_has_the_same_deadline() -> None:
    with dripping_handshake() as url:
        began = time.monotonic()
        with mock.patch.object(http, "TIMEOUT_SECONDS", DEADLINE), pytest.raises(ForgeError, match="no answer in time"):
            Http(url, "s3cret", {}, "Host").send("POST", "/a", {})
        assert time.monotonic() - began < 4 * DEADLINE


def test_a_name_that_is_not_looked_up_in_time_has_the_same_deadline() -> None:
    over = threading.Event()
    with (
        mock.patch.object(socket, "getaddrinfo", side_effect=lambda *_, **__: over.wait(20)),
        mock.patch.object(http, "TIMEOUT_SECONDS", DEADLINE),
        pytest.raises(ForgeError, match="no answer in time"),
    ):
        Http("http://host.example", "s3cret", {}, "Host").send("POST", "/a", {})
    over.set()


COMMENTS = "/issues/7/comments$"
# method, path and what must be there so that the request is made: a first run, or one that finds a comment of before
GITHUB = {
    "reviews": ("GET", "/reviews$", False),
    "pull": ("GET", "/pulls/7$", False),
    "comments": ("GET", COMMENTS, False),
    "write": ("POST", COMMENTS, False),
    "update": ("PATCH", "/issues/comments/", True),
    "remove": ("DELETE", "/issues/comments/", True),
    "labels": ("GET", "/labels$", False),
    "label": ("POST", "/labels$", False),
    "user": ("GET", "^/user$", True),
    "viewer": ("POST", "^/graphql$", True),
}
GITLAB = {
    "comments": ("GET", "/notes$", False),
    "write": ("POST", "/notes$", False),
    "update": ("PUT", "/notes/", True),
    "remove": ("DELETE", "/notes/", True),
    "user": ("GET", "/user$", True),
    "label": ("PUT", "/3$", False),
}


def assert_goes_on(code: int, err: str, said: str) -> None:
    assert code == 0, err
    assert "internal error" not in err
    assert "risk" in said
    for line in err.splitlines():
        assert line.startswith("hyperion-hook: ")


def post(host: RestHost, number: int, say: Say) -> None:
    """Go through all requests that a run makes about a pull request."""
    brief, pull = brief_of(sample()), PullRequest(number, "b" * 40, "a" * 40)
    Posting(ALWAYS, True, Links(), "the summary").post(host, pull, brief, say)
    if isinstance(host, GitHub):
        for question in (host.approvals, host.pull_request):
            with suppress(ForgeError):
                question(number)


@pytest.mark.parametrize("request_name", GITHUB)
def test_nonsense_of_github_is_never_an_internal_error(request_name: str) -> None:
    method, path, later = GITHUB[request_name]
    token = USER_TOKEN if request_name == "user" else JOB_TOKEN
    for way, body in NONSENSE.items():
        with GitHubDouble() as github:
            login, kind = (github.login, "User") if request_name == "user" else (BOT, "Bot")
            github.pull = pull_json("b" * 40, "a" * 40)
            for name in (login, "other[bot]") * 2 if later else ():
                github.add_comment(f"{MARKER}\nof before", name, kind)
            github.told(method, path, Said(200, body))
            post(GitHub.of(github.api, REPOSITORY, token), NUMBER, lambda line: None)
            assert any(asked.method == method for asked in github.asked), way


@pytest.mark.parametrize("request_name", GITLAB)
def test_nonsense_of_gitlab_is_never_an_internal_error(request_name: str) -> None:
    method, path, later = GITLAB[request_name]
    for way, body in NONSENSE.items():
        with GitLabDouble() as double:
            for _ in range(2 if later else 0):
                double.add(f"{MARKER}\nof before", GITLAB_BOT)
            double.told(method, path, Said(200, body))
            job = Job(f"{double.url}/api/v4", "https://gitlab.example/g/p", str(PROJECT), 3, "b" * 40, "a" * 40)
            post(GitLab(job, TOKEN), 3, lambda line: None)
            assert any(asked.method == method for asked in double.asked), way


@pytest.mark.parametrize("way", ["no number", "wrong types", "lone surrogates"])
def test_nonsense_is_said_by_the_command_and_passes(job: GitHubJob, pull: Pull, github: GitHubDouble, way: str) -> None:
    for method in ("GET", "POST"):
        github.told(method, COMMENTS, Said(200, NONSENSE[way]), times=1)
    done = job.pull(pull.base, pull.head)
    assert_goes_on(done.code, done.err, done.summary)


@pytest.mark.parametrize("request_name", ["reviews", "comments", "write", "update", "labels", "viewer"])
def test_no_request_of_the_flow_is_waited_for(
    job: GitHubJob, pull: Pull, github: GitHubDouble, request_name: str
) -> None:
    method, path, later = GITHUB[request_name]
    if later:
        github.add_comment(f"{MARKER}\nof before", "other[bot]" if request_name == "viewer" else BOT, "Bot")
    raw, seconds = SLOW["the header a byte at a time"]
    github.told(method, path, Said(200, raw=raw, seconds=seconds))
    began = time.monotonic()
    done = job.pull(pull.base, pull.head, "opened", "--labels", seconds=1.0)
    assert_goes_on(done.code, done.err, done.summary)
    assert time.monotonic() - began < 15


def test_the_saved_comment_of_a_nonsensical_pull_request_is_not_posted(
    job: GitHubJob, pull: Pull, github: GitHubDouble, tmp_path: Path
) -> None:
    assert job.pull(pull.base, pull.head, "opened", "--comment", "never", "--save", str(tmp_path / "s")).code == 0
    for body in NONSENSE.values():
        github.told("GET", "/pulls/7$", Said(200, body), times=1)
        done = job.run(
            "workflow_run",
            {"action": "completed", "workflow_run": {"head_sha": pull.head}},
            "--from",
            str(tmp_path / "s"),
        )
        assert (done.code, done.err.count("\n"), "internal" in done.err) == (0, 1, False)
    assert github.ours() == []


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "1e400",
        '{"number": 1e400, "brief": "{}"}',
        '{"number": 7, "brief": 1}',
        '{"number": 7, "brief": "{\\"format\\": 1}"}',
        '{"number": ' + "9" * 4_000 + ', "brief": "{}"}',
        "[" * 100_000,
        '{"number": 7, "brief": ' + json.dumps("[" * 100_000) + "}",
    ],
)
def test_a_saved_file_of_nonsense_is_one_line(job: GitHubJob, tmp_path: Path, text: str) -> None:
    (tmp_path / "s").write_text(text)
    done = job.run(
        "workflow_run", {"action": "completed", "workflow_run": {"head_sha": "a" * 40}}, "--from", str(tmp_path / "s")
    )
    assert (done.code, done.err.count("\n"), "internal" in done.err) == (3, 1, False)


@pytest.mark.parametrize("app", [BOT, "risk[bot]"])
def test_an_installation_whose_token_has_another_form_updates_its_comment(
    job: GitHubJob, pull: Pull, github: GitHubDouble, app: str
) -> None:
    job.token, github.app = "v1.0123456789abcdef", app
    job.pull(pull.base, pull.head)
    github.add_comment(f"{MARKER}\nby somebody else")
    done = job.pull(pull.base, pull.repo.commit({"new.py": "x = 1\n"}), "synchronize")
    assert (done.code, done.err) == (0, "")
    assert [entry["user"]["login"] for entry in github.ours()] == [app, "grace"]
    assert [asked.method for asked in done.asked if asked.path.startswith("/repos")] == ["GET", "GET", "PATCH"]


def test_a_token_that_github_does_not_know_is_no_installation(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    job.token = "v1.0123456789abcdef"
    job.pull(pull.base, pull.head)
    github.told("GET", "^/user$", Said(401, error("Bad credentials")))
    done = job.pull(pull.base, pull.head)
    assert "the comment is not posted: GitHub: GET /user: 401" in done.err


def test_a_token_of_gitlab_that_may_not_ask_who_it_is_updates_the_note_of_a_bot(
    pull: Pull,
    gitlab: GitLabDouble,  # noqa: F811
) -> None:
    gitlab.told("GET", "/user$", Said(403, {"message": "403 Forbidden"}))
    gitlab.add(f"{MARKER}\nby somebody else")
    gitlab_job(pull, gitlab)
    done = gitlab_job(pull, gitlab, head=pull.repo.commit({"new.py": "x = 1\n"}))
    assert (done.code, done.err) == (0, "")
    assert [asked.method for asked in gitlab.written()] == ["POST", "PUT"]


@pytest.mark.parametrize(
    "data",
    [
        *NONSENSE.values(),
        b'{"h": "' + b"a" * 40 + b'", "l": "LOW", "c": [], "b": null}',
        b'{"h": "' + b"a" * 40 + b'", "l": "LOW", "c": {"la": ' + b"9" * 4_000 + b'}, "b": null}',
        b'{"h": "' + b"a" * 40 + b'", "l": [], "c": {"la": []}, "b": [1]}',
    ],
)
def test_a_state_of_nonsense_in_a_comment_is_none(data: bytes) -> None:
    line = base64.urlsafe_b64encode(zlib.compress(data, 9)).decode()
    assert read_state(f"{MARKER}\n<!-- hyperion-hook-state: {line} -->") is None
