"""``comment`` on every code host alike: first comment, update, equal, two at once, refused, slow, and nonsense."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from hyperion_hook.commands.pull_request.pipeline_job import FORGES
from hyperion_hook.commands.pull_request.post_comment import ALWAYS, LABELS, Posting
from hyperion_hook.forge import http
from hyperion_hook.forge.event import PullRequest
from hyperion_hook.forge.gitea import Forgejo, Gitea
from hyperion_hook.report.comment.brief import brief_of
from hyperion_hook.report.comment.render import HTML
from hyperion_hook.report.comment.state import MARKER, read_state
from hyperion_hook.report.links import Links
from tests.forge.test_misbehaving_hosts import NONSENSE, SLOW
from tests.support.assessments import sample
from tests.support.hosts import BASE, HEAD, KINDS, Kind
from tests.support.pulls import Pull
from tests.support.web import Said

NEW = [kind for name, kind in KINDS.items() if name not in {"github", "gitlab"}]


@pytest.mark.parametrize("host", [Gitea, Forgejo])
def test_a_host_is_called_by_its_name(host: type[Gitea]) -> None:
    with pytest.raises(http.ForgeError, match=f"^{host.__name__}: POST "):
        host.of("http://127.0.0.1:9", "o/r", "token").write_comment(1, "text")


@pytest.fixture(params=KINDS.values(), ids=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def double(kind: Kind) -> Iterator[Any]:
    made = kind.double()
    with made:
        yield made
    assert made.faults == []


def marker(kind: Kind) -> str:
    return posting(kind).dialect.spelled(MARKER)


def posting(kind: Kind) -> Posting:
    dialect = FORGES[kind.name].dialect if kind.name in FORGES else HTML
    return Posting(ALWAYS, True, Links(), "the log", dialect=dialect)


def of_before(kind: Kind, double: Any) -> list[str]:
    """Leave a comment of an earlier run, and return all that are ours."""
    kind.add(double, f"{marker(kind)}\nof an earlier run", True)
    return kind.ours(double)


def post(kind: Kind, double: Any, head: str = HEAD) -> list[str]:
    """Go through all requests about a pull request, and return what is said of it."""
    said: list[str] = []
    pull = PullRequest(kind.number, BASE, head)
    posting(kind).post(kind.api(double), pull, brief_of(sample()), said.append)
    return said


def test_one_comment_is_written_left_alone_and_updated(kind: Kind, double: Any, pull: Pull, tmp_path: Path) -> None:
    for number in range(120):
        kind.add(double, f"comment {number}", False)
    kind.add(double, f"{marker(kind)}\nof somebody else", False)
    kind.add(double, "ours, without the marker", True)
    code, out, err = kind.run(pull, double, tmp_path / "job")
    assert (code, err) == (0, "")
    assert "risk" in out
    _, ours = kind.ours(double)
    state = read_state(ours)
    assert ours.startswith(marker(kind))
    assert state is not None
    assert state.head == pull.head
    assert ("<details>" in ours) == posting(kind).dialect.html
    before = len(double.written())
    assert kind.run(pull, double, tmp_path / "job")[::2] == (0, "")
    assert len(double.written()) == before
    head = pull.repo.commit({"new.py": "x = 1\n"})
    assert kind.run(pull, double, tmp_path / "job", head=head)[::2] == (0, "")
    assert [asked.method for asked in double.written()[before:]] == [kind.requests["update"][0]]
    state = read_state(kind.ours(double)[1])
    assert state is not None
    assert state.head == head


def test_two_at_once_leave_one_comment(kind: Kind, double: Any) -> None:
    double.meeting = threading.Barrier(2)
    threads = [threading.Thread(target=post, args=(kind, double)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(asked.method == "POST" and "label" not in asked.path for asked in double.written()) == 2
    assert len(kind.ours(double)) == 1


def test_of_several_the_oldest_is_kept_and_what_was_removed_is_written_anew(kind: Kind, double: Any) -> None:
    for text in ("oldest", "younger"):
        kind.add(double, f"{marker(kind)}\n{text}", True)
    post(kind, double)
    assert len(kind.ours(double)) == 1
    double.told(*kind.requests["update"], Said(404, {"message": "Not found"}), times=1)
    post(kind, double, "c" * 40)
    assert len(kind.ours(double)) == 2


@pytest.mark.parametrize(
    ("request_name", "status"), [("list", 401), ("write", 403), ("write", 404), ("write", 429), ("update", 403)]
)
def test_what_is_refused_is_said_and_passes(
    kind: Kind, double: Any, pull: Pull, tmp_path: Path, request_name: str, status: int
) -> None:
    before = of_before(kind, double) if request_name == "update" else []
    double.told(
        *kind.requests[request_name], Said(status, {"message": "no\x1b[31m\n::error::x"}, {"retry-after": "99"})
    )
    if status == 429:
        said = post(kind, double)
        assert [line for line in said if "the comment is not posted" in line and "429" in line]
        return
    code, out, err = kind.run(pull, double, tmp_path / "job")
    assert (code, err.count("\n")) == (0, 1)
    assert f"{status}" in err
    assert "the comment is not posted: " in err
    assert "\x1b" not in err
    assert "risk" in out
    assert kind.ours(double) == before


@pytest.mark.parametrize("request_name", ["list", "write", "update"])
def test_what_is_slow_is_not_waited_for(kind: Kind, double: Any, request_name: str) -> None:
    before = of_before(kind, double) if request_name == "update" else []
    raw, seconds = SLOW["the header a byte at a time"]
    double.told(*kind.requests[request_name], Said(200, raw=raw, seconds=seconds))
    began = time.monotonic()
    with mock.patch.multiple(http, TIMEOUT_SECONDS=0.3, BUDGET_SECONDS=1.0):
        assert any("no answer in time" in line for line in post(kind, double))
    assert time.monotonic() - began < 8
    assert kind.ours(double) == before


@pytest.mark.parametrize("kind", NEW[1:], ids=lambda kind: kind.name)
def test_nonsense_is_never_an_internal_error(kind: Kind) -> None:
    for method, path in kind.requests.values():
        for body in NONSENSE.values():
            with kind.double() as double:
                for _ in range(2):
                    double.add(f"{marker(kind)}\nof before", own=True)
                double.told(method, path, Said(200, body))
                post(kind, double)


@pytest.mark.parametrize("kind", NEW, ids=lambda kind: kind.name)
def test_a_token_that_may_not_ask_whose_it_is_finds_its_comment(kind: Kind, double: Any) -> None:
    double.asks = False
    kind.add(double, f"{marker(kind)}\nof somebody else", False)
    for head in (HEAD, "c" * 40):
        post(kind, double, head)
    assert len(kind.ours(double)) == 1
    assert any("of somebody else" in comment["body"] for comment in double.comments)


@pytest.mark.parametrize("answer", [b"{}", b"[]", b'{"login": true, "id": 1.5, "uuid": "", "authenticatedUser": {}}'])
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if "user" in kind.requests], ids=lambda kind: kind.name
)
def test_an_answer_that_names_no_user_is_shown_with_what_to_check(kind: Kind, double: Any, answer: bytes) -> None:
    kind.add(double, f"{marker(kind)}\nof somebody else", False)
    double.told(*kind.requests["user"], Said(200, answer))
    (line,) = [line for line in post(kind, double) if "comment" in line]
    assert "the answer does not say whose the token is (" in line
    assert f"; check that {double.url}" in line
    assert " is the API, and the token" in line
    assert kind.ours(double) == []


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("kind", NEW[2:], ids=lambda kind: kind.name)
def test_what_another_service_wrote_stays_and_ours_is_found_again(kind: Kind, double: Any, asks: bool) -> None:
    double.asks = asks
    post(kind, double)
    body = double.comments.pop()["body"]
    theirs = [double.add(f"{body}\n{number}", service=True) for number in range(2)]
    for head in (HEAD, "c" * 40, "d" * 40):
        assert not [line for line in post(kind, double, head) if "comment" in line]
        assert [comment["body"] for comment in theirs] == [f"{body}\n{number}" for number in range(2)]
        assert len(kind.ours(double)) == 1
    state = read_state(kind.ours(double)[0])
    assert state is not None
    assert state.head == "d" * 40
    double.add(f"{body}\nyounger", own=True)
    post(kind, double)
    assert len(kind.ours(double)) == 1


@pytest.mark.parametrize("kind", NEW, ids=lambda kind: kind.name)
def test_the_level_is_one_label_where_there_are_labels(kind: Kind, double: Any) -> None:
    labels = set(LABELS.values())
    said = post(kind, double)
    if kind.name == "bitbucket":
        assert said == ["the label is not set: Bitbucket: pull requests have no labels; leave out --labels"]
        return
    (wanted,) = labels & set(double.labels)
    other = min(labels - {wanted})
    double.labels[other] = double.known[other] = 77
    post(kind, double)
    assert set(double.labels) == {"bug", wanted}
    assert said == []


@pytest.mark.parametrize("kind", NEW[:2], ids=lambda kind: kind.name)
def test_a_label_of_the_organisation_is_used_and_not_made_twice(kind: Kind, double: Any) -> None:
    double.of_organisation = {name: 900 + at for at, name in enumerate(LABELS.values())}
    assert post(kind, double) == []
    assert set(double.known) == {"bug"}
    (wanted,) = set(LABELS.values()) & set(double.labels)
    assert double.labels[wanted] == double.of_organisation[wanted]
    double.told("GET", "/orgs/", Said(403, {"message": "no"}))
    del double.labels[wanted]
    assert post(kind, double) == []
    assert wanted in double.known


FAULTS = [
    ("bitbucket", "BITBUCKET_PR_ID", "", 2, "BITBUCKET_PR_ID is not set"),
    ("bitbucket", "BITBUCKET_REPO_FULL_NAME", "o/r/../x", 2, "BITBUCKET_REPO_FULL_NAME is 'o/r/../x'"),
    ("bitbucket", "BITBUCKET_PR_DESTINATION_COMMIT", "--all", 2, "DESTINATION_COMMIT is '--all'"),
    ("bitbucket", "BITBUCKET_PR_DESTINATION_COMMIT", "d" * 12, 3, "is not in this clone; set 'clone: {depth: full}'"),
    ("bitbucket", "BITBUCKET_API_URL", "file:///etc", 2, "no web address"),
    ("azure", "SYSTEM_PULLREQUEST_PULLREQUESTID", "", 2, "SYSTEM_PULLREQUEST_PULLREQUESTID is not set"),
    ("azure", "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/a..b^{x}", 2, "TARGETBRANCH is 'refs/heads/a..b^{x}'"),
    ("azure", "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/gone", 3, "check out with 'fetchDepth: 0'"),
    ("azure", "BUILD_REPOSITORY_ID", "../x", 2, "BUILD_REPOSITORY_ID is '../x'"),
    ("azure", "SYSTEM_ACCESSTOKEN", "a b", 2, "SYSTEM_ACCESSTOKEN: holds characters that no token has"),
]


@pytest.mark.parametrize(("name", "variable", "value", "code", "message"), FAULTS)
def test_what_is_no_job_of_a_pull_request_is_said(
    pull: Pull, tmp_path: Path, name: str, variable: str, value: str, code: int, message: str
) -> None:
    kind = KINDS[name]
    with kind.double() as double:
        done, _, err = kind.run(pull, double, tmp_path / "job", env={variable: value})
        assert (done, err.count("\n"), double.asked) == (code, 1, [])
        assert message in err
