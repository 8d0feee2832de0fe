"""Whatever GitHub refuses, breaks or delays: the assessment is in the summary, the job succeeds, nothing leaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperion_hook.report.comment.state import MARKER
from tests.support.github import JOB_TOKEN, USER_TOKEN, GitHubDouble, error
from tests.support.github_job import Done, GitHubJob
from tests.support.pulls import Pull
from tests.support.repo import TestRepo
from tests.support.web import Said

COMMENTS = "/issues/7/comments$"
LIMITED = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}
INVALID = {"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest", "errors": []}


def assert_degraded(done: Done, *said: str) -> None:
    assert done.code == 0
    assert "LOW" in done.summary
    assert (done.outputs["level"], done.outputs["comment-url"]) == ("LOW", "")
    assert "the comment is not posted: GitHub" in done.err
    assert "it is in the job's summary" in done.err
    for text in said:
        assert text in done.err


@pytest.mark.parametrize(
    ("method", "answer", "said", "requests"),
    [
        ("POST", Said(403, error("Resource not accessible by integration")), "403 Forbidden: Resource not access", 1),
        ("POST", Said(404, error("Not Found")), "404", 1),
        ("POST", Said(422, INVALID), "Validation Failed", 1),
        ("POST", Said(403, error("You have exceeded a secondary rate limit")), "secondary rate limit", 1),
        ("POST", Said(403, error("API rate limit exceeded"), LIMITED), "rate limit", 1),
        ("POST", Said(429, error("slow down"), {"retry-after": "3600"}), "429", 1),
        ("GET", Said(500, error("Server Error")), "500", 3),
        ("GET", Said(200, "{not json"), "not JSON", 1),
        ("GET", Said(200, "[" * 200_000), "not JSON", 1),
        ("GET", Said(200, '{"a": 1}'), "no list", 1),
        ("GET", Said(200, "[1]"), "no list", 1),
        ("GET", Said(401, error(f"Bad credentials {JOB_TOKEN} \x1b[31m\n::error::x")), "Bad credentials ***", 1),
        ("POST", Said(201, []), "no comment", 1),
        ("GET", Said(200, b"\xff\xfe[", {"Content-Encoding": "gzip"}), "not JSON", 1),
    ],
)
def test_a_refusal_is_said_and_passes(
    job: GitHubJob, pull: Pull, github: GitHubDouble, method: str, answer: Said, said: str, requests: int
) -> None:
    github.told(method, COMMENTS, answer)
    done = job.pull(pull.base, pull.head, fork=True)
    assert_degraded(done, said, "a pull request from a fork has a token that may only read")
    assert "\x1b" not in done.err
    assert done.err.count("\n") == 1
    asked = [each for each in done.asked if each.method == method and each.path.endswith("/issues/7/comments")]
    assert len(asked) >= requests


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Said(200, [], seconds=30), "no answer in time"),
        (Said(200, " " * 5_000 + "[]", seconds=0.02, drip=True), "no answer in time"),
        (Said(200, "[" + " " * 3_000_000 + "]"), "larger than"),
        (Said(200, "[]", {"Content-Length": "5000"}), ""),
    ],
)
def test_slow_and_endless_answers_are_not_waited_for(
    job: GitHubJob, pull: Pull, github: GitHubDouble, answer: Said, said: str
) -> None:
    github.told("GET", COMMENTS, answer)
    done = job.pull(pull.base, pull.head, seconds=1.0)
    assert done.code == 0
    assert said in done.err


def test_what_is_limited_for_a_moment_is_tried_again(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.told("GET", COMMENTS, Said(429, error("slow down"), {"retry-after": "0"}), times=1)
    github.told("POST", COMMENTS, Said(403, error("secondary rate limit"), {"retry-after": "1"}), times=1)
    github.told("GET", "/reviews", Said(502, "<html>"), times=1)
    done = job.pull(pull.base, pull.head)
    assert (done.code, done.err, len(github.ours())) == (0, "", 1)


@pytest.mark.parametrize("answer", [Said(502, "<html>"), Said(201, "{"), Said(201, seconds=30)])
def test_a_comment_that_arrived_though_the_answer_was_lost_is_not_written_twice(
    job: GitHubJob, pull: Pull, github: GitHubDouble, answer: Said
) -> None:
    said = github.answer

    def losing(asked):  # type: ignore[no-untyped-def]
        found = said(asked)
        return answer if asked.method == "POST" else found

    github.answer = losing  # type: ignore[method-assign]
    done = job.pull(pull.base, pull.head, seconds=20.0)
    assert (done.code, done.err, len(github.ours())) == (0, "", 1)
    assert done.outputs["comment-url"] == github.ours()[0]["html_url"]
    assert [asked.method for asked in github.asked].count("POST") == 1


def test_a_comment_that_is_removed_in_between_is_written_anew(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    job.pull(pull.base, pull.head)
    github.told("PATCH", "/issues/comments/", Said(404, error("Not Found")))
    done = job.pull(pull.base, pull.repo.commit({"new.py": "x = 1\n"}), "synchronize")
    assert (done.code, done.err, len(github.ours())) == (0, "", 2)


def test_what_may_not_be_labelled_or_removed_is_commented_all_the_same(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    github.told("POST", "/labels", Said(403, error("Resource not accessible by integration")))
    github.told("DELETE", "/comments/", Said(403, error("Resource not accessible by integration")))
    job.pull(pull.base, pull.head)
    github.add_comment(github.ours()[0]["body"], "github-actions[bot]", "Bot")
    done = job.pull(pull.base, pull.head, "opened", "--labels")
    assert done.code == 0
    assert done.outputs["comment-url"] == github.ours()[0]["html_url"]
    assert "the label is not set: GitHub" in done.err
    assert "not posted" not in done.err


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(job: GitHubJob, pull: Pull, github: GitHubDouble, status: int) -> None:
    with GitHubDouble() as elsewhere:
        target = Said(status, error("Moved"), {"Location": f"{elsewhere.url}/repos/o/r/issues/7/comments"})
        github.told("GET", COMMENTS, target)
        assert_degraded(job.pull(pull.base, pull.head), str(status))
        assert elsewhere.asked == []


def test_a_next_page_on_another_host_is_not_asked_for(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    with GitHubDouble() as elsewhere:
        for host in (elsewhere.url, f"{github.url}.example", github.url.replace("//", "//x@")):
            link = {"Link": f'<{host}/repos/o/r/issues/7/comments?page=2>; rel="next"'}
            github.told("GET", COMMENTS, Said(200, [], link), times=1)
        done = job.pull(pull.base, pull.head, "opened", "--comment", "high")
        assert elsewhere.asked == []
    # but the same page of the host that was asked: behind a proxy it calls itself by another name
    assert [asked.query for asked in done.asked if asked.path.endswith(COMMENTS[:-1])][1:4] == ["page=2"] * 3


def test_pages_without_end_are_left_after_a_hundred(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    link = {"Link": f'<{github.api}/repos/o/r/issues/7/comments?page=2>; rel="next"'}
    github.told("GET", COMMENTS, Said(200, [], link))
    done = job.pull(pull.base, pull.head, "opened", "--comment", "high")
    assert done.code == 0
    assert len(done.asked) == 101


@pytest.mark.parametrize("api", ["file:///etc/passwd", "http://[", "nonsense"])
def test_an_api_that_is_no_web_address_is_refused(pull: Pull, tmp_path: Path, api: str) -> None:
    done = GitHubJob(pull.repo, None, tmp_path / "runner").pull(pull.base, pull.head, env={"GITHUB_API_URL": api})
    assert (done.code, done.summary) == (2, "")
    assert f"GitHub: the address '{api}' is no web address" in done.err


@pytest.mark.parametrize("api", ["http://127.0.0.1:9", f"http://{'a' * 70}.example"])
def test_an_api_that_is_nowhere_is_said_and_passes(pull: Pull, tmp_path: Path, api: str) -> None:
    job = GitHubJob(pull.repo, None, tmp_path / "runner")
    done = job.pull(pull.base, pull.head, seconds=2.0, env={"GITHUB_API_URL": api})
    assert_degraded(done)


@pytest.mark.parametrize("token", ["ghs_a\nX-Evil: 1", "ghs_a b", "ghs_\N{EURO SIGN}", "ghs_\x7f"])
def test_a_token_that_is_none_is_refused_without_being_shown(
    job: GitHubJob, pull: Pull, github: GitHubDouble, token: str
) -> None:
    job.token = token
    done = job.pull(pull.base, pull.head)
    assert (done.code, done.asked) == (2, [])
    assert "GITHUB_TOKEN: holds characters that no token has" in done.err


def test_a_person_who_cannot_be_asked_for_is_who_writes(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.add_comment(f"{MARKER}\nof somebody else", "grace")
    job.token = USER_TOKEN
    job.pull(pull.base, pull.head)
    github.told("GET", "^/user$", Said(200, {}))
    done = job.pull(pull.base, pull.head)
    # what is written says who wrote it, so that the one of before is found after all
    assert (done.code, len(github.ours()), len(github.comments)) == (0, 2, 2)
    assert github.comments[0]["body"] == f"{MARKER}\nof somebody else"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (None, "No such file"),
        ("{", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "no event"),
        ("null", "no event"),
        ('{"pull_request": 1}', "no event"),
        ('{"pull_request": {"number": 7, "head": [], "base": {"sha": "x"}}}', "no event"),
        ('{"pull_request": {"number": true}}', "no event"),
        (" " * 20_000_001, "larger than"),
    ],
)
def test_an_event_that_is_none_is_one_line(
    job: GitHubJob, github: GitHubDouble, event: str | bytes | None, said: str
) -> None:
    done = job.run("pull_request", event)
    assert (done.code, done.summary, done.outputs, done.asked) == (3, "", {}, [])
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("name", ["base", "head"])
def test_a_commit_that_is_not_in_the_clone_is_said_with_the_remedy(
    job: GitHubJob, pull: Pull, github: GitHubDouble, name: str
) -> None:
    commits = {"base": pull.base, "head": pull.head} | {name: "d" * 40}
    done = job.pull(commits["base"], commits["head"])
    assert (done.code, done.asked) == (3, [])
    assert "commit dddddddddd is not in this clone; check out with 'fetch-depth: 0'" in done.err


def test_a_shallow_checkout_is_said(pull: Pull, github: GitHubDouble, tmp_path: Path) -> None:
    for depth, code, said in ((1, 3, "fetch-depth: 0"), (2, 0, "")):
        folder = tmp_path / f"depth-{depth}"
        pull.repo.git("clone", "-q", f"--depth={depth}", f"file://{pull.repo.path}", str(folder))
        done = GitHubJob(TestRepo(folder, init=False), github, tmp_path / "runner").pull(pull.base, pull.head)
        assert done.code == code
        assert said in done.err
    assert "UNKNOWN risk:" in github.ours()[0]["body"]
    assert "git fetch --unshallow" in github.ours()[0]["body"].replace("\\", "")


@pytest.mark.parametrize(
    "environment", [{"GITHUB_REPOSITORY": "o/r/../x"}, {"GITHUB_REPOSITORY": ""}, {"GITHUB_EVENT_NAME": ""}]
)
def test_what_is_no_job_is_said(job: GitHubJob, pull: Pull, environment: dict[str, str]) -> None:
    done = job.pull(pull.base, pull.head, env=environment)
    assert (done.code, done.asked) == (2, [])


def test_a_summary_that_cannot_be_written_is_said(job: GitHubJob, pull: Pull, tmp_path: Path) -> None:
    done = job.pull(pull.base, pull.head, env={"GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert done.code == 3
    assert "Is a directory" in done.err
