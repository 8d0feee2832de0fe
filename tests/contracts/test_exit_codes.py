"""Exit code 1 says that the risk reached ``--fail-on`` and nothing else, whatever becomes of the standard streams."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hyperion_hook.commands import COMMANDS
from tests.support.command import EXECUTABLE
from tests.support.repo import TestRepo

RUNS = {
    "score HEAD": 0,
    "score HEAD --fail-on low": 1,
    "score no-such-revision": 3,
    "score --nonsense": 2,
    "index": 0,
    "features list": 0,
    "models list": 0,
    "label --until no-such-revision": 3,
    "retrain --nonsense": 2,
    "evaluate --nonsense": 2,
    "report --output no/such/folder": 3,
    "comment": 2,
    "drift --nonsense": 2,
    "install --stage nonsense": 2,
    "uninstall": 0,
    "config show": 0,
    "completion bash": 0,
    "mcp --nonsense": 2,
    "hook pre-commit": 0,
    "hook pre-commit --fail-on low": 1,
    "hook commit-msg no-such-file": 0,
    "hook pre-push": 0,
    "hook pre-commit --strict --models no-such-folder": 3,
}
STREAMS = {
    "all lost": ">/dev/full 2>/dev/full",
    "errors lost": ">/dev/null 2>/dev/full",
    "all closed": "<&- >&- 2>&-",
    "nobody reads": "",
}
full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full disk to offer")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRepo:
    repo = TestRepo(tmp_path_factory.mktemp("codes") / "r")
    for number in range(3):
        repo.commit({"a.py": f"x = {number}\n"})
    repo.stage({"a.py": "x = 4\n"})
    return repo


def code_of(repo: TestRepo, command: str, streams: str) -> int:
    """Run a command in a shell that sets up its streams, and return its own exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" {command} {streams}', str(EXECUTABLE)],
        cwd=repo.path,
        check=False,
        env=repo.environment(),
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    return done.returncode


def test_every_command_is_tried() -> None:
    assert {command.split()[0] for command in RUNS} == set(COMMANDS)


@full_disk
@pytest.mark.parametrize(
    ("command", "streams"),
    [
        (command, streams)
        for number, command in enumerate(RUNS)
        for place, streams in enumerate(STREAMS)
        if streams == "all lost" or number % 3 == place - 1 or RUNS[command] == 1
    ],
)
def test_the_code_is_that_of_what_happened(repo: TestRepo, command: str, streams: str) -> None:
    expected = {RUNS[command]}
    if streams == "all lost" and RUNS[command] < 2 and not command.startswith("hook"):
        expected = {3}  # the result could not be handed over
    if streams == "nobody reads" and command.startswith("score"):
        expected |= {0}  # it stops there, whatever it would have found
    assert code_of(repo, command, STREAMS[streams]) in expected


def test_files_do_not_take_the_place_of_closed_streams(repo: TestRepo, tmp_path: Path) -> None:
    """What is written to a closed stream must not end up in a database that was opened in its place."""
    index = repo.path / ".git" / "hyperion-hook"
    for command in ("index", "score HEAD", "hook pre-commit"):
        code_of(repo, command, "<&- >&- 2>&-")
    for file in index.glob("*.sqlite*"):
        assert file.read_bytes()[:16] == b"SQLite format 3\0" or not file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("score", 3),
        ("models list", 3),
        ("config show", 3),
        ("hook pre-commit", 0),
        ("--repo . hook pre-push", 0),
        ("hook pre-commit --strict", 3),
    ],
)
def test_a_broken_installation_is_no_risk(repo: TestRepo, tmp_path: Path, arguments: str, code: int) -> None:
    for needed in ("click", "sqlite3"):  # hooks and ``score`` do without the former
        (tmp_path / f"{needed}.py").write_text("raise ImportError('half installed')\n")
    done = subprocess.run(
        [EXECUTABLE, *arguments.split()],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stdout) == (code, "")
    fault = "cannot be started (ImportError: half installed); install it again"
    # where a commit goes on, the hook itself says so
    goes_on = arguments == "hook pre-commit"
    assert done.stderr == f"hyperion-hook: {f'not assessed: {fault}; the commit goes on' if goes_on else fault}\n"
