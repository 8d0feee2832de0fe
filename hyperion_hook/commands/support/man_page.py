"""The manual page, from what click knows of the commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hyperion_hook import __version__
from hyperion_hook.commands import PROGRAM


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
