"""``mcp``: answer a coding agent over the Model Context Protocol."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.config.file import FILE_NAME, PROJECT_FILE_NAME
from hyperion_hook.config.load import Config
from hyperion_hook.errors import ConfigError, ExitCode, MissingExtraError


@click.command()
@click.pass_obj
def command(invocation: Invocation, /) -> int:
    """Answer a coding agent over the Model Context Protocol.

    Requests come on stdin, answers go to stdout, and all is about this repository alone;
    'hyperion-hook install --agent NAME' tells the agent to start it.
    """
    if find_spec("mcp") is None:
        raise MissingExtraError("mcp", "mcp", "mcp")
    from hyperion_hook.git.repository import Repository

    Repository.discover(invocation.repo)  # an agent is told at once, not at its first question
    from hyperion_hook.mcp.server import server_of

    server_of(invocation.repo, lambda: settings_inside(invocation)).run("stdio")
    return ExitCode.DONE


def settings_inside(invocation: Invocation) -> Config:
    """Return the settings in force, whose file has an agent read nothing outside the repository.

    What the environment names was named by whoever started the server.

    Raises ``ConfigError`` if a setting is wrong, or the file or what it names lies elsewhere.
    """
    top = invocation.top()
    if top is None:
        return invocation.load().config
    for name in (FILE_NAME, PROJECT_FILE_NAME):
        _refuse_outside(top, top / name, f"{name} is a link")
    loaded = invocation.load()
    config = loaded.config
    named = {
        "coverage-before": config.coverage_before,
        "coverage-after": config.coverage_after,
        "models": (config.models,) if config.models else (),
    }
    for key, paths in named.items():
        if loaded.origins[key.replace("-", "_")].startswith((FILE_NAME, PROJECT_FILE_NAME)):
            for path in paths:
                _refuse_outside(top, top / path, f"{key} is '{path}'")
    return config


def _refuse_outside(top: Path, path: Path, what: str) -> None:
    try:
        is_inside = path.resolve().is_relative_to(top.resolve())
    except (OSError, RuntimeError):
        return  # a link that leads nowhere is read by nobody
    if not is_inside:
        raise ConfigError(f"{what}, which leads outside the repository; agents are answered from what lies in it alone")
