"""What a pull request brings along has no say in how it is judged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperion_hook.commands.pull_request.base_settings import trusted_settings
from hyperion_hook.git.repository import Repository
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


REPORT = "SF:app.py\nDA:1,1\nend_of_record\n"


def reports(pull: Pull, path: Path, head: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the coverage reports that are read, and the warnings, where the setting names one path."""
    flags = {"coverage_after": (path,)}
    with trusted_settings(Repository.discover(pull.repo.path), pull.base, head, os.environ, flags) as loaded:
        return loaded.config.coverage_after, loaded.warnings


@pytest.mark.parametrize("is_absolute", [True, False])
def test_a_report_that_the_job_wrote_is_read(pull: Pull, tmp_path: Path, is_absolute: bool) -> None:
    pull.repo.write({"out/cov.info": REPORT})
    (tmp_path / "cov.info").write_text(REPORT)
    paths = [Path("out/cov.info"), Path("../cov.info")]
    for path in [pull.repo.path / path for path in paths] if is_absolute else paths:
        assert reports(pull, path, pull.head) == ((path,), ())


@pytest.mark.parametrize("way", ["{top}/cov.info", "cov.info", "link.info", "folder/cov.info", "./out/../cov.info"])
def test_a_report_that_the_pull_request_brings_is_left_out(pull: Pull, way: str) -> None:
    (pull.repo.path / "link.info").symlink_to("/dev/zero")
    (pull.repo.path / "folder").symlink_to("written")
    head = pull.repo.commit({"cov.info": REPORT})
    pull.repo.write({"written/cov.info": REPORT, "out/x": ""})
    path = Path(way.format(top=pull.repo.path))
    warning = f"coverage report '{path}': tracked or linked, so left out; let the job write it"
    assert reports(pull, path, head) == ((), (warning,))


def test_a_report_that_was_deleted_in_the_checkout_alone_is_the_pull_request_s(pull: Pull, job: GitHubJob) -> None:
    base = pull.repo.commit({".hyperion-hook.toml": 'coverage-after = "cov.info"\n'})
    head = pull.repo.commit({"cov.info": REPORT, "app.py": "x = 1\n"})
    pull.repo.git("checkout", "-q", "main")
    pull.repo.write({"cov.info": REPORT})
    assert "coverage report 'cov.info': tracked or linked" in job.pull(base, head).err
    assert "coverage report 'cov.info': tracked or linked" in printed(pull, f"{base}..{head}").err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(pull: Pull, job: GitHubJob, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.sarif"
    os.mkfifo(pipe)
    event = {"action": "completed", "workflow_run": {"head_sha": pull.head}}
    done = job.run("workflow_run", event, "--from", str(pipe))
    assert (done.code, done.err) == (3, f"hyperion-hook: --from {pipe}: is not a file\n")
    done = job.pull(pull.base, pull.head, "opened", "--baseline", str(pipe))
    assert done.code == 2
    assert f"baseline '{pipe}': is not a file; name the SARIF file of one run" in done.err
