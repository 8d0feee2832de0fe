"""The command line: one table of commands, each imported only when chosen, and one place that translates errors.

stdout carries the result, stderr progress and warnings. Exit codes are ``errors.ExitCode``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

import click

from hyperion_hook import __version__
from hyperion_hook.commands import Invocation, say
from hyperion_hook.commands.support.error_messages import describe, show_traceback_if_asked
from hyperion_hook.commands.support.streams import prepare_streams
from hyperion_hook.config.kinds import suggestion
from hyperion_hook.errors import ExitCode, HyperionError
from hyperion_hook.git.environment.program import make_search_safe
from hyperion_hook.report.safe_text import printable

PROGRAM = "hyperion-hook"

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("score", "Say how risky a change is, why, and where to look first."),
    "index": ("index", "Build or extend the history index of this repository."),
    "features": ("features", "List the features, or show those of one change."),
    "models": ("models", "List the models, show what one was trained on, or say which one serves."),
    "label": ("label", "Say which commits fix bugs, and which commits introduced them."),
    "retrain": ("retrain", "Train models on this repository's own history; measured beside simple baselines."),
    "evaluate": ("evaluate", "Try the models on this repository's past, in time order, beside simple baselines."),
    "report": ("report", "Write one HTML page about this repository."),
    "comment": ("comment", "Assess a pull request in a job of its code host, and keep one comment on it up to date."),
    "drift": ("drift", "Compare recent changes with what the models learned from, and retrain if they differ."),
    "mcp": ("mcp", "Answer a coding agent over the Model Context Protocol."),
    "install": ("install", "Install a plain git hook; an existing hook is kept and run first."),
    "uninstall": ("uninstall", "Remove the git hook and restore what was there before."),
    "hook": ("hook", "Assess a change from within a git hook, and let it pass."),
    "config": ("config", "Show every setting in force and where it came from."),
    "completion": ("completion", "Print the shell's completion script."),
}
"""Command name to the module in ``commands`` and its summary for ``--help``."""


class _CommandError(Exception):
    """Carries an error of a command past click, which would end the program with 1, or call it an interruption."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are chosen."""

    def invoke(self, ctx: click.Context) -> object:  # noqa: D102
        try:
            return super().invoke(ctx)
        except (OSError, EOFError) as error:
            raise _CommandError from error

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
    from hyperion_hook.scoring.bundle import load_bundle  # noqa: PLC0415 - most runs do not ask

    click.echo(f"{PROGRAM} {__version__}")
    bundle = load_bundle(None)
    click.echo(printable(f"model {bundle.name} {bundle.version}, trained on {bundle.trained_on}"))
    ctx.exit(ExitCode.DONE)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--repo", type=click.Path(path_type=Path), help="Folder of the repository; the current one by default.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
              help="Show the version and what the bundled model was trained on.")
@click.pass_context
def cli(context: click.Context, repo: Path | None) -> None:
    """Tell how risky a change is before it is merged, why, and where to look first.

    Everything runs offline, on this machine, from the repository's own history.

    Exit codes: 0 done, 1 the risk reached --fail-on, 2 usage or configuration, 3 could not do it, 130 interrupted.
    """
    context.obj = Invocation(repo)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what goes wrong is said on stderr in a line or a few."""
    make_search_safe()
    output = prepare_streams()
    code: int | None = None
    try:
        code = cli.main(args=None if arguments is None else list(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return int(code or ExitCode.DONE)
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except SystemExit as end:  # by click, where the help cannot be written or the shell asks for completions
        is_cut = output is not None and output.has_failed
        return ExitCode.DONE if is_cut or not end.code else ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the one place where errors become lines and exit codes
        cause = error.__cause__ if isinstance(error, _CommandError) else error
        if isinstance(cause, BrokenPipeError) and output is not None and output.has_failed:
            return int(code or ExitCode.DONE)  # whoever reads the result has seen enough
        return _told(cause if isinstance(cause, Exception) else error)


def _told(error: Exception) -> int:
    # newer versions of click raise this for a group without a command; its text is the help, in many lines
    if isinstance(error, click.ClickException) and type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return ExitCode.USAGE
    show_traceback_if_asked(error)
    for line in describe(error):
        say(line)
    if isinstance(error, click.ClickException):
        return ExitCode.USAGE
    return error.exit_code if isinstance(error, HyperionError) else ExitCode.FAILED
