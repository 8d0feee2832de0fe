"""``comment --forge gitlab`` in a merge request's pipeline, on a real repository."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hyperion_hook.report.comment.state import MARKER, read_state
from hyperion_hook.store.feedback_store import FeedbackStore
from tests.support.command import Outcome, hyperion
from tests.support.gitlab import BOT, NUMBER, PROJECT, TOKEN, GitLabDouble
from tests.support.pulls import Pull
from tests.support.web import Said


@pytest.fixture
def gitlab() -> Iterator[GitLabDouble]:
    double = GitLabDouble()
    with double:
        yield double
    assert double.faults == []


def job(pull: Pull, gitlab: GitLabDouble, *arguments: str, head: str | None = None, **env: str) -> Outcome:
    done = hyperion(
        pull.repo.path,
        "comment",
        "--forge",
        "gitlab",
        *arguments,
        env={
            "CI_API_V4_URL": f"{gitlab.url}/api/v4",
            "CI_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.base,
            "CI_COMMIT_SHA": head or pull.head,
            "GITLAB_TOKEN": TOKEN,
            "CI_PROJECT_URL": "https://gitlab.example/g/p",
        }
        | env,
    )
    assert TOKEN not in done.out + done.err
    return done


def test_one_note_is_written_left_alone_and_updated(pull: Pull, gitlab: GitLabDouble) -> None:
    for number in range(150):
        gitlab.add(f"note {number}")
    gitlab.add(f"{MARKER}\nof somebody else\n- [x] This caused a bug later")
    done = job(pull, gitlab, "--labels")
    assert (done.code, done.err) == (0, "")
    (ours,) = [note for note in gitlab.notes if note["author"]["id"] == BOT]
    assert done.out.strip() == ours["body"]
    assert "https://gitlab.example/g/p/-/merge_requests/3/diffs#" in ours["body"]
    assert gitlab.labels == {"bug", "risk: low"}
    before = len(gitlab.written())
    # where results are merged for a trial, that trial is not what is judged
    trial = {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": pull.head}
    assert job(pull, gitlab, head="e" * 40, **trial).code == 0
    assert len(gitlab.written()) == before
    ours["body"] = ours["body"].replace("- [ ] This was not useful", "- [x] This was not useful")
    head = pull.repo.commit({"new.py": "x = 1\n"})
    assert job(pull, gitlab, head=head).code == 0
    assert [asked.method for asked in gitlab.written()][before:] == ["PUT"]
    state = read_state(ours["body"])
    assert state is not None
    assert (state.head, state.feedback) == (head, {"not-useful"})
    assert FeedbackStore.of(pull.repo.path / ".git").read()[NUMBER].ticks == {"not-useful": 1_767_323_045}


def test_what_gitlab_refuses_is_said_and_passes(pull: Pull, gitlab: GitLabDouble) -> None:
    gitlab.told("POST", "/notes$", Said(403, {"message": "403 Forbidden"}))
    done = job(pull, gitlab)
    assert done.code == 0
    assert "the comment is not posted: GitLab: POST" in done.err
    assert "it is in the job's log" in done.err
    assert done.out.startswith(MARKER)
    gitlab.told("GET", "/notes$", Said(200, "nonsense"))
    assert "not JSON" in job(pull, gitlab, "--fail-on", "low").err
    asked = len(gitlab.asked)
    assert "no token was given" in job(pull, gitlab, GITLAB_TOKEN="").err
    assert job(pull, gitlab, "--comment", "never").err == ""
    assert len(gitlab.asked) == asked


@pytest.mark.parametrize(
    ("name", "value", "code", "said"),
    [
        ("CI_MERGE_REQUEST_IID", "", 2, "CI_MERGE_REQUEST_IID is not set"),
        ("CI_PROJECT_ID", "../7", 2, "CI_PROJECT_ID is '../7'"),
        ("CI_COMMIT_SHA", "d" * 40, 3, "commit dddddddddd is not in this clone; set the variable GIT_DEPTH to 0"),
        ("CI_API_V4_URL", "file:///etc", 2, "no web address"),
    ],
)
def test_what_is_no_job_of_a_merge_request_is_said(
    pull: Pull, gitlab: GitLabDouble, name: str, value: str, code: int, said: str
) -> None:
    done = job(pull, gitlab, **{name: value})
    assert (done.code, gitlab.asked) == (code, [])
    assert said in done.err
