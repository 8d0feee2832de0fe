"""``mcp``: answer a coding agent over the Model Context Protocol."""

from __future__ import annotations

from importlib.util import find_spec

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.errors import ExitCode, MissingExtraError


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

    server_of(invocation.repo, lambda: invocation.load().config).run("stdio")
    return ExitCode.DONE
