"""The environment of a GitHub Actions job: where the event is, where results go, and how a log line is written.

A line that begins with ``::`` on standard output is a command to the runner, so whatever comes from a repository is
escaped, and a value in the output file stands between two lines that nobody can guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.errors import ConfigError, HyperionError

_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
MOST_SUMMARY_BYTES = 1_000_000
MOST_ANNOTATIONS = 10
"""GitHub shows ten warnings and ten notices of one step."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What the runner tells a step through environment variables; empty where it says nothing."""

    event_name: str
    event_path: str
    """The event and the file that describes it."""
    repository: str
    """``owner/name``."""
    api_url: str
    server_url: str
    """Of github.com, or of an Enterprise server."""
    output: Path | None
    summary: Path | None
    """Files that a step writes its outputs and its summary to; ``None`` outside of a runner."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Actions:
        """Return what the environment says.

        Raises ``ConfigError`` if this is no job of GitHub Actions, or the repository's name is none.
        """
        for name in ("GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY"):
            if not environment.get(name):
                raise ConfigError(
                    f"comment: {name} is not set, so this is no job of GitHub Actions; run it there, or write the"
                    " comment with: hyperion-hook comment --forge none A..B"
                )
        repository = environment["GITHUB_REPOSITORY"]
        if not _REPOSITORY.fullmatch(repository):
            raise ConfigError(f"comment: GITHUB_REPOSITORY is '{repository[:80]}', not owner/name")
        return cls(
            environment["GITHUB_EVENT_NAME"],
            environment["GITHUB_EVENT_PATH"],
            repository,
            environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
            environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
            _file(environment, "GITHUB_OUTPUT"),
            _file(environment, "GITHUB_STEP_SUMMARY"),
        )

    def write_outputs(self, values: Mapping[str, str]) -> None:
        """Add the step's outputs to the runner's file; raise ``HyperionError`` if the file cannot be written."""
        if self.output is not None:
            _append(self.output, "".join(_output(name, value) for name, value in values.items()))

    def write_summary(self, markdown: str) -> None:
        """Add Markdown to the job's summary, unless it is more than the runner takes.

        Raises ``HyperionError`` if the file cannot be written.
        """
        if self.summary is not None and len(markdown.encode("utf-8", "replace")) <= MOST_SUMMARY_BYTES:
            _append(self.summary, markdown + "\n")


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if environment.get(name) else None


def _output(name: str, value: str) -> str:
    delimiter = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise HyperionError(f"{path}: {error.strerror or 'cannot be written'}") from None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message beside a line of a file; ``kind`` is ``error``, ``warning`` or ``notice``."""

    kind: str
    title: str
    message: str
    path: str | None = None
    line: int = 1


def workflow_commands(annotations: Sequence[Annotation]) -> list[str]:
    r"""Return lines that make the runner show annotations, at most ten of each kind.

    Examples
    --------
    >>> workflow_commands([Annotation("warning", "a: b", "50%\n::error::", "x,y.py", 3)])
    ['::warning file=x%2Cy.py,line=3,title=a%3A b::50%25%0A::error::']
    """
    counts: dict[str, int] = {}
    lines = []
    for entry in annotations:
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
        if counts[entry.kind] <= MOST_ANNOTATIONS:
            place = "" if entry.path is None else f"file={_property(entry.path)},line={entry.line},"
            lines.append(f"::{entry.kind} {place}title={_property(entry.title)}::{escaped(entry.message)}")
    return lines


def escaped(text: str) -> str:
    r"""Return text that ends no workflow command early.

    Examples
    --------
    >>> escaped("a%b\r\nc")
    'a%25b%0D%0Ac'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return escaped(text).replace(":", "%3A").replace(",", "%2C")
