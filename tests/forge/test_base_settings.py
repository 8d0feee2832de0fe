"""What a pull request brings along has no say in how it is judged."""

from __future__ import annotations

from tests.support.command import Outcome, hyperion
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull

BLOCKS = 'fail-on = "low"\n'
FORGIVES = 'fail-on = "never"\nexclude = ["*"]\n'


def printed(pull: Pull, revision: str) -> Outcome:
    return hyperion(pull.repo.path, "comment", "--forge", "none", revision)


def test_a_commit_that_is_assessed_alone_is_judged_by_its_parent_s_settings(pull: Pull, job: GitHubJob) -> None:
    pull.repo.commit({".hyperion-hook.toml": BLOCKS})
    head = pull.repo.commit({".hyperion-hook.toml": FORGIVES, "app.py": "x = 1\n"})
    for revision in ("HEAD", head, "HEAD^..HEAD"):
        done = printed(pull, revision)
        assert (done.code, "`app.py`" in done.out) == (1, True), revision
    assert job.run("push", {"before": "d" * 40, "after": head}).code == 1, "what was before is not in the clone"
    assert job.run("push", {"before": "0" * 40, "after": head}).code == 1, "a new branch"


def test_a_root_is_judged_by_no_settings(pull: Pull) -> None:
    pull.repo.git("checkout", "-q", "--orphan", "root")
    pull.repo.commit({".hyperion-hook.toml": FORGIVES})
    done = printed(pull, "HEAD")
    assert (done.code, "excluded" in done.out, done.err) == (0, False, "")


def test_a_patch_is_refused_in_words(pull: Pull) -> None:
    done = printed(pull, "-")
    assert (done.code, done.out) == (2, "")
    assert "takes a commit or a range, no patch '-'" in done.err
