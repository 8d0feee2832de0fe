"""``install``: a plain git hook, without the pre-commit framework."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import hyperion_hook
from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.hooks.agent_files import AGENTS, install_agent
from hyperion_hook.commands.hooks.hook_files import STAGES, hook_script, hooks_folder, install_hook
from hyperion_hook.errors import ExitCode
from hyperion_hook.git.repository import Repository
from hyperion_hook.report.safe_text import printable
from hyperion_hook.store.history.open_history import index_path

_ENOUGH = 50
"""Commits from which on a percentile can be had; a first hook reads less on its own."""


@click.command()
@click.option("--stage", "stages", type=click.Choice(STAGES), multiple=True, help="Default: pre-commit; repeatable.")
@click.option(
    "--agent", "agents", type=click.Choice(AGENTS), multiple=True, help="Configure a coding agent instead; repeatable."
)
@click.pass_obj
def command(invocation: Invocation, /, *, stages: tuple[str, ...], agents: tuple[str, ...]) -> int:
    """Install a plain git hook; an existing hook is kept and run first.

    The hook informs and lets everything pass, unless the setting fail-on says otherwise. With --agent the agent's files
    in the work tree name the server 'hyperion-hook mcp' and, where the agent has hooks, one that runs after an edit.
    """
    if stages or not agents:
        folder = hooks_folder(invocation.repo)
        package = str(Path(hyperion_hook.__file__).resolve().with_name("__main__.py"))
        for stage in stages or ("pre-commit",):
            click.echo(printable(install_hook(folder, stage, hook_script(stage, sys.executable, package))))
        repository = Repository.discover(invocation.repo)
        counting = ("rev-list", "--no-merges", f"--max-count={_ENOUGH}", "HEAD")
        newest = b"" if index_path(repository).exists() else repository.git.run(*counting, check=False)
        if newest.count(b"\n") == _ENOUGH:
            say("without an index the first levels are UNKNOWN or judged by other projects; run: hyperion-hook index")
    for agent in agents:
        for line in install_agent(Repository.discover(invocation.repo), agent):
            click.echo(printable(line))
    return ExitCode.DONE
