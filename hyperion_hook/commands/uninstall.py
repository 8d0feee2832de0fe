"""``uninstall``: take our hooks away and restore what was there before, byte for byte."""

from __future__ import annotations

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.hooks.agent_files import AGENTS, uninstall_agent
from hyperion_hook.commands.hooks.hook_files import STAGES, hooks_folder, uninstall_hook
from hyperion_hook.errors import ExitCode
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable


@click.command()
@click.option("--stage", "stages", type=click.Choice(STAGES), multiple=True, help="Default: all; repeatable.")
@click.option(
    "--agent",
    "agents",
    type=click.Choice(AGENTS),
    multiple=True,
    help="Restore the files of a coding agent instead; repeatable.",
)
@click.pass_obj
def command(invocation: Invocation, /, *, stages: tuple[str, ...], agents: tuple[str, ...]) -> int:
    """Remove the git hook and restore what was there before."""
    if stages or not agents:
        folder = hooks_folder(invocation.repo)
        done = [line for stage in stages or STAGES if (line := uninstall_hook(folder, stage)) is not None]
        for line in done or [f"no hook of hyperion-hook in {folder}"]:
            click.echo(printable(line))
    for agent in agents:
        done = uninstall_agent(Repository.discover(invocation.repo), agent)
        for line in done or [f"{agent}: nothing of hyperion-hook here"]:
            click.echo(printable(line))
    return ExitCode.DONE
