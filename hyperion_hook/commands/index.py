"""``index``: build or extend what assessments of this repository read."""

from __future__ import annotations

from pathlib import Path

import click

from hyperion_hook.commands import Invocation, warn
from hyperion_hook.commands.support.open_assessor import OpenAssessor, open_assessor
from hyperion_hook.commands.support.progress import ProgressLine
from hyperion_hook.config.load import Config
from hyperion_hook.domain.phrases import counted
from hyperion_hook.errors import ExitCode


def run(repo: Path | None, *, rebuild: bool, config: Config, assessor_of: OpenAssessor = open_assessor) -> ExitCode:
    """Build or extend the index and say what it holds."""
    with ProgressLine(lines=True) as progress, assessor_of(repo, config, progress) as assessor:
        summary = assessor.build_index(rebuild=rebuild)
    warn(summary.warnings)
    click.echo(
        f"{counted(summary.commits, 'commit')} indexed, {summary.commits_added:,} of them new,"
        f" in {summary.seconds:.1f} s; {_size(summary.bytes)};"
        f" percentiles rest on {counted(summary.reference_changes, 'recent change')}"
    )
    return ExitCode.DONE


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{count / 1000:.0f} kB"


@click.command()
@click.option("--rebuild", is_flag=True, help="Forget what is there and read the whole history again.")
@click.pass_obj
def command(invocation: Invocation, /, *, rebuild: bool) -> int:
    """Build or extend the history index of this repository.

    Hooks extend a short history by themselves; a long one is read by this command, once, so that no commit waits.
    """
    return run(invocation.repo, rebuild=rebuild, config=invocation.config())
