"""``index``: build or extend what assessments of this repository read."""

from __future__ import annotations

import click

from hyperion_hook.commands import Invocation, warn
from hyperion_hook.commands.support.open_assessor import open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.domain.phrases import counted
from hyperion_hook.errors import ExitCode


@click.command()
@click.option("--rebuild", is_flag=True, help="Forget what is there and read the whole history again.")
@click.pass_obj
def command(invocation: Invocation, /, *, rebuild: bool) -> int:
    """Build or extend the history index of this repository.

    Hooks extend a short history by themselves; a long one is read by this command, once, so that no commit waits.
    """
    config = invocation.config()
    with ProgressLine(lines=True) as progress, open_assessor(invocation.repo, config, progress) as assessor:
        summary = assessor.build_index(rebuild=rebuild)
    warn(summary.warnings)
    size = f"{summary.bytes / 1e6:.1f} MB" if summary.bytes >= 1e6 else f"{summary.bytes / 1e3:.0f} kB"
    click.echo(
        f"{counted(summary.commits, 'commit')} indexed, {summary.commits_added:,} of them new,"
        f" in {summary.seconds:.1f} s; {size};"
        f" percentiles rest on {counted(summary.reference_changes, 'recent change')}"
    )
    return ExitCode.DONE
