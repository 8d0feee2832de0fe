"""One file per command: plain values in, exit code out.

Every module named in ``COMMANDS`` has ``command``, a ``click.Command`` whose callback returns an exit code and gets an
``Invocation`` by ``click.pass_obj``. What is costly to import is imported when the command runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from hyperion_hook.config.file import top_of_work_tree
from hyperion_hook.config.load import Config, LoadedConfig, load_config
from hyperion_hook.domain.light_dataclasses import dataclass
from hyperion_hook.report.safe_text import printable

PROGRAM = "hyperion-hook"

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("score", "Say how risky a change is, why, and where to look first."),
    "index": ("index", "Build or extend the history index of this repository."),
    "features": ("features", "List the features, show those of one change, or write those of a whole history."),
    "models": ("models", "List the models, show what one was trained on, or say which one serves."),
    "label": ("label", "Say which commits fix bugs, and which commits introduced them."),
    "retrain": ("retrain", "Train models on this repository's own history; measured beside simple baselines."),
    "evaluate": ("evaluate", "Try the models on this repository's past, in time order, beside simple baselines."),
    "report": ("report", "Write one HTML page about this repository."),
    "comment": ("comment", "Assess a pull request in a job of its code host, and keep one comment on it up to date."),
    "drift": ("drift", "Compare recent changes with what the models learned from, and retrain if they differ."),
    "mcp": ("mcp", "Answer a coding agent over the Model Context Protocol."),
    "install": ("install", "Install a plain git hook; an existing hook is kept and run first."),
    "uninstall": ("uninstall", "Remove the git hook and restore what was there before."),
    "hook": ("hook", "Assess a change from within a git hook, and let it pass."),
    "config": ("config", "Show every setting in force and where it came from."),
    "completion": ("completion", "Print the shell's completion script, or the manual page."),
}
"""Command name to the module here and its summary for ``--help``."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was said before the command's name: the folder of the repository, ``None`` for the current one."""

    repo: Path | None = None

    def load(self, **flags: object) -> LoadedConfig:
        """Return the settings in force with their origins; raise ``ConfigError`` if any setting is wrong."""
        return load_config(self.top(), os.environ, flags)

    def top(self) -> Path | None:
        """Return the top of the work tree, where the configuration file lies; ``None`` where there is none."""
        work_tree = os.environ.get("GIT_WORK_TREE") if self.repo is None else None
        return Path(work_tree) if work_tree else top_of_work_tree(self.repo or Path())

    def config(self, **flags: object) -> Config:
        """Return the settings in force; what they warn of is said."""
        loaded = self.load(**flags)
        warn(loaded.warnings)
        return loaded.config


def warn(warnings: Iterable[str]) -> None:
    """Say what to warn of, one line each."""
    for warning in warnings:
        say(f"warning: {warning}")


def say(line: str) -> None:
    """Say one line on stderr, safe to show."""
    sys.stderr.write(f"hyperion-hook: {printable(line)}\n")
    sys.stderr.flush()
