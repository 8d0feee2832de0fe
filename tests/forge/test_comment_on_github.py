"""The real command in a job of GitHub, on a real repository: the one comment, and what is done about each event."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hyperion_hook.report.comment.render import HTML
from hyperion_hook.report.comment.state import MARKER, read_state
from tests.support.github import BOT, NUMBER, USER_TOKEN, GitHubDouble, review_json
from tests.support.github_job import Done, GitHubJob
from tests.support.pulls import Pull, commit_many

MOST_REQUESTS = 6
OUTPUTS = {"probability", "level", "percentile", "anomaly", "json", "comment-url"}


def assert_told(done: Done, double: GitHubDouble) -> None:
    """Check all that is promised of a run which comments."""
    assert (done.code, done.err) == (0, "")
    assert set(done.outputs) == OUTPUTS
    assert done.outputs["level"] in done.out
    assert done.outputs["level"] in done.summary
    (comment,) = double.ours()
    assert done.outputs["comment-url"] == comment["html_url"]
    assert comment["body"].startswith(MARKER)
    assert done.outputs["level"] in comment["body"]
    assert len(comment["body"]) < 3_500
    assert len(done.asked) <= MOST_REQUESTS


def test_a_comment_that_would_say_the_same_is_not_touched_and_one_that_would_not_is_updated(
    job: GitHubJob,
    pull: Pull,
    github: GitHubDouble,
) -> None:
    job.in_process = False
    first = job.pull(pull.base, pull.head)
    assert_told(first, github)
    assert [asked.method for asked in first.asked] == ["GET", "GET", "POST", "GET"]
    again = job.pull(pull.base, pull.head, "reopened")
    assert_told(again, github)
    assert [asked.method for asked in again.asked] == ["GET", "GET"]
    pushed = job.pull(pull.base, pull.repo.commit({"new.py": "x = 1\n"}), "synchronize")
    assert_told(pushed, github)
    assert [asked.method for asked in pushed.asked] == ["GET", "GET", "PATCH"]
    state = read_state(github.ours()[0]["body"])
    assert state is not None
    assert state.before is not None
    assert (state.head, state.before.head) == (pull.repo.head(), pull.head)


def test_250_other_comments_are_looked_through_and_left_alone(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    for number in range(250):
        github.add_comment(f"comment {number}")
    others = [dict(entry) for entry in github.comments]
    assert job.pull(pull.base, pull.head).code == 0
    pages = re.findall(r"[&?]page=(\d)", " ".join(asked.query for asked in github.asked))
    assert pages == ["2", "3", "2", "3"]
    done = job.pull(pull.base, pull.repo.commit({"new.py": "x = 1\n"}), "synchronize")
    assert_told(done, github)
    assert github.comments[:250] == others


def test_two_runs_at_once_leave_one_comment(job: GitHubJob, pull: Pull, github: GitHubDouble, tmp_path: Path) -> None:
    github.meeting = Barrier(2)
    other = GitHubJob(pull.copy(tmp_path / "other").repo, github, tmp_path / "other-runner")
    job.in_process = other.in_process = False
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(each.pull, pull.base, pull.head) for each in (job, other)]
        done = [run.result() for run in runs]
    assert [(each.code, each.err) for each in done] == [(0, ""), (0, "")]
    assert sum(asked.method == "POST" for asked in github.asked) == 2
    assert len(github.ours()) == 1
    assert job.pull(pull.base, pull.head).outputs["comment-url"] == github.ours()[0]["html_url"]


def test_of_several_comments_the_oldest_is_kept_with_its_ticks(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    job.pull(pull.base, pull.head)
    body = github.ours()[0]["body"]
    github.tick("This was not useful")
    github.add_comment(body, BOT, "Bot")
    github.add_comment(f"quoted:\n{body}")
    job.pull(pull.base, pull.head)
    assert [entry["user"]["login"] for entry in github.ours()] == [BOT, "grace"]
    assert "- [x] This was not useful" in github.ours()[0]["body"]


@pytest.mark.parametrize(("login", "kind"), [("eve", "User"), ("echo[bot]", "Bot")])
def test_a_comment_of_somebody_else_with_our_marker_is_not_ours(
    job: GitHubJob, pull: Pull, github: GitHubDouble, login: str, kind: str
) -> None:
    planted = f"{MARKER}\n- [x] This caused a bug later"
    github.add_comment(planted, login, kind)
    done = job.pull(pull.base, pull.head)
    assert done.code == 0
    assert [entry["body"] == planted for entry in github.ours()] == [True, False]
    assert "[x]" not in github.ours()[1]["body"]


def test_an_app_finds_its_own_comment_and_that_of_the_job_token(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    github.app = "risk[bot]"
    for _ in range(2):
        done = job.pull(pull.base, pull.head)
        assert_told(done, github)
    assert [entry["user"]["login"] for entry in github.ours()] == ["risk[bot]"]


def test_a_person_s_token_finds_the_person_s_comment(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    job.token = f"  {USER_TOKEN}\n"  # as secrets are pasted
    github.add_comment(f"{MARKER}\nold", BOT, "Bot")
    assert job.pull(pull.base, pull.head).code == 0
    done = job.pull(pull.base, pull.repo.commit({"new.py": "x = 1\n"}), "synchronize")
    assert [asked.method for asked in done.asked] == ["GET", "GET", "GET", "PATCH"]
    assert [entry["user"]["login"] for entry in github.ours()] == [BOT, "ada"]


def test_reviews_say_how_long_approval_took(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.reviews = [review_json("COMMENTED", pull.repo.clock + 60), review_json("APPROVED", pull.repo.clock + 7_200)]
    done = job.pull(pull.base, pull.head)
    assert_told(done, github)
    assert '"approval_time": 2.0' in done.outputs["json"]
    assert '"discussion_count": 3.0' in done.outputs["json"]


def test_an_enterprise_server_has_its_api_below_a_path(pull: Pull, tmp_path: Path) -> None:
    with GitHubDouble("/api/v3") as github:
        assert isinstance(github, GitHubDouble)
        github.app = "risk[bot]"
        for number in range(120):
            github.add_comment(f"comment {number}")
        job = GitHubJob(pull.repo, github, tmp_path / "runner")
        for _ in range(2):
            assert job.pull(pull.base, pull.head, env={"GITHUB_SERVER_URL": "https://git.example/"}).code == 0
        assert len(github.ours()) == 1
        assert "https://git.example/o/r/" in github.ours()[0]["body"]
        assert any(asked.path == "/api/graphql" for asked in github.asked)
    assert github.faults == []


def test_labels_of_ours_follow_the_level_and_others_stay(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    github.labels += ["risk: high", "risk: medium", "risk: low"]
    done = job.pull(pull.base, pull.head, "opened", "--labels")
    assert github.labels == ["bug", f"risk: {done.outputs['level'].lower()}"]
    github.labels = []
    assert len(job.pull(pull.base, pull.head, "opened", "--labels").asked) <= MOST_REQUESTS
    assert github.labels == [f"risk: {done.outputs['level'].lower()}"]


def test_with_high_no_comment_is_begun_for_less_and_with_never_nothing_is_asked(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    done = job.pull(pull.base, pull.head, "opened", "--comment", "high")
    assert done.outputs["level"] != "HIGH"
    assert (done.code, done.outputs["comment-url"], github.ours()) == (0, "", [])
    done = job.pull(pull.base, pull.head, "opened", "--comment", "never")
    assert (done.code, done.asked, done.outputs["comment-url"]) == (0, [], "")
    assert "LOW" in done.summary


def test_without_a_token_the_summary_holds_everything(job: GitHubJob, pull: Pull) -> None:
    job.token = ""
    done = job.pull(pull.base, pull.head)
    assert (done.code, done.asked) == (0, [])
    assert "no token was given" in done.err
    assert "LOW" in done.summary


@pytest.mark.parametrize("action", ["labeled", "edited", "closed", "synchronize"])
def test_what_changes_nothing_is_not_assessed(job: GitHubJob, pull: Pull, github: GitHubDouble, action: str) -> None:
    done = job.pull(pull.base, pull.head, action, state="closed" if action in {"closed", "synchronize"} else "open")
    assert (done.code, done.summary, done.outputs, github.written()) == (0, "", {}, [])


def test_a_draft_is_assessed_and_another_base_too(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    assert_told(job.pull(pull.base, pull.head, draft=True), github)
    older = pull.repo.git("rev-parse", f"{pull.base}~3").strip()
    done = job.pull(older, pull.head, "edited", changes={"base": {"sha": {"from": pull.base}}})
    assert_told(done, github)
    assert "4 commits" in github.ours()[0]["body"]


def test_a_base_that_moved_on_is_no_part_of_the_change(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    before = job.pull(pull.base, pull.head)
    pull.repo.git("checkout", "-q", "main")
    moved = pull.repo.commit({"elsewhere.py": "y = 2\n" * 50})
    pull.repo.git("checkout", "-q", "topic")
    after = job.pull(moved, pull.head, "synchronize")
    assert_told(after, github)
    assert before.outputs["probability"] == after.outputs["probability"]
    assert "elsewhere.py" not in github.ours()[0]["body"]


def test_after_a_push_by_force_the_new_commits_are_told(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    assert_told(job.pull(pull.base, pull.head), github)
    pull.repo.git("reset", "-q", "--hard", pull.base)
    head = pull.repo.commit({"part0.py": "X = 3\n"}, "Another way")
    pull.repo.git("reflog", "expire", "--expire=now", "--all")
    pull.repo.git("gc", "-q", "--prune=now")
    assert_told(job.pull(pull.base, head, "synchronize"), github)
    state = read_state(github.ours()[0]["body"])
    assert state is not None
    assert state.head == head


@pytest.mark.parametrize("files", [300, 4_000])
def test_a_change_of_many_files_fits_everywhere(job: GitHubJob, pull: Pull, github: GitHubDouble, files: int) -> None:
    head = commit_many(pull.repo, {f"many/file{number:04}.py": f"x = {number}\n" for number in range(files)})
    done = job.pull(pull.base, head)
    assert (done.code, len(github.ours())) == (0, 1)
    assert len(github.ours()[0]["body"]) <= HTML.most
    assert sum(len(value.encode()) for value in done.outputs.values()) < 1_000_000
    assert len(done.summary.encode()) < 1_000_000
    assert done.out.count("\n::") <= 20


def test_an_empty_change_is_said_and_never_fails_the_job(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    done = job.pull(pull.base, pull.base, "opened", "--fail-on", "low")
    assert (done.code, len(github.ours())) == (0, 1)


def test_fail_on_fails_the_job_after_everything_was_told(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    done = job.pull(pull.base, pull.head, "opened", "--fail-on", "low")
    assert (done.code, len(github.ours())) == (1, 1)
    assert done.outputs["comment-url"]
    assert "fail-on" in done.err


def test_other_events_are_told_in_the_summary(job: GitHubJob, pull: Pull) -> None:
    gone = "d" * 40
    for name, event in (
        ("push", {"before": pull.base, "after": pull.head}),
        ("push", {"before": "0" * 40, "after": pull.head}),
        ("push", {"before": gone, "after": pull.head}),
        ("schedule", {}),
        ("merge_group", {"merge_group": {"base_sha": pull.base, "head_sha": pull.head}}),
    ):
        done = job.run(name, event)
        assert (done.code, done.asked, done.outputs["comment-url"]) == (0, [], "")
        assert ("is assessed alone" in done.err) is (gone in event.values())
        assert "app.py" in done.summary
    assert job.run("push", {"before": pull.head, "after": "0" * 40}).code == 0


def test_what_one_workflow_saves_another_one_posts(
    job: GitHubJob, pull: Pull, github: GitHubDouble, tmp_path: Path
) -> None:
    saved = tmp_path / "risk.json"
    done = job.pull(pull.base, pull.head, "opened", "--comment", "never", "--save", str(saved), fork=True)
    assert (done.code, done.asked) == (0, [])
    event = {"action": "completed", "workflow_run": {"head_sha": pull.head}}
    posted = job.run("workflow_run", event, "--from", str(saved))
    assert (posted.code, posted.err, len(github.ours())) == (0, "", 1)
    assert posted.outputs["comment-url"] == github.ours()[0]["html_url"]
    other = {"action": "completed", "workflow_run": {"head_sha": pull.base}}
    assert "other commits" in job.run("workflow_run", other, "--from", str(saved)).err
    saved.write_text(saved.read_text().replace(f'"number": {NUMBER}', '"number": 8'))
    refused = job.run("workflow_run", event, "--from", str(saved))
    assert (refused.code, len(github.ours())) == (0, 1)
    assert "404" in refused.err
    saved.write_text("[]")
    assert job.run("workflow_run", event, "--from", str(saved)).code == 3


def test_where_comments_are_never_written_other_workflows_and_ticks_need_no_token(job: GitHubJob, pull: Pull) -> None:
    job.token = ""
    event = {"action": "completed", "workflow_run": {"head_sha": pull.head}}
    for done in (
        job.run("workflow_run", event, "--comment", "never", "--from", "risk.json"),
        job.pull(pull.base, pull.head, "closed", "--comment", "never", state="closed"),
    ):
        assert (done.code, done.err, done.asked) == (0, "hyperion-hook: nothing to do: --comment is never\n", [])
