"""``completion``: the shell's completion script, as click makes it, and the manual page."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from hyperion_hook import __version__
from hyperion_hook.commands import PROGRAM
from hyperion_hook.errors import ExitCode

VARIABLE = "_HYPERION_HOOK_COMPLETE"
MAN = "man"


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
        """Return the words that can stand here, a line each; nothing where PowerShell is to offer files."""
        args, incomplete = self.get_completion_args()
        items = [item for item in self.get_completions(args, incomplete) if item.type == "plain"]
        return "\n".join(map(self.format_completion, items))

    def format_completion(self, item: CompletionItem) -> str:
        """Return a value and its help, which PowerShell does not take empty."""
        return f"{item.value}\t{item.help or item.value}"


SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
    "powershell": PowerShellComplete,
}


def man_page(cli: click.Command) -> str:
    """Return one page about all commands, in troff."""
    context = click.Context(cli, info_name=PROGRAM)
    summary, _, text = (cli.help or "").partition("\n")
    lines = [
        f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}" "User Commands"',
        ".SH NAME",
        f"{PROGRAM} \\- {_escaped(summary)}",
        ".SH SYNOPSIS",
        f".B {PROGRAM}",
        _escaped("[--repo PATH] COMMAND [OPTION]... [ARGUMENT]..."),
        ".SH DESCRIPTION",
        *_paragraphs(text),
        ".SH OPTIONS",
        *_options(cli, context),
        ".SH COMMANDS",
        *_commands(cli, context),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Command, context: click.Context) -> Iterator[str]:
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            own = click.Context(command, info_name=name, parent=context)
            yield f".SS {_escaped(own.get_usage().removeprefix('Usage: '))}"
            yield from _paragraphs(command.help or "")
            yield from _options(command, own)
            yield from _commands(command, own)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield from (".TP", f".B {_escaped(record[0])}", _escaped(record[1]))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.replace("\b", "").split("\n\n"):
        words = " ".join(paragraph.split())
        if words:
            yield from (".PP", _escaped(words))


def _escaped(text: str) -> str:
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


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
        click.echo(man_page(cli), nl=False)
        return ExitCode.DONE
    # the base class only fills in the template; click's class for bash would start a bash to ask for its version
    click.echo(ShellComplete.source(SHELLS[shell](cli, {}, PROGRAM, VARIABLE)))
    return ExitCode.DONE
