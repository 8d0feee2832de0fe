"""The command line as click knows it: one table of commands, each imported only when chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

import click

from hyperion_hook import __version__
from hyperion_hook.commands import COMMANDS, PROGRAM, Invocation
from hyperion_hook.commands.support.error_messages import CommandError
from hyperion_hook.config.kinds import suggestion
from hyperion_hook.errors import ExitCode
from hyperion_hook.report.safe_text import printable


class LazyGroup(click.Group):
    """A group whose commands are imported when they are chosen."""

    def invoke(self, ctx: click.Context) -> object:  # noqa: D102
        try:
            return super().invoke(ctx)
        except (OSError, EOFError) as error:
            raise CommandError from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, D102
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002, D102
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"hyperion_hook.commands.{COMMANDS[cmd_name][0]}")
        return cast("click.Command", module.command)

    def resolve_command(  # noqa: D102
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"no command '{printable(args[0], 80)}'{suggestion(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002, D102
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from hyperion_hook.scoring.bundle import load_bundle

    click.echo(f"{PROGRAM} {__version__}")
    bundle = load_bundle(None)
    click.echo(printable(f"model {bundle.name} {bundle.version}, trained on {bundle.trained_on}"))
    ctx.exit(ExitCode.DONE)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--repo", type=click.Path(path_type=Path), help="Folder of the repository; the current one by default.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and what the bundled model was trained on.",
)
@click.pass_context
def cli(context: click.Context, repo: Path | None) -> None:
    """Tell how risky a change is before it is merged, why, and where to look first.

    Everything runs offline, on this machine, from the repository's own history.

    Exit codes: 0 done, 1 the risk reached --fail-on, 2 usage or configuration, 3 could not do it, 130 interrupted.
    """
    context.obj = Invocation(repo)


def run_command(arguments: Sequence[str]) -> int | None:
    """Run the chosen command and return its exit code.

    Raises ``click.ClickException`` if the arguments are wrong; ``CommandError``, caused by what the command raised,
    where click would take that for an interruption.
    """
    if "_HYPERION_HOOK_COMPLETE" in os.environ:
        import_module("hyperion_hook.commands.completion")  # it knows a shell that click does not
    try:
        return cast("int | None", cli.main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False))
    except click.Abort:
        raise KeyboardInterrupt from None
