"""The flags that every assessing command has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

FAIL_ABOVE = "Exit 1 above this percentile of the repository's recent changes, such as 99."
STRICT = "Exit 3 when the change cannot be assessed: the risk is UNKNOWN, or a hook fails."
FAIL_ON_BREAK = "Exit 1 when the change certainly breaks something that others use."

_FLAGS = (
    click.option("--fail-on", metavar="LEVEL", help="Exit 1 from this level on: low, medium, high, never."),
    click.option("--fail-above-percentile", metavar="NUMBER", help=FAIL_ABOVE),
    click.option("--fail-on-break/--no-fail-on-break", default=None, help=FAIL_ON_BREAK),
    click.option("--strict/--no-strict", default=None, help=STRICT),
    click.option(
        "--exclude",
        metavar="PATTERN",
        multiple=True,
        callback=lambda _, __, given: given or None,
        help="Leave out files, in the syntax of .gitignore; can be repeated, and replaces the setting.",
    ),
    click.option("--models", type=click.Path(path_type=Path), help="Folder of the models to use."),
    click.option(
        "--explain/--no-explain",
        default=None,
        help="Say what moves the score (default), or only the score; 'score --explain=full' says all of it.",
    ),
)


def assessing_flags(command: Command) -> Command:
    """Add the flags that every assessing command has."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command
