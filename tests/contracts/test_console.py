"""Every command that the documents show: its arguments exist, and what needs no network runs."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hyperion_hook.commands import COMMANDS
from hyperion_hook.commands.support.group import cli
from tests.support.command import EXECUTABLE
from tests.support.repo import TestRepo

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}
ELSEWHERE = {
    "pipx install": "needs a package index",
    "python3 -m venv": "the gate runs it",
    "uv pip compile": "needs a package index",
    "hyperion-hook evaluate": "tests/commands/test_progress.py runs it",
    "hyperion-hook retrain": "tests/commands/test_progress.py runs it",
    ".venv/bin/": "is this test suite, or takes minutes",
    "towncrier build": "a release does it",
    "python .github/release/release.py": "tests/release runs it",
    "git tag": "a release does it",
}
"""What is shown and not run here, with what runs it, or why nothing can."""


def shown(page: str) -> list[str]:
    """Return the commands of a page's console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def ours() -> Iterator[str]:
    """Give every whole command line of ours: in blocks, and between backticks in the text."""
    for text in PAGES.values():
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            yield from re.findall(r"^(?:\$ )?(hyperion-hook .+)$", block, re.MULTILINE)
        yield from re.findall(r"`(hyperion-hook [^`\n\[]+)`", text)


def words_of(line: str) -> list[str]:
    """Return the arguments of one command, without what the shell makes of the rest."""
    words = shlex.split(line.replace("\\|", "|"), comments=True)[1:]
    ends = [place for place, word in enumerate(words) if word in {"|", ">", ">>", "&&", ";"}]
    return ["1" if word == "N" else word for word in words[: min(ends, default=len(words))]]


def parse(command: click.Command, words: list[str], parent: click.Context | None = None) -> None:
    """Let click read arguments as it would, without doing anything."""
    context = command.make_context("hyperion-hook", list(words), parent=parent)
    if isinstance(command, click.Group):
        name, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert chosen is not None
        parse(chosen, rest, context)


@pytest.mark.parametrize("line", sorted(set(ours())))
def test_what_is_shown_is_understood(line: str) -> None:
    words = words_of(line)
    if len(words) > 1:
        try:
            parse(cli, words)
        except click.MissingParameter:
            # the name of a command, in a sentence
            assert not [word for word in words if word.startswith("-")], line
    else:
        # a command's name alone may be a group's, and --version ends at once
        assert words[0] in {*COMMANDS, "--version", "--help"}


@pytest.fixture
def repo(tmp_path: Path) -> TestRepo:
    repo = TestRepo(tmp_path / "repository")
    for number in range(12):
        repo.commit({"app.py": f"def value():\n    return {number}\n", f"part{number % 3}.py": f"x = {number}\n"})
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.org")
    return repo


@pytest.mark.parametrize("page", sorted(page for page in PAGES if shown(page)))
def test_what_is_shown_runs(page: str, repo: TestRepo) -> None:
    environment = repo.environment()
    environment["PATH"] = f"{EXECUTABLE.parent}:{environment['PATH']}"
    for line in shown(page):
        if line.startswith(tuple(ELSEWHERE)):
            continue
        if line.startswith("git commit -a"):
            (repo.path / "app.py").write_text("def value():\n    return None\n")
        # commits of other repositories stand for the newest one here
        command = re.sub(r"\b[0-9a-f]{10}\b", "HEAD", line)
        done = subprocess.run(
            ["bash", "-ec", command], cwd=repo.path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


def test_what_does_not_run_is_shown_somewhere() -> None:
    lines = [line for page in PAGES for line in shown(page)]
    assert [start for start in ELSEWHERE if not any(line.startswith(start) for line in lines)] == []
