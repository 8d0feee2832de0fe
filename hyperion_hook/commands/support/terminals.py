"""What a terminal can show: colours, how wide a line, a line that is written over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

PLAIN_WIDTH = 80


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether to use colours: ``NO_COLOR`` forbids, ``FORCE_COLOR`` asks, else a terminal that is not dumb."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return environment.get("TERM") != "dumb" and stream.isatty()


def columns(stream: TextIO) -> int:
    """Return the width of a terminal, 80 where there is none."""
    return terminal_columns(stream) or PLAIN_WIDTH


def terminal_columns(stream: TextIO) -> int | None:
    """Return the width of a terminal, ``None`` where there is none: nothing need be cut there."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or PLAIN_WIDTH
    except (OSError, ValueError):
        return None


def can_rewrite(stream: TextIO) -> bool:
    """Return whether a line can be written over: a terminal, and not one that a build server keeps as a log."""
    in_ci = os.environ.get("CI", "").lower() not in {"", "0", "false"}
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not in_ci
