"""``completion``: the shell's completion script, as click makes it, and the manual page."""

from __future__ import annotations

import os

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from hyperion_hook.commands import PROGRAM
from hyperion_hook.errors import ConfigError, ExitCode

VARIABLE = "_HYPERION_HOOK_COMPLETE"
MAN = "man"
SHELLS = ("bash", "zsh", "fish", "powershell")


@add_completion_class
class PowerShellComplete(ShellComplete):
    """What click does not bring: a completer for PowerShell, which falls back to files where nothing is offered."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_WORDS = $commandAst.ToString()
    $env:COMP_CWORD = $wordToComplete
    try {
        %(prog_name)s | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new($value, $value, "ParameterValue", $help)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD -ErrorAction Ignore
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and what there is of it."""
        words = split_arg_string(os.environ.get("COMP_WORDS", ""))[1:]
        incomplete = os.environ.get("COMP_CWORD", "")
        return words[:-1] if incomplete and words and words[-1] == incomplete else words, incomplete

    def complete(self) -> str:
        """Return what can stand here, a line each; nothing where PowerShell is to offer files."""
        args, incomplete = self.get_completion_args()
        items = [item for item in self.get_completions(args, incomplete) if item.type == "plain"]
        return "\n".join(map(self.format_completion, items))

    def format_completion(self, item: CompletionItem) -> str:
        """Return a value and its help, which PowerShell does not take empty."""
        return f"{item.value}\t{item.help or item.value}"


def completion_script(cli: click.Command, shell: str) -> str:
    """Return the script that makes a shell complete the program's arguments.

    Raises ``ConfigError`` if click knows no such shell.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigError(f"completion: no shell '{shell}'; use one of {', '.join(SHELLS)}")
    # the base class only fills in the template; click's class for bash would start a bash to ask for its version
    return ShellComplete.source(kind(cli, {}, PROGRAM, VARIABLE))


@click.command()
@click.argument("shell", type=click.Choice((*SHELLS, MAN)))
@click.pass_context
def command(context: click.Context, /, shell: str) -> int:
    """Print the shell's completion script, or the manual page.

    bash: eval "$(hyperion-hook completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish: save it as
    ~/.config/fish/completions/hyperion-hook.fish; PowerShell: hyperion-hook completion powershell | Out-String |
    Invoke-Expression in $PROFILE. The manual page: save 'completion man' as ~/.local/share/man/man1/hyperion-hook.1.
    """
    cli = context.find_root().command
    if shell == MAN:
        from hyperion_hook.commands.support.man_page import man_page

        click.echo(man_page(cli), nl=False)
    else:
        click.echo(completion_script(cli, shell))
    return ExitCode.DONE
