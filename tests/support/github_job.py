"""A step of a GitHub job: the command on a real repository, with the runner's files."""

from __future__ import annotations

import io
import json
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from hyperion_hook.cli import main
from hyperion_hook.forge import http
from tests.support.command import EXECUTABLE
from tests.support.github import JOB_TOKEN, NUMBER, REPOSITORY, GitHubDouble, pull_json
from tests.support.repo import TestRepo
from tests.support.web import Asked

_HOSTS = ("GIT", "HYPERION_HOOK", "CI", "BITBUCKET", "BUILD_", "SYSTEM_")


@dataclass(frozen=True)
class Done:
    """What a step left behind; ``asked`` are the requests of this step."""

    code: int
    out: str
    err: str
    summary: str
    outputs: dict[str, str]
    asked: list[Asked]


class GitHubJob:
    """Steps on one repository; the files of the runner lie in ``folder``."""

    def __init__(self, repo: TestRepo, double: GitHubDouble | None, folder: Path) -> None:
        self.repo, self.double, self.folder = repo, double, folder
        self.token = JOB_TOKEN
        self.in_process = True
        """Whether the command runs in this process, which costs a third; else it is the installed executable."""

    def pull(
        self,
        base: str,
        head: str,
        action: str = "opened",
        *arguments: str,
        changes: Any = None,
        seconds: float | None = None,
        env: dict[str, str] | None = None,
        **more: Any,
    ) -> Done:
        """Run the step for an event on the pull request, as the API describes it from now on."""
        pull = pull_json(base, head, **more)
        if self.double is not None:
            self.double.pull = pull
        event = {"action": action, "pull_request": pull} | ({} if changes is None else {"changes": changes})
        return self.run("pull_request", event, *arguments, seconds=seconds, env=env)

    def edited_comment(self, body: str) -> Done:
        """Run the step for the event that somebody edited a comment on the pull request."""
        issue = {"number": NUMBER, "pull_request": {}}
        return self.run("issue_comment", {"action": "edited", "issue": issue, "comment": {"body": body}})

    def run(
        self, name: str, event: Any, *arguments: str, seconds: float | None = None, env: dict[str, str] | None = None
    ) -> Done:
        """Run the step; ``event`` is JSON, or text or bytes as they are to stand in the file, ``None`` for no file.

        With ``seconds`` time-outs are short, and all requests together may take so long.
        """
        self.folder.mkdir(exist_ok=True)
        files = {key: self.folder / key for key in ("event.json", "output", "summary")}
        for file in files.values():
            file.unlink(missing_ok=True)
        if event is not None:
            text = event if isinstance(event, str | bytes) else json.dumps(event)
            files["event.json"].write_bytes(text.encode() if isinstance(text, str) else text)
        before = 0 if self.double is None else len(self.double.asked)
        environment = (
            clean()
            | {
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_NAME": name,
                "GITHUB_EVENT_PATH": str(files["event.json"]),
                "GITHUB_REPOSITORY": REPOSITORY,
                "GITHUB_OUTPUT": str(files["output"]),
                "GITHUB_STEP_SUMMARY": str(files["summary"]),
                "GITHUB_TOKEN": self.token,
                "GITHUB_API_URL": "http://127.0.0.1:9" if self.double is None else self.double.api,
            }
            | (env or {})
        )
        code, out, err = self.command(["--repo", str(self.repo.path), "comment", *arguments], environment, seconds)
        said = [_text(file) for file in (files["summary"], files["output"])]
        assert "Traceback" not in err, err
        if self.token:
            assert self.token.strip() not in "".join((out, err, *said))
        return Done(
            code, out, err, said[0], _outputs(said[1]), [] if self.double is None else self.double.asked[before:]
        )

    def command(
        self, arguments: list[str], environment: dict[str, str], seconds: float | None = None
    ) -> tuple[int, str, str]:
        """Run the command, and return its exit code with what it wrote."""
        if not self.in_process:
            done = subprocess.run(
                [EXECUTABLE, *arguments], cwd=self.folder, capture_output=True, check=False, env=environment
            )
            return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "backslashreplace")
        streams = [
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors) for errors in ("strict", "backslashreplace")
        ]
        hurry: dict[str, Any] = {"TIMEOUT_SECONDS": http.TIMEOUT_SECONDS}
        if seconds is not None:
            hurry = {"TIMEOUT_SECONDS": 0.5, "BUDGET_SECONDS": seconds, "_MOST_BYTES": 2_000_000}
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.multiple(http, **hurry),
            redirect_stdout(streams[0]),
            redirect_stderr(streams[1]),
        ):
            code = main(arguments)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in streams)
        return code, out, err


def clean() -> dict[str, str]:
    """Return the environment without what hosts and git put into it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HOSTS)}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "TZ": "UTC"}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _outputs(text: str) -> dict[str, str]:
    """Return the outputs as the runner reads them."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        assert mark, line
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        found[name] = "\n".join(value)
    return found
