"""``comment --check``: findings at their lines in a check, where the token may write one."""

from __future__ import annotations

import pytest

from hyperion_hook.forge.actions import Annotation
from hyperion_hook.forge.github import GitHub
from tests.support.github import JOB_TOKEN, REPOSITORY, GitHubDouble, error
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull
from tests.support.web import Said

RISKY = "import requests\n\n\ndef get(url):\n    return requests.get(url, verify=False)\n"


def test_a_check_shows_findings_at_their_lines_instead_of_the_log(
    job: GitHubJob, pull: Pull, github: GitHubDouble
) -> None:
    head = pull.repo.commit({"net.py": RISKY})
    plain = job.pull(pull.base, head)
    done = job.pull(pull.base, head, "opened", "--check")
    (check,) = github.checks
    assert (done.code, done.err, check["head_sha"], check["status"]) == (0, "", head, "completed")
    assert check["conclusion"] == {"LOW": "success"}.get(done.outputs["level"], "neutral")
    assert check["output"]["summary"] in done.summary
    (entry,) = [entry for entry in check["annotations"] if entry["path"] == "net.py"]
    assert (entry["start_line"], entry["end_line"]) == (5, 5)
    assert "file=net.py,line=5," in plain.out
    assert "::" not in done.out
    assert job.pull(pull.base, head, "opened", "--check", "--fail-on", "low").code == 1
    assert github.checks[-1]["conclusion"] == "failure"


@pytest.mark.parametrize(("status", "said"), [(403, 0), (404, 1), (422, 1), (500, 1)])
def test_where_no_check_may_be_written_the_log_shows_them(
    job: GitHubJob, pull: Pull, github: GitHubDouble, status: int, said: int
) -> None:
    head = pull.repo.commit({"net.py": RISKY})
    plain = job.pull(pull.base, head)
    body = error("Resource not accessible by integration") | ({"errors": []} if status == 422 else {})
    github.told("POST", "/check-runs$", Said(status, body))
    done = job.pull(pull.base, head, "opened", "--check")
    assert (done.code, done.out, done.outputs["level"]) == (0, plain.out, plain.outputs["level"])
    assert done.err.count("the check is not written: GitHub: POST") == done.err.count("\n") == said
    assert len(github.ours()) == 1


def test_fifty_annotations_go_with_a_request(github: GitHubDouble) -> None:
    annotations = [Annotation("notice", "t" * 300, "m", f"f{number}.py", number + 1) for number in range(120)]
    placeless = [Annotation("warning", "t", "m")]
    host = GitHub.of(github.api, REPOSITORY, JOB_TOKEN)
    host.write_check("a" * 40, "neutral", "title", "s" * 70_000, placeless + annotations)
    (check,) = github.checks
    assert [entry["start_line"] for entry in check["annotations"]] == list(range(1, 121))
    assert [asked.method for asked in github.asked] == ["POST", "PATCH", "PATCH"]


def test_other_hosts_have_no_checks(job: GitHubJob, pull: Pull, github: GitHubDouble) -> None:
    done = job.pull(pull.base, pull.head, "opened", "--check", "--forge", "gitea")
    assert (done.code, github.asked) == (2, [])
    assert "--check is for jobs of GitHub" in done.err
