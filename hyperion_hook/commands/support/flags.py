"""The flags that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

jobs_flag = click.option(
    "--jobs", type=click.IntRange(1), help="Processes to read history with; all processor cores by default."
)
format_flag = click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text")
until_flag = click.option("--until", default="HEAD", metavar="REV", help="The newest commit to read.")
models_flag = click.option("--models", type=click.Path(path_type=Path), help="Folder of the models to use.")


def path_flag(*names: str, help: str, metavar: str = "FILE") -> Callable[[Command], Command]:  # noqa: A002 - click's
    """Return a flag that names a file or folder."""
    return click.option(*names, type=click.Path(path_type=Path), metavar=metavar, help=help)


def _together(*flags: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for flag in reversed(flags):
            command = flag(command)
        return command

    return add


gate_flags = _together(
    click.option("--fail-on", metavar="LEVEL", help="Exit 1 from this level on: low, medium, high, never."),
    click.option(
        "--fail-above-percentile",
        metavar="NUMBER",
        help="Exit 1 above this percentile of the repository's recent changes, such as 99.",
    ),
    click.option(
        "--fail-on-break/--no-fail-on-break",
        default=None,
        help="Exit 1 when the change certainly breaks something that others use.",
    ),
    click.option(
        "--strict/--no-strict",
        default=None,
        help="Exit 3 when the change cannot be assessed: the risk is UNKNOWN, or a hook fails.",
    ),
)
"""Say when a command fails."""
assessing_flags = _together(
    gate_flags,
    click.option(
        "--exclude",
        metavar="PATTERN",
        multiple=True,
        callback=lambda _, __, given: given or None,
        help="Leave out files, in the syntax of .gitignore; can be repeated, and replaces the setting.",
    ),
    models_flag,
    click.option(
        "--explain/--no-explain",
        default=None,
        help="Say why and what to do (default), or only the level, its place, what would break and what to read first;"
        " 'score --explain=full' says all that moves the score.",
    ),
)
"""Those of every assessing command."""
