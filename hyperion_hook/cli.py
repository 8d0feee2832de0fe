"""The command line: the one place that translates errors.

stdout carries the result, stderr progress and warnings. Exit codes are ``errors.ExitCode``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hyperion_hook.commands import say
from hyperion_hook.commands.support.error_messages import CommandError, describe
from hyperion_hook.commands.support.plain_arguments import plain_command
from hyperion_hook.commands.support.streams import prepare_streams
from hyperion_hook.errors import ExitCode, HyperionError, show_traceback_if_asked
from hyperion_hook.git.environment.program import make_search_safe


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what goes wrong is said on stderr in a line or a few."""
    make_search_safe()
    output = prepare_streams()
    words = sys.argv[1:] if arguments is None else list(arguments)
    code: int | None = None
    try:
        code = _run(words)
        sys.stdout.flush()
        return int(code or ExitCode.DONE)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit as end:  # by click, where the help cannot be written or the shell asks for completions
        is_cut = output is not None and output.has_failed
        return ExitCode.DONE if is_cut or not end.code else ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the one place where errors become lines and exit codes
        cause = error.__cause__ if isinstance(error, CommandError) else error
        if isinstance(cause, BrokenPipeError) and output is not None and output.has_failed:
            return int(code or ExitCode.DONE)  # whoever reads the result has seen enough
        if isinstance(cause, ImportError):
            show_traceback_if_asked(cause)
            raise cause from None  # a part is missing: no commit is stopped by that
        return _told(cause if isinstance(cause, Exception) else error)


def _run(words: Sequence[str]) -> int | None:
    command = plain_command(words)
    if command is not None:
        return command()
    from hyperion_hook.commands.support.group import run_command

    return run_command(words)


def _told(error: Exception) -> int:
    click = sys.modules.get("click")
    by_click = click is not None and isinstance(error, click.ClickException)
    # newer versions of click raise this for a group without a command; its text is the help, in many lines
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]
        return ExitCode.USAGE
    show_traceback_if_asked(error)
    for line in describe(error):
        say(line)
    if by_click:
        return ExitCode.USAGE
    return error.exit_code if isinstance(error, HyperionError) else ExitCode.FAILED
