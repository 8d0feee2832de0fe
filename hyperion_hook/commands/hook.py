"""``hook``: what a git hook runs."""

from __future__ import annotations

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.hooks.run import STAGES, run_hook
from hyperion_hook.commands.support.flags import assessing_flags


@click.command()
@click.argument("stage", type=click.Choice(STAGES))
@click.argument("arguments", nargs=-1, metavar="[ARGUMENTS OF THE HOOK]")
@assessing_flags
@click.pass_obj
def command(invocation: Invocation, /, stage: str, arguments: tuple[str, ...], **flags: object) -> int:
    """Assess a change from within a git hook, and let it pass.

    pre-commit and commit-msg assess what is staged, the latter with its message; pre-push what is new to the remote;
    agent, which a coding agent runs after an edit, the work tree, and speaks only from MEDIUM up.
    A change is blocked only from --fail-on on; what cannot be assessed passes with one line, unless --strict.
    """
    return run_hook(invocation, stage, *arguments, **flags)  # type: ignore[arg-type]
