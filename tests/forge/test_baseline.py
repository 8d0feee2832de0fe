"""``comment --baseline FILE``: what the file holds already fails nothing, and a pull request cannot bring its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.github import GitHubDouble
from tests.support.github_job import GitHubJob
from tests.support.pulls import Pull


@pytest.fixture
def head(pull: Pull) -> str:
    """Add a commit that takes away what others use."""
    pull.repo.git("rm", "-q", "app.py")
    return pull.repo.commit({"other.py": "x = 1\n"}, "Remove a module")


@pytest.fixture
def known(job: GitHubJob, pull: Pull, head: str, tmp_path: Path) -> str:
    """Return the SARIF of that commit."""
    file = tmp_path / "known.sarif"
    assert job.pull(pull.base, head, "opened", "--sarif", str(file), "--fail-on-break").code == 1
    return file.read_text()


def test_a_file_outside_of_the_repository_says_what_is_known(
    job: GitHubJob, pull: Pull, head: str, known: str, tmp_path: Path
) -> None:
    flags = ("--fail-on-break", "--baseline", str(tmp_path / "known.sarif"))
    assert job.pull(pull.base, head, "opened", *flags).code == 0
    pull.repo.git("rm", "-q", "part0.py")
    worse = pull.repo.commit({"part1.py": "import app, part0\n"}, "Remove another module")
    assert job.pull(pull.base, worse, "opened", *flags).code == 1


def test_a_file_of_the_repository_is_that_of_the_base(
    job: GitHubJob, pull: Pull, github: GitHubDouble, head: str, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pull.repo.path)
    flags = ("--fail-on-break", "--baseline", "known.sarif")
    brought = pull.repo.commit({"known.sarif": known}, "Bring a baseline")
    done = job.pull(pull.base, brought, "opened", *flags)
    assert done.code == 2
    assert "baseline 'known.sarif': not in the base commit" in done.err
    pull.repo.git("checkout", "-q", "main")
    base = pull.repo.commit({"known.sarif": known}, "Keep a baseline")
    pull.repo.git("checkout", "-q", "topic")
    (pull.repo.path / "known.sarif").write_text("{}")
    assert job.pull(base, head, "opened", *flags).code == 0
    assert len(github.ours()) == 1


def test_a_revision_is_assessed_against(job: GitHubJob, pull: Pull, head: str) -> None:
    done = job.pull(pull.base, head, "opened", "--baseline", f"{head}~1")
    assert done.code == 0
    assert f'"base":"{pull.head}"' in done.outputs["json"].replace(" ", "")


def test_settings_are_those_of_the_base_whatever_is_assessed_against(job: GitHubJob, pull: Pull) -> None:
    """A first push brings settings, a second one is assessed against it."""
    pull.repo.git("checkout", "-q", "main")
    base = pull.repo.commit({".hyperion-hook.toml": 'fail-on = "low"\n'})
    pull.repo.git("checkout", "-q", "topic")
    first = pull.repo.commit({".hyperion-hook.toml": 'fail-on = "never"\n'})
    second = pull.repo.commit({"app.py": "def run(x):\n    return x\n"}, "Simplify")
    assert job.pull(base, second, "opened", "--baseline", first).code == 1


def test_no_way_leads_to_a_file_that_a_pull_request_brings(
    job: GitHubJob, pull: Pull, known: str, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pull.repo.path / "sub").mkdir()
    (pull.repo.path / "planted.sarif").write_text(known)
    (pull.repo.path / "sub" / "planted.sarif").write_text(known)
    monkeypatch.chdir(pull.repo.path / "sub")
    for name in ("planted.sarif", "../planted.sarif", "../sub/planted.sarif", str(pull.repo.path / "planted.sarif")):
        done = job.pull(pull.base, head, "opened", "--fail-on-break", "--baseline", name)
        assert (done.code, "not in the base commit" in done.err) == (2, True), name


def test_a_file_that_is_too_large_is_no_baseline(job: GitHubJob, pull: Pull, tmp_path: Path) -> None:
    (tmp_path / "large.sarif").write_bytes(b" " * 5_000_001)
    done = job.pull(pull.base, pull.head, "opened", "--baseline", str(tmp_path / "large.sarif"))
    assert done.code == 2
    assert "large.sarif': larger than 5,000,000 bytes" in done.err


@pytest.mark.parametrize(("name", "code", "said"), [("/nowhere/x.sarif", 2, "No such file"), ("nothing", 3, "nothing")])
def test_a_baseline_that_is_none_is_one_line(job: GitHubJob, pull: Pull, name: str, code: int, said: str) -> None:
    done = job.pull(pull.base, pull.head, "opened", "--baseline", name)
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") == 1
