"""``report`` as a user starts it: what it writes, where, and what it says when it cannot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hyperion_hook.commands.report import run
from hyperion_hook.config.load import Config
from hyperion_hook.errors import pip_install
from tests.support.buggy import buggy_history
from tests.support.command import hyperion
from tests.support.repo import TestRepo

pytestmark = pytest.mark.train
QUICK = {"ML_N_JOBS": "1", "ML_CV_FOLDS": "2"}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    made = TestRepo(tmp_path / "project")
    made.commit({"src/app.py": "def f(x):\n    return x\n"}, "Begin <b>here</b>")
    return made


def test_one_commit_makes_a_page_in_the_folder_one_stands_in(repo: TestRepo) -> None:
    done = hyperion(repo.path, "report")
    assert (done.code, done.out) == (0, "")
    path = repo.path / "hyperion-report.html"
    assert done.err.endswith(
        f"hyperion-hook: wrote {path}; to keep it out of commits, ignore it or name another --output\n"
    )
    page = (repo.path / "hyperion-report.html").read_text(encoding="utf-8")
    assert "<title>Risk report: project</title>" in page
    assert "There are too few changes to score yet." in page
    assert "src/app.py" in page
    assert repo.git("status", "--porcelain") == "?? hyperion-report.html\n", "nothing else in the work tree"


def test_standard_output_carries_the_page_alone_and_the_same_each_time(repo: TestRepo) -> None:
    first, second = (hyperion(repo.path, "report", "--output", "-") for _ in range(2))
    assert first.code == 0
    assert first.out.startswith("<!doctype html>")
    assert first.out.endswith("</html>\n")
    assert first.out == second.out
    repo.git("checkout", "-q", "--detach")
    assert hyperion(repo.path, "report", "--output", "-").out == first.out, "detached"


def test_a_bare_clone_has_the_same_page(repo: TestRepo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare" / "project.git"))
    here = hyperion(repo.path, "report", "--output", "-").out
    assert hyperion(tmp_path / "bare" / "project.git", "report", "--output", "-").out == here


def test_what_cannot_be_done_is_one_line(repo: TestRepo, tmp_path: Path) -> None:
    TestRepo(tmp_path / "empty")
    for folder, arguments, said in (
        (tmp_path, (), r"not a git repository"),
        (tmp_path / "empty", (), r"report: no commits yet; commit first"),
        (repo.path, ("--output", "no/such/folder.html"), r"--output no/such/folder\.html: No such file or directory"),
        (repo.path, ("--output", "."), r"--output \.: .*"),
    ):
        done = hyperion(folder, "report", *arguments)
        assert (done.code, done.out) == (3, "")
        last = done.err.splitlines()[-1]
        assert re.search(said, last), done.err
    assert not list((tmp_path / "empty").glob("*.html*")), "no half page is left"
    assert not list((tmp_path / "empty").glob(".*.part"))


def test_a_place_that_cannot_be_written_is_told_before_the_work(repo: TestRepo) -> None:
    done = hyperion(repo.path, "report", "--output", "no/such/folder.html")
    assert len(done.err.splitlines()) == 1
    assert not (repo.path / ".git" / "hyperion-hook").exists()


def test_a_missing_extra_is_one_line_that_says_how_to_install_it(repo: TestRepo) -> None:
    code = "import sys; sys.modules['jinja2'] = None; from hyperion_hook.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, "report"],
        cwd=repo.path,
        env=repo.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"hyperion-hook: report: needs the package 'jinja2', which is not installed; run: {pip_install('train')}\n"
    )


def test_the_models_are_measured_here_where_it_is_asked_for_or_at_hand(tmp_path: Path) -> None:
    repo = buggy_history(tmp_path / "project")
    asked = "'hyperion-hook report --evaluate' replays its history"
    before = hyperion(repo.path, "report", "--output", "-", env=QUICK)
    assert "On this repository, changes" not in before.out
    assert asked in before.out.replace("&#39;", "'")
    assert not (repo.path / ".git/hyperion-hook/vectors").exists(), "nothing was mined"
    wanted = hyperion(repo.path, "report", "--evaluate", "--jobs", "1", "--output", "-", env=QUICK)
    assert wanted.code == 0, wanted.err
    assert "On this repository, changes that introduced a bug" in wanted.out
    assert "ROC-AUC on its own past" in wanted.out
    assert re.search(
        r"Drift in \d+ of \d+ features and the score: 500 rows compared with 200; magnitude 0\.\d\d", wanted.out
    )
    kept = hyperion(repo.path, "report", "--output", "-", env=QUICK)
    assert kept.out == wanted.out, "at hand from then on, and the same"


def test_too_little_history_to_measure_on_is_said_on_the_page(repo: TestRepo) -> None:
    done = hyperion(repo.path, "report", "--evaluate", "--output", "-", "--jobs", "1")
    assert done.code == 0, done.err
    assert "Not measured on this repository: nothing to evaluate on: no change is old enough" in done.out
    assert (
        "Not measured on this repository: --no-evaluate."
        in hyperion(repo.path, "report", "--no-evaluate", "--output", "-").out
    )


def test_a_report_that_is_there_is_compared_with_and_written_again_it_stays_the_same(
    repo: TestRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.git("remote", "add", "origin", "https://ada:secret@github.com/o/r.git")
    target = repo.path.parent / "report.html"

    def written() -> str:
        assert run(repo.path, target, Config()) == 0
        assert "not compared with" not in capsys.readouterr().err
        return target.read_text(encoding="utf-8")

    first, head = written(), repo.head()
    assert "Since the last report" not in first
    assert f'<a href="https://github.com/o/r/commit/{head[:12]}">' in first
    assert "secret" not in first
    repo.commit({"src/new.py": "def g(x):\n    return x\n"}, "Go on")
    second = written()
    assert f"at commit {head[:10]}</dd>" in second
    assert "<dt>new among the ten hottest files</dt><dd>src/new.py</dd>" in second
    assert written() == second, "the same repository and the same last report"


def test_what_is_no_report_of_this_repository_is_replaced_with_a_warning_where_it_says_to_be_one(
    repo: TestRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = TestRepo(tmp_path / "other")
    other.commit({"a.py": "x = 1\n"}, days=7)
    target = tmp_path / "report.html"
    opening = '<script type="application/json" id="summary">'
    run(other.path, target, Config())
    for text, warning in (
        (None, rf"not compared with, because commit {other.head()[:10]} is not in this repository"),
        (f"{opening}{'[' * 100_000}</script>", r"its summary cannot be used: not as a report writes it"),
        (b"\xff", r"its summary cannot be used: 'utf-8' codec"),
        (f"{opening}{'x' * 5_000_000}", ""),
    ):
        if text is not None:
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        capsys.readouterr()
        assert run(repo.path, target, Config()) == 0
        message = capsys.readouterr().err
        assert re.search(f"warning: .*{warning}", message) if warning else "compared" not in message, message
        assert "Since the last report" not in target.read_text(encoding="utf-8")
