"""``uninstall``: take our hooks away and restore what was there before, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.hooks.agent_files import AGENTS, uninstall_agent
from hyperion_hook.commands.hooks.hook_files import STAGES, uninstall_hook
from hyperion_hook.commands.install import hooks_folder
from hyperion_hook.errors import ExitCode
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable


def run(repo: Path | None, stages: Sequence[str]) -> ExitCode:
    """Remove the hooks of these stages and say what was done."""
    folder = hooks_folder(repo)
    done = [line for line in (uninstall_hook(folder, stage) for stage in stages) if line is not None]
    for line in done or [f"no hook of hyperion-hook in {folder}"]:
        click.echo(printable(line))
    return ExitCode.DONE


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
    code = run(invocation.repo, stages or STAGES) if stages or not agents else ExitCode.DONE
    for agent in agents:
        lines = uninstall_agent(Repository.discover(invocation.repo), agent)
        for line in lines or [f"{agent}: nothing of hyperion-hook here"]:
            click.echo(printable(line))
    return code
