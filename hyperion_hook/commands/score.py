"""``score``: assess the staged change, the work tree, a patch, a commit or a range."""

from __future__ import annotations

from pathlib import Path

import click

from hyperion_hook.commands import Invocation
from hyperion_hook.commands.support.flags import assessing_flags
from hyperion_hook.commands.support.scoring import FORMATS, score


class _Command(click.Command):
    """Takes ``--explain=full`` beside the switch ``--explain``, which click would have one or the other."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["--explain-full" if word == "--explain=full" else word for word in args])


@click.command(cls=_Command)
@click.argument("revision", required=False, metavar="[REV | A..B | -]")
@click.option("--staged", is_flag=True, help="Assess what is staged; the default without a revision.")
@click.option("--worktree", is_flag=True, help="Assess all edits, staged or not, and new files that are not ignored.")
@click.option("--each", is_flag=True, help="Assess every non-merge commit of a range, each as of its own moment.")
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="Default: text, with --each jsonl.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the result to a file.")
@click.option("--explain-full", is_flag=True, hidden=True, help="What --explain=full stands for.")
@assessing_flags
@click.pass_obj
def command(invocation: Invocation, /, revision: str | None, **flags: object) -> int:
    """Say how risky a change is, why, and where to look first.

    Without a revision the staged change is assessed, with REV one commit, with A..B all that B adds to A as one change,
    with - a unified patch on stdin as if it were applied to HEAD.
    """
    return score(invocation, revision, **flags)  # type: ignore[arg-type]
