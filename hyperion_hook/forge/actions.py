"""The environment of a GitHub Actions job: where the event is, where results go, and how a log line is written.

A line that begins with ``::`` on standard output is a command to the runner, so whatever comes from a repository is
escaped, and a value in the output file stands between two lines that nobody can guess.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hyperion_hook.errors import ConfigError, file_errors

_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
MOST_SUMMARY_BYTES = 1_000_000
MOST_ANNOTATIONS = 10
"""GitHub shows ten warnings and ten notices of one step."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What the runner tells a step in environment variables.

    ``event_path`` is the file that describes the event; ``repository`` is ``owner/name``; the addresses are those of
    github.com, or of an Enterprise server; ``output`` and ``summary`` are files that a step writes its outputs and its
    summary to, ``None`` outside of a runner.
    """

    event_name: str
    event_path: Path
    repository: str
    api_url: str
    server_url: str
    output: Path | None
    summary: Path | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Actions:
        """Return the job that the environment describes.

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
            Path(environment["GITHUB_EVENT_PATH"]),
            repository,
            environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
            environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
            Path(file) if (file := environment.get("GITHUB_OUTPUT")) else None,
            Path(file) if (file := environment.get("GITHUB_STEP_SUMMARY")) else None,
        )

    def write_outputs(self, values: Mapping[str, str]) -> None:
        """Add the step's outputs to the runner's file; raise ``HyperionError`` if the file cannot be written."""
        if self.output is not None:
            end = f"end-{secrets.token_hex(16)}"
            _append(self.output, "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items()))

    def write_summary(self, markdown: str) -> None:
        """Add Markdown, unless the runner takes no more; raise ``HyperionError`` if the file cannot be written."""
        if self.summary is not None and len(markdown.encode("utf-8", "replace")) <= MOST_SUMMARY_BYTES:
            _append(self.summary, markdown + "\n")


def _append(path: Path, text: str) -> None:
    with file_errors(path, "written"), path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)


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
    counts: Counter[str] = Counter()
    lines = []
    for entry in annotations:
        counts[entry.kind] += 1
        if counts[entry.kind] <= MOST_ANNOTATIONS:
            position = "" if entry.path is None else f"file={_property(entry.path)},line={entry.line},"
            lines.append(f"::{entry.kind} {position}title={_property(entry.title)}::{escaped(entry.message)}")
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
