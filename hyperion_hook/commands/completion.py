"""``completion``: the shell's completion script, as click makes it."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from hyperion_hook.errors import ConfigError, ExitCode

PROGRAM = "hyperion-hook"
VARIABLE = "_HYPERION_HOOK_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


def completion_script(cli: click.Command, shell: str) -> str:
    """Return the script that makes a shell complete the program's arguments.

    Raises
    ------
    ConfigError
        If click knows no such shell.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigError(f"completion: no shell '{shell}'; use one of {', '.join(SHELLS)}")
    # the base class only fills in the template; click's class for bash would start a bash to ask for its version
    return ShellComplete.source(kind(cli, {}, PROGRAM, VARIABLE))


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, /, shell: str) -> int:
    """Print the shell's completion script.

    bash: eval "$(hyperion-hook completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish: save it as
    ~/.config/fish/completions/hyperion-hook.fish.
    """
    click.echo(completion_script(context.find_root().command, shell))
    return ExitCode.DONE
